//! What `erlexec` does: from `erl`'s arguments to the emulator's flags and the list for `init`.
//!
//! Follows erl(1) and the behaviour of the releases' own `erlexec`: `+x` flags go to the emulator with or without the
//! argument after them (`emulator::flags` says which), a few `-x` flags are answered here, everything else is
//! for `init`. Reads neither the environment nor files except through `gather::Surroundings`.

pub(crate) mod gather;
mod port_mapper;
pub(crate) mod words;

use crate::emulator::flags::{self, Takes};
use crate::release::Release;

/// One argument. Bytes: nothing says that a file name is text.
pub(crate) type Argument = Vec<u8>;

pub(crate) const SEPARATOR: &[u8] = b"--";

/// A command line that is not accepted; the process prints it and ends with status 1.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// What is wrong, without a line end.
    pub(crate) message: String,
    /// Whose usage text follows.
    pub(crate) usage: Usage,
}

/// The usage text that follows a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Usage {
    /// That of `erl`.
    Erl,
    /// That of the emulator: all flags.
    Emulator,
    /// None.
    Nothing,
}

impl Refusal {
    pub(crate) fn usage(message: String) -> Refusal {
        Refusal {
            message,
            usage: Usage::Erl,
        }
    }

    pub(crate) fn missing(flag: &[u8]) -> Refusal {
        Refusal::usage(format!(
            "Missing argument(s) for '{}'.",
            String::from_utf8_lossy(flag)
        ))
    }

    fn error(message: impl std::fmt::Display) -> Refusal {
        Refusal {
            message: format!("erlexec: {message}"),
            usage: Usage::Nothing,
        }
    }
}

/// A flag for the emulator, with `-` for the `+` of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EmulatorFlag {
    /// The flag as it was given, such as `-P` or `-P5000`.
    pub(crate) flag: Vec<u8>,
    /// The argument after it, where the flag takes one.
    pub(crate) value: Option<Vec<u8>>,
}

/// What to do instead of starting, or before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Show {
    Nothing,
    /// `-emu_args`: the command line, then start.
    CommandLine,
    /// `-emu_args_exit`: one argument a line.
    Arguments,
    /// `-emu_name_exit`.
    Name,
    /// `-emu_qouted_cmd_exit` (so spelt).
    Quoted,
}

/// A command line taken apart.
#[derive(Debug)]
pub(crate) struct Parted {
    pub(crate) emulator: Vec<EmulatorFlag>,
    /// For `init`, from `-home` on.
    pub(crate) init: Vec<Argument>,
    /// `-env`, in order.
    pub(crate) environment: Vec<(Argument, Argument)>,
    pub(crate) detached: bool,
    /// The node is to be distributed and wants a port mapper.
    pub(crate) port_mapper: Option<PortMapper>,
    pub(crate) show: Show,
    /// `-man`: the arguments of `man`.
    pub(crate) manual: Option<Vec<Argument>>,
    /// `-emu_type` and `-emu_flavor`, when given.
    pub(crate) kind: Kind,
}

/// Which build of the emulator is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) kind: Option<Argument>,
    pub(crate) flavor: Option<Argument>,
}

/// How to start the port mapper daemon of a distributed node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PortMapper {
    /// `epmd -daemon` of the release.
    Release,
    /// The command of `-epmd`, for a shell.
    Command(Vec<u8>),
}

/// What comes before the arguments in the list for `init`.
pub(crate) struct Home<'a> {
    pub(crate) home: Option<&'a [u8]>,
    pub(crate) port: Option<&'a [u8]>,
}

