//! The one argument list made of the command line, the environment and argument files.
//!
//! Follows erl(1) on `ERL_AFLAGS`, `ERL_FLAGS`, `ERL_ZFLAGS` and `-args_file`, and what each release was seen to
//! do: a `--` closes every source so that none continues the flags of the one before, `-extra` arguments of all
//! sources gather at the end, and from 26 a `-S` on the command line takes the rest of it.

use super::{Argument, Refusal, SEPARATOR, words};
use crate::release::Release;

/// Argument files may name others; past this depth one names itself.
const DEEPEST_FILE: usize = 1000;

/// Marks a `-S` that stood on the command line; one from the environment is an ordinary flag.
pub(super) const COMMAND_LINE_S: &[u8] = b"++S";

/// What the argument list is made from besides the command line.
pub(crate) trait Surroundings {
    /// The value of an environment variable.
    fn variable(&self, name: &str) -> Option<Vec<u8>>;
    /// The contents of an argument file.
    fn read(&self, name: &[u8]) -> std::io::Result<Vec<u8>>;
    /// The working directory, for messages.
    fn directory(&self) -> String;
}

/// The process's own environment and files.
pub(crate) struct System;

impl Surroundings for System {
    fn variable(&self, name: &str) -> Option<Vec<u8>> {
        use std::os::unix::ffi::OsStringExt;
        std::env::var_os(name).map(OsStringExt::into_vec)
    }

    fn read(&self, name: &[u8]) -> std::io::Result<Vec<u8>> {
        use std::os::unix::ffi::OsStrExt;
        std::fs::read(std::ffi::OsStr::from_bytes(name))
    }

    fn directory(&self) -> String {
        std::env::current_dir()
            .map(|dir| dir.display().to_string())
            .unwrap_or_default()
    }
}

struct Source {
    arguments: Vec<Argument>,
    command_line: bool,
}

/// All arguments in their final order.
pub(crate) fn gather(
    release: Release,
    command_line: &[Argument],
    around: &dyn Surroundings,
) -> Result<Vec<Argument>, Refusal> {
    let mut gatherer = Gatherer {
        release,
        around,
        plain: Vec::new(),
        extra: Vec::new(),
        program: Vec::new(),
    };
    let mut sources = Vec::new();
    let variable = |name: &str| {
        let words = words::split(&around.variable(name)?, false);
        (!words.is_empty()).then(|| Source {
            arguments: gatherer.closed(words),
            command_line: false,
        })
    };
    sources.extend(variable(&format!("ERL_OTP{}_FLAGS", release.number())));
    sources.extend(variable("ERL_AFLAGS"));
    if !command_line.is_empty() {
        sources.push(Source {
            arguments: command_line.to_vec(),
            command_line: true,
        });
    }
    sources.extend(variable("ERL_FLAGS"));
    sources.extend(variable("ERL_ZFLAGS"));

    if release == Release::Otp25 && sources.iter().all(|source| source.command_line) {
        let before_extra = command_line
            .iter()
            .take_while(|argument| *argument != b"-extra");
        if before_extra
            .into_iter()
            .all(|argument| argument != b"-args_file")
        {
            return Ok(command_line.to_vec());
        }
    }
    for source in sources {
        gatherer.take(source)?;
    }

    let Gatherer {
        mut plain,
        extra,
        program,
        ..
    } = gatherer;
    if !extra.is_empty() {
        plain.push(b"-extra".to_vec());
        plain.extend(extra);
    }
    plain.extend(program);
    Ok(plain)
}

struct Gatherer<'a> {
    release: Release,
    around: &'a dyn Surroundings,
    plain: Vec<Argument>,
    /// After `-extra`, from all sources.
    extra: Vec<Argument>,
    /// After `-S` on the command line.
    program: Vec<Argument>,
}

impl Gatherer<'_> {
    /// Words of a variable or a file end in a separator; from 26 not after `-extra`.
    fn closed(&self, mut words: Vec<Argument>) -> Vec<Argument> {
        let has_extra = words.iter().any(|word| word == b"-extra");
        if self.release == Release::Otp25 || !has_extra {
            words.push(SEPARATOR.to_vec());
        }
        words
    }

    fn take(&mut self, source: Source) -> Result<(), Refusal> {
        let newer = self.release > Release::Otp25;
        let mut arguments = source.arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_slice() {
                b"-args_file" => {
                    let file = arguments
                        .next()
                        .ok_or_else(|| Refusal::missing(b"-args_file"))?;
                    self.take_file(&file)?;
                }
                b"-extra" => {
                    self.extra.extend(arguments.by_ref());
                    if newer {
                        self.plain.push(SEPARATOR.to_vec());
                    }
                }
                b"-S" if newer && source.command_line => {
                    self.program.push(COMMAND_LINE_S.to_vec());
                    self.program.extend(arguments.by_ref().map(
                        |argument| match argument.as_slice() {
                            SEPARATOR => b"\\--".to_vec(),
                            _ => argument,
                        },
                    ));
                    self.plain.push(SEPARATOR.to_vec());
                }
                _ => self.plain.push(argument),
            }
        }
        if source.command_line {
            self.plain.push(SEPARATOR.to_vec());
        }
        Ok(())
    }

    /// An argument file in place, and the files that it names in theirs.
    fn take_file(&mut self, name: &[u8]) -> Result<(), Refusal> {
        let mut open = vec![self.read(name)?.into_iter()];
        while let Some(file) = open.last_mut() {
            let Some(argument) = file.next() else {
                open.pop();
                continue;
            };
            match argument.as_slice() {
                b"-args_file" => {
                    let name = file.next().ok_or_else(|| Refusal::missing(b"-args_file"))?;
                    if open.len() >= DEEPEST_FILE {
                        let name = String::from_utf8_lossy(&name);
                        return Err(Refusal::usage(format!(
                            "Arguments file \"{name}\" includes itself"
                        )));
                    }
                    open.push(self.read(&name)?.into_iter());
                }
                b"-extra" => {
                    self.extra.extend(file);
                    open.pop();
                }
                _ => self.plain.push(argument),
            }
        }
        Ok(())
    }

    fn read(&self, name: &[u8]) -> Result<Vec<Argument>, Refusal> {
        let text = self.around.read(name).map_err(|error| {
            Refusal::usage(format!(
                "Failed to open arguments file \"{}\" at \"{}\": {}",
                String::from_utf8_lossy(name),
                self.around.directory(),
                reason(&error)
            ))
        })?;
        let words = words::split(&text, true);
        Ok(if words.is_empty() {
            words
        } else {
            self.closed(words)
        })
    }
}

