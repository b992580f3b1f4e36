//! The settings of `open_port/2`. Follows `erl_bif_port.c` in what it takes and refuses.

use crate::file_name::{self, Atoms};
use oxbeam_term::{Term, View};

/// What is said about an environment variable.
pub type EnvironmentChange = (Vec<u8>, Option<Vec<u8>>);

/// When a port is busy: bytes in its queue.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Watermarks {
    /// Busy from so many on.
    pub high: usize,
    /// No longer busy below so many.
    pub low: usize,
}

/// The settings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Bytes of the length in front of each packet, 0 for a stream.
    pub packet_bytes: u8,
    /// Length of lines, where input comes in lines.
    pub line: Option<usize>,
    /// The program's input and output are its descriptors 0 and 1, not 3 and 4.
    pub use_stdio: bool,
    /// The program's error output goes where its output goes.
    pub stderr_to_stdout: bool,
    /// Erlang reads.
    pub input: bool,
    /// Erlang writes.
    pub output: bool,
    /// Data come as binaries.
    pub binary: bool,
    /// The end of the data is told and leaves the port open.
    pub eof: bool,
    /// The program's exit status is told.
    pub exit_status: bool,
    /// Directory that the program begins in.
    pub directory: Option<Vec<u8>>,
    /// Changes of the environment that the program gets; the last of a name counts.
    pub environment: Vec<EnvironmentChange>,
    /// The program's arguments.
    pub arguments: Option<Vec<Vec<u8>>>,
    /// The program's name for itself.
    pub argument_0: Option<Vec<u8>>,
    /// `{parallelism, Boolean}`
    pub parallelism: bool,
    /// `{busy_limits_port, Limits}`
    pub watermarks: Watermarks,
}

/// What is opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// `{spawn, Command}`: a driver or a command for the shell.
    Spawn(Vec<u8>),
    /// `{spawn_driver, Command}`
    Driver(Vec<u8>),
    /// `{spawn_executable, File}`
    Executable(Vec<u8>),
    /// `{fd, In, Out}`
    Descriptors(i32, i32),
    /// A name alone: a file.
    File(Vec<u8>),
}

/// Why the arguments of `open_port/2` are refused.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Refused {
    /// The name: `badarg`.
    Name,
    /// The settings: `badarg` with the cause `badopt`.
    Settings,
}

const DEFAULT_WATERMARKS: Watermarks = Watermarks {
    high: 8192,
    low: 4096,
};

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            packet_bytes: 0,
            line: None,
            use_stdio: true,
            stderr_to_stdout: false,
            input: false,
            output: false,
            binary: false,
            eof: false,
            exit_status: false,
            directory: None,
            environment: Vec::new(),
            arguments: None,
            argument_0: None,
            parallelism: false,
            watermarks: DEFAULT_WATERMARKS,
        }
    }
}

/// Reads both arguments of `open_port/2`; `files` says that a name alone means a file.
///
/// # Errors
/// Which of them is refused.
pub fn read(
    name: Term<'_>,
    settings: Term<'_>,
    files: bool,
) -> Result<(Target, Settings), Refused> {
    let mut read = Settings::default();
    let mut directory = None;
    let mut elements = settings.list_iter();
    for setting in elements.by_ref() {
        read.take(setting, &mut directory)
            .ok_or(Refused::Settings)?;
    }
    if !elements.rest().is_nil()
        || (read.line.is_some() && read.packet_bytes != 0)
        || (read.stderr_to_stdout && !read.use_stdio)
    {
        return Err(Refused::Settings);
    }
    if !read.input && !read.output {
        (read.input, read.output) = (true, true);
    }
    let target = match file(name).filter(|_| files) {
        Some(file) => file,
        None => target(name).ok_or(Refused::Name)?,
    };
    let executable = matches!(target, Target::Executable(_));
    if !executable && (read.arguments.is_some() || read.argument_0.is_some()) {
        return Err(Refused::Name);
    }
    if let Some(term) = directory {
        let native = file_name::to_native(term, Atoms::Names).ok_or(Refused::Name)?;
        read.directory = Some(native.into_owned()).filter(|name| !name.is_empty());
    }
    if matches!(target, Target::Descriptors(..) | Target::File(_)) && read.exit_status {
        return Err(Refused::Name);
    }
    Ok((target, read))
}

/// An atom or a string.
fn file(name: Term<'_>) -> Option<Target> {
    let named = matches!(name.view(), View::Atom(_) | View::Cons(_));
    let native = file_name::to_native(name, Atoms::Names).filter(|_| named)?;
    Some(Target::File(native.into_owned()))
}

fn target(name: Term<'_>) -> Option<Target> {
    let elements = name.tuple_elements()?;
    let kind = elements.first()?.as_atom()?;
    match (kind.text(), elements) {
        ("fd", [_, input, output]) => {
            let number = |term: &Term<'_>| term.as_small().map(|number| number as i32);
            Some(Target::Descriptors(number(input)?, number(output)?))
        }
        (kind @ ("spawn" | "spawn_driver" | "spawn_executable"), [_, command]) => {
            if command.is_nil() {
                return None;
            }
            let command = file_name::to_native(*command, Atoms::Names)?.into_owned();
            Some(match kind {
                "spawn" => Target::Spawn(command),
                "spawn_driver" => Target::Driver(command),
                _ => Target::Executable(command),
            })
        }
        _ => None,
    }
}

