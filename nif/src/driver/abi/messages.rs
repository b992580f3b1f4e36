//! Messages that drivers send, and the terms that they are made of.

use super::super::entry::PortId;
use super::super::{port, terms};
use super::ends::atom;
use crate::abi::abi;
use oxbeam_term::Word;
use std::ffi::{c_char, c_int};

/// `ErlDrvTermData`: an immediate term's word.
type Raw = u64;

/// The word of the empty list.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, reason = "so drivers know it")]
pub(super) static driver_term_nil: Raw = Word::NIL.0;

const SENT: c_int = 1;
const NOBODY: c_int = 0;
const WRONG: c_int = -1;

/// Sends what the words describe from port `number` to process `to`, or to the port's owner.
///
/// # Safety
/// The words are as `erl_driver.h` says.
unsafe fn send(number: u64, to: Option<Raw>, data: *const Raw, len: c_int) -> c_int {
    let port = match port::ending(number) {
        Some(shared) => shared.port(),
        None => oxbeam_vm::port::there(number),
    };
    let Some(port) = port else {
        return WRONG;
    };
    if !port.is_open() && port::ending(number).is_none() {
        return NOBODY;
    }
    let Ok(len) = usize::try_from(len) else {
        return WRONG;
    };
    // SAFETY: the caller's promise.
    let Some(message) = (unsafe { terms::message(std::slice::from_raw_parts(data, len)) }) else {
        return WRONG;
    };
    let to = match to.map(Word) {
        None => port.owner(),
        Some(to) if to.is_local_pid() => to.local_number(),
        Some(_) => return NOBODY,
    };
    if port.send(to, message) { SENT } else { NOBODY }
}

/// The number of a port as a term.
fn number(port: Raw) -> Option<u64> {
    let port = Word(port);
    port.is_local_port().then(|| port.local_number())
}

abi! {
    fn driver_mk_atom(text: *const c_char) -> Raw {
        Word::atom(atom(text)).0
    }
    fn driver_mk_port(id: PortId) -> Raw {
        port::find(id).map_or(Word::NIL, |shared| Word::local_port(shared.number())).0
    }
    fn driver_mk_term_nil() -> Raw {
        Word::NIL.0
    }
    fn driver_connected(id: PortId) -> Raw {
        let owner = port::find(id).and_then(|shared| shared.port()).map(|port| port.owner());
        owner.map_or(Word::NIL, Word::local_pid).0
    }
    fn driver_caller(id: PortId) -> Raw {
        let caller = port::find(id).and_then(|shared| shared.caller());
        caller.map_or(Word::NIL, Word::local_pid).0
    }
    fn erl_drv_output_term(port: Raw, data: *const Raw, len: c_int) -> c_int {
        number(port).map_or(WRONG, |number| send(number, None, data, len))
    }
    fn erl_drv_send_term(port: Raw, to: Raw, data: *const Raw, len: c_int) -> c_int {
        number(port).map_or(WRONG, |number| send(number, Some(to), data, len))
    }
    fn driver_output_term(id: PortId, data: *const Raw, len: c_int) -> c_int {
        port::find(id).map_or(WRONG, |shared| send(shared.number(), None, data, len))
    }
    fn driver_send_term(id: PortId, to: Raw, data: *const Raw, len: c_int) -> c_int {
        port::find(id).map_or(WRONG, |shared| send(shared.number(), Some(to), data, len))
    }
}
