//! Measures a whole command, start and end included.
//!
//! The system counts the resources of all children of a process together, the most memory of one among them. So each
//! command gets a parent of its own: this program runs itself, and that one runs the command and says what it took.

use crate::machine::Sample;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use std::io::Write;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Instant;

/// The first argument of the one that measures.
pub(crate) const ARGUMENT: &str = "--measure-command";

/// What came of a command.
pub(crate) enum Measured {
    /// It ended well.
    Sample(Sample),
    /// There is no such command.
    Absent,
}

/// Runs `command` with `input`, in a parent of its own.
pub(crate) fn measure(command: &[String], input: &str) -> Result<Measured, String> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut parent = Command::new(this)
        .arg(ARGUMENT)
        .args(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    fed(&mut parent, input)?;
    let output = parent
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout);
    match said.lines().find_map(Sample::parse) {
        Some(sample) => Ok(Measured::Sample(sample)),
        None if output.status.code() == Some(ABSENT) => Ok(Measured::Absent),
        None => Err(format!(
            "{}: {}\n{}",
            command.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}

/// A command may end before it has read all.
fn fed(child: &mut Child, input: &str) -> Result<(), String> {
    let Some(mut pipe) = child.stdin.take() else {
        return Ok(());
    };
    match pipe.write_all(input.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.to_string()),
        _ => Ok(()),
    }
}

/// What shells and `env` end with when there is no such command.
const ABSENT: i32 = 127;

/// The parent of one command: prints a sample, and returns the status to end with.
pub(crate) fn parent(command: &[String]) -> u8 {
    match run(command) {
        Ok((status, sample)) if status.success() => {
            println!("{sample}");
            0
        }
        Ok((status, _)) => {
            eprintln!("{status}");
            status
                .code()
                .and_then(|code| code.try_into().ok())
                .unwrap_or(1)
        }
        Err(error) => {
            eprintln!("{error}");
            if error.kind() == std::io::ErrorKind::NotFound {
                ABSENT as u8
            } else {
                1
            }
        }
    }
}

fn run(command: &[String]) -> std::io::Result<(ExitStatus, Sample)> {
    let (program, arguments) = command.split_first().ok_or(std::io::ErrorKind::NotFound)?;
    let start = Instant::now();
    let status = Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .status()?;
    let elapsed = start.elapsed().as_micros() as u64;
    let used = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let processor = used.user_time().num_microseconds() + used.system_time().num_microseconds();
    let sample = Sample {
        result: 0,
        elapsed,
        processor: processor.unsigned_abs(),
        peak: used.max_rss().unsigned_abs(),
    };
    Ok((status, sample))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_measured() {
        let command = ["sh", "-c", "exit 0"].map(str::to_owned);
        let (status, sample) = run(&command).expect("a shell");
        assert!(status.success() && sample.peak > 100);
        assert!(run(&["/no/such/command".to_owned()]).is_err());
    }
}
