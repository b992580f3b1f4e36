//! Oxbeam in the place of an installation's own emulator: what `erts-*/bin` holds then starts Oxbeam, and a release made with that
//! installation (`mix release`, `systools:make_tar`) carries it.
//!
//! `beam.smp` is this program, with the preloaded modules behind it. The other programs of which Oxbeam has its own are a launcher each,
//! the same few lines of shell: some of what makes releases follows links, and would carry the whole program as often. Nothing names
//! a place, so the installation, or a copy of its `erts-*/bin`, may be moved.

use super::{Otp, preloaded};
use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// The name of the emulator.
const EMULATOR: &str = "beam.smp";

/// The programs of `erts-*/bin` that Oxbeam stands in for. `heart` and those behind it are looked for there by modules and scripts of OTP.
const PROGRAMS: &[&str] = &[
    "erl", "erlexec", "erlc", "escript", "dialyzer", "typer", "ct_run", "heart", "run_erl",
    "to_erl",
];

/// One of `PROGRAMS`. `$0` names which, and is looked through where it is a link.
const LAUNCHER: &str = r#"#!/bin/sh
# Oxbeam, in this directory, does what this program is to do.
self=$0
[ -L "$self" ] && self=$(readlink -f -- "$self")
exec "${self%/*}/beam.smp" --called "$0" "$@"
"#;

/// The version of the erts whose emulator is the program `executable`, and the root of its installation.
pub(super) fn home(executable: &Path) -> Option<(PathBuf, String)> {
    let bin = executable.parent()?;
    let erts = bin.parent()?;
    let version = erts.file_name()?.to_str()?.strip_prefix("erts-")?;
    let ours = executable.file_name() == Some(OsStr::new(EMULATOR))
        && bin.file_name() == Some(OsStr::new("bin"));
    ours.then(|| Some((erts.parent()?.to_path_buf(), version.to_owned())))?
}

/// Puts the program `executable` into `otp`; what is there of it already stays. Says whether anything was to be done.
///
/// # Errors
/// A text that names the file which can't be read or written, or what the installation lacks.
pub(crate) fn embed(otp: &Otp, executable: &Path) -> Result<bool, String> {
    let bin = otp.bin_directory();
    let modules = preloaded::modules(otp)?;
    let mut changed = program(executable, &preloaded::appendix(&modules), &bin)?;
    let version = &otp.erts_version;
    let outer = otp.root.join("bin");
    for name in PROGRAMS {
        let inner = bin.join(name);
        changed |= launcher(&inner).map_err(|error| failed(&inner, &error))?;
        let link = outer.join(name);
        let target = PathBuf::from(format!("../erts-{version}/bin/{name}"));
        changed |= linked(&link, &target).map_err(|error| failed(&link, &error))?;
    }
    Ok(changed)
}

fn failed(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// The emulator.
fn program(executable: &Path, appendix: &[u8], bin: &Path) -> Result<bool, String> {
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(executable)?;
        let length = preloaded::without_appendix(&mut file)?;
        file.seek(SeekFrom::Start(0))?;
        let mut bytes = Vec::new();
        file.take(length).read_to_end(&mut bytes)?;
        bytes.extend(appendix);
        Ok(bytes)
    };
    let bytes = read().map_err(|error| failed(executable, &error))?;
    let emulator = bin.join(EMULATOR);
    put(&emulator, &bytes).map_err(|error| failed(&emulator, &error))
}

fn launcher(path: &Path) -> io::Result<bool> {
    put(path, LAUNCHER.as_bytes())
}

/// Writes an executable file, renamed into place: a program that runs keeps what it has begun with, and other links to the old file their contents.
fn put(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let there = fs::symlink_metadata(path).is_ok_and(|about| {
        about.is_file()
            && about.len() == bytes.len() as u64
            && about.permissions().mode() & 0o111 != 0
    });
    if there && fs::read(path)? == bytes {
        return Ok(false);
    }
    let fresh = fresh(path);
    let write = || {
        let mut file = File::create(&fresh)?;
        file.write_all(bytes)?;
        file.set_permissions(Permissions::from_mode(0o755))?;
        fs::rename(&fresh, path)
    };
    write().inspect_err(|_| drop(fs::remove_file(&fresh)))?;
    Ok(true)
}

/// Makes what is at `link` a link to `target`; where there is nothing, none is wanted.
fn linked(link: &Path, target: &Path) -> io::Result<bool> {
    if fs::symlink_metadata(link).is_err() || fs::read_link(link).is_ok_and(|now| now == target) {
        return Ok(false);
    }
    let fresh = fresh(link);
    symlink(target, &fresh)?;
    fs::rename(&fresh, link).inspect_err(|_| drop(fs::remove_file(&fresh)))?;
    Ok(true)
}

/// A name beside `path` for what is not whole yet.
fn fresh(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}", std::process::id()))
}
