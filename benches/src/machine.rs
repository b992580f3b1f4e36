//! A machine under test: how it is started, and what one run of a program says.

use std::path::Path;
use std::process::{Command, Stdio};

/// Name and command.
#[derive(Clone)]
pub(crate) struct Machine {
    /// As it appears in the table.
    pub(crate) name: String,
    command: Vec<String>,
}

/// One run.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    /// Hash of what the program returned.
    pub(crate) result: u64,
    /// Microseconds by the clock.
    pub(crate) elapsed: u64,
    /// Microseconds of processor time, of all threads.
    pub(crate) processor: u64,
    /// Most memory that the machine had, in KB.
    pub(crate) peak: u64,
}

impl Machine {
    /// `NAME=COMMAND`.
    pub(crate) fn parse(text: &str) -> Result<Machine, String> {
        let (name, command) = text.split_once('=').ok_or("not NAME=COMMAND")?;
        let command: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        if name.is_empty() || command.is_empty() {
            return Err("not NAME=COMMAND".to_owned());
        }
        Ok(Machine {
            name: name.to_owned(),
            command,
        })
    }

    /// Runs `program` once.
    pub(crate) fn measure(
        &self,
        program: &str,
        factor: f64,
        flags: &str,
        objects: &Path,
    ) -> Result<Sample, String> {
        let output = Command::new(&self.command[0])
            .args(&self.command[1..])
            .args(flags.split_whitespace())
            .args(["-noshell", "-pa"])
            .arg(objects)
            .args(["-run", "bench_driver", "main", program])
            .arg(format!("{factor:.4}"))
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("{}: {error}", self.command[0]))?;
        let said = String::from_utf8_lossy(&output.stdout);
        said.lines().find_map(sample).ok_or_else(|| {
            format!(
                "{program} on {}: {}\n{said}{}",
                self.name,
                output.status,
                String::from_utf8_lossy(&output.stderr)
            )
        })
    }
}

/// `bench RESULT ELAPSED PROCESSOR PEAK`
fn sample(line: &str) -> Option<Sample> {
    let mut numbers = line.strip_prefix("bench ")?.split(' ').map(str::parse);
    let mut next = || numbers.next()?.ok();
    Some(Sample {
        result: next()?,
        elapsed: next()?,
        processor: next()?,
        peak: next()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_a_name() {
        let machine = Machine::parse("OTP 27=chroot /ref erl").expect("well formed");
        assert_eq!(
            (machine.name.as_str(), machine.command.len()),
            ("OTP 27", 3)
        );
        assert!(Machine::parse("erl").is_err());
        assert!(Machine::parse("name=").is_err());
    }

    #[test]
    fn a_line_of_the_driver_is_a_sample() {
        let read = sample("bench 17 2000 1000 50000").expect("a sample");
        assert_eq!(
            (read.result, read.elapsed, read.processor, read.peak),
            (17, 2000, 1000, 50000)
        );
        assert!(sample("bench 17 2000").is_none());
        assert!(sample("Crash dump is being written").is_none());
    }
}
