//! Each operand against its role.

use super::{Function, Labels, bad_operand};
use crate::beam_file::BeamFile;
use crate::code::GenericOp;
use crate::error::LoadError;
use crate::genop::{Op, Role};
use crate::operand::{HEAP_LIMIT, Operand};

/// Largest `Count`.
pub(super) const COUNT_LIMIT: u64 = 1 << 31;

/// What operands are checked against.
pub(super) struct Check<'a> {
    pub(super) beam: &'a BeamFile,
    pub(super) labels: &'a Labels,
    pub(super) functions: &'a [Function],
}

/// What the role wants instead.
pub(super) type Wanted = &'static str;

impl Check<'_> {
    pub(super) fn instruction(&self, instruction: &GenericOp) -> Result<(), LoadError> {
        let roles = instruction.op.row().roles;
        for (position, (role, operand)) in roles.iter().zip(&instruction.operands).enumerate() {
            if let Err(wanted) = self.operand(instruction, position, *role, operand) {
                return Err(bad_operand(instruction, position, wanted, Found(operand)));
            }
        }
        self.agreement(instruction)
    }

    fn operand(
        &self,
        instruction: &GenericOp,
        position: usize,
        role: Role,
        operand: &Operand,
    ) -> Result<(), Wanted> {
        match role {
            // Only in refused opcodes, which do not come here.
            Role::Any => Ok(()),
            Role::DefineLabel => want(matches!(operand, Operand::Unsigned(_)), "a label's number"),
            Role::Label => want(self.is_label(operand), "a defined label"),
            Role::Fail => want(
                *operand == Operand::Label(0) || self.is_label(operand),
                "no label or a defined one",
            ),
            Role::Function => match operand {
                Operand::Label(label) if self.labels.function(*label).is_some() => Ok(()),
                _ => Err("the entry label of a function"),
            },
            Role::Atom => want(matches!(operand, Operand::Atom(_)), "an atom"),
            Role::Arity => want(is_below(operand, 256), "an arity below 256"),
            Role::Live => want(is_below(operand, 1025), "at most 1024 live registers"),
            Role::Frame => want(is_below(operand, 1025), "at most 1024 stack slots"),
            Role::Count => want(is_below(operand, COUNT_LIMIT), "a number of 31 bits"),
            Role::Bits => want(
                matches!(operand, Operand::Unsigned(_) | Operand::BigUnsigned(_)),
                "a number of bits",
            ),
            Role::Unit => match operand {
                Operand::Unsigned(1..=256) => Ok(()),
                _ => Err("a unit from 1 to 256"),
            },
            Role::Flags => want(is_below(operand, 32), "field flags"),
            Role::Heap => match operand {
                Operand::Alloc(_) => Ok(()),
                _ => want(is_below(operand, HEAP_LIMIT as u64), "a number of words"),
            },
            Role::Source => want(is_source(operand), "a register or value"),
            Role::Size => match operand {
                Operand::Unsigned(_) | Operand::BigUnsigned(_) => Ok(()),
                _ => want(is_source(operand), "a size"),
            },
            Role::Register => want(is_register(operand), "a register"),
            Role::Target => want(is_target(operand), "a register to write"),
            Role::YRegister => want(matches!(operand, Operand::Y(_)), "a y register"),
            Role::FloatRegister => {
                want(matches!(operand, Operand::FloatReg(_)), "a float register")
            }
            Role::FloatSource => want(
                matches!(operand, Operand::FloatReg(_)) || is_source(operand),
                "a float register or value",
            ),
            Role::FloatTarget => want(
                matches!(operand, Operand::FloatReg(_)) || is_target(operand),
                "a register to write",
            ),
            Role::Import => want(
                is_below(operand, self.beam.imports.len() as u64),
                "the index of an import",
            ),
            Role::Fun => want(
                is_below(operand, self.beam.funs.len() as u64),
                "the index of a fun",
            ),
            Role::Line => {
                let limit = if self.beam.lines.present {
                    self.beam.lines.items.len() as u64
                } else {
                    COUNT_LIMIT
                };
                want(is_below(operand, limit), "the index of a line")
            }
            Role::StringOffset => {
                let bits = match instruction.operands[position - 1] {
                    Operand::Unsigned(length) if instruction.op == Op::BsMatchString => length,
                    Operand::Unsigned(length) => length.saturating_mul(8),
                    _ => u64::MAX,
                };
                want(
                    self.is_string(operand, bits),
                    "an offset with that many bytes of string",
                )
            }
            Role::StartMatch => match operand {
                Operand::Atom(atom) if matches!(self.beam.atom(*atom), "no_fail" | "resume") => {
                    Ok(())
                }
                _ => want(self.is_label(operand), "no_fail, resume or a label"),
            },
            Role::FunTag => match operand {
                Operand::Atom(atom) if matches!(self.beam.atom(*atom), "safe" | "unsafe") => Ok(()),
                _ => want(
                    is_below(operand, self.beam.funs.len() as u64),
                    "safe, unsafe or the index of a fun",
                ),
            },
            Role::UpdateHint => want(
                self.is_one_of(operand, &["copy", "reuse", "inplace"]),
                "copy, reuse or inplace",
            ),
            Role::DebugKind => want(self.is_one_of(operand, &["entry", "line"]), "entry or line"),
            Role::RecordId => want(
                matches!(operand, Operand::Atom(_) | Operand::Literal(_)),
                "a record's name",
            ),
            list_role => match operand {
                Operand::List(items) => self.list(list_role, items),
                _ => Err("a list"),
            },
        }
    }

    /// Operands that must fit one another.
    fn agreement(&self, instruction: &GenericOp) -> Result<(), LoadError> {
        use Operand::Unsigned;
        let bad = |position, expected, found: u64| {
            Err(bad_operand(instruction, position, expected, found))
        };
        let imported = |index: u64| u64::from(self.beam.imports[index as usize].arity);
        match (instruction.op, &instruction.operands[..]) {
            (
                Op::Call | Op::CallLast | Op::CallOnly,
                [Unsigned(arity), Operand::Label(label), ..],
            ) => {
                let function = self
                    .labels
                    .function(*label)
                    .map(|index| self.functions[index]);
                if function.is_none_or(|function| u64::from(function.arity) != *arity) {
                    return bad(0, "the arity of the function called", *arity);
                }
            }
            (
                Op::CallExt | Op::CallExtLast | Op::CallExtOnly,
                [Unsigned(arity), Unsigned(import), ..],
            ) if imported(*import) != *arity => {
                return bad(0, "the arity of the import", *arity);
            }
            (Op::Bif0, [Unsigned(import), ..]) if imported(*import) != 0 => {
                return bad(0, "an import of arity 0", imported(*import));
            }
            (Op::Bif1, [_, Unsigned(import), ..]) if imported(*import) != 1 => {
                return bad(1, "an import of arity 1", imported(*import));
            }
            (Op::Bif2, [_, Unsigned(import), ..]) if imported(*import) != 2 => {
                return bad(1, "an import of arity 2", imported(*import));
            }
            (Op::Bif3, [_, Unsigned(import), ..]) if imported(*import) != 3 => {
                return bad(1, "an import of arity 3", imported(*import));
            }
            (Op::GcBif1, [_, _, Unsigned(import), ..]) if imported(*import) != 1 => {
                return bad(2, "an import of arity 1", imported(*import));
            }
            (Op::GcBif2, [_, _, Unsigned(import), ..]) if imported(*import) != 2 => {
                return bad(2, "an import of arity 2", imported(*import));
            }
            (Op::GcBif3, [_, _, Unsigned(import), ..]) if imported(*import) != 3 => {
                return bad(2, "an import of arity 3", imported(*import));
            }
            (Op::MakeFun3, [Unsigned(fun), _, Operand::List(environment)])
                if self.beam.funs[*fun as usize].num_free as usize != environment.len() =>
            {
                return bad(
                    2,
                    "as many values as the fun has free variables",
                    environment.len() as u64,
                );
            }
            (Op::UpdateRecord, [_, Unsigned(size), _, _, Operand::List(updates)]) => {
                for pair in updates.chunks(2) {
                    if let Some(Unsigned(place)) = pair.first()
                        && place > size
                    {
                        return bad(4, "positions within the tuple", *place);
                    }
                }
            }
            (Op::Fmove, [source, target]) => {
                let is_float = |operand: &Operand| matches!(operand, Operand::FloatReg(_));
                if !is_float(source) && !is_float(target) {
                    return Err(bad_operand(
                        instruction,
                        1,
                        "a float register on one side",
                        "none",
                    ));
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn is_label(&self, operand: &Operand) -> bool {
        matches!(operand, Operand::Label(label) if self.labels.is_defined(u64::from(*label)))
    }

    pub(super) fn is_one_of(&self, operand: &Operand, names: &[&str]) -> bool {
        matches!(operand, Operand::Atom(atom) if names.contains(&self.beam.atom(*atom)))
    }

    /// Whether the strings have that many bits from there.
    pub(super) fn is_string(&self, offset: &Operand, bits: u64) -> bool {
        let Operand::Unsigned(offset) = offset else {
            return false;
        };
        let end = offset.checked_add(bits.div_ceil(8));
        end.is_some_and(|end| end <= self.beam.strings.len() as u64)
    }
}

pub(super) fn want(holds: bool, wanted: Wanted) -> Result<(), Wanted> {
    if holds { Ok(()) } else { Err(wanted) }
}

pub(super) fn is_below(operand: &Operand, limit: u64) -> bool {
    matches!(operand, Operand::Unsigned(number) if *number < limit)
}

pub(super) fn is_register(operand: &Operand) -> bool {
    matches!(
        operand,
        Operand::X(_) | Operand::Y(_) | Operand::TypedX(..) | Operand::TypedY(..)
    )
}

pub(super) fn is_target(operand: &Operand) -> bool {
    matches!(operand, Operand::X(_) | Operand::Y(_))
}

pub(super) fn is_constant(operand: &Operand) -> bool {
    matches!(
        operand,
        Operand::Nil
            | Operand::Atom(_)
            | Operand::Int(_)
            | Operand::BigInt { .. }
            | Operand::Literal(_)
    )
}

pub(super) fn is_source(operand: &Operand) -> bool {
    is_register(operand) || is_constant(operand)
}

/// An operand in a message: short, whatever is in it.
struct Found<'a>(&'a Operand);

impl std::fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Operand::Unsigned(number) => write!(f, "{number}"),
            Operand::Label(label) => write!(f, "label {label}"),
            Operand::List(items) => write!(f, "a list of {}", items.len()),
            other => f.write_str(other.form()),
        }
    }
}
