//! Failures that are known: `data/known_failures.txt`, a test a line, `area::program` for all releases and configurations or the
//! whole name `otp25::normal::area::program`. A line that begins with `~` is of a test that fails at times.
//!
//! A listed test that passes fails: the list says what is true.

use std::collections::HashMap;
use std::path::Path;

/// What a test is expected to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Pass.
    Pass,
    /// Fail.
    Fail,
    /// Nobody knows.
    Either,
}

/// The list.
#[derive(Debug, Default)]
pub struct Known(HashMap<String, Expected>);

impl Known {
    /// Reads the list; a file that is not there lists nothing.
    pub fn read(data: &Path) -> Known {
        let text = std::fs::read_to_string(data.join("known_failures.txt")).unwrap_or_default();
        Known::parse(&text)
    }
    fn parse(text: &str) -> Known {
        let lines = text
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default().trim());
        let entry = |line: &str| match line.strip_prefix('~') {
            Some(name) => (name.trim().to_owned(), Expected::Either),
            None => (line.to_owned(), Expected::Fail),
        };
        Known(lines.filter(|line| !line.is_empty()).map(entry).collect())
    }
    /// What the test of this whole name is expected to do.
    pub fn expects(&self, name: &str) -> Expected {
        let mut parts = name.splitn(3, "::");
        let program = parts.nth(2).unwrap_or(name);
        [name, program]
            .iter()
            .find_map(|key| self.0.get(*key))
            .copied()
            .unwrap_or(Expected::Pass)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_one_test_or_all_of_a_program() {
        let known =
            Known::parse("# none\nlists::member\notp25::s4::maps::get # once\n~ timers::cancel\n");
        assert_eq!(
            known.expects("otp27::normal::lists::member"),
            Expected::Fail
        );
        assert_eq!(known.expects("otp25::s4::maps::get"), Expected::Fail);
        assert_eq!(known.expects("otp25::s1::maps::get"), Expected::Pass);
        assert_eq!(
            known.expects("otp29::zeal::timers::cancel"),
            Expected::Either
        );
    }
}
