//! Comparing what a program printed with what was recorded, and recording it.

use std::fs;
use std::io;

use crate::batch::Outcome;
use crate::program::Program;

/// The text that an outcome is compared by: all that was printed, and how it ended unless it ended well.
pub fn text(outcome: &Outcome) -> Vec<u8> {
    let mut text = outcome.output.clone();
    if outcome.status != "0" {
        if !text.is_empty() && !text.ends_with(b"\n") {
            text.push(b'\n');
        }
        text.extend_from_slice(format!("%% exit: {}\n", outcome.status).as_bytes());
    }
    text
}

/// Whether it printed what OTP prints; `Err` shows the first difference.
pub fn compare(program: &Program, release: u32, outcome: &Outcome) -> Result<(), String> {
    let Some(file) = program.expectation(release) else {
        let got = String::from_utf8_lossy(&text(outcome)).into_owned();
        return Err(format!(
            "no recorded output: record it from the real OTP\n{got}{}",
            outcome.log
        ));
    };
    let expected = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let got = text(outcome);
    if expected == got {
        return Ok(());
    }
    let name = file
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let mut report = difference(&expected, &got, &name);
    if !outcome.log.is_empty() {
        report.push_str("\nthe machine said:\n");
        report.push_str(&outcome.log);
    }
    Err(report)
}

fn difference(expected: &[u8], got: &[u8], name: &str) -> String {
    let expected = String::from_utf8_lossy(expected);
    let got = String::from_utf8_lossy(got);
    let mut ours = got.lines();
    let mut theirs = expected.lines();
    let mut shown = 0;
    let mut report = String::new();
    for number in 1_usize.. {
        let (want, have) = (theirs.next(), ours.next());
        if want.is_none() && have.is_none() {
            break;
        }
        if want != have {
            report.push_str(&format!("{name}:{number}:\n"));
            report.push_str(&format!("  expected {}\n", shorten(want)));
            report.push_str(&format!("  got      {}\n", shorten(have)));
            shown += 1;
            if shown == 5 {
                report.push_str("  …\n");
                break;
            }
        }
    }
    if report.is_empty() {
        report.push_str("only line ends differ\n");
    }
    report
}

fn shorten(line: Option<&str>) -> String {
    match line {
        None => "(nothing more)".to_owned(),
        Some(line) if line.chars().count() <= 300 => line.to_owned(),
        Some(line) => line.chars().take(300).chain(['…']).collect(),
    }
}

/// Writes down what the real OTP of `release` printed, as little as needed: a release has a file of its own
/// only where it differs from the one before. Releases must be recorded in ascending order.
pub fn record(program: &Program, release: u32, outcome: &Outcome) -> io::Result<()> {
    let got = text(outcome);
    let first = crate::matrix::RELEASES
        .into_iter()
        .find(|&number| program.is_for(number));
    if first == Some(release) {
        return write(&program.recorded_for(None), &got);
    }
    let own = program.recorded_for(Some(release));
    if own.is_file() {
        fs::remove_file(&own)?;
    }
    let before = program.expectation(release).map(fs::read).transpose()?;
    if before.as_deref() == Some(&got) {
        return Ok(());
    }
    write(&own, &got)
}

fn write(file: &std::path::Path, text: &[u8]) -> io::Result<()> {
    // Unchanged files keep their time.
    if fs::read(file).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(file, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_part_of_the_text_only_if_it_is_not_a_good_one() {
        let outcome = |output: &str, status: &str| Outcome {
            output: output.into(),
            status: status.into(),
            log: String::new(),
        };
        assert_eq!(text(&outcome("a\n", "0")), b"a\n");
        assert_eq!(text(&outcome("a", "3")), b"a\n%% exit: 3\n");
    }

    #[test]
    fn a_difference_names_the_line() {
        let report = difference(b"a\nb\n", b"a\nc\n", "x.out");
        assert_eq!(report, "x.out:2:\n  expected b\n  got      c\n");
    }
}
