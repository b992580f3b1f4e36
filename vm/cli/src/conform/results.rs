//! What became of cases, and the files that hold it.
//!
//! A file of results is TOML: the version of OTP, then a table for each suite with the names of the cases that were ok and a table of the
//! others. A suite all of whose cases did as those of another one, a clone under other compiler options, says so: `same = "compiler.map"`.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::fs;
use std::path::Path;
use toml::{Table, Value};

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    Ok,
    Skip,
    Fail,
    Timeout,
    /// The machine died or hung.
    Crash,
    /// The time for the suite was over before.
    NotRun,
}

impl Outcome {
    pub(super) const ALL: [Outcome; 6] = [
        Outcome::Ok,
        Outcome::Skip,
        Outcome::Fail,
        Outcome::Timeout,
        Outcome::Crash,
        Outcome::NotRun,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Skip => "skip",
            Outcome::Fail => "fail",
            Outcome::Timeout => "timeout",
            Outcome::Crash => "crash",
            Outcome::NotRun => "notrun",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Outcome> {
        Outcome::ALL
            .into_iter()
            .find(|outcome| outcome.name() == name)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A suite: the application, or `compiler_variants`, and the name without `_SUITE`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Suite {
    pub(super) application: String,
    pub(super) name: String,
}

impl Suite {
    pub(super) fn new(application: &str, name: &str) -> Suite {
        Suite {
            application: application.to_owned(),
            name: name.to_owned(),
        }
    }

    /// The name of its module.
    pub(super) fn module(&self) -> String {
        format!("{}_SUITE", self.name)
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.application, self.name)
    }
}

/// What became of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) outcome: Outcome,
    pub(super) reason: String,
}

/// Cases of a suite by name; groups are part of it: `group/case`.
pub(super) type Cases = BTreeMap<String, Verdict>;

/// Results of a machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Results {
    /// Of OTP, such as `25.2.3`.
    pub(super) version: String,
    pub(super) suites: BTreeMap<Suite, Cases>,
}

