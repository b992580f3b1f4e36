//! `erl`: what the `erl` script and `erlexec` of a release do, up to the start of the machine.

use super::{Call, Failure, path_argument};
use crate::boot::{self, BootArguments};
use crate::emulator::config::Host;
use crate::emulator::flags::{self, Outcome};
use crate::erlexec::gather::{self, Surroundings, System};
use crate::erlexec::{
    self, Argument, EmulatorFlag, Home, Parted, PortMapper, Refusal, SEPARATOR, Show, Usage,
};
use crate::otp::Otp;
use crate::output::{self, complain, say};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// `erl ARGUMENTS`.
pub(crate) fn run(call: &Call) -> Result<ExitCode, Failure> {
    let otp = call.choose()?;
    run_with(call, &otp, &call.arguments)
}

/// The same with arguments that another tool made.
pub(crate) fn run_with(
    call: &Call,
    otp: &Otp,
    arguments: &[Argument],
) -> Result<ExitCode, Failure> {
    run_named(call, otp, b"erl".to_vec(), arguments)
}

/// The same as a program of another name, which `init:get_argument(progname)` and `PROGNAME` tell.
pub(crate) fn run_named(
    call: &Call,
    otp: &Otp,
    name: Argument,
    arguments: &[Argument],
) -> Result<ExitCode, Failure> {
    let refused = |refusal: Refusal| Failure::new(refusal_text(otp, &refusal));
    let prepared = prepare(otp, name.clone(), arguments, &System).map_err(refused)?;
    if let Some(pages) = &prepared.parted.manual {
        let pages_of_release = otp.root.join("man").into_os_string();
        let _ = super::execute(OsStr::new("man"), pages, &[("MANPATH", pages_of_release)]);
        return Err(Failure::new(
            "erlexec: Could not execute the 'man' command.",
        ));
    }
    let command_line = prepared.command_line();
    match prepared.parted.show {
        Show::Name => {
            say!("beam.smp");
            return Ok(ExitCode::SUCCESS);
        }
        Show::Arguments => {
            let lines = command_line
                .iter()
                .skip(1)
                .flat_map(|argument| [argument.as_slice(), b"\n"]);
            output::bytes(&lines.collect::<Vec<_>>().concat());
            return Ok(ExitCode::SUCCESS);
        }
        Show::Quoted => {
            let quoted = std::iter::once(path_argument(&otp.emulator()))
                .chain(command_line.iter().skip(1).cloned());
            let quoted = quoted
                .flat_map(|argument| [b"\"".to_vec(), argument, b"\" ".to_vec()])
                .collect::<Vec<_>>();
            say!("{}", String::from_utf8_lossy(&quoted.concat()));
            return Ok(ExitCode::SUCCESS);
        }
        Show::CommandLine => {
            let line = command_line.join(&b' ');
            let line = String::from_utf8_lossy(&line);
            say!("Executing: {} {line}\n", otp.emulator().display());
        }
        Show::Nothing => {}
    }

    let mut chosen = vec![
        ("ROOTDIR", otp.root.clone().into_os_string()),
        ("BINDIR", otp.bin_directory().into_os_string()),
        ("EMU", "beam".into()),
        ("PROGNAME", OsString::from_vec(name)),
        (
            "PATH",
            search_path(
                otp,
                call.links().as_deref(),
                std::env::var_os("PATH").as_deref(),
            ),
        ),
    ];
    // What lies in an installation is found there again.
    if call.places.own().is_none() {
        chosen.push(("OXBEAM_OTP", otp.root.clone().into_os_string()));
    }
    let given = &prepared.parted.environment;
    let all = chosen
        .into_iter()
        .map(|(name, value)| (OsString::from(name), value))
        .chain(given.iter().map(|(name, value)| (os(name), os(value))));
    for (name, value) in all {
        if name.is_empty() || name.as_bytes().contains(&b'=') {
            return Err(Failure::new(format!(
                "erlexec: putenv(\"{}\") failed!",
                name.to_string_lossy()
            )));
        }
        // SAFETY: the process has one thread until the machine starts, so that nothing reads the environment meanwhile.
        unsafe { std::env::set_var(name, value) };
    }
    let start = Start {
        init: prepared.init_arguments(),
        flags: prepared.parted.emulator,
        command_line,
        port_mapper: prepared.parted.port_mapper,
        detached: prepared.parted.detached,
    };
    self::start(call, otp, start)
}

