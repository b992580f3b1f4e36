//! `erlexec` and `beam.smp`, which scripts of releases start: the installation and how it was called are in the environment, or it is the
//! one that this program is the emulator of.

use super::{Call, Failure, erl};
use crate::erlexec::{self, SEPARATOR};
use crate::otp::Otp;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::process::ExitCode;

/// `erlexec ARGUMENTS`, with `ROOTDIR`, `BINDIR` and `PROGNAME` from the environment where they are set.
pub(crate) fn run_erlexec(call: &Call) -> Result<ExitCode, Failure> {
    let otp = match std::env::var_os("ROOTDIR").filter(|root| !root.is_empty()) {
        Some(root) => at(Path::new(&root))?,
        None => call.choose()?,
    };
    let name = std::env::var_os("PROGNAME").filter(|name| !name.is_empty());
    let name = name.map_or_else(|| b"erl".to_vec(), OsString::into_vec);
    erl::run_named(call, &otp, name, &call.arguments)
}

/// The installation that `ROOTDIR` and `BINDIR` name. A release may have several erts.
fn at(root: &Path) -> Result<Otp, Failure> {
    let otp = Otp::at(root).map_err(|error| Failure::new(format!("oxbeam: {error}")))?;
    let bin = std::env::var_os("BINDIR").unwrap_or_default();
    let erts = Path::new(&bin).parent().and_then(Path::file_name);
    let version = erts.and_then(|name| name.to_str()?.strip_prefix("erts-"));
    let there = |version: &&str| root.join(format!("erts-{version}")).is_dir();
    Ok(match version.filter(there) {
        Some(version) => Otp {
            erts_version: version.to_owned(),
            ..otp
        },
        None => otp,
    })
}

/// `beam.smp [FLAGS] -- [ARGUMENTS FOR init]`, as `erlexec` calls it.
pub(crate) fn run(call: &Call) -> Result<ExitCode, Failure> {
    let otp = call.choose()?;
    let end = call
        .arguments
        .iter()
        .position(|argument| argument == SEPARATOR);
    let (flags, init) = call.arguments.split_at(end.unwrap_or(call.arguments.len()));
    let flags = erlexec::emulator_flags(otp.release, flags)
        .map_err(|refusal| Failure::new(erl::refusal_text(&otp, &refusal)))?;
    if std::env::var_os("BINDIR").is_none() {
        return Err(Failure::new("Environment variable BINDIR is not set"));
    }
    let mut command_line = vec![call.called.clone().into_vec()];
    command_line.extend(call.arguments.iter().cloned());
    erl::start(
        call,
        &otp,
        erl::Start {
            flags,
            init: init.iter().skip(1).cloned().collect(),
            command_line,
            port_mapper: None,
            detached: false,
        },
    )
}
