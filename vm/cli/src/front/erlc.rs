//! `erlc`: turns the compiler's command line into one of `erl`, as each release's own `erlc` does.
//!
//! The compile server (`-server`, `ERLC_USE_SERVER`) is not used: every call compiles by itself, with the same output.

use super::{Call, Client, Failure, words};
use crate::erlexec::Argument;
use crate::output::complain;
use crate::release::Release;
use std::ffi::OsString;
use std::process::ExitCode;

/// `erlc ARGUMENTS`.
pub(crate) fn run(call: &Call) -> Result<ExitCode, Failure> {
    let otp = call.choose()?;
    let server = match std::env::var_os("ERLC_USE_SERVER")
        .as_deref()
        .map(std::ffi::OsStr::to_string_lossy)
        .as_deref()
    {
        None | Some("false" | "no") => false,
        Some("true" | "yes") => true,
        Some(other) => {
            complain!(
                "erlc: Warning: Ignoring unrecognized value '{other}' for environment value ERLC_USE_SERVER"
            );
            false
        }
    };
    let command = translate(otp.release, &call.arguments, server)
        .map_err(|error| Failure::new(format!("erlc: {error}")))?;
    let client = Client {
        name: "erlc",
        emulator: Some(("ERLC_EMULATOR", otp.release < Release::Otp29)),
        environment: vec![
            ("ESCRIPT_NAME", call.called.clone()),
            (
                "ERLC_CONFIGURATION",
                OsString::from(&call.places.executable),
            ),
        ],
    };
    if command.debug > 0 {
        let source = String::from_utf8_lossy(&command.source);
        let mut text = format!("spawning erl for {source}");
        if command.debug > 1 {
            let mut line = client.command().unwrap_or_else(|| words(["erl"]).collect());
            line.extend(command.arguments.iter().cloned());
            let line = line.join(&b' ');
            text += &format!(":\n  {} ", String::from_utf8_lossy(&line));
        }
        complain!("{text}");
    }
    client.run(call, &otp, command.arguments)
}

struct Command {
    arguments: Vec<Argument>,
    /// How many `-d` were given.
    debug: u32,
    /// The last file named.
    source: Argument,
}

fn translate(release: Release, given: &[Argument], server: bool) -> Result<Command, String> {
    // What goes before the fixed part; OTP pushes each to the front, so that the last comes first.
    let mut front: Vec<Argument> = Vec::new();
    let mut back: Vec<Argument> = words(["+sbtu", "+A0"]).collect();
    if release >= Release::Otp29 {
        back.extend(words(["+P", "65536", "+Q", "1024"]));
    }
    back.extend(words([
        "-noinput",
        "-mode",
        "minimal",
        "-boot",
        "no_dot_erlang",
    ]));
    back.extend(words(["-s", "erl_compile", "compile_cmdline", "-extra"]));
    let (mut server, mut debug, mut source) = (server, 0, b"<no source>".to_vec());

    let mut rest = given.iter();
    while let Some(argument) = rest.next() {
        match argument.as_slice() {
            b"-d" => debug += 1,
            b"-no-server" => server = false,
            b"-server" => server = true,
            b"-smp" => front.push(argument.clone()),
            [b'-', b'p', which @ (b'a' | b'z'), glued @ ..] => {
                let value = match glued {
                    [] => rest
                        .next()
                        .filter(|value| !value.starts_with(b"-"))
                        .ok_or("No value given to -p option")?,
                    glued => &glued.to_vec(),
                };
                front.push(value.clone());
                front.push(vec![b'-', b'p', *which]);
            }
            [b'-' | b'+', ..] => back.push(argument.clone()),
            _ => {
                source.clone_from(argument);
                back.push(argument.clone());
            }
        }
    }
    if !server {
        front.push(b"+S1".to_vec());
    }
    front.reverse();
    front.extend(back);
    Ok(Command {
        arguments: front,
        debug,
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(release: Release, given: &str) -> Result<String, String> {
        let given: Vec<Argument> = given
            .split_whitespace()
            .map(|word| word.as_bytes().to_vec())
            .collect();
        let arguments = translate(release, &given, false)?.arguments;
        Ok(String::from_utf8_lossy(&arguments.join(&b' ')).into_owned())
    }

    const FIXED: &str = "+sbtu +A0 -noinput -mode minimal -boot no_dot_erlang -s erl_compile compile_cmdline -extra";

    #[test]
    fn options_follow_the_fixed_part() {
        assert_eq!(
            line(Release::Otp25, "-o out +debug_info a.erl"),
            Ok(format!("+S1 {FIXED} -o out +debug_info a.erl"))
        );
        let newest = FIXED.replace("+A0", "+A0 +P 65536 +Q 1024");
        assert_eq!(
            line(Release::Otp29, "-W0 -b beam a.erl"),
            Ok(format!("+S1 {newest} -W0 -b beam a.erl"))
        );
    }

    #[test]
    fn code_paths_go_to_the_emulator_last_first() {
        assert_eq!(
            line(Release::Otp27, "-pa x -pzy a.erl"),
            Ok(format!("+S1 -pz y -pa x {FIXED} a.erl"))
        );
        assert_eq!(
            line(Release::Otp27, "-smp -px a.erl"),
            Ok(format!("+S1 -smp {FIXED} -px a.erl"))
        );
        assert_eq!(
            line(Release::Otp27, "-pa"),
            Err("No value given to -p option".into())
        );
        assert_eq!(
            line(Release::Otp27, "-pa -W"),
            Err("No value given to -p option".into())
        );
    }

    #[test]
    fn server_options_are_eaten() {
        assert_eq!(
            line(Release::Otp27, "-no-server -d -d x.erl"),
            Ok(format!("+S1 {FIXED} x.erl"))
        );
        assert_eq!(
            line(Release::Otp27, "-server x.erl"),
            Ok(format!("{FIXED} x.erl"))
        );
    }
}
