//! What a match gives: the option `capture`.

use super::pattern::group_number;
use oxbeam_pcre::{Captures, Code, DUPNAMES, UNSET};
use oxbeam_term::rules::rules;
use oxbeam_term::{Term, View, iolist};
use oxbeam_vm::native::Cx;

/// In which form.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Form {
    Index,
    List,
    Binary,
}

/// One value.
enum Value {
    /// The group of this number.
    Group(usize),
    /// The first of these that took part.
    FirstOf(Vec<usize>),
    /// No group.
    Nothing,
    /// No group, and nothing behind it is given.
    End,
}

/// Which values.
enum Values {
    /// From this group on to the last that took part.
    From(usize),
    /// These.
    These(Vec<Value>),
    /// None, only whether there was a match.
    None,
}

/// What to give, and how.
pub(super) struct Captured {
    values: Values,
    form: Form,
}

impl Default for Captured {
    fn default() -> Captured {
        Captured {
            values: Values::From(0),
            form: Form::Index,
        }
    }
}

/// Names of groups.
struct Names {
    names: Vec<(Vec<u8>, usize)>,
    /// A name may stand for more than one group.
    shared: bool,
}

impl Names {
    fn of(code: &Code) -> Names {
        Names {
            names: code.names(),
            shared: code.option_bits() & DUPNAMES != 0,
        }
    }

    fn numbers(&self, name: &[u8]) -> Vec<usize> {
        self.names
            .iter()
            .filter(|(other, _)| other == name)
            .map(|&(_, number)| number)
            .collect()
    }

    fn value(&self, name: &[u8]) -> Value {
        let numbers = self.numbers(name);
        match numbers[..] {
            [] => Value::Nothing,
            [number] => Value::Group(number),
            _ if self.shared => Value::FirstOf(numbers),
            // The pattern itself has allowed the name twice, which OTP does not look for.
            _ if rules().pcre2 => Value::End,
            _ => self.found_halving(name),
        }
    }

    /// Of several groups of one name that which halving the table finds first.
    fn found_halving(&self, name: &[u8]) -> Value {
        let (mut low, mut high) = (0, self.names.len());
        while low < high {
            let middle = (low + high) / 2;
            let (other, number) = &self.names[middle];
            match name.cmp(other) {
                std::cmp::Ordering::Equal => return Value::Group(*number),
                std::cmp::Ordering::Less => high = middle,
                std::cmp::Ordering::Greater => low = middle + 1,
            }
        }
        Value::Nothing
    }

    fn all(&self) -> Vec<Value> {
        let mut values = Vec::new();
        for (index, (name, number)) in self.names.iter().enumerate() {
            if !self.shared {
                values.push(Value::Group(*number));
            } else if index == 0 || self.names[index - 1].0 != *name {
                values.push(self.value(name));
            }
        }
        values
    }
}

impl Captured {
    /// From the option's values and form; `None`: one of them is wrong.
    pub(super) fn parse(values: Term<'_>, form: Term<'_>, code: &Code) -> Option<Captured> {
        let form = match form.as_atom()?.text() {
            "index" => Form::Index,
            "list" => Form::List,
            "binary" => Form::Binary,
            _ => return None,
        };
        let values = match values.view() {
            View::Nil => Values::None,
            View::Atom(which) => match which.text() {
                "all" => Values::From(0),
                "all_but_first" => Values::From(1),
                "first" => Values::These(vec![Value::Group(0)]),
                "none" => Values::None,
                "all_names" => {
                    let all = Names::of(code).all();
                    if all.is_empty() {
                        Values::None
                    } else {
                        Values::These(all)
                    }
                }
                _ => return None,
            },
            View::Cons(_) => {
                let names = Names::of(code);
                let mut these = Vec::new();
                for value in values.proper_list()? {
                    these.push(match (group_number(value), value.as_atom()) {
                        (Some(number), _) => Value::Group(number),
                        (None, Some(name)) => names.value(name.text().as_bytes()),
                        (None, None) => {
                            let name = iolist::bytes(value).ok()?;
                            let end = name.iter().position(|&byte| byte == 0);
                            names.value(&name[..end.unwrap_or(name.len())])
                        }
                    });
                }
                Values::These(these)
            }
            _ => return None,
        };
        Some(Captured { values, form })
    }

    /// `{match, Values}` or `match`.
    pub(super) fn term<'p>(
        &self,
        cx: &mut Cx<'p>,
        found: &Captures,
        subject: Term<'p>,
        bytes: &[u8],
    ) -> Term<'p> {
        let a_match = Term::atom(oxbeam_term::Atom::of("match"));
        let unset = [UNSET, UNSET];
        let positions: Vec<[usize; 2]> = match &self.values {
            Values::None => return a_match,
            Values::From(first) => found.get(*first..).unwrap_or(&[]).to_vec(),
            Values::These(values) => {
                let mut positions = Vec::with_capacity(values.len());
                for value in values {
                    positions.push(match value {
                        Value::Group(number) => found.get(*number).copied().unwrap_or(unset),
                        Value::FirstOf(numbers) => numbers
                            .iter()
                            .filter_map(|&number| found.get(number).copied())
                            .find(|&[start, _]| start != UNSET)
                            .unwrap_or(unset),
                        Value::Nothing | Value::End => unset,
                    });
                    if matches!(value, Value::End) {
                        break;
                    }
                }
                positions
            }
        };
        let mut list = Term::NIL;
        for position in positions.into_iter().rev() {
            let value = self.value(cx, position, subject, bytes);
            list = cx.cons(value, list);
        }
        cx.tuple(&[a_match, list])
    }

    fn value<'p>(
        &self,
        cx: &mut Cx<'p>,
        [start, end]: [usize; 2],
        subject: Term<'p>,
        bytes: &[u8],
    ) -> Term<'p> {
        let is_set = start != UNSET;
        if self.form == Form::Index {
            // `\K` within a lookahead puts the start behind the end.
            let (start, length) = if is_set {
                (start as i64, end as i64 - start as i64)
            } else {
                (-1, 0)
            };
            return cx.tuple(&[Term::small(start), Term::small(length)]);
        }
        let (start, end) = if is_set {
            (start, end.max(start))
        } else {
            (0, 0)
        };
        if self.form == Form::List {
            return cx.byte_list(&bytes[start..end]);
        }
        match subject.as_bits() {
            Some(bits) => cx.part(bits, start * 8, (end - start) * 8),
            None => cx.binary(&bytes[start..end]),
        }
    }
}
