//! The lists that some instructions end in.

use super::operands::{
    COUNT_LIMIT, Check, Wanted, is_below, is_constant, is_source, is_target, want,
};
use crate::genop::Role;
use crate::operand::Operand;

/// Largest tuple.
const TUPLE_LIMIT: u64 = 1 << 24;

impl Check<'_> {
    pub(super) fn list(&self, role: Role, items: &[Operand]) -> Result<(), Wanted> {
        let never_empty = matches!(
            role,
            Role::SelectValues
                | Role::SelectArities
                | Role::MapKeys
                | Role::MapTargets
                | Role::RecordTargets
        );
        want(
            !(never_empty && items.is_empty()),
            "a list that is not empty",
        )?;
        match role {
            Role::Sources => want(items.iter().all(is_source), "a list of values"),
            Role::YRegisters => want(
                items.iter().all(|item| matches!(item, Operand::Y(_))),
                "a list of y registers",
            ),
            Role::SelectValues => pairs(
                items,
                |value, label| is_constant(value) && self.is_label(label),
                "pairs of constant and label",
            ),
            Role::SelectArities => {
                let fits = |size: &Operand, label: &Operand| {
                    is_below(size, TUPLE_LIMIT) && self.is_label(label)
                };
                pairs(items, fits, "pairs of tuple size and label")
            }
            Role::MapPairs => pairs(
                items,
                |key, value| is_source(key) && is_source(value),
                "pairs of key and value",
            ),
            Role::MapKeys => want(items.iter().all(is_source), "a list of keys"),
            Role::MapTargets => pairs(
                items,
                |key, target| is_source(key) && is_target(target),
                "pairs of key and register",
            ),
            Role::Updates => {
                let fits =
                    |position: &Operand, value: &Operand| is_position(position) && is_source(value);
                pairs(items, fits, "pairs of position and value")
            }
            Role::RecordTargets => {
                let fits = |field: &Operand, target: &Operand| is_atom(field) && is_target(target);
                pairs(items, fits, "pairs of field name and register")
            }
            Role::RecordValues => {
                let fits = |field: &Operand, value: &Operand| is_atom(field) && is_source(value);
                pairs(items, fits, "pairs of field name and value")
            }
            Role::BinarySegments => self.segments(items),
            Role::MatchCommands => self.commands(items),
            _ => Err("another operand"),
        }
    }

    /// Six operands each: type, number, unit, flags, source, size. What the size may be depends on the type.
    fn segments(&self, items: &[Operand]) -> Result<(), Wanted> {
        let (segments, odd) = items.as_chunks::<6>();
        want(odd.is_empty(), "six operands for each segment")?;
        for (position, [kind, number, unit, flags, source, size]) in segments.iter().enumerate() {
            let Operand::Atom(kind) = kind else {
                return Err("the type of each segment");
            };
            want(is_below(number, COUNT_LIMIT), "the number of each segment")?;
            want(is_below(unit, 257), "the unit of each segment")?;
            want(is_flags(flags), "the flags of each segment")?;
            match self.beam.atom(*kind) {
                "string" => {
                    let Operand::Int(length) = size else {
                        return Err("the length of a string segment");
                    };
                    let bits =
                        u64::try_from(*length).map_or(u64::MAX, |length| length.saturating_mul(8));
                    want(
                        self.is_string(source, bits),
                        "a string segment within the strings",
                    )?;
                }
                "append" | "private_append" => {
                    want(position == 0, "append only as the first segment")?;
                    want(
                        is_source(source) && is_source(size),
                        "a source and a size to append",
                    )?;
                }
                "binary" | "float" | "integer" | "utf8" | "utf16" | "utf32" => {
                    want(
                        is_source(source) && is_source(size),
                        "a source and a size for each segment",
                    )?;
                }
                _ => return Err("segments of known types"),
            }
        }
        Ok(())
    }

    /// Each command is a name and as many operands as it takes.
    fn commands(&self, items: &[Operand]) -> Result<(), Wanted> {
        let bits =
            |operand: &Operand| matches!(operand, Operand::Unsigned(_) | Operand::BigUnsigned(_));
        let unit = |operand: &Operand| matches!(operand, Operand::Unsigned(1..=256));
        let live = |operand: &Operand| is_below(operand, 1025);
        let mut rest = items;
        while let [Operand::Atom(name), arguments @ ..] = rest {
            rest = match (self.beam.atom(*name), arguments) {
                ("ensure_at_least", [size, step, rest @ ..]) if bits(size) && unit(step) => rest,
                ("ensure_exactly" | "skip", [size, rest @ ..]) if bits(size) => rest,
                ("integer" | "binary", [alive, flags, size, step, target, rest @ ..])
                    if live(alive)
                        && is_flags(flags)
                        && bits(size)
                        && unit(step)
                        && is_target(target) =>
                {
                    rest
                }
                ("get_tail", [alive, step, target, rest @ ..])
                    if live(alive) && unit(step) && is_target(target) =>
                {
                    rest
                }
                ("=:=", [Operand::Nil, size, Operand::Unsigned(_), rest @ ..])
                    if is_below(size, 65) =>
                {
                    rest
                }
                _ => return Err("commands with their operands"),
            };
        }
        want(rest.is_empty(), "the name of each command")
    }
}

fn pairs(
    items: &[Operand],
    fits: impl Fn(&Operand, &Operand) -> bool,
    wanted: Wanted,
) -> Result<(), Wanted> {
    let (pairs, odd) = items.as_chunks::<2>();
    want(
        odd.is_empty() && pairs.iter().all(|[first, second]| fits(first, second)),
        wanted,
    )
}

/// Flags in lists: none, or a literal list of their names.
fn is_flags(operand: &Operand) -> bool {
    matches!(operand, Operand::Nil | Operand::Literal(_))
}

fn is_atom(operand: &Operand) -> bool {
    matches!(operand, Operand::Atom(_))
}

fn is_position(operand: &Operand) -> bool {
    matches!(operand, Operand::Unsigned(1..TUPLE_LIMIT))
}