impl Settings {
    fn take<'p>(&mut self, setting: Term<'p>, directory: &mut Option<Term<'p>>) -> Option<()> {
        if let Some(atom) = setting.as_atom() {
            match atom.text() {
                "stream" => self.packet_bytes = 0,
                "use_stdio" => self.use_stdio = true,
                "nouse_stdio" => self.use_stdio = false,
                "stderr_to_stdout" => self.stderr_to_stdout = true,
                "line" => self.line = Some(512),
                "binary" => self.binary = true,
                "in" => self.input = true,
                "out" => self.output = true,
                "eof" => self.eof = true,
                "exit_status" => self.exit_status = true,
                // Windows only; taken everywhere.
                "hide" | "overlapped_io" => {}
                _ => return None,
            }
            return Some(());
        }
        let [name, value] = setting.as_tuple_of::<2>()?;
        match name.as_atom()?.text() {
            "packet" => {
                let bytes = value.as_small()?;
                self.packet_bytes = u8::try_from(bytes)
                    .ok()
                    .filter(|bytes| matches!(bytes, 1 | 2 | 4))?;
            }
            "line" => {
                let length = value.as_small().filter(|length| *length > 0)?;
                self.line = Some(length as usize);
            }
            "env" => self.environment = environment(value)?,
            "args" => self.arguments = Some(arguments(value)?),
            "arg0" => {
                self.argument_0 = Some(file_name::to_native(value, Atoms::Names)?.into_owned());
            }
            "cd" => *directory = Some(value),
            "parallelism" => self.parallelism = value.as_boolean()?,
            "busy_limits_port" => self.watermarks = watermarks(value)?,
            // There is no queue of messages to a port here: what is sent to it is done at once.
            "busy_limits_msgq" => drop(watermarks(value)?),
            _ => return None,
        }
        Some(())
    }
}

/// `disabled` or `{Low, High}`
fn watermarks(term: Term<'_>) -> Option<Watermarks> {
    if term.as_atom().is_some_and(|atom| atom.text() == "disabled") {
        return Some(Watermarks {
            high: usize::MAX,
            low: usize::MAX,
        });
    }
    let [low, high] = term.as_tuple_of::<2>()?;
    let limit = |term: Term<'_>| {
        term.as_usize()
            .filter(|limit| (1..=usize::MAX - 1).contains(limit))
    };
    let (low, high) = (limit(low)?, limit(high)?);
    Some(Watermarks {
        high,
        low: low.min(high),
    })
}

/// A list of `{Name, Value}` or `{Name, false}`; an empty value is none either.
fn environment(list: Term<'_>) -> Option<Vec<EnvironmentChange>> {
    let native = |term: Term<'_>| {
        let text = matches!(term.view(), View::Nil | View::Cons(_));
        if !text {
            return None;
        }
        file_name::to_native(term, Atoms::Refused).map(|bytes| bytes.into_owned())
    };
    let mut changes = Vec::new();
    for change in list.proper_list()? {
        let [name, value] = change.as_tuple_of::<2>()?;
        let value = if value.as_boolean() == Some(false) || value.is_nil() {
            None
        } else {
            Some(native(value)?)
        };
        changes.push((native(name)?, value));
    }
    let proper = |(name, _): &EnvironmentChange| !name.contains(&b'=');
    changes.iter().all(proper).then_some(changes)
}

fn arguments(list: Term<'_>) -> Option<Vec<Vec<u8>>> {
    list.proper_list()?
        .into_iter()
        .map(|argument| {
            file_name::to_native(argument, Atoms::Names).map(|bytes| bytes.into_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxbeam_term::heap::arena::Arena;
    use oxbeam_term::{Atom, Builder};

    fn with<R>(test: impl for<'p> FnOnce(&mut Builder<'p>) -> R) -> R {
        let mut arena = Arena::new();
        // SAFETY: nothing else uses the arena, which outlives the builder.
        test(&mut unsafe { arena.builder() })
    }

    fn pair<'p>(builder: &mut Builder<'p>, name: &str, value: Term<'p>) -> Term<'p> {
        builder.tuple(&[Term::atom(Atom::of(name)), value])
    }

    #[test]
    fn settings_are_read() {
        with(|builder| {
            let text = builder.char_list("cat -u");
            let name = pair(builder, "spawn", text);
            let packet = pair(builder, "packet", Term::small(4));
            let list = builder.list([packet, Term::atom(Atom::of("eof"))]);
            let (target, settings) = read(name, list, true).expect("they are good");
            assert_eq!(target, Target::Spawn(b"cat -u".to_vec()));
            assert!(settings.input && settings.output && settings.eof);
            assert_eq!(settings.packet_bytes, 4);
            let line = pair(builder, "line", Term::small(80));
            let both = builder.list([packet, line]);
            assert_eq!(read(name, both, true), Err(Refused::Settings));
            assert_eq!(read(Term::small(1), list, true), Err(Refused::Name));
            let three = pair(builder, "packet", Term::small(3));
            let wrong = builder.list([three]);
            assert_eq!(read(name, wrong, true), Err(Refused::Settings));
            let arguments = pair(builder, "args", Term::NIL);
            let wrong = builder.list([arguments]);
            assert_eq!(read(name, wrong, true), Err(Refused::Name));
        });
    }

    #[test]
    fn descriptors_are_numbers() {
        with(|builder| {
            let fd = Term::atom(Atom::of("fd"));
            let name = builder.tuple(&[fd, Term::small(0), Term::small(1)]);
            let (target, _) = read(name, Term::NIL, true).expect("it is good");
            assert_eq!(target, Target::Descriptors(0, 1));
            let file = builder.char_list("name");
            let (target, _) = read(file, Term::NIL, true).expect("it is good");
            assert_eq!(target, Target::File(b"name".to_vec()));
            assert_eq!(read(file, Term::NIL, false), Err(Refused::Name));
        });
    }
}