/// The system's words for an error, without Rust's `(os error N)`.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[derive(Default)]
    struct Given {
        variables: HashMap<&'static str, &'static str>,
        files: HashMap<&'static str, &'static str>,
    }

    impl Surroundings for Given {
        fn variable(&self, name: &str) -> Option<Vec<u8>> {
            self.variables
                .get(name)
                .map(|value| value.as_bytes().to_vec())
        }

        fn read(&self, name: &[u8]) -> std::io::Result<Vec<u8>> {
            let name = std::str::from_utf8(name).expect("a test's file name");
            let text = self
                .files
                .get(name)
                .ok_or_else(|| std::io::Error::from_raw_os_error(libc::ENOENT))?;
            Ok(text.as_bytes().to_vec())
        }

        fn directory(&self) -> String {
            "/here".into()
        }
    }

    fn all(release: Release, line: &str, around: &Given) -> String {
        let line: Vec<Argument> = line
            .split_whitespace()
            .map(|word| word.as_bytes().to_vec())
            .collect();
        match gather(release, &line, around) {
            Ok(all) => String::from_utf8(all.join(&b' ')).expect("ASCII tests"),
            Err(refusal) => refusal.message,
        }
    }

    #[test]
    fn only_newer_releases_close_the_command_line() {
        let none = Given::default();
        assert_eq!(all(Release::Otp25, "-noshell -s m", &none), "-noshell -s m");
        assert_eq!(
            all(Release::Otp27, "-noshell -s m", &none),
            "-noshell -s m --"
        );
        assert_eq!(all(Release::Otp29, "", &none), "");
    }

    #[test]
    fn variables_stand_in_their_order() {
        let mut around = Given::default();
        around.variables.extend([
            ("ERL_ZFLAGS", "-z 1"),
            ("ERL_FLAGS", "-f"),
            ("ERL_AFLAGS", "-a"),
        ]);
        around
            .variables
            .extend([("ERL_OTP25_FLAGS", "-o"), ("ERL_OTP27_FLAGS", "'-p q'")]);
        assert_eq!(
            all(Release::Otp25, "-c", &around),
            "-o -- -a -- -c -- -f -- -z 1 --"
        );
        assert_eq!(
            all(Release::Otp27, "-c", &around),
            "-p q -- -a -- -c -- -f -- -z 1 --"
        );
        assert_eq!(
            all(Release::Otp27, "", &around),
            "-p q -- -a -- -f -- -z 1 --"
        );
    }

    #[test]
    fn extra_arguments_gather_at_the_end() {
        let mut around = Given::default();
        assert_eq!(
            all(Release::Otp25, "-a -extra b -c", &around),
            "-a -extra b -c"
        );
        assert_eq!(
            all(Release::Otp27, "-a -extra b -c", &around),
            "-a -- -- -extra b -c"
        );
        around.variables.extend([("ERL_FLAGS", "-f -extra g")]);
        assert_eq!(
            all(Release::Otp25, "-a -extra b", &around),
            "-a -- -f -extra b g --"
        );
        assert_eq!(
            all(Release::Otp27, "-a -extra b", &around),
            "-a -- -- -f -- -extra b g"
        );
    }

    #[test]
    fn a_program_takes_the_rest_from_26_on() {
        let around = Given::default();
        assert_eq!(
            all(Release::Otp27, "-a -S m -- -x -extra", &around),
            "-a -- -- ++S m \\-- -x -extra"
        );
        assert_eq!(all(Release::Otp25, "-a -S m", &around), "-a -S m");
    }

    #[test]
    fn files_are_read_in_place() {
        let mut around = Given::default();
        around
            .files
            .extend([("one", "-x # no\n-args_file two -y"), ("two", "-extra e")]);
        around.files.extend([
            ("empty", ""),
            ("self", "-args_file self"),
            ("short", "-args_file"),
        ]);
        assert_eq!(
            all(Release::Otp25, "-a -args_file one -b", &around),
            "-a -x -y -- -b -- -extra e --"
        );
        assert_eq!(
            all(Release::Otp27, "-a -args_file one -b", &around),
            "-a -x -y -- -b -- -extra e"
        );
        assert_eq!(all(Release::Otp27, "-args_file empty", &around), "--");
        assert_eq!(
            all(Release::Otp27, "-args_file", &around),
            "Missing argument(s) for '-args_file'."
        );
        assert_eq!(
            all(Release::Otp27, "-args_file self", &around),
            "Arguments file \"self\" includes itself"
        );
        let missing =
            "Failed to open arguments file \"gone\" at \"/here\": No such file or directory";
        assert_eq!(all(Release::Otp27, "-args_file gone", &around), missing);
    }
}
