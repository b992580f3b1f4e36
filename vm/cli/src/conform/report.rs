//! The page about how much of OTP's suites holds (`docs/conformance.md`).

use super::known::Known;
use super::lists::Lists;
use super::results::{Cases, Outcome, Results, Suite};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// One release's part of the page.
pub(super) struct Part<'a> {
    pub(super) ours: &'a Results,
    pub(super) reference: &'a Results,
    pub(super) known: &'a Known,
    pub(super) lists: &'a Lists,
}

const INTRODUCTION: &str = "\
# Conformance

How much of OTP's own test suites holds on Oxbeam. `make conformance RELEASE=25` (`oxbeam conform`) takes the suites from OTP's sources, compiles them with
OTP's compiler on Oxbeam, runs them by a small runner of the project's own, and writes this page and `docs/conformance/*.toml`. The measure is the real `erl` of
the same release under the same runner: of the cases that are ok there, how many are ok here. What the real one does was recorded
(`tests/data/conformance`); `--reference PATH` asks one that is at hand.

`docs/testing.md` says more. The page is generated: reasons that say more than what a case ended with are in `tests/data/otp_expected.toml`.
";

/// Cases of the reference that are ok, and how many of them are ok here.
#[derive(Clone, Copy, Default)]
struct Score {
    here: usize,
    there: usize,
}

impl Score {
    fn add(&mut self, other: Score) {
        self.here += other.here;
        self.there += other.there;
    }

    /// `1203 of 1208, 99.6 %`
    fn text(self) -> String {
        if self.there == 0 {
            return "none".into();
        }
        // Rounded down: 100 % is all.
        let tenths = self.here * 1000 / self.there;
        format!(
            "{} of {}, {}.{} %",
            self.here,
            self.there,
            tenths / 10,
            tenths % 10
        )
    }
}

