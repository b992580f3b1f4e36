//! `oxbeam`'s own command line.

use clap::{Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;

/// A BEAM-compatible virtual machine: runs the .beam files of an unmodified Erlang/OTP 25, 27 or 29.
#[derive(Debug, Parser)]
#[command(name = "oxbeam", version, arg_required_else_help = true, after_help = AFTER)]
pub(crate) struct Command {
    /// Which OTP to run: 25, 27, 29 or a directory (also: OXBEAM_OTP).
    #[arg(long, global = true, value_name = "25|27|29|DIR")]
    pub(crate) otp: Option<OsString>,
    #[command(subcommand)]
    pub(crate) action: Action,
}

const AFTER: &str = "Tools, each also by a link of its name (`oxbeam links DIR` makes them):\n  \
    oxbeam erl|erlc|escript|dialyzer|typer|ct_run|heart|run_erl|to_erl|elixir|elixirc|iex|mix|rebar3 [ARGUMENTS]\n\n\
    `oxbeam erl` takes all that Erlang's erl takes, and before it --otp X and --sim SEED.";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Run a compiled module: its main/1, main/0 or start/0.
    Run {
        /// A .beam file, or a directory that holds some.
        path: PathBuf,
        /// The module to run, instead of the file's.
        #[arg(short, long)]
        module: Option<String>,
        /// The function to call, with the list of arguments if it takes one.
        #[arg(short, long)]
        function: Option<String>,
        /// For the program.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// A shell for Erlang expressions and for the machine itself; also with input from a pipe. `:help` says what it knows.
    Shell {
        /// Directories with modules.
        #[arg(long = "pa", value_name = "DIR")]
        paths: Vec<PathBuf>,
    },
    /// Print a compiled module readably.
    Disasm {
        /// A .beam file.
        file: PathBuf,
    },
    /// Fetch or find the OTP to run.
    Otp {
        #[command(subcommand)]
        action: OtpAction,
    },
    /// Make links named erl, erlc, ... to this program in a directory.
    Links {
        /// The directory; made if it is not there.
        directory: PathBuf,
    },
    /// Run OTP's own test suites, and compare with the real machine.
    Conform(crate::conform::Options),
    /// Print the page of the emulator's flags (docs/flags.md).
    #[command(hide = true)]
    Flags,
}

/// What to do about OTP.
#[derive(Debug, Subcommand)]
pub(crate) enum OtpAction {
    /// Unpack OTP, Elixir and rebar3 of a release from Debian's packages; the system is left as it is.
    Fetch {
        /// 25, 27 or 29.
        release: u32,
        /// The Erlang sources instead, into .otp/RELEASE-sources.
        #[arg(long)]
        sources: bool,
        /// OTP's own test suites instead, into .otp/RELEASE-suites.
        #[arg(long, conflicts_with = "sources")]
        suites: bool,
        /// Where to; else .otp/RELEASE.
        #[arg(long, value_name = "DIR")]
        dest: Option<PathBuf>,
    },
    /// Put this program in the place of the emulator of an OTP or a release: what its erts-*/bin holds then starts Oxbeam.
    Embed {
        /// The root: an OTP's, or that of a release with an erts of its own.
        directory: PathBuf,
    },
    /// Print which OTP would run.
    Which,
}
