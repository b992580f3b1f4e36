//! The tools that Oxbeam stands in for: TABLE of their names, and what each does with its arguments.
//!
//! Called through a link with one of these names, or as `oxbeam NAME …`, the binary is that tool. OTP's C programs
//! (`erlc`, `escript`, …) turn their arguments into those of `erl` and run it; here that is a function, and
//! no process is started in between. The shell scripts of Elixir are run as they are, with our links first in the path.

pub(crate) mod ct_run;
pub(crate) mod dialyzer;
pub(crate) mod elixir;
pub(crate) mod emulator;
pub(crate) mod erl;
pub(crate) mod erlc;
pub(crate) mod escript;
pub(crate) mod heart;
pub(crate) mod run_erl;
pub(crate) mod to_erl;

use crate::erlexec::Argument;
use crate::links;
use crate::otp::{Otp, Places};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A call of a tool.
pub(crate) struct Call {
    /// How it was called: the first argument of the process, or the tool's name.
    pub(crate) called: OsString,
    /// The arguments after the tool's name.
    pub(crate) arguments: Vec<Argument>,
    /// `--otp`.
    pub(crate) otp: Option<OsString>,
    /// `--sim`.
    pub(crate) simulation: Option<u64>,
    pub(crate) places: Places,
}

/// A tool.
pub(crate) struct Tool {
    /// Its name, and that of the link.
    pub(crate) name: &'static str,
    pub(crate) run: fn(&Call) -> Result<ExitCode, Failure>,
    /// For people.
    pub(crate) doc: &'static str,
}

/// All tools. `heart` is a port program: module `heart` finds it by the path.
pub(crate) const TOOLS: &[Tool] = &[
    Tool {
        name: "erl",
        run: erl::run,
        doc: "the Erlang machine",
    },
    Tool {
        name: "erlexec",
        run: emulator::run_erlexec,
        doc: "what starts the machine of a release",
    },
    Tool {
        name: "erlc",
        run: erlc::run,
        doc: "the compiler",
    },
    Tool {
        name: "escript",
        run: escript::run,
        doc: "Erlang scripts",
    },
    Tool {
        name: "dialyzer",
        run: dialyzer::run,
        doc: "the discrepancy analyzer",
    },
    Tool {
        name: "typer",
        run: dialyzer::run_typer,
        doc: "the type annotator",
    },
    Tool {
        name: "ct_run",
        run: ct_run::run,
        doc: "Common Test",
    },
    Tool {
        name: "heart",
        run: heart::run,
        doc: "what restarts a machine that has stopped",
    },
    Tool {
        name: "run_erl",
        run: run_erl::run,
        doc: "a machine in the background, with a terminal",
    },
    Tool {
        name: "to_erl",
        run: to_erl::run,
        doc: "that machine's terminal",
    },
    Tool {
        name: "elixir",
        run: elixir::run_elixir,
        doc: "Elixir scripts",
    },
    Tool {
        name: "elixirc",
        run: elixir::run_elixirc,
        doc: "the Elixir compiler",
    },
    Tool {
        name: "iex",
        run: elixir::run_iex,
        doc: "the Elixir shell",
    },
    Tool {
        name: "mix",
        run: elixir::run_mix,
        doc: "Elixir's build tool",
    },
    Tool {
        name: "rebar3",
        run: escript::run_rebar3,
        doc: "Erlang's build tool",
    },
];

/// Why a tool could not do its work: what to print, and the exit status.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) status: u8,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Failure {
        Failure {
            message: message.into(),
            status: 1,
        }
    }
}

/// The tool of that name.
pub(crate) fn tool(name: &OsStr) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| OsStr::new(tool.name) == name)
}

