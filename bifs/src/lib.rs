//! Native functions of the Erlang modules: what OTP's `bif.tab` has, by module.

#![forbid(unsafe_code)]

mod atomics;
mod binary;
mod code;
mod counters;
mod debug_nodes;
mod debug_relations;
mod debug_state;
mod erl_debugger;
mod erlang;
mod erts_debug;
mod erts_internal;
mod ets;
mod file_names;
mod lists;
mod literal_area;
mod maps;
mod math;
mod misc;
mod os;
mod persistent_term;
mod re;
mod records;
mod sorting;
mod string;
mod text;
mod unicode;

use oxbeam_vm::native::{Native, StandIn};

/// Every table of natives but those of `erlang`.
const OTHERS: &[&[Native]] = &[
    atomics::INTERNAL,
    atomics::NATIVES,
    binary::NATIVES,
    code::NATIVES,
    counters::NATIVES,
    erlang::code::INTERNAL,
    erlang::port::INTERNAL,
    erlang::term::INTERNAL,
    erlang::float::STRING,
    erlang::integer::INTERNAL,
    erlang::integer::STRING,
    maps::INTERNAL,
    erl_debugger::INTERNAL,
    erl_debugger::NATIVES,
    erlang::node::INTERNAL,
    erlang::trace::INTERNAL,
    erlang::tracing::CLEANER,
    erlang::tracing::INTERNAL,
    debug_state::NATIVES,
    erts_debug::NATIVES,
    erts_internal::NATIVES,
    ets::ERLANG,
    ets::INTERNAL,
    ets::NATIVES,
    file_names::FILE,
    file_names::PRIM_FILE,
    lists::NATIVES,
    literal_area::NATIVES,
    maps::NATIVES,
    math::NATIVES,
    misc::ERROR_LOGGER,
    misc::NATIVES,
    misc::NET_KERNEL,
    os::NATIVES,
    persistent_term::INTERNAL,
    persistent_term::NATIVES,
    re::NATIVES,
    records::NATIVES,
    string::NATIVES,
    unicode::NATIVES,
];

/// What stands in for functions that OTP has in Erlang.
pub const STAND_INS: &[StandIn] = sorting::STAND_INS;

/// All tables of natives.
pub fn all() -> impl Iterator<Item = &'static [Native]> {
    erlang::ALL.iter().chain(OTHERS).copied()
}
