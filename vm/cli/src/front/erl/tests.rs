//! What `erl` makes of its command line, against each release's own.

use super::*;
use crate::release::Release;
use std::collections::HashMap;

struct Given(HashMap<String, Vec<u8>>);

impl Surroundings for Given {
    fn variable(&self, name: &str) -> Option<Vec<u8>> {
        self.0.get(name).cloned()
    }
    fn read(&self, _: &[u8]) -> std::io::Result<Vec<u8>> {
        Err(std::io::ErrorKind::NotFound.into())
    }
    fn directory(&self) -> String {
        String::new()
    }
}

fn otp(release: Release) -> Otp {
    Otp {
        root: "/r".into(),
        release,
        erts_version: "1".into(),
    }
}

/// The command line of the emulator, as `-emu_args_exit` prints it.
fn line(release: Release, given: &str) -> String {
    let around = Given([("HOME".to_owned(), b"/h".to_vec())].into());
    let arguments: Vec<Argument> = given
        .split_whitespace()
        .map(|word| word.as_bytes().to_vec())
        .collect();
    match prepare(&otp(release), b"erl".to_vec(), &arguments, &around) {
        Ok(prepared) => {
            let line = prepared.command_line()[1..].join(&b' ');
            String::from_utf8_lossy(&line).replace(
                "-- -root /r -bindir /r/erts-1/bin -progname erl -- -home /h --",
                "...",
            )
        }
        Err(refusal) => refusal.message,
    }
}

#[test]
fn flags_are_split() {
    assert_eq!(
        line(Release::Otp25, "-noshell +S 2 -eval x +P5000 a"),
        "-S 2 -P5000 ... -noshell -eval x a"
    );
    assert_eq!(
        line(Release::Otp27, "-noshell -s m f +A 3"),
        "-A 3 ... -noshell -s m f --"
    );
    assert_eq!(line(Release::Otp25, ""), "...");
}

#[test]
fn some_flags_mean_others() {
    assert_eq!(line(Release::Otp25, "-noinput"), "... -noshell -noinput");
    assert_eq!(line(Release::Otp25, "-detached"), "... -noshell -noinput");
    assert_eq!(
        line(Release::Otp27, "-detached"),
        "... -detached -noshell -noinput --"
    );
    assert_eq!(
        line(Release::Otp25, "-make a b"),
        "-B ... -noshell -noinput -s make all_or_nothing -s erlang halt"
    );
    assert_eq!(
        line(Release::Otp25, "-compile f"),
        "-B ... -noshell -noinput -s c lc_batch f"
    );
    assert_eq!(
        line(Release::Otp25, "-configfd 0"),
        "... -noshell -noinput -configfd 0"
    );
    assert_eq!(line(Release::Otp25, "-version"), "-V ...");
    assert_eq!(
        line(Release::Otp27, "-S m a -- +P"),
        "... -- -- -noshell -S m a \\-- +P"
    );
}

#[test]
fn flags_with_a_missing_value_are_refused() {
    for flag in [
        "-sname",
        "-name",
        "-env",
        "-env X",
        "-epmd",
        "-proto_dist",
        "-start_epmd",
        "+P",
        "+sbt",
        "-emu_type",
    ] {
        let name = flag.split(' ').next().expect("a flag");
        assert_eq!(
            line(Release::Otp27, flag),
            format!("Missing argument(s) for '{name}'.")
        );
    }
    assert_eq!(
        line(Release::Otp27, "-start_epmd x"),
        "Expected boolean argument for '-start_epmd'."
    );
    assert_eq!(
        line(Release::Otp27, "-no_epmd"),
        "erlexec: Missing -proto_dist option, expected when using -no_epmd."
    );
    assert!(
        line(Release::Otp27, "-smp disable").starts_with("Argument '-smp disable' not supported.")
    );
    assert!(
        line(Release::Otp27, "-emu_type debug")
            .starts_with("erlexec: Invalid emulator type or flavor.")
    );
    assert_eq!(
        line(Release::Otp25, "-emu_flavor jit"),
        "... -emu_flavor jit"
    );
}