/// The whole page.
pub(super) fn page(parts: &[Part<'_>]) -> String {
    let mut page = INTRODUCTION.to_owned();
    for part in parts {
        part.write(&mut page);
    }
    page
}

impl Part<'_> {
    fn score(&self, suite: &Suite) -> Option<Score> {
        let (ours, real) = (
            self.ours.suites.get(suite)?,
            self.reference.suites.get(suite)?,
        );
        let ok = |cases: &Cases, name: &String| {
            cases
                .get(name)
                .is_some_and(|verdict| verdict.outcome == Outcome::Ok)
        };
        let there = real.keys().filter(|name| ok(real, name));
        let mut score = Score::default();
        for name in there {
            score.there += 1;
            score.here += usize::from(ok(ours, name));
        }
        Some(score)
    }

    fn write(&self, page: &mut String) {
        let _ = writeln!(page, "\n## OTP {}\n", self.ours.version);
        let _ = writeln!(
            page,
            "| List | Suites | ok, of those that are ok on the real one |\n|---|---|---|"
        );
        for name in ["early", "mid", "late", "variants"] {
            let suites = self.lists.list(name).unwrap_or_default();
            let mut score = Score::default();
            let mut count = 0;
            for one in suites.iter().filter_map(|suite| self.score(suite)) {
                score.add(one);
                count += 1;
            }
            if count > 0 {
                let _ = writeln!(page, "| {name} | {count} | {} |", score.text());
            }
        }
        let unknown: Vec<String> = self
            .ours
            .suites
            .keys()
            .filter(|suite| !self.reference.suites.contains_key(suite))
            .map(Suite::to_string)
            .collect();
        if !unknown.is_empty() {
            let _ = writeln!(
                page,
                "\nNot recorded from the real one: {}.",
                unknown.join(", ")
            );
        }
        self.incomplete(page);
        self.complete(page);
    }

    /// A table of the suites that lack something, and what.
    fn incomplete(&self, page: &mut String) {
        let lacking: Vec<(&Suite, &Cases)> = self
            .ours
            .suites
            .iter()
            .filter(|(suite, _)| {
                self.score(suite)
                    .is_some_and(|score| score.here < score.there)
            })
            .collect();
        if lacking.is_empty() {
            return;
        }
        page.push_str("\n| Suite | ok on the real one | ok | skip | fail | timeout | crash | notrun |\n|---|---|---|---|---|---|---|---|\n");
        for (suite, cases) in &lacking {
            let there = self.score(suite).unwrap_or_default().there;
            let _ = write!(page, "| {suite} | {there} |");
            for outcome in Outcome::ALL {
                let count = cases
                    .values()
                    .filter(|verdict| verdict.outcome == outcome)
                    .count();
                let shown = if count == 0 {
                    String::new()
                } else {
                    count.to_string()
                };
                let _ = write!(page, " {shown} |");
            }
            page.push('\n');
        }
        page.push_str("\nThe cases that are ok on the real one and not here:\n\n");
        for (suite, cases) in lacking {
            for (name, real) in &self.reference.suites[suite] {
                let verdict = cases.get(name);
                if real.outcome != Outcome::Ok
                    || verdict.is_some_and(|verdict| verdict.outcome == Outcome::Ok)
                {
                    continue;
                }
                let outcome = verdict.map_or("missing", |verdict| verdict.outcome.name());
                let seen = verdict.map_or("", |verdict| verdict.reason.as_str());
                let reason = self.known.reason(suite, name).map_or_else(
                    || format!("`{}`", short(seen).replace('`', "'")),
                    str::to_owned,
                );
                let colon = if reason == "``" { "" } else { ": " };
                let reason = if colon.is_empty() { "" } else { &reason };
                let _ = writeln!(page, "- {suite} `{name}`: {outcome}{colon}{reason}");
            }
        }
    }

    fn complete(&self, page: &mut String) {
        let mut whole: BTreeMap<&str, (usize, Vec<String>)> = BTreeMap::new();
        for suite in self.ours.suites.keys() {
            let Some(score) = self.score(suite) else {
                continue;
            };
            if score.there > 0 && score.here == score.there {
                let (cases, names) = whole.entry(&suite.application).or_default();
                *cases += score.there;
                names.push(format!("`{}` {}", suite.name, score.there));
            }
        }
        if whole.is_empty() {
            return;
        }
        page.push_str("\nComplete, with the number of cases:\n\n");
        for (application, (cases, names)) in whole {
            let _ = writeln!(page, "- {application} ({cases}): {}", names.join(", "));
        }
    }
}

/// A reason that fits in a line.
fn short(reason: &str) -> String {
    const LENGTH: usize = 140;
    if reason.chars().count() <= LENGTH {
        return reason.to_owned();
    }
    let start: String = reason.chars().take(LENGTH).collect();
    format!("{start} …")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_counts_what_is_ok_on_the_real_machine() {
        let ours = "version = \"25.2.3\"\n[emulator.map]\nok = \"a b\"\n[emulator.map.others]\n\
                    c = \"fail: {badmatch,1}\"\nd = \"fail: not ok there either\"\n\
                    [emulator.small]\nok = \"x\"\n";
        let real = "[emulator.map]\nok = \"a b c\"\n[emulator.map.others]\nd = \"fail\"\n\
                    [emulator.small]\nok = \"x\"\n";
        let (ours, reference) = (
            Results::parse(ours).expect("results"),
            Results::parse(real).expect("results"),
        );
        let lists = Lists::read(25);
        let part = Part {
            ours: &ours,
            reference: &reference,
            known: &Known::default(),
            lists: &lists,
        };
        let page = page(&[part]);
        assert!(page.contains("| early | 2 | 3 of 4, 75.0 % |"), "{page}");
        assert!(
            page.contains("| emulator/map | 3 | 2 |  | 2 |  |  |  |"),
            "{page}"
        );
        assert!(
            page.contains("- emulator/map `c`: fail: `{badmatch,1}`\n"),
            "{page}"
        );
        assert!(page.contains("- emulator (1): `small` 1\n"), "{page}");
    }
}
