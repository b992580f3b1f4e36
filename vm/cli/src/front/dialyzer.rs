//! `dialyzer` and `typer`: their command lines as ones of `erl`.

use super::{Call, Client, Failure, words};
use crate::erlexec::Argument;
use crate::release::Release;
use std::process::ExitCode;

/// `dialyzer ARGUMENTS`.
pub(crate) fn run(call: &Call) -> Result<ExitCode, Failure> {
    let otp = call.choose()?;
    let arguments = dialyzer(otp.release, &call.arguments);
    let client = Client {
        name: "dialyzer",
        emulator: Some(("DIALYZER_EMULATOR", otp.release < Release::Otp29)),
        environment: vec![("ESCRIPT_NAME", call.called.clone())],
    };
    client.run(call, &otp, arguments)
}

/// `typer ARGUMENTS`.
pub(crate) fn run_typer(call: &Call) -> Result<ExitCode, Failure> {
    let otp = call.choose()?;
    let arguments = typer(otp.release, &call.arguments);
    let environment = vec![("ESCRIPT_NAME", call.called.clone())];
    Client {
        name: "typer",
        emulator: None,
        environment,
    }
    .run(call, &otp, arguments)
}

fn dialyzer(release: Release, given: &[Argument]) -> Vec<Argument> {
    let mut rest = given;
    let mut flags = smp(&mut rest);
    // Flags for the emulator are recognized in this order only.
    let mut flag = |name: &str| match rest {
        [first, value, after @ ..] if first == name.as_bytes() => {
            rest = after;
            Some(value.clone())
        }
        _ => None,
    };
    if let Some(value) = flag("+S") {
        flags.extend(words(["-smp", "+S"]).chain([value]));
    }
    let processes = flag("+P").unwrap_or_else(|| b"1000000".to_vec());
    flags.extend(words(["+P"]).chain([processes]));
    if let Some(value) = flag("+sbt") {
        flags.extend(words(["+sbt"]).chain([value]));
    }
    finish(release, flags, ["dialyzer", "plain_cl"], rest)
}

fn typer(release: Release, given: &[Argument]) -> Vec<Argument> {
    let mut rest = given;
    let flags = smp(&mut rest);
    finish(release, flags, ["typer", "start"], rest)
}

fn smp(rest: &mut &[Argument]) -> Vec<Argument> {
    match rest.split_first() {
        Some((first, after)) if first == b"-smp" => {
            *rest = after;
            words(["-smpauto"]).collect()
        }
        _ => Vec::new(),
    }
}

fn finish(
    release: Release,
    mut flags: Vec<Argument>,
    run: [&str; 2],
    rest: &[Argument],
) -> Vec<Argument> {
    let boot = if release >= Release::Otp29 {
        "$ROOT/no_dot_erlang"
    } else {
        "no_dot_erlang"
    };
    flags.extend(words([
        "+B", "-boot", boot, "-run", run[0], run[1], "-extra",
    ]));
    flags.extend(
        rest.iter()
            .filter(|argument| *argument != b"--shell")
            .cloned(),
    );
    if rest.iter().all(|argument| argument != b"--shell") {
        flags.insert(0, b"-noinput".to_vec());
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(
        made: fn(Release, &[Argument]) -> Vec<Argument>,
        release: Release,
        given: &str,
    ) -> String {
        let given: Vec<Argument> = given
            .split_whitespace()
            .map(|word| word.as_bytes().to_vec())
            .collect();
        String::from_utf8_lossy(&made(release, &given).join(&b' ')).into_owned()
    }

    #[test]
    fn dialyzer_takes_flags_of_the_emulator_first() {
        let end = "+B -boot no_dot_erlang -run dialyzer plain_cl -extra";
        assert_eq!(
            line(dialyzer, Release::Otp27, "-r ebin"),
            format!("-noinput +P 1000000 {end} -r ebin")
        );
        assert_eq!(
            line(
                dialyzer,
                Release::Otp25,
                "-smp +S 2 +P 5000 +sbt u --shell x"
            ),
            format!("-smpauto -smp +S 2 +P 5000 +sbt u {end} x")
        );
        assert_eq!(
            line(dialyzer, Release::Otp27, "+P"),
            format!("-noinput +P 1000000 {end} +P")
        );
    }

    #[test]
    fn typer_is_plain() {
        let end = "-run typer start -extra x.erl";
        assert_eq!(
            line(typer, Release::Otp29, "x.erl"),
            format!("-noinput +B -boot $ROOT/no_dot_erlang {end}")
        );
        assert_eq!(
            line(typer, Release::Otp25, "-smp --shell x.erl"),
            format!("-smpauto +B -boot no_dot_erlang {end}")
        );
    }
}