#[test]
fn a_distributed_node_wants_a_port_mapper() {
    let of = |given: &str| {
        let arguments: Vec<Argument> = given
            .split_whitespace()
            .map(|word| word.as_bytes().to_vec())
            .collect();
        prepare(
            &otp(Release::Otp27),
            b"erl".to_vec(),
            &arguments,
            &Given(HashMap::new()),
        )
        .expect("a good line")
        .parted
        .port_mapper
    };
    use crate::erlexec::PortMapper;
    assert_eq!(of("-sname a"), Some(PortMapper::Release));
    assert_eq!(
        of("-name a@b -epmd e"),
        Some(PortMapper::Command(b"e".to_vec()))
    );
    assert_eq!(of("-sname a -start_epmd false"), None);
    assert_eq!(of("-epmd e"), None);
}

#[test]
fn environment_flags_are_kept_in_order() {
    let arguments: Vec<Argument> = ["-env", "A", "1", "-env", "A", "2"]
        .map(|word| word.as_bytes().to_vec())
        .into();
    let prepared = prepare(
        &otp(Release::Otp25),
        b"erl".to_vec(),
        &arguments,
        &Given(HashMap::new()),
    )
    .expect("a good line");
    let pair = |value: &[u8]| (b"A".to_vec(), value.to_vec());
    assert_eq!(prepared.parted.environment, [pair(b"1"), pair(b"2")]);
    assert_eq!(
        prepared.init_arguments().last().map(Vec::as_slice),
        Some(&b"--"[..])
    );
}

#[test]
fn our_links_come_before_the_programs_of_the_release() {
    let path = |links: Option<&str>, path: &str| {
        let path = search_path(
            &otp(Release::Otp27),
            links.map(Path::new),
            Some(path.as_ref()),
        );
        path.into_string().expect("text")
    };
    assert_eq!(path(Some("/l"), "/a:/b"), "/l:/r/erts-1/bin:/r/bin:/a:/b");
    assert_eq!(
        path(Some("/l"), "/l:/r/erts-1/bin:/r/bin:/a:/l"),
        "/l:/r/erts-1/bin:/r/bin:/a"
    );
    assert_eq!(path(None, "/a"), "/r/erts-1/bin:/r/bin:/a");
    assert_eq!(
        path(Some("/l"), "/elixir:/l:/b"),
        "/elixir:/l:/r/erts-1/bin:/r/bin:/b"
    );
}

/// What the real `erl` of `release` makes of each line (`tests/erlexec/record`): the line, and one argument a line.
fn recorded(text: &str) -> Vec<(&str, String)> {
    let cases = text.split("> ").filter(|case| !case.is_empty());
    cases
        .filter_map(|case| case.split_once('\n'))
        .map(|(line, output)| (line, output.to_owned()))
        .collect()
}

fn ours(release: Release, line: &str) -> String {
    let (variables, arguments) = line.split_once("::").unwrap_or(("", line));
    let mut around = Given([("HOME".to_owned(), b"/h".to_vec())].into());
    for variable in erlexec::words::split(variables.as_bytes(), false) {
        let text = String::from_utf8(variable).expect("ASCII lines");
        let (name, value) = text.split_once('=').expect("an assignment");
        around.0.insert(name.to_owned(), value.as_bytes().to_vec());
    }
    let mut arguments = erlexec::words::split(arguments.as_bytes(), false);
    arguments.insert(0, b"-emu_args_exit".to_vec());
    match prepare(&otp(release), b"erl".to_vec(), &arguments, &around) {
        Ok(prepared) => {
            String::from_utf8_lossy(&prepared.command_line()[1..].join(&b'\n')).into_owned() + "\n"
        }
        Err(refusal) => refusal.message + "\n",
    }
}

#[test]
fn command_lines_come_apart_as_recorded_from_otp() {
    let recordings = [
        (
            Release::Otp25,
            include_str!("../../../tests/erlexec/25.txt"),
        ),
        (
            Release::Otp27,
            include_str!("../../../tests/erlexec/27.txt"),
        ),
        (
            Release::Otp29,
            include_str!("../../../tests/erlexec/29.txt"),
        ),
    ];
    for (release, recording) in recordings {
        let cases = recorded(recording);
        assert!(cases.len() > 60);
        for (line, output) in cases {
            assert_eq!(
                ours(release, line),
                output,
                "OTP {} on: {line}",
                release.number()
            );
        }
    }
}
