//! `escript`: turns the call of a script into one of `erl`, with the `%%!` line of the script.

use super::{Call, Client, Failure, path_argument, words};
use crate::erlexec::Argument;
use crate::release::Release;
use std::ffi::OsString;
use std::fs::File;
use std::io::{BufReader, Read};
use std::os::unix::ffi::OsStringExt;
use std::process::ExitCode;

/// No more of a line is read for its `%%!`.
const LONGEST_LINE: usize = 1023;

/// `escript [OPTIONS] FILE ARGUMENTS`.
pub(crate) fn run(call: &Call) -> Result<ExitCode, Failure> {
    run_script(call, &call.arguments)
}

/// `rebar3`: the release's own, which is an escript.
pub(crate) fn run_rebar3(call: &Call) -> Result<ExitCode, Failure> {
    let otp = call.choose()?;
    let beside = otp.root.join("../../bin/rebar3");
    let found = beside
        .canonicalize()
        .ok()
        .filter(|found| found.is_file() && *found != call.places.executable);
    let script = found.or_else(|| call.places.other("rebar3"));
    let script = script.ok_or_else(|| {
        Failure::new("oxbeam: there is no rebar3 beside this OTP, nor another in the path")
    })?;
    let arguments: Vec<Argument> = std::iter::once(path_argument(&script))
        .chain(call.arguments.iter().cloned())
        .collect();
    run_script(call, &arguments)
}

fn run_script(call: &Call, arguments: &[Argument]) -> Result<ExitCode, Failure> {
    let otp = call.choose()?;
    let failed = |message: String| Failure::new(format!("escript: {message}"));
    let options = arguments
        .iter()
        .take_while(|argument| argument.starts_with(b"-"))
        .count();
    let (options, rest) = arguments.split_at(options);
    let (script, rest) = rest
        .split_first()
        .ok_or_else(|| failed("Missing filename\n".into()))?;
    let name = OsString::from_vec(script.clone());
    let file = File::open(&name)
        .map_err(|_| failed(format!("Failed to open file: {}", name.to_string_lossy())))?;
    let shebang = shebang(&mut BufReader::new(file));
    let arguments = translate(otp.release, options, script, rest, shebang);
    let client = Client {
        name: "escript",
        emulator: Some(("ESCRIPT_EMULATOR", false)),
        environment: vec![("ESCRIPT_NAME", name)],
    };
    client.run(call, &otp, arguments)
}

fn translate(
    release: Release,
    options: &[Argument],
    script: &Argument,
    rest: &[Argument],
    shebang: Vec<Argument>,
) -> Vec<Argument> {
    let boot = match release {
        Release::Otp29 => "$ROOT/no_dot_erlang",
        _ => "no_dot_erlang",
    };
    let mut arguments: Vec<Argument> = match release {
        Release::Otp25 => words(["+B", "-boot", boot, "-noshell"]).collect(),
        _ => words(["+B", "-noshell", "-boot", boot]).collect(),
    };
    arguments.extend(shebang);
    arguments.extend(words(["-run", "escript", "start"]));
    arguments.extend(options.iter().map(|option| option[1..].to_vec()));
    arguments.push(b"-extra".to_vec());
    arguments.push(script.clone());
    arguments.extend(rest.iter().cloned());
    arguments
}

/// The arguments on the second or third line, if it begins with `%%!`.
fn shebang(script: &mut impl Read) -> Vec<Argument> {
    let mut lines = Lines { script };
    if lines.next().is_none() {
        return Vec::new();
    }
    let Some(line) = lines.by_ref().take(2).find(|line| line.starts_with(b"%%!")) else {
        return Vec::new();
    };
    let mut words = Vec::new();
    let mut rest = line[3..]
        .split(|&byte| byte == b'\n')
        .next()
        .unwrap_or_default();
    loop {
        let start = rest.iter().take_while(|&&byte| byte == b' ').count();
        let word: Argument = rest[start..]
            .iter()
            .copied()
            .take_while(|&byte| byte != b' ')
            .collect();
        if word.is_empty() {
            return words;
        }
        rest = &rest[start + word.len()..];
        // Arguments end at a NUL byte, as all do that C hands over.
        words.push(word.into_iter().take_while(|&byte| byte != 0).collect());
    }
}

/// Lines as `fgets` gives them: with their end, and no longer than its buffer.
struct Lines<'a, R> {
    script: &'a mut R,
}

impl<R: Read> Iterator for Lines<'_, R> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut line = Vec::new();
        while line.len() < LONGEST_LINE && line.last() != Some(&b'\n') {
            let mut byte = [0];
            match self.script.read(&mut byte) {
                Ok(1) => line.push(byte[0]),
                _ => break,
            }
        }
        (!line.is_empty()).then_some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> String {
        String::from_utf8_lossy(&shebang(&mut text.as_bytes()).join(&b'|')).into_owned()
    }

    #[test]
    fn the_arguments_of_a_script_stand_in_its_second_or_third_line() {
        assert_eq!(
            line("#!/usr/bin/env escript\n%%! +sbtu  -pa x \nmain(_) -> ok.\n"),
            "+sbtu|-pa|x"
        );
        assert_eq!(line("#!/usr/bin/env escript\n%% name\n%%! +A1\nPK"), "+A1");
        assert_eq!(line("#!/usr/bin/env escript\n%%!-x"), "-x");
        assert_eq!(line("#!x\n\n\n%%! +A1\n"), "");
        assert_eq!(line("%%! +A1\n"), "");
        assert_eq!(line(""), "");
    }

    #[test]
    fn releases_differ_in_order() {
        let all = |release| {
            let options = [b"-c".to_vec()];
            let all = translate(
                release,
                &options,
                &b"f".to_vec(),
                &[b"-a".to_vec()],
                vec![b"+A1".to_vec()],
            );
            String::from_utf8_lossy(&all.join(&b' ')).into_owned()
        };
        let end = "+A1 -run escript start c -extra f -a";
        assert_eq!(
            all(Release::Otp25),
            format!("+B -boot no_dot_erlang -noshell {end}")
        );
        assert_eq!(
            all(Release::Otp27),
            format!("+B -noshell -boot no_dot_erlang {end}")
        );
        assert_eq!(
            all(Release::Otp29),
            format!("+B -noshell -boot $ROOT/no_dot_erlang {end}")
        );
    }
}