impl Call {
    /// The OTP to run.
    pub(crate) fn choose(&self) -> Result<Otp, Failure> {
        if self.otp.is_none()
            && let Some(own) = self.places.own()
        {
            return Ok(own);
        }
        let variable = std::env::var_os("OXBEAM_OTP");
        let wanted = self.otp.as_deref().or(variable.as_deref());
        self.places
            .choose(wanted)
            .map_err(|error| Failure::new(format!("oxbeam: {error}")))
    }

    /// The directory that holds our link named `erl`; made beside the executable if there is none.
    pub(crate) fn links(&self) -> Option<PathBuf> {
        if let Some(own) = self.places.own() {
            return Some(own.bin_directory());
        }
        let executable = &self.places.executable;
        let called = Path::new(&self.called);
        let beside = match called.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => Some(self.places.here.join(parent)),
            _ => None,
        };
        let own = executable.parent();
        let made = links::own_directory(executable);
        let candidates = beside
            .into_iter()
            .chain(self.places.path.iter().cloned())
            .chain(own.map(Path::to_path_buf))
            .chain(own.and_then(Path::parent).map(|above| above.join("bin")))
            .chain(made.clone());
        let ours = |directory: &PathBuf| {
            let erl = directory.join("erl").canonicalize();
            directory.is_absolute() && erl.is_ok_and(|erl| erl == *executable)
        };
        let found = candidates.into_iter().find(ours);
        found.or_else(|| made.filter(|made| links::make(executable, made).is_ok()))
    }
}

/// Replaces this process by `program`; returns only if that fails.
pub(crate) fn execute(
    program: &OsStr,
    arguments: &[Argument],
    environment: &[(&str, OsString)],
) -> Failure {
    use std::os::unix::process::CommandExt;
    let mut command = std::process::Command::new(program);
    command.args(arguments.iter().map(|argument| OsStr::from_bytes(argument)));
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    let error = command.exec();
    Failure::new(format!(
        "Error {} executing '{}'.",
        error.raw_os_error().unwrap_or(0),
        program.to_string_lossy()
    ))
}

/// Arguments from text and bytes alike.
pub(crate) fn words<const N: usize>(words: [&str; N]) -> impl Iterator<Item = Argument> {
    words.into_iter().map(|word| word.as_bytes().to_vec())
}

/// The name of a file as an argument.
pub(crate) fn path_argument(path: &Path) -> Argument {
    path.as_os_str().to_os_string().into_vec()
}

/// A tool that hands its work to `erl`.
pub(crate) struct Client<'a> {
    /// For messages.
    pub(crate) name: &'a str,
    /// The variable that may name another `erl`, and whether it may hold arguments for it too.
    pub(crate) emulator: Option<(&'a str, bool)>,
    /// What the tool tells Erlang of itself.
    pub(crate) environment: Vec<(&'a str, OsString)>,
}

impl Client<'_> {
    /// The command that the tool's variable names.
    pub(crate) fn command(&self) -> Option<Vec<Argument>> {
        let (variable, words) = self.emulator?;
        let value = std::env::var_os(variable)?.into_vec();
        let all: Vec<Argument> = match words {
            true => value
                .split(u8::is_ascii_whitespace)
                .filter(|word| !word.is_empty())
                .map(<[u8]>::to_vec)
                .collect(),
            false => vec![value],
        };
        (!all.concat().is_empty()).then_some(all)
    }

    /// Runs `erl`: what the variable names, else in this process.
    pub(crate) fn run(
        &self,
        call: &Call,
        otp: &Otp,
        arguments: Vec<Argument>,
    ) -> Result<ExitCode, Failure> {
        if let Some(mut command) = self.command() {
            let program = OsString::from_vec(command.remove(0));
            command.extend(arguments);
            let failure = execute(&program, &command, &self.environment);
            return Err(Failure::new(format!("{}: {}", self.name, failure.message)));
        }
        for (name, value) in &self.environment {
            // SAFETY: the process has one thread until the machine starts: nothing reads the environment meanwhile.
            unsafe { std::env::set_var(name, value) };
        }
        erl::run_with(call, otp, &arguments)
    }
}
