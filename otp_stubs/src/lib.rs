//! Stand-ins for what OTP writes in C outside the core: the NIF libraries that are part of its emulator.

#![deny(unsafe_code)]

mod bytes;
mod crypto;
mod driver;
mod erl_tracer;
mod errors;
mod file;
mod net;
mod prim_buffer;
mod prim_tty;
mod socket;
#[allow(unsafe_code)]
mod sys;
mod zlib;
mod zstd;

pub use driver::DRIVERS;

use oxbeam_vm::file_name::{self, Encoding, Wrong};
use oxbeam_vm::halt;
use oxbeam_vm::machine::machine;
use oxbeam_vm::native::StaticNif;
use oxbeam_vm::port;
use std::sync::OnceLock;

/// All of them.
pub static NIFS: &[StaticNif] = &[
    erl_tracer::NIF,
    file::NIF,
    net::NIF,
    prim_buffer::NIF,
    prim_tty::NIF,
    socket::NIF,
    zlib::NIF,
    zstd::NIF,
];

/// Those that take the place of a library in C which can't be loaded.
pub static SPARE_NIFS: &[StaticNif] = &[crypto::NIF];

/// Prepares what is here, once the machine is built and before anything runs on it. `encoding` of file names is what the command line
/// says (`+fnl`, `+fnu`); else the locale says it.
pub fn start(encoding: Option<Encoding>, wrong: Wrong) {
    let by_locale = if locale_is_utf8() {
        Encoding::Utf8
    } else {
        Encoding::Latin1
    };
    file_name::configure(encoding.unwrap_or(by_locale), wrong);
    port::start(DRIVERS);
    machine().on_process_exit(file::owners::process_exits);
    machine().on_process_exit(prim_tty::process_exits);
    machine().on_process_exit(socket::process_exits);
    machine().on_halt(prim_tty::halts);
    halt::on_flush(port::flush_all);
}

/// Is the encoding of the locale UTF-8? The environment is asked once.
fn locale_is_utf8() -> bool {
    static UTF8: OnceLock<bool> = OnceLock::new();
    *UTF8.get_or_init(sys::locale::is_utf8)
}
