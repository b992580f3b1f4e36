//! The natives of module `erlang`, by theme.

mod atom;
pub(crate) mod binary;
mod checksum;
pub(crate) mod code;
mod error;
pub(crate) mod float;
mod fun;
pub(crate) mod integer;
mod internal;
mod list;
mod map;
mod message;
mod monitor;
pub(crate) mod node;
mod operators;
mod packet;
pub(crate) mod port;
pub(crate) mod process;
mod register;
mod spawn;
mod statistics;
mod suspend;
mod system;
pub(crate) mod term;
pub(crate) mod time;
mod timer;
pub(crate) mod trace;
pub(crate) mod tracing;
mod tuple;
mod types;

use oxbeam_vm::native::Native;

/// All of them.
pub(crate) const ALL: &[&[Native]] = &[
    atom::NATIVES,
    binary::NATIVES,
    checksum::NATIVES,
    code::NATIVES,
    error::NATIVES,
    float::NATIVES,
    fun::NATIVES,
    integer::NATIVES,
    internal::NATIVES,
    list::NATIVES,
    map::NATIVES,
    message::NATIVES,
    monitor::NATIVES,
    node::NATIVES,
    operators::NATIVES,
    packet::NATIVES,
    port::NATIVES,
    process::NATIVES,
    register::NATIVES,
    spawn::INTERNAL,
    spawn::NATIVES,
    system::NATIVES,
    term::NATIVES,
    time::NATIVES,
    timer::NATIVES,
    trace::NATIVES,
    tracing::NATIVES,
    tuple::NATIVES,
    types::NATIVES,
];