/// A start of the machine, once `erlexec` has done its part.
pub(crate) struct Start {
    pub(crate) flags: Vec<EmulatorFlag>,
    /// The list for `init`.
    pub(crate) init: Vec<Argument>,
    /// How the emulator is called, from its own name on.
    pub(crate) command_line: Vec<Argument>,
    pub(crate) port_mapper: Option<PortMapper>,
    /// `-detached`.
    pub(crate) detached: bool,
}

/// Runs the machine until it halts.
pub(crate) fn start(call: &Call, otp: &Otp, start: Start) -> Result<ExitCode, Failure> {
    let program = start
        .command_line
        .first()
        .map(|program| String::from_utf8_lossy(program).into_owned());
    let outcome = flags::read(
        otp.release,
        &Host::here(),
        &program.unwrap_or_default(),
        &start.flags,
    );
    let refused = |refusal: Refusal| Failure::new(refusal_text(otp, &refusal));
    let mut config = match outcome.map_err(refused)? {
        Outcome::Start(config) => config,
        Outcome::Version => {
            complain!(
                "Erlang (SMP,ASYNC_THREADS) (BEAM) emulator version {}",
                otp.erts_version
            );
            return Ok(ExitCode::SUCCESS);
        }
    };
    config.command_line = start.command_line;
    if start.detached && !detach() {
        return Ok(ExitCode::SUCCESS);
    }
    let status = boot::start(BootArguments {
        otp: otp.clone(),
        init_arguments: start.init,
        config,
        port_mapper: start.port_mapper,
        simulation: call.simulation,
    });
    Ok(ExitCode::from(status as u8))
}

/// A command line taken apart, with what comes before it.
struct Prepared {
    parted: Parted,
    /// How the emulator is called: its path, or the script that it runs.
    name: Argument,
    root: Vec<Argument>,
}

fn prepare(
    otp: &Otp,
    program: Argument,
    arguments: &[Argument],
    around: &dyn Surroundings,
) -> Result<Prepared, Refusal> {
    let all = gather::gather(otp.release, arguments, around)?;
    let (home, port) = (around.variable("HOME"), around.variable("ERL_EPMD_PORT"));
    let parted = erlexec::part(
        otp.release,
        &all,
        &Home {
            home: home.as_deref(),
            port: port.as_deref(),
        },
    )?;
    check_kind(otp, &parted)?;
    let root = vec![
        b"-root".to_vec(),
        path_argument(&otp.root),
        b"-bindir".to_vec(),
        path_argument(&otp.bin_directory()),
        b"-progname".to_vec(),
        program,
        SEPARATOR.to_vec(),
    ];
    let name = around
        .variable("ESCRIPT_NAME")
        .unwrap_or_else(|| path_argument(&otp.emulator()));
    Ok(Prepared { parted, name, root })
}

impl Prepared {
    fn init_arguments(&self) -> Vec<Argument> {
        self.root.iter().chain(&self.parted.init).cloned().collect()
    }

    /// The command line of the emulator.
    fn command_line(&self) -> Vec<Argument> {
        let flags = self.parted.emulator.iter();
        let flags = flags
            .flat_map(|EmulatorFlag { flag, value }| std::iter::once(flag).chain(value))
            .cloned();
        let mut line = vec![self.name.clone()];
        line.extend(flags);
        line.push(SEPARATOR.to_vec());
        line.extend(self.init_arguments());
        line
    }
}