/// Takes `arguments` (as `gather` returns them) apart.
pub(crate) fn part(
    release: Release,
    arguments: &[Argument],
    home: &Home<'_>,
) -> Result<Parted, Refusal> {
    let kind = look_ahead(release, arguments)?;
    let mut parted = Parted {
        emulator: Vec::new(),
        init: Vec::new(),
        environment: Vec::new(),
        detached: false,
        port_mapper: None,
        show: Show::Nothing,
        manual: None,
        kind,
    };
    for (flag, value) in [("-home", home.home), ("-epmd_port", home.port)] {
        if let Some(value) = value {
            parted.init.extend([flag.into(), value.to_vec()]);
        }
    }
    parted.init.push(SEPARATOR.to_vec());

    let mut cursor = Cursor { rest: arguments };
    let mut node = Node {
        distributed: false,
        wanted: true,
        unmapped: false,
        protocol: false,
        program: None,
    };
    let mut make = false;
    while let Some(argument) = cursor.next() {
        match argument.first() {
            Some(b'-') => minus(
                release,
                argument,
                &mut cursor,
                &mut parted,
                &mut node,
                &mut make,
            )?,
            Some(b'+') => plus(release, argument, &mut cursor, &mut parted)?,
            _ => parted.init.push(argument.to_vec()),
        }
        // Neither prints anything else nor starts.
        if parted.manual.is_some() || parted.show == Show::Name {
            return Ok(parted);
        }
    }

    if node.unmapped && !node.protocol {
        return Err(Refusal::error(
            "Missing -proto_dist option, expected when using -no_epmd.",
        ));
    }
    if make {
        parted.add(["-s", "erlang", "halt"]);
    }
    if node.distributed && node.wanted {
        parted.port_mapper = Some(
            node.program
                .map_or(PortMapper::Release, PortMapper::Command),
        );
    }
    Ok(parted)
}

struct Cursor<'a> {
    rest: &'a [Argument],
}

impl<'a> Cursor<'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    /// The argument of `flag`; a separator is none.
    fn value(&mut self, flag: &[u8]) -> Result<&'a [u8], Refusal> {
        match self.rest.first() {
            Some(value) if value != SEPARATOR => Ok(self.next().unwrap_or_default()),
            _ => Err(Refusal::missing(flag)),
        }
    }

    /// The argument of a flag that takes one only if it is among `words`.
    fn one_of(&mut self, words: &[&str]) -> Option<&'a [u8]> {
        let next = self.rest.first()?;
        let known = words.iter().any(|word| word.as_bytes() == next);
        if known { self.next() } else { None }
    }
}

/// What the distribution flags ask for.
struct Node {
    distributed: bool,
    wanted: bool,
    unmapped: bool,
    protocol: bool,
    program: Option<Argument>,
}

impl Parted {
    fn add<const N: usize>(&mut self, arguments: [&str; N]) {
        self.init
            .extend(arguments.map(|argument| argument.as_bytes().to_vec()));
    }

    fn flag(&mut self, flag: &[u8], value: Option<&[u8]>) {
        let mut flag = flag.to_vec();
        if let Some(sign) = flag.first_mut() {
            *sign = b'-';
        }
        self.emulator.push(EmulatorFlag {
            flag,
            value: value.map(<[u8]>::to_vec),
        });
    }
}

/// The flags that are looked for before all others: which emulator to run, and the `-smp` of old.
fn look_ahead(release: Release, arguments: &[Argument]) -> Result<Kind, Refusal> {
    let mut kind = Kind::default();
    let mut cursor = Cursor { rest: arguments };
    let disabled = || {
        Err(Refusal::usage(
            "Argument '-smp disable' not supported. Use \"+S 1\" instead.".into(),
        ))
    };
    while let Some(argument) = cursor.next() {
        match argument {
            b"-smp" => match cursor.rest.first().map(Vec::as_slice) {
                Some(b"auto" | b"enable") => {
                    cursor.next();
                }
                Some(b"disable") => return disabled(),
                _ => {}
            },
            b"-smpdisable" => return disabled(),
            b"-emu_type" => kind.kind = Some(cursor.value(argument)?.to_vec()),
            b"-emu_flavor" => kind.flavor = Some(cursor.value(argument)?.to_vec()),
            b"-extra" => break,
            gather::COMMAND_LINE_S if release > Release::Otp25 => break,
            _ => {}
        }
    }
    Ok(kind)
}

