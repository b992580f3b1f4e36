//! `ct_run`: Common Test's command line as one of `erl`.

use super::{Call, Client, Failure, words};
use crate::erlexec::Argument;
use std::process::ExitCode;

/// `ct_run ARGUMENTS`.
pub(crate) fn run(call: &Call) -> Result<ExitCode, Failure> {
    let otp = call.choose()?;
    let arguments = translate(&call.arguments)
        .map_err(|flag| Failure::new(format!("ct_run: No value given to {flag} option")))?;
    let environment = vec![("ESCRIPT_NAME", call.called.clone())];
    Client {
        name: "ct_run",
        emulator: None,
        environment,
    }
    .run(call, &otp, arguments)
}

/// What the tests run in.
#[derive(PartialEq)]
enum Mode {
    Normal,
    /// `-vts`: in a browser.
    Web,
    /// `-shell`.
    TestShell,
    /// `-ctname`: an Erlang shell and no tests.
    ErlangShell,
    /// `-ctmaster`.
    Master,
}

fn translate(given: &[Argument]) -> Result<Vec<Argument>, &'static str> {
    let (mut node, mut long, mut mode, mut browser) =
        (b"ct".to_vec(), false, Mode::Normal, Vec::new());
    // Past -erl_args only the node's name is looked for.
    let mut ours = true;
    let mut rest = given.iter();
    while let Some(argument) = rest.next() {
        match argument.as_slice() {
            b"-erl_args" => ours = false,
            b"-sname" => node.clone_from(rest.next().ok_or("-sname")?),
            b"-name" => {
                node.clone_from(rest.next().ok_or("-name")?);
                long = true;
            }
            b"-vts" if ours => mode = Mode::Web,
            b"-browser" if ours => browser.clone_from(rest.next().ok_or("-browser")?),
            b"-shell" if ours => mode = Mode::TestShell,
            b"-ctmaster" if ours => (node, mode) = (b"ct_master".to_vec(), Mode::Master),
            b"-ctname" if ours => {
                node.clone_from(rest.next().ok_or("-ctname")?);
                mode = Mode::ErlangShell;
            }
            _ => {}
        }
    }

    let mut made: Vec<Argument> = vec![
        if long {
            b"-name".to_vec()
        } else {
            b"-sname".to_vec()
        },
        node,
    ];
    if mode == Mode::Web {
        made.extend(words(["-s", "ct_webtool", "script_start", "vts"]));
        made.extend((!browser.is_empty()).then_some(browser));
    }
    if matches!(mode, Mode::Web | Mode::TestShell | Mode::Normal) {
        made.extend(words(["-s", "ct_run", "script_start"]));
    }
    if mode == Mode::Normal {
        made.extend(words(["-s", "erlang", "halt"]));
    }
    let mut ours = true;
    let mut rest = given.iter();
    while let Some(argument) = rest.next() {
        match argument.as_slice() {
            b"-erl_args" => {
                ours = false;
                made.push(b"-ct_erl_args".to_vec());
            }
            b"-sname" | b"-name" => _ = rest.next(),
            b"-config" | b"-decrypt_key" | b"-decrypt_file" if ours => {
                made.push([b"-ct_", &argument[1..]].concat())
            }
            _ => made.push(argument.clone()),
        }
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::translate;

    fn line(given: &str) -> String {
        let given: Vec<_> = given
            .split_whitespace()
            .map(|word| word.as_bytes().to_vec())
            .collect();
        String::from_utf8_lossy(&translate(&given).expect("good arguments").join(&b' '))
            .into_owned()
    }

    #[test]
    fn tests_run_and_halt() {
        let fixed = "-s ct_run script_start -s erlang halt";
        assert_eq!(
            line("-dir t -config c"),
            format!("-sname ct {fixed} -dir t -ct_config c")
        );
        assert_eq!(
            line("-name n@h -dir t"),
            format!("-name n@h {fixed} -dir t")
        );
        assert_eq!(
            line("-suite s -erl_args -config x -vts"),
            format!("-sname ct {fixed} -suite s -ct_erl_args -config x -vts")
        );
    }

    #[test]
    fn modes() {
        assert_eq!(
            line("-shell x"),
            "-sname ct -s ct_run script_start -shell x"
        );
        assert_eq!(line("-ctmaster"), "-sname ct_master -ctmaster");
        assert_eq!(line("-ctname n"), "-sname n -ctname n");
        let web =
            "-sname ct -s ct_webtool script_start vts w -s ct_run script_start -vts -browser w";
        assert_eq!(line("-vts -browser w"), web);
        assert!(translate(&[b"-sname".to_vec()]).is_err());
    }
}
