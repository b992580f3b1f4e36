//! The `oxbeam` command, and every tool that it stands in for (`front`).

#![warn(missing_docs)]
// `output` says what happens if nobody reads it.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod allocator;
mod boot;
mod command;
mod conform;
mod disasm;
mod emulator;
mod erlexec;
mod flags_page;
mod front;
mod links;
mod otp;
mod output;
mod progress;
mod release;
mod run;
mod shell;

use clap::Parser;
use command::{Action, Command, OtpAction};
use front::{Call, Failure};
use otp::Places;
use output::{complain, say};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: allocator::Allocator = allocator::Allocator;

fn main() -> ExitCode {
    let result = dispatch(std::env::args_os().collect());
    result.unwrap_or_else(|failure| {
        complain!("{}", failure.message);
        ExitCode::from(failure.status)
    })
}

fn dispatch(all: Vec<OsString>) -> Result<ExitCode, Failure> {
    let mut rest = all.iter();
    let called = rest.next().cloned().unwrap_or_default();
    let name = Path::new(&called).file_name();
    if name == Some(OsStr::new("beam.smp")) {
        return embedded(called, rest.cloned().collect());
    }
    if let Some(tool) = name.and_then(front::tool) {
        return (tool.run)(&call(called, rest.cloned(), None, None));
    }
    // Arguments of a tool are not ours to read, so that a tool's name is looked for before anything is parsed.
    let (mut otp, mut simulation) = (None, None);
    while let Some(argument) = rest.next() {
        let text = argument.to_string_lossy();
        let (name, glued) = text
            .split_once('=')
            .map_or((text.as_ref(), None), |(name, value)| {
                (name, Some(OsString::from(value)))
            });
        let mut value = || glued.clone().or_else(|| rest.next().cloned());
        match name {
            "--otp" => otp = value(),
            "--sim" => simulation = Some(seed(value())?),
            _ => match front::tool(argument) {
                Some(tool) => {
                    let mut arguments: Vec<OsString> = rest.cloned().collect();
                    own_options(&mut arguments, &mut otp, &mut simulation)?;
                    return (tool.run)(&call(
                        tool.name.into(),
                        arguments.into_iter(),
                        otp,
                        simulation,
                    ));
                }
                None => break,
            },
        }
    }
    let command = Command::try_parse_from(all).unwrap_or_else(|error| {
        // Help, or what is wrong.
        output::taken(error.print());
        std::process::exit(error.exit_code())
    });
    ours(command)
}

/// As the emulator of an installation (`otp::embed`): its launchers say who was called, all else has the emulator's own command line.
fn embedded(called: OsString, mut arguments: Vec<OsString>) -> Result<ExitCode, Failure> {
    if arguments.len() < 2 || arguments[0] != "--called" {
        return front::emulator::run(&call(called, arguments.into_iter(), None, None));
    }
    let called = arguments.remove(1);
    let arguments = arguments.into_iter().skip(1);
    match Path::new(&called).file_name().and_then(front::tool) {
        Some(tool) => (tool.run)(&call(called, arguments, None, None)),
        None => Err(Failure::new(format!(
            "oxbeam: {} is none of its tools",
            called.to_string_lossy()
        ))),
    }
}

/// Takes `--otp X` and `--sim SEED` from the front of a tool's arguments: no tool has options of that form there.
fn own_options(
    arguments: &mut Vec<OsString>,
    otp: &mut Option<OsString>,
    simulation: &mut Option<u64>,
) -> Result<(), Failure> {
    while arguments.len() > 1 {
        match arguments[0].to_str() {
            Some("--otp") => *otp = Some(arguments[1].clone()),
            Some("--sim") => *simulation = Some(seed(Some(arguments[1].clone()))?),
            _ => break,
        }
        arguments.drain(..2);
    }
    Ok(())
}

fn seed(value: Option<OsString>) -> Result<u64, Failure> {
    let text = value.unwrap_or_default();
    let number = text.to_str().and_then(|text| text.parse().ok());
    number.ok_or_else(|| Failure {
        message: "oxbeam: --sim takes a seed, a number from 0".into(),
        status: 2,
    })
}

fn call(
    called: OsString,
    arguments: impl Iterator<Item = OsString>,
    otp: Option<OsString>,
    simulation: Option<u64>,
) -> Call {
    Call {
        called,
        arguments: arguments.map(OsString::into_vec).collect(),
        otp,
        simulation,
        places: Places::system(),
    }
}

/// The commands of `oxbeam` itself.
fn ours(command: Command) -> Result<ExitCode, Failure> {
    let call = call("oxbeam".into(), std::iter::empty(), command.otp, None);
    let failed = |message: String| Failure::new(format!("oxbeam: {message}"));
    match command.action {
        Action::Run {
            path,
            module,
            function,
            arguments,
        } => {
            let arguments = arguments.into_iter().map(OsString::into_vec).collect();
            return run::run(
                &call,
                &run::Program {
                    path,
                    module,
                    function,
                    arguments,
                },
            );
        }
        Action::Shell { paths } => return shell::run(&call, &paths),
        Action::Disasm { file } => disasm::print(&file).map_err(failed)?,
        Action::Otp {
            action:
                OtpAction::Fetch {
                    release,
                    sources,
                    suites,
                    dest,
                },
        } => {
            let release = release::Release::from_number(release)
                .ok_or_else(|| failed(otp::NoOtp::Unknown(release.to_string()).to_string()))?;
            let usual = |kind: &str| format!(".otp/{}{kind}", release.number()).into();
            if sources {
                let dest = dest.unwrap_or_else(|| usual("-sources"));
                otp::fetch::fetch_sources(release, &dest).map_err(failed)?;
            } else if suites {
                let dest = dest.unwrap_or_else(|| usual("-suites"));
                otp::fetch::fetch_suites(release, &dest).map_err(failed)?;
            } else {
                let dest = dest.unwrap_or_else(|| usual(""));
                otp::fetch::fetch(release, &dest, &call.places.executable).map_err(failed)?;
            }
        }
        Action::Otp {
            action: OtpAction::Embed { directory },
        } => {
            let otp = call.places.choose(Some(directory.as_os_str()));
            let otp = otp.map_err(|error| failed(error.to_string()))?;
            otp::embed::embed(&otp, &call.places.executable).map_err(failed)?;
            say!(
                "{} starts Oxbeam, with OTP {}",
                otp.bin_directory().display(),
                otp.release.number()
            );
        }
        Action::Otp {
            action: OtpAction::Which,
        } => {
            let otp = call.choose()?;
            say!(
                "OTP {} (erts {}) in {}",
                otp.release.number(),
                otp.erts_version,
                otp.root.display()
            );
        }
        Action::Conform(options) => return conform::run(&call, &options),
        Action::Links { directory } => {
            links::make(&call.places.executable, &directory).map_err(failed)?
        }
        Action::Flags => output::bytes(flags_page::page().as_bytes()),
    }
    Ok(ExitCode::SUCCESS)
}