/// A flag that begins with `-`.
fn minus<'a>(
    release: Release,
    argument: &'a [u8],
    cursor: &mut Cursor<'a>,
    parted: &mut Parted,
    node: &mut Node,
    make: &mut bool,
) -> Result<(), Refusal> {
    match argument {
        b"-compile" => {
            parted.add(["-noshell", "-noinput", "-s", "c", "lc_batch"]);
            parted.flag(b"-B", None);
        }
        b"-configfd" => {
            // Only looked at: the value is an argument like any other.
            if (Cursor { rest: cursor.rest }).value(argument)? == b"0" {
                parted.add(["-noshell", "-noinput"]);
            }
            parted.init.push(argument.to_vec());
        }
        b"-detached" => {
            parted.detached = true;
            if release > Release::Otp25 {
                parted.add(["-detached"]);
            }
            parted.add(["-noshell", "-noinput"]);
        }
        b"-emu_args" => parted.show = Show::CommandLine,
        b"-emu_args_exit" => parted.show = Show::Arguments,
        b"-emu_name_exit" => parted.show = Show::Name,
        b"-emu_qouted_cmd_exit" => parted.show = Show::Quoted,
        b"-env" => {
            let name = cursor.value(argument)?;
            let value = cursor.value(argument)?;
            parted.environment.push((name.to_vec(), value.to_vec()));
        }
        b"-epmd" => node.program = Some(cursor.value(argument)?.to_vec()),
        b"-extra" => {
            parted.init.push(argument.to_vec());
            parted.init.extend(cursor.rest.iter().cloned());
            cursor.rest = &[];
        }
        b"-keep_window" => {}
        b"-make" => {
            parted.add(["-noshell", "-noinput", "-s", "make", "all_or_nothing"]);
            parted.flag(b"-B", None);
            *make = true;
            cursor.rest = &[];
        }
        b"-man" => {
            let pages = cursor
                .rest
                .iter()
                .take_while(|page| release == Release::Otp25 || !page.starts_with(SEPARATOR));
            parted.manual = Some(pages.cloned().collect());
        }
        b"-name" | b"-sname" => {
            let name = cursor.value(argument)?;
            parted.init.extend([argument.to_vec(), name.to_vec()]);
            node.distributed = true;
        }
        b"-noinput" => parted.add(["-noshell", "-noinput"]),
        b"-no_epmd" => {
            parted.init.push(argument.to_vec());
            node.unmapped = true;
            node.wanted = false;
        }
        b"-proto_dist" => {
            let protocol = cursor.value(argument)?;
            parted.init.extend([argument.to_vec(), protocol.to_vec()]);
            node.protocol = true;
        }
        b"-start_epmd" => {
            let value = cursor.value(argument)?;
            node.wanted = match value {
                b"true" => true,
                b"false" => false,
                _ => {
                    return Err(Refusal::usage(
                        "Expected boolean argument for '-start_epmd'.".into(),
                    ));
                }
            };
            parted.init.extend([argument.to_vec(), value.to_vec()]);
        }
        b"-version" => parted.flag(b"-V", None),
        _ => parted.init.push(argument.to_vec()),
    }
    Ok(())
}

/// The emulator's own command line, with `-` before the flags: what `part` has made of those with `+`.
pub(crate) fn emulator_flags(
    release: Release,
    arguments: &[Argument],
) -> Result<Vec<EmulatorFlag>, Refusal> {
    let mut cursor = Cursor { rest: arguments };
    let mut flags = Vec::new();
    while let Some(argument) = cursor.next() {
        let value = match flags::takes(release, argument.get(1..).unwrap_or_default()) {
            Takes::Next => Some(cursor.value(argument)?.to_vec()),
            Takes::OneOf(words) => cursor.one_of(words).map(<[u8]>::to_vec),
            Takes::Nothing | Takes::Refused => None,
        };
        flags.push(EmulatorFlag {
            flag: argument.to_vec(),
            value,
        });
    }
    Ok(flags)
}

/// A flag that begins with `+`.
fn plus<'a>(
    release: Release,
    argument: &'a [u8],
    cursor: &mut Cursor<'a>,
    parted: &mut Parted,
) -> Result<(), Refusal> {
    if release > Release::Otp25 && argument.starts_with(b"++") {
        if argument == gather::COMMAND_LINE_S {
            parted.add(["-noshell", "-S"]);
            parted.init.extend(cursor.rest.iter().cloned());
            cursor.rest = &[];
        } else {
            parted.init.push(argument.to_vec());
        }
        return Ok(());
    }
    let value = match flags::takes(release, &argument[1..]) {
        Takes::Nothing => None,
        Takes::Next => Some(cursor.value(argument)?),
        Takes::OneOf(words) => cursor.one_of(words),
        // The sign of this one has been changed by the time it is refused.
        Takes::Refused if argument.starts_with(b"+B") => {
            return Err(Refusal::missing(&[b"-", &argument[1..]].concat()));
        }
        Takes::Refused => return Err(Refusal::missing(argument)),
    };
    parted.flag(argument, value);
    Ok(())
}