impl Results {
    /// Reads a file; one that is not there has no results.
    pub(super) fn read(path: &Path) -> Result<Results, String> {
        match fs::read_to_string(path) {
            Ok(text) => {
                Results::parse(&text).map_err(|error| format!("{}: {error}", path.display()))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Results::default()),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }

    pub(super) fn parse(text: &str) -> Result<Results, String> {
        let table: Table = text
            .parse()
            .map_err(|error: toml::de::Error| error.to_string())?;
        let mut results = Results::default();
        let mut same = Vec::new();
        for (application, suites) in &table {
            if application == "version" {
                results.version = suites.as_str().unwrap_or_default().to_owned();
                continue;
            }
            let suites = suites
                .as_table()
                .ok_or_else(|| format!("{application} is no table"))?;
            for (name, suite) in suites {
                let suite_name = Suite::new(application, name);
                match suite.get("same").and_then(Value::as_str) {
                    Some(other) => same.push((suite_name, other.to_owned())),
                    None => {
                        let cases =
                            parse_cases(suite).map_err(|error| format!("{suite_name}: {error}"))?;
                        results.suites.insert(suite_name, cases);
                    }
                }
            }
        }
        for (suite, other) in same {
            let found = other
                .split_once('.')
                .and_then(|(application, name)| results.suites.get(&Suite::new(application, name)));
            let cases = found
                .cloned()
                .ok_or_else(|| format!("{suite} is said to be as {other}, which is not there"))?;
            results.suites.insert(suite, cases);
        }
        Ok(results)
    }

    /// The text of a file, `introduction` at its top.
    pub(super) fn text(&self, introduction: &str) -> String {
        let mut text = String::new();
        for line in introduction.lines() {
            let _ = writeln!(text, "# {line}");
        }
        let _ = writeln!(text, "version = {}", quoted(&self.version));
        for (suite, cases) in &self.suites {
            let key = format!("{}.{}", key(&suite.application), key(&suite.name));
            let _ = writeln!(text, "\n[{key}]");
            if let Some(base) = self.base(suite, cases) {
                let _ = writeln!(text, "same = \"{}.{}\"", base.application, base.name);
                continue;
            }
            let ok = cases
                .iter()
                .filter(|(_, verdict)| verdict.outcome == Outcome::Ok);
            text.push_str("ok = \"\"\"");
            words(&mut text, ok.map(|(name, _)| name.as_str()));
            text.push_str("\"\"\"\n");
            let mut others = cases
                .iter()
                .filter(|(_, verdict)| verdict.outcome != Outcome::Ok)
                .peekable();
            if others.peek().is_some() {
                let _ = writeln!(text, "[{key}.others]");
            }
            for (name, verdict) in others {
                let reason = if verdict.reason.is_empty() {
                    verdict.outcome.name().to_owned()
                } else {
                    format!("{}: {}", verdict.outcome, verdict.reason)
                };
                let _ = writeln!(text, "{} = {}", self::key(name), quoted(&reason));
            }
        }
        text
    }

    /// The suite that this one is a clone of, if all its cases did the same.
    fn base(&self, suite: &Suite, cases: &Cases) -> Option<&Suite> {
        let application = suite.application.strip_suffix("_variants")?;
        let (base, _) = self.suites.iter().find(|(base, base_cases)| {
            base.application == application
                && suite.name.starts_with(&format!("{}_", base.name))
                && *base_cases == cases
        })?;
        Some(base)
    }
}

fn parse_cases(suite: &Value) -> Result<Cases, String> {
    let mut cases = Cases::new();
    let ok = suite.get("ok").and_then(Value::as_str).unwrap_or_default();
    for name in ok.split_whitespace() {
        let verdict = Verdict {
            outcome: Outcome::Ok,
            reason: String::new(),
        };
        cases.insert(name.to_owned(), verdict);
    }
    let others = suite.get("others").and_then(Value::as_table);
    for (name, value) in others.into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        let (outcome, reason) = value.split_once(": ").unwrap_or((value, ""));
        let outcome = Outcome::from_name(outcome)
            .ok_or_else(|| format!("{name}: {outcome} is not how a case ends"))?;
        let reason = reason.to_owned();
        cases.insert(name.clone(), Verdict { outcome, reason });
    }
    Ok(cases)
}

/// Words in lines of a bearable length.
pub(super) fn words<'a>(text: &mut String, words: impl Iterator<Item = &'a str>) {
    const WIDTH: usize = 140;
    let mut column = WIDTH;
    for word in words {
        if column + 1 + word.len() > WIDTH {
            text.push('\n');
            column = 0;
        } else {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += word.len();
    }
}

/// A key of TOML.
pub(super) fn key(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(plain) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// A basic string of TOML.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(outcome: Outcome, reason: &str) -> Verdict {
        Verdict {
            outcome,
            reason: reason.into(),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut results = Results {
            version: "25.2.3".into(),
            suites: BTreeMap::new(),
        };
        let cases = Cases::from([
            ("one".into(), verdict(Outcome::Ok, "")),
            (
                "group/two".into(),
                verdict(Outcome::Fail, "{badmatch,\"a\\b\"}: no"),
            ),
            ("three".into(), verdict(Outcome::Timeout, "")),
        ]);
        results
            .suites
            .insert(Suite::new("compiler", "map"), cases.clone());
        results
            .suites
            .insert(Suite::new("compiler_variants", "map_no_opt"), cases);
        let text = results.text("Two lines\nof words.");
        assert!(text.starts_with("# Two lines\n# of words.\nversion = \"25.2.3\"\n"));
        assert!(text.contains("same = \"compiler.map\""), "{text}");
        assert_eq!(Results::parse(&text), Ok(results));
    }

    #[test]
    fn an_unknown_outcome_is_refused() {
        let text = "[a.b.others]\nc = \"perhaps\"\n";
        assert_eq!(
            Results::parse(text),
            Err("a/b: c: perhaps is not how a case ends".into())
        );
    }
}
