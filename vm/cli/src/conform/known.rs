//! Cases that are known not to be ok: `tests/data/otp_expected.toml`.
//!
//! ```toml
//! [25.emulator.map]
//! y2 = "why, in a line"
//! "group/z1" = "~why it is ok at times only"
//! ```

use super::results::{Outcome, Results, Suite};
use std::collections::BTreeMap;
use std::path::Path;
use toml::{Table, Value};

/// Reasons by suite and case, of one release.
#[derive(Debug, Default)]
pub(super) struct Known(BTreeMap<Suite, BTreeMap<String, String>>);

impl Known {
    pub(super) fn read(path: &Path, release: u32) -> Result<Known, String> {
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
        Known::parse(&text, release).map_err(|error| failed(&error))
    }

    fn parse(text: &str, release: u32) -> Result<Known, String> {
        let table: Table = text
            .parse()
            .map_err(|error: toml::de::Error| error.to_string())?;
        let mut known = Known::default();
        let applications = table.get(&release.to_string()).and_then(Value::as_table);
        for (application, suites) in applications.into_iter().flatten() {
            for (name, cases) in suites.as_table().into_iter().flatten() {
                let cases = cases.as_table().into_iter().flatten();
                let reasons = cases.map(|(case, reason)| {
                    let reason = reason.as_str().unwrap_or_default();
                    (case.clone(), reason.to_owned())
                });
                known
                    .0
                    .insert(Suite::new(application, name), reasons.collect());
            }
        }
        Ok(known)
    }

    /// Why a case is not ok.
    pub(super) fn reason(&self, suite: &Suite, case: &str) -> Option<&str> {
        let reason = self.0.get(suite)?.get(case)?;
        Some(reason.strip_prefix('~').unwrap_or(reason))
    }

    /// What is not as expected in `results`, a line each: a case that is ok on the reference, or not known there, is ok here or listed; what
    /// is listed is not ok. `whole`: all cases were to be run. One that the time was too short for says nothing.
    pub(super) fn surprises(
        &self,
        results: &Results,
        reference: &Results,
        whole: bool,
    ) -> Vec<String> {
        let mut lines = Vec::new();
        for (suite, cases) in &results.suites {
            let listed = self.0.get(suite);
            let real = reference.suites.get(suite);
            for (name, verdict) in cases {
                let sound = real
                    .and_then(|real| real.get(name))
                    .is_none_or(|verdict| verdict.outcome == Outcome::Ok);
                match (verdict.outcome, listed.and_then(|cases| cases.get(name))) {
                    (_, Some(reason)) if reason.starts_with('~') => {}
                    (Outcome::Ok, Some(_)) => {
                        lines.push(format!("{suite} {name}: ok, and listed as a failure"));
                    }
                    (Outcome::Skip, None) if real.is_none() => {}
                    (Outcome::NotRun | Outcome::Ok, None) | (_, Some(_)) => {}
                    (outcome, None) if sound => {
                        lines.push(format!("{suite} {name}: {outcome} {}", verdict.reason));
                    }
                    (_, None) => {}
                }
            }
            let names = real.into_iter().flatten().filter(|(name, verdict)| {
                verdict.outcome == Outcome::Ok
                    && !cases.contains_key(*name)
                    && listed.is_none_or(|cases| !cases.contains_key(*name))
            });
            if whole {
                lines.extend(names.map(|(name, _)| format!("{suite} {name}: missing")));
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_that_is_not_listed_and_a_pass_that_is_are_surprises() {
        let text = "[25.emulator.map]\nlisted = \"a\"\nbetter = \"b\"\nat_times = \"~c\"\n";
        let known = Known::parse(text, 25).expect("a good file");
        let ours = "[emulator.map]\nok = \"good better at_times\"\n[emulator.map.others]\n\
                    listed = \"fail: x\"\nworse = \"crash: y\"\nbad_there_too = \"fail: z\"\n";
        let real = "[emulator.map]\nok = \"good better at_times listed worse lost\"\n[emulator.map.others]\n\
                    bad_there_too = \"timeout\"\n";
        let results = Results::parse(ours).expect("results");
        let reference = Results::parse(real).expect("results");
        assert_eq!(
            known.surprises(&results, &reference, true),
            [
                "emulator/map better: ok, and listed as a failure",
                "emulator/map worse: crash y",
                "emulator/map lost: missing"
            ]
        );
        let suite = Suite::new("emulator", "map");
        assert_eq!(known.reason(&suite, "at_times"), Some("c"));
        let other = Known::parse(text, 27).expect("a good file");
        assert_eq!(other.reason(&suite, "listed"), None);
    }
}
