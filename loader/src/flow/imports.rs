//! What is known of functions of other modules: natives only, which no module can replace.

use super::state::{MAP, TUPLE};
use crate::beam_file::BeamFile;

/// An imported function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Imported {
    /// It always raises (or ends the process).
    pub(super) raises: bool,
    /// It never raises.
    pub(super) succeeds: bool,
    /// As an instruction, it builds nothing on the heap.
    pub(super) builds_nothing: bool,
    /// `erlang:setelement/3`.
    pub(super) is_setelement: bool,
    /// Kind of what it returns.
    pub(super) result: u8,
    /// If it returns, its argument in this place was of this kind.
    pub(super) argument: Option<(usize, u8)>,
}

/// By index of the import.
pub(super) fn imported(beam: &BeamFile) -> Vec<Imported> {
    let one = |import: &crate::imports::Import| {
        let function = beam.atom(import.function);
        match beam.atom(import.module) {
            "erlang" => of_erlang(function, import.arity),
            "maps" => of_maps(function, import.arity),
            _ => Imported::default(),
        }
    };
    beam.imports.iter().map(one).collect()
}

fn of_erlang(function: &str, arity: u32) -> Imported {
    let mut known = Imported::default();
    match (function, arity) {
        ("error", 1..=3) | ("exit" | "throw", 1) => known.raises = true,
        ("self" | "node", 0)
        | ("=:=" | "=/=" | "==" | "/=" | "<" | ">=" | "=<" | ">", 2)
        | (
            "is_atom" | "is_binary" | "is_bitstring" | "is_boolean" | "is_float" | "is_function"
            | "is_integer" | "is_list" | "is_map" | "is_number" | "is_pid" | "is_port"
            | "is_reference" | "is_tuple",
            1,
        )
        | ("get", 1)
        | ("min" | "max", 2) => {
            known.succeeds = true;
            known.builds_nothing = true;
        }
        ("and" | "or" | "xor" | "is_function" | "is_record", 2)
        | ("not" | "node", 1)
        | ("is_record", 3)
        | ("hd" | "tl", 1) => known.builds_nothing = true,
        ("element", 2) => {
            known.builds_nothing = true;
            known.argument = Some((1, TUPLE));
        }
        ("tuple_size", 1) => {
            known.builds_nothing = true;
            known.argument = Some((0, TUPLE));
        }
        ("map_get" | "is_map_key", 2) => {
            known.builds_nothing = true;
            known.argument = Some((1, MAP));
        }
        ("map_size", 1) => known.argument = Some((0, MAP)),
        ("setelement", 3) => {
            known.is_setelement = true;
            known.result = TUPLE;
        }
        _ => {}
    }
    known
}

fn of_maps(function: &str, arity: u32) -> Imported {
    let mut known = Imported::default();
    if let ("from_list", 1) | ("merge" | "remove" | "from_keys", 2) | ("put" | "update", 3) =
        (function, arity)
    {
        known.result = MAP;
    }
    known
}
