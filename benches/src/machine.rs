//! A machine under test: how it is started, and what one run of a program says.

use crate::program::Program;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

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

impl Sample {
    /// `bench RESULT ELAPSED PROCESSOR PEAK`
    pub(crate) fn parse(line: &str) -> Option<Sample> {
        let mut numbers = line.strip_prefix("bench ")?.split(' ').map(str::parse);
        let mut next = || numbers.next()?.ok();
        Some(Sample {
            result: next()?,
            elapsed: next()?,
            processor: next()?,
            peak: next()?,
        })
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sample {
            result,
            elapsed,
            processor,
            peak,
        } = self;
        write!(f, "bench {result} {elapsed} {processor} {peak}")
    }
}

impl Machine {
    /// `NAME=COMMAND`, where the command is that of an `erl`.
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

    /// The command of another tool, which stands beside `erl`: the command's last word with that name in its place. None if that is not `erl`.
    pub(crate) fn tool(&self, tool: &str) -> Option<Vec<String>> {
        if tool == "erl" {
            return Some(self.command.clone());
        }
        let (last, before) = self.command.split_last()?;
        let folder = last.strip_suffix("erl")?;
        if !folder.is_empty() && !folder.ends_with('/') {
            return None;
        }
        let mut command = before.to_vec();
        command.push(format!("{folder}{tool}"));
        Some(command)
    }

    /// Which OTP it runs.
    pub(crate) fn release(&self) -> Result<u32, String> {
        let code = "io:format(\"release ~s~n\", [erlang:system_info(otp_release)]), halt().";
        let output = self.run(&["-noshell", "-eval", code])?;
        let said = String::from_utf8_lossy(&output.stdout);
        said.lines()
            .find_map(|line| line.strip_prefix("release ")?.parse().ok())
            .ok_or_else(|| self.failed("release", &output))
    }

    /// Compiles the programs into the folder, as its own OTP does.
    pub(crate) fn compile(&self, sources: &[PathBuf], objects: &Path) -> Result<(), String> {
        let code = "[Objects | Sources] = init:get_plain_arguments(),
             [{ok, _} = compile:file(Source, [{outdir, Objects}, report]) || Source <- Sources],
             io:format(\"compiled~n\"), halt().";
        let mut words = vec!["-noshell", "-eval", code, "-extra"];
        let objects = objects.to_string_lossy();
        let sources: Vec<_> = sources.iter().map(|path| path.to_string_lossy()).collect();
        words.push(&objects);
        words.extend(sources.iter().map(|path| &**path));
        let output = self.run(&words)?;
        if String::from_utf8_lossy(&output.stdout).ends_with("compiled\n") {
            Ok(())
        } else {
            Err(self.failed("compiling", &output))
        }
    }

    /// Runs `program` once.
    pub(crate) fn measure(
        &self,
        program: &Program,
        factor: f64,
        flags: &str,
        objects: &Path,
    ) -> Result<Sample, String> {
        let objects = objects.to_string_lossy();
        let factor = format!("{factor:.4}");
        let mut words: Vec<&str> = flags.split_whitespace().collect();
        words.extend(program.flags.split_whitespace());
        words.extend(["-noshell", "-pa", &objects, "-run", "bench_driver", "main"]);
        words.extend([program.name.as_str(), &factor]);
        let output = self.run(&words)?;
        let said = String::from_utf8_lossy(&output.stdout);
        said.lines()
            .find_map(Sample::parse)
            .ok_or_else(|| self.failed(&program.name, &output))
    }

    fn run(&self, arguments: &[&str]) -> Result<Output, String> {
        Command::new(&self.command[0])
            .args(&self.command[1..])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("{}: {error}", self.command[0]))
    }

    fn failed(&self, what: &str, output: &Output) -> String {
        format!(
            "{what} on {}: {}\n{}{}",
            self.name,
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
    }
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
    fn tools_stand_beside_erl() {
        let tool = |command: &str, tool: &str| Machine::parse(command).expect("formed").tool(tool);
        let words = |text: &str| Some(text.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(tool("x=chroot /ref erl", "iex"), words("chroot /ref iex"));
        assert_eq!(tool("x=/bin/erl", "iex"), words("/bin/iex"));
        assert_eq!(tool("x=/bin/my_erl", "iex"), None);
        assert_eq!(tool("x=/bin/my_erl", "erl"), words("/bin/my_erl"));
        assert_eq!(tool("x=oracle27", "iex"), None);
    }

    #[test]
    fn a_line_of_the_driver_is_a_sample() {
        let read = Sample::parse("bench 17 2000 1000 50000").expect("a sample");
        assert_eq!(
            (read.result, read.elapsed, read.processor, read.peak),
            (17, 2000, 1000, 50000)
        );
        assert_eq!(read.to_string(), "bench 17 2000 1000 50000");
        assert!(Sample::parse("bench 17 2000").is_none());
        assert!(Sample::parse("Crash dump is being written").is_none());
    }
}
