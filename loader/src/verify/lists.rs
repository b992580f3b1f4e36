//! The lists that some instructions end in.

use super::operands::{Check, Wanted, is_below, is_constant, is_source, is_target, want};
use crate::code::GenericOp;
use crate::genop::Role;
use crate::operand::Operand;

/// Largest tuple.
const TUPLE_LIMIT: u64 = 1 << 24;

impl Check<'_> {
    pub(super) fn list(
        &self,
        _instruction: &GenericOp,
        role: Role,
        items: &[Operand],
    ) -> Result<(), Wanted> {
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

    fn segments(&self, _items: &[Operand]) -> Result<(), Wanted> {
        Ok(())
    }

    fn commands(&self, _items: &[Operand]) -> Result<(), Wanted> {
        Ok(())
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

fn is_atom(operand: &Operand) -> bool {
    matches!(operand, Operand::Atom(_))
}

fn is_position(operand: &Operand) -> bool {
    matches!(operand, Operand::Unsigned(1..TUPLE_LIMIT))
}
