//! A command whose output nobody takes, or which has no room for it, ends with a non-zero status, and does not panic.

use std::fs::File;
use std::process::{Command, Output, Stdio};

const COMMANDS: [&[&str]; 3] = [&["flags"], &["--help"], &["otp", "--help"]];

fn run(arguments: &[&str], output: Stdio, errors: Stdio) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oxbeam"));
    command.args(arguments).stdin(Stdio::null());
    let child = command.stdout(output).stderr(errors).spawn();
    child
        .and_then(std::process::Child::wait_with_output)
        .expect("it runs")
}

fn full() -> Stdio {
    File::options()
        .write(true)
        .open("/dev/full")
        .expect("/dev/full is there")
        .into()
}

#[test]
fn without_room_it_says_so() {
    for arguments in COMMANDS {
        let ended = run(arguments, full(), Stdio::piped());
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{arguments:?}: {said}");
        let wanted = "oxbeam: what it prints cannot be written: No space left on device";
        assert!(
            said.starts_with(wanted) && said.lines().count() == 1,
            "{arguments:?}: {said}"
        );
    }
}

#[test]
fn without_a_reader_it_ends_quietly() {
    for arguments in COMMANDS {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let ended = run(arguments, writer.into(), Stdio::piped());
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(
            (ended.status.code(), said.as_ref()),
            (Some(1), ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn complaints_that_find_no_room_are_lost() {
    for arguments in [["disasm", "/nowhere"], ["otp", "nonsense"]] {
        let ended = run(&arguments, full(), full());
        assert!(
            matches!(ended.status.code(), Some(1 | 2)),
            "{arguments:?}: {:?}",
            ended.status
        );
    }
}