/// There is one machine: `smp`, `jit` and `emu` are all it, and it has no debug types.
fn check_kind(otp: &Otp, parted: &Parted) -> Result<(), Refusal> {
    let kind = parted.kind.kind.as_deref().unwrap_or(b"opt");
    let flavor = parted.kind.flavor.as_deref().unwrap_or(b"smp");
    if kind == b"opt" && matches!(flavor, b"smp" | b"jit" | b"emu") {
        return Ok(());
    }
    let _ = otp;
    let message = "erlexec: Invalid emulator type or flavor. Available combinations are: \n  -emu_flavor smp\n";
    Err(Refusal {
        message: message.into(),
        usage: Usage::Nothing,
    })
}

pub(super) fn refusal_text(otp: &Otp, refusal: &Refusal) -> String {
    match refusal.usage {
        Usage::Nothing => refusal.message.clone(),
        Usage::Erl => format!("{}\n{}", refusal.message, usage()),
        Usage::Emulator => format!(
            "{}\n{}",
            refusal.message,
            flags::usage(otp.release).trim_end()
        ),
    }
}

/// The usage line of `erl`.
fn usage() -> &'static str {
    "Usage: erl [-noshell | -noinput] [-s | -run MODULE [FUNCTION [ARGUMENT ...]]] [-eval EXPRESSION] [-pa | -pz DIRECTORY ...] \
     [-boot FILE] [-config FILE] [-sname NAME | -name NAME] [-env NAME VALUE] [-args_file FILE] [-detached] [-emu_args] \
     [-version] [-man PAGE] [+FLAG [VALUE] ...] [ARGUMENT ...] [-extra ARGUMENT ...]"
}

fn os(bytes: &[u8]) -> OsString {
    OsStr::from_bytes(bytes).to_os_string()
}

/// `PATH` as `erlexec` leaves it, with the directory of our links before everything: what looks for `erl` there
/// finds Oxbeam again. What stands before the links already and holds no `erl` stays there: Elixir's scripts do.
fn search_path(otp: &Otp, links: Option<&Path>, path: Option<&OsStr>) -> OsString {
    let bin = otp.bin_directory();
    let own = links.zip(path).into_iter().flat_map(|(links, path)| {
        let all: Vec<PathBuf> = std::env::split_paths(path).collect();
        let at = all.iter().position(|part| part == links).unwrap_or(0);
        let foreign = |part: &PathBuf| part.is_absolute() && !part.join("erl").exists();
        all.into_iter()
            .take(at)
            .take_while(foreign)
            .collect::<Vec<_>>()
    });
    let own: Vec<PathBuf> = own.collect();
    let mut parts: Vec<Vec<u8>> = own.iter().map(|part| path_argument(part)).collect();
    parts.extend(links.map(path_argument));
    if links != Some(bin.as_path()) {
        parts.push(path_argument(&bin));
    }
    let root = otp.root.as_os_str().as_bytes();
    let path = path.map(OsStr::as_bytes);
    if path.is_none_or(|path| !path.windows(root.len()).any(|window| window == root)) {
        parts.push(path_argument(&otp.root.join("bin")));
    }
    for part in path
        .into_iter()
        .flat_map(|path| path.split(|&byte| byte == b':'))
    {
        let part = PathBuf::from(os(part));
        if part != bin && Some(part.as_path()) != links && !own.contains(&part) {
            parts.push(path_argument(&part));
        }
    }
    OsString::from_vec(parts.join(&b':'))
}

/// Into the background, as `-detached` says and `run_erl -daemon`: returns true in the process that goes on.
pub(super) fn detach() -> bool {
    // SAFETY: the process has one thread, so that the child inherits no lock that another thread holds.
    match unsafe { libc::fork() } {
        0 => {}
        _ => return false,
    }
    let _ = rustix::process::setsid();
    // SAFETY: as above; the second child is no session leader and cannot get a terminal again.
    match unsafe { libc::fork() } {
        0 => {}
        _ => return false,
    }
    let null = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/null");
    if let Ok(null) = null {
        let _ = rustix::stdio::dup2_stdin(&null);
        let _ = rustix::stdio::dup2_stdout(&null);
        let _ = rustix::stdio::dup2_stderr(&null);
    }
    true
}

#[cfg(test)]
mod tests;
