//! Drivers in C: the module `erl_ddll`, and what `erl_driver.h` promises drivers.
//!
//! | file | what |
//! |---|---|
//! | `entry.rs` | `ErlDrvEntry`: a driver's functions; opening its library |
//! | `list.rs` | the drivers that are loaded, and who uses them |
//! | `natives.rs` | `erl_ddll` |
//! | `port.rs` | what there is of a port on the driver's side; calling its functions |
//! | `queue.rs` | a port's queue of bytes |
//! | `binary.rs` | `ErlDrvBinary` |
//! | `terms.rs` | messages that drivers describe |
//! | `jobs.rs` | the threads of `driver_async` |
//! | `select.rs` | descriptors |
//! | `abi/` | the functions, by theme |
//!
//! A driver knows its port by an address that is none: the port's number and one more. So whatever it does with a port that is gone
//! finds that out. The functions of a driver are called under its port's lock, or under one lock for all its ports, if it does not say that it
//! can do with the first. On the thread that is within such a function its port's [`PortCx`](oxbeam_vm::port::PortCx) is at hand; from elsewhere the port is locked for it.

pub(crate) mod abi;
mod binary;
mod entry;
mod jobs;
mod list;
mod natives;
mod port;
mod queue;
mod select;
mod terms;

pub(crate) use natives::NATIVES;

/// Does something soon, on a worker, that must not be done where this is called.
pub(crate) fn soon(work: impl FnOnce() + Send + 'static) {
    let machine = oxbeam_vm::machine::machine();
    let action = oxbeam_vm::timer::service::Action::Call(Box::new(work));
    machine.timers.set(machine.time.tick_after(0), action);
}
