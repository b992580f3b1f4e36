//! The preloaded modules: from `lib/erts-*/ebin`; where that is missing, out of `erts-*/bin/beam.smp`, which carries them.
//!
//! OTP's own emulator has them somewhere among its data, each a whole module file. Oxbeam in its place (`embed`) has them at its end:
//! the module files, their length in eight bytes (the lowest first), and `MARK`.

use super::Otp;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// Their names, in OTP's order. Not all releases have all.
const NAMES: &[&str] = &[
    "persistent_term",
    "counters",
    "atomics",
    "erts_dirty_process_signal_handler",
    "erts_trace_cleaner",
    "erts_literal_area_collector",
    "erl_tracer",
    "erts_internal",
    "erlang",
    "erl_prim_loader",
    "prim_zip",
    "prim_net",
    "prim_socket",
    "socket_registry",
    "zlib",
    "prim_file",
    "prim_inet",
    "prim_eval",
    "prim_buffer",
    "init",
    "erl_init",
    "erts_code_purger",
];

/// What a program that carries modules at its end ends in.
const MARK: &[u8; 16] = b"oxbeam preloaded";

/// Length and mark.
const TRAILER: u64 = 8 + MARK.len() as u64;

/// A module and its file.
pub(crate) type Module = (&'static str, Vec<u8>);

/// The preloaded modules of an installation.
pub(crate) fn modules(otp: &Otp) -> Result<Vec<Module>, String> {
    let mut modules = Vec::with_capacity(NAMES.len());
    if let Some(directory) = otp.preloaded_directory() {
        for name in NAMES {
            if let Ok(bytes) = std::fs::read(directory.join(format!("{name}.beam"))) {
                modules.push((*name, bytes));
            }
        }
    }
    if modules.is_empty() {
        modules = cut_out(&otp.emulator())?;
    }
    if modules.is_empty() {
        return Err(format!("{} has no preloaded modules", otp.root.display()));
    }
    Ok(modules)
}

/// What stands behind a program that carries `modules`.
pub(super) fn appendix(modules: &[Module]) -> Vec<u8> {
    let mut bytes: Vec<u8> = modules.iter().flat_map(|(_, file)| file).copied().collect();
    let length = bytes.len() as u64;
    bytes.extend(length.to_le_bytes());
    bytes.extend(MARK);
    bytes
}

/// How much of a program's file is the program: all, but for an appendix.
pub(super) fn without_appendix(file: &mut File) -> std::io::Result<u64> {
    let size = file.seek(SeekFrom::End(0))?;
    Ok(appended(file, size)?.unwrap_or(size))
}

/// Where the modules begin in a file of `size` bytes, if it carries some at its end.
fn appended(file: &mut File, size: u64) -> std::io::Result<Option<u64>> {
    if size < TRAILER {
        return Ok(None);
    }
    let mut trailer = [0; TRAILER as usize];
    file.seek(SeekFrom::Start(size - TRAILER))?;
    file.read_exact(&mut trailer)?;
    let (length, mark) = trailer.split_at(8);
    let length = length.try_into().map_or(0, u64::from_le_bytes);
    let begin = (size - TRAILER).checked_sub(length);
    Ok(begin.filter(|_| mark == MARK))
}

/// Module files within the emulator: each is a whole `FOR1 … BEAM` image.
fn cut_out(emulator: &Path) -> Result<Vec<Module>, String> {
    let bytes = carried(emulator).map_err(|error| format!("{}: {error}", emulator.display()))?;
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = find(&bytes[at..], b"FOR1") {
        let start = at + next;
        at = start + 4;
        let Some(&[a, b, c, d, b'B', b'E', b'A', b'M']) = bytes.get(start + 4..start + 12) else {
            continue;
        };
        let end = start + 8 + u32::from_be_bytes([a, b, c, d]) as usize;
        let Some(image) = bytes.get(start..end) else {
            continue;
        };
        let Ok(file) = oxbeam_loader::load(image) else {
            continue;
        };
        if let Some(name) = NAMES.iter().find(|name| **name == file.module) {
            found.push((*name, image.to_vec()));
            at = end;
        }
    }
    found.sort_by_key(|(name, _)| NAMES.iter().position(|known| known == name));
    Ok(found)
}

/// The part of the emulator where modules are: its end, or anywhere.
fn carried(emulator: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(emulator)?;
    let size = file.seek(SeekFrom::End(0))?;
    let begin = appended(&mut file, size)?.unwrap_or(0);
    file.seek(SeekFrom::Start(begin))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}
