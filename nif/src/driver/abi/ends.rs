//! Ends of ports that drivers ask for, and what becomes of drivers.

use super::super::entry::{Entry, PortId};
use super::super::{list, port};
use crate::abi::abi;
use oxbeam_term::Atom;
use oxbeam_vm::port::PortCx;
use oxbeam_vm::posix;
use std::ffi::{CStr, c_char, c_int};

/// 0, or -1 if there is no such port.
fn end(id: PortId, how: impl FnOnce(&mut PortCx<'_>)) -> c_int {
    match port::find(id).and_then(|shared| shared.end(how)) {
        Some(()) => 0,
        None => -1,
    }
}

/// The atom of a C text, of Latin-1.
///
/// # Safety
/// A C text.
pub(super) unsafe fn atom(text: *const c_char) -> Atom {
    // SAFETY: the caller's promise.
    let bytes = unsafe { CStr::from_ptr(text) }.to_bytes();
    let text: String = bytes
        .iter()
        .take(255)
        .map(|&byte| char::from(byte))
        .collect();
    Atom::of(&text)
}

abi! {
    fn driver_failure_eof(id: PortId) -> c_int {
        let Some(shared) = port::find(id) else { return -1 };
        // The port may stay, if its owner wants that: what waits in its queue stays too.
        let stays = shared.with_cx(|cx| cx.wants_end_of_data() && !cx.is_closing());
        match stays {
            None => -1,
            Some(true) => shared.with_cx(|cx| { cx.acknowledge(Ok(())); cx.end_of_data(); }).map_or(-1, |()| 0),
            Some(false) => end(id, |cx| cx.end_of_data()),
        }
    }
    fn driver_failure_atom(id: PortId, text: *const c_char) -> c_int {
        let reason = atom(text);
        end(id, |cx| cx.fail_with(reason))
    }
    fn driver_failure_posix(id: PortId, error: c_int) -> c_int {
        end(id, |cx| cx.fail(error))
    }
    fn driver_failure(id: PortId, code: c_int) -> c_int {
        match code {
            0 => driver_failure_eof(id),
            _ => end(id, |cx| cx.fail_with_number(code)),
        }
    }
    /// The owner is not told by the link that they had.
    fn driver_exit(id: PortId, error: c_int) -> c_int {
        end(id, |cx| {
            cx.unlink_owner();
            match error {
                0 => cx.fail_with(oxbeam_term::atom::known::NORMAL),
                _ => cx.fail_with(posix::error_atom(error)),
            }
        })
    }
    fn driver_lock_driver(id: PortId) -> c_int {
        let Some(shared) = port::find(id) else { return -1 };
        if list::make_permanent(&shared.library) { 0 } else { -1 }
    }
    fn add_driver_entry(entry: *const Entry) {
        list::add(entry);
    }
    fn remove_driver_entry(entry: *const Entry) -> c_int {
        list::remove(entry)
    }
    /// Does nothing, for entries that have nothing to do.
    fn null_func() -> c_int {
        0
    }
}
