//! What a driver may do with a port: descriptors, timers, monitors, jobs, settings, other ports.

use super::super::entry::{Data, Event, Monitor, PortId};
use super::super::{jobs, port};
use crate::abi::abi;
use oxbeam_term::{Atom, Word};
use oxbeam_vm::posix;
use std::ffi::{CStr, c_char, c_int, c_long, c_uint, c_ulong, c_void};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

/// `get_port_flags`
const BINARY: c_int = 1 << 0;
const LINE: c_int = 1 << 1;

/// Answers of `start`, and of `erl_drv_init_ack`.
const ERROR_GENERAL: isize = -1;
const ERROR_ERRNO: isize = -2;
const ERROR_BADARG: isize = -3;

/// Limits of what waits before a port.
const DISABLED: usize = usize::MAX;

abi! {
    fn driver_select(id: PortId, event: Event, mode: c_int, on: c_int) -> c_int {
        let fd = event as isize;
        match (port::find(id), c_int::try_from(fd)) {
            (Some(shared), Ok(fd)) if fd >= 0 => {
                shared.select(fd, mode, on != 0);
                0
            }
            _ => -1,
        }
    }
    fn driver_set_timer(id: PortId, milliseconds: c_ulong) -> c_int {
        match port::find(id) {
            Some(shared) if shared.entry().timeout.is_some() => {
                shared.set_timer(milliseconds);
                0
            }
            _ => -1,
        }
    }
    fn driver_cancel_timer(id: PortId) -> c_int {
        port::find(id).map_or(-1, |shared| { shared.cancel_timer(); 0 })
    }
    fn driver_read_timer(id: PortId, left: *mut c_ulong) -> c_int {
        let Some(shared) = port::find(id) else { return -1 };
        left.write(shared.timer_left());
        0
    }
    /// 0 if it is done, 1 if there is no such process, -1 if the driver is not told of ends.
    fn driver_monitor_process(id: PortId, process: u64, place: *mut Monitor) -> c_int {
        let Some(shared) = port::find(id) else { return -1 };
        if shared.entry().process_exit.is_none() {
            return -1;
        }
        let process = Word(process);
        let watched = process.is_local_pid().then(|| shared.watch(process.local_number()));
        match watched.flatten() {
            Some(reference) => {
                place.write(Monitor::of(reference));
                0
            }
            None => 1,
        }
    }
    fn driver_demonitor_process(id: PortId, monitor: *const Monitor) -> c_int {
        let Some(shared) = port::find(id) else { return -1 };
        if shared.unwatch((*monitor).reference()) { 0 } else { 1 }
    }
    fn driver_get_monitored_process(id: PortId, monitor: *const Monitor) -> u64 {
        let watched = port::find(id).and_then(|shared| shared.watched((*monitor).reference()));
        watched.map_or(Word::NIL, Word::local_pid).0
    }
    fn driver_compare_monitors(left: *const Monitor, right: *const Monitor) -> c_int {
        (*left).words.cmp(&(*right).words) as c_int
    }
    fn set_busy_port(id: PortId, on: c_int) {
        if let Some(shared) = port::find(id) {
            shared.with_cx(|cx| if !cx.is_closing() { cx.set_busy(on != 0) });
        }
    }
    fn set_port_control_flags(id: PortId, flags: c_int) {
        if let Some(shared) = port::find(id) {
            shared.set_control_flags(flags);
        }
    }
    fn get_port_flags(id: PortId) -> c_int {
        let flags = port::find(id).and_then(|shared| shared.with_cx(|cx| {
            (if cx.is_binary() { BINARY } else { 0 }) | (if cx.is_by_line() { LINE } else { 0 })
        }));
        flags.unwrap_or(0)
    }
    fn erl_drv_busy_msgq_limits(id: PortId, low: *mut usize, high: *mut usize) {
        let asked = |place: *mut usize| if place.is_null() { 0 } else { place.read() };
        let (mut new_low, mut new_high) = (asked(low), asked(high));
        if let Some(shared) = port::find(id) {
            let mut limits = shared.limits.lock();
            if limits.1 == DISABLED || new_low == DISABLED || new_high == DISABLED {
                *limits = (DISABLED, DISABLED);
            } else {
                if new_low != 0 {
                    *limits = (new_low, limits.1.max(new_low));
                }
                if new_high != 0 {
                    *limits = (limits.0.min(new_high), new_high);
                }
            }
            (new_low, new_high) = *limits;
        } else {
            (new_low, new_high) = (DISABLED, DISABLED);
        }
        for (place, limit) in [(low, new_low), (high, new_high)] {
            if !place.is_null() {
                place.write(limit);
            }
        }
    }
    fn erl_drv_consume_timeslice(id: PortId, percent: c_int) -> c_int {
        let Some(shared) = port::find(id) else { return -1 };
        (shared.consume(percent.clamp(1, 100)) >= 100).into()
    }
    fn erl_drv_init_ack(id: PortId, data: Data) {
        let Some(shared) = port::find(id) else { return };
        let error = match data as isize {
            ERROR_GENERAL => Some(Atom::of("einval")),
            ERROR_ERRNO => {
                let errno = std::io::Error::last_os_error().raw_os_error();
                Some(posix::error_atom(errno.unwrap_or(0)))
            }
            ERROR_BADARG => Some(oxbeam_term::atom::known::BADARG),
            _ => None,
        };
        match error {
            None => {
                shared.set_data(data);
                shared.with_cx(|cx| cx.acknowledge(Ok(())));
            }
            Some(reason) => {
                shared.with_cx(|cx| cx.acknowledge(Err(reason)));
                let _ = shared.end(|cx| cx.fail_with(oxbeam_term::atom::known::NORMAL));
            }
        }
    }
    fn erl_drv_set_os_pid(id: PortId, pid: isize) {
        if let (Some(shared), Ok(pid)) = (port::find(id), u32::try_from(pid)) {
            shared.with_cx(|cx| cx.set_os_pid(pid));
        }
    }
    /// Another port of the same driver, which belongs to the process `owner`.
    fn driver_create_port(id: PortId, owner: u64, name: *const c_char, data: Data) -> PortId {
        let owner = Word(owner);
        let Some(shared) = port::find(id).filter(|_| owner.is_local_pid()) else { return port::NO_PORT };
        let name = CStr::from_ptr(name).to_bytes().to_vec();
        port::create(&shared.library, owner.local_number(), name, data).map_or(port::NO_PORT, port::id)
    }
    fn driver_async_port_key(id: PortId) -> c_uint {
        let number = port::find(id).map_or(0, |shared| shared.number());
        BuildHasherDefault::<DefaultHasher>::default().hash_one(number) as c_uint
    }
    /// The job's number; 0 if it was done at once, -1 if there is no such port.
    fn driver_async(
        id: PortId,
        key: *mut c_uint,
        invoke: Option<unsafe extern "C" fn(*mut c_void)>,
        data: *mut c_void,
        free: Option<unsafe extern "C" fn(*mut c_void)>,
    ) -> c_long {
        let Some(shared) = port::find(id) else { return -1 };
        let key = (!key.is_null()).then(|| key.read());
        if let Some(number) = jobs::start(&shared, key, invoke, data, free) {
            return number;
        }
        if let Some(invoke) = invoke {
            invoke(data);
        }
        match shared.entry().ready_async {
            Some(ready_async) => ready_async(shared.driver_data(), data),
            None => if let Some(free) = free { free(data) },
        }
        0
    }
}
