//! TABLE of the functions that guards and bodies may call, and of the forms that only some dialects have.

use super::Dialect;
use crate::release::Release;
use oxbeam_term::atom::{Atom, known};
use oxbeam_term::boxed::external::this_node;
use oxbeam_term::number::terms;
use oxbeam_term::rules::rules;
use oxbeam_term::{Builder, Term, View};

/// A function. `None`: it fails.
pub(super) type Call = for<'p> fn(&mut Builder<'p>, &[Term<'p>]) -> Option<Term<'p>>;

/// A row of the table.
pub(super) struct Function {
    name: &'static str,
    pub(super) arity: usize,
    /// First release that has it.
    since: u8,
    pub(super) call: Call,
}

macro_rules! functions {
    ($($name:literal / $arity:literal $([$since:literal])? |$builder:ident, $arguments:pat_param| $call:expr;)*) => {
        const FUNCTIONS: &[Function] = &[$({
            fn call<'p>($builder: &mut Builder<'p>, arguments: &[Term<'p>]) -> Option<Term<'p>> {
                let $arguments: [Term<'p>; $arity] = arguments.try_into().ok()?;
                $call
            }
            Function { name: $name, arity: $arity, since: $crate::first_of!($($since,)? 0), call }
        }),*];
    };
}

fn boolean<'p>(value: bool) -> Option<Term<'p>> {
    Some(Term::boolean(value))
}

fn count<'p>(value: usize) -> Option<Term<'p>> {
    Some(Term::small(i64::try_from(value).ok()?))
}

functions! {
    "is_atom" / 1 |_b, [a]| boolean(a.as_atom().is_some());
    "is_float" / 1 |_b, [a]| boolean(a.is_float());
    "is_integer" / 1 |_b, [a]| boolean(a.is_integer());
    "is_integer" / 3 [29] |_b, [a, low, high]| {
        if !low.is_integer() || !high.is_integer() {
            return None;
        }
        boolean(a.is_integer() && a.cmp(low).is_ge() && a.cmp(high).is_le())
    };
    "is_list" / 1 |_b, [a]| boolean(a.is_list());
    "is_number" / 1 |_b, [a]| boolean(a.is_number());
    "is_pid" / 1 |_b, [a]| boolean(a.is_pid());
    "is_port" / 1 |_b, [a]| boolean(a.is_port());
    "is_reference" / 1 |_b, [a]| boolean(a.is_reference());
    "is_tuple" / 1 |_b, [a]| boolean(a.is_tuple());
    "is_map" / 1 |_b, [a]| boolean(a.is_map());
    "is_binary" / 1 |_b, [a]| boolean(a.is_binary());
    "is_bitstring" / 1 [26] |_b, [a]| boolean(a.is_bits());
    "is_boolean" / 1 [26] |_b, [a]| boolean(a.as_boolean().is_some());
    "is_function" / 1 |_b, [a]| boolean(a.is_fun());
    "is_function" / 2 [26] |_b, [a, arity]| {
        let arity = match arity.view() {
            View::Small(arity) if arity >= 0 => Some(arity as u64),
            View::Big(big) if !big.negative => None,
            _ => return None,
        };
        boolean(a.as_fun().is_some_and(|fun| arity == Some(u64::from(fun.arity()))))
    };
    "is_record" / 3 |_b, [a, tag, size]| {
        let tag = tag.as_atom()?;
        if let (Some(name), true) = (size.as_atom(), rules().native_records) {
            let definition = a.as_record().map(|record| record.definition());
            return boolean(definition.is_some_and(|of| of.module().is(tag) && of.name().is(name)));
        }
        let size = size.as_small()?;
        boolean(a.as_tuple().is_some_and(|tuple| {
            tuple.len() as i64 == size && tuple.get(0).is_some_and(|first| first.is(tag))
        }))
    };
    "abs" / 1 |b, [a]| terms::abs(b, a).ok();
    "element" / 2 |_b, [index, tuple]| {
        let index = usize::try_from(index.as_small()?).ok()?.checked_sub(1)?;
        tuple.as_tuple()?.get(index)
    };
    "hd" / 1 |_b, [a]| Some(a.as_cons()?.head());
    "tl" / 1 |_b, [a]| Some(a.as_cons()?.tail());
    "length" / 1 |_b, [a]| count(a.proper_length()?);
    "max" / 2 [26] |_b, [a, b]| Some(if a.cmp(b).is_lt() { b } else { a });
    "min" / 2 [26] |_b, [a, b]| Some(if a.cmp(b).is_gt() { b } else { a });
    "node" / 0 |_b, []| Some(Term::atom(this_node().name));
    "node" / 1 |_b, [a]| Some(Term::atom(match a.view() {
        View::Pid(_) | View::Port(_) | View::Reference(_) => this_node().name,
        View::ExternalPid(other) | View::ExternalPort(other) | View::ExternalReference(other) => {
            other.node().name
        }
        _ => return None,
    }));
    "round" / 1 |b, [a]| terms::round(b, a).ok();
    "trunc" / 1 |b, [a]| terms::trunc(b, a).ok();
    "float" / 1 |b, [a]| terms::float(b, a).ok();
    "ceil" / 1 [26] |b, [a]| terms::ceil(b, a).ok();
    "floor" / 1 [26] |b, [a]| terms::floor(b, a).ok();
    "size" / 1 |_b, [a]| match a.view() {
        View::Tuple(tuple) => count(tuple.len()),
        View::Bits(bits) => count(bits.bit_len() / 8),
        _ => None,
    };
    "map_size" / 1 |_b, [a]| count(a.as_map()?.len());
    "map_get" / 2 |_b, [key, map]| map.as_map()?.get(key);
    "is_map_key" / 2 |_b, [key, map]| boolean(map.as_map()?.contains(key));
    "bit_size" / 1 |_b, [a]| count(a.as_bits()?.bit_len());
    "byte_size" / 1 |_b, [a]| count(a.as_bits()?.bit_len().div_ceil(8));
    "tuple_size" / 1 [26] |_b, [a]| count(a.as_tuple()?.len());
    "binary_part" / 2 |b, [a, part]| {
        let [start, length] = part.as_tuple_of()?;
        binary_part(b, a, start, length)
    };
    "binary_part" / 3 |b, [a, start, length]| binary_part(b, a, start, length);
    "+" / 1 |_b, [a]| a.is_number().then_some(a);
    "-" / 1 |b, [a]| terms::negate(b, a).ok();
    "+" / 2 |b, [x, y]| terms::add(b, x, y).ok();
    "-" / 2 |b, [x, y]| terms::sub(b, x, y).ok();
    "*" / 2 |b, [x, y]| terms::mul(b, x, y).ok();
    "/" / 2 |b, [x, y]| terms::divide(b, x, y).ok();
    "div" / 2 |b, [x, y]| terms::div(b, x, y).ok();
    "rem" / 2 |b, [x, y]| terms::rem(b, x, y).ok();
    "band" / 2 |b, [x, y]| terms::band(b, x, y).ok();
    "bor" / 2 |b, [x, y]| terms::bor(b, x, y).ok();
    "bxor" / 2 |b, [x, y]| terms::bxor(b, x, y).ok();
    "bnot" / 1 |b, [a]| terms::bnot(b, a).ok();
    "bsl" / 2 |b, [x, y]| terms::bsl(b, x, y).ok();
    "bsr" / 2 |b, [x, y]| terms::bsr(b, x, y).ok();
    ">" / 2 |_b, [x, y]| boolean(Comparison::Greater.holds(x, y));
    ">=" / 2 |_b, [x, y]| boolean(Comparison::GreaterOrEqual.holds(x, y));
    "<" / 2 |_b, [x, y]| boolean(Comparison::Less.holds(x, y));
    "=<" / 2 |_b, [x, y]| boolean(Comparison::LessOrEqual.holds(x, y));
    "=:=" / 2 |_b, [x, y]| boolean(Comparison::Exact.holds(x, y));
    "==" / 2 |_b, [x, y]| boolean(Comparison::Equal.holds(x, y));
    "=/=" / 2 |_b, [x, y]| boolean(Comparison::NotExact.holds(x, y));
    "/=" / 2 |_b, [x, y]| boolean(Comparison::NotEqual.holds(x, y));
    "not" / 1 |_b, [a]| boolean(!a.as_boolean()?);
    "xor" / 2 |_b, [x, y]| boolean(x.as_boolean()? ^ y.as_boolean()?);
}

fn binary_part<'p>(
    builder: &mut Builder<'p>,
    binary: Term<'p>,
    start: Term<'p>,
    length: Term<'p>,
) -> Option<Term<'p>> {
    let bits = binary.as_bits().filter(|bits| bits.is_binary())?;
    let (start, length) = (start.as_small()?, length.as_small()?);
    let (from, to) = if length < 0 {
        (start.checked_add(length)?, start)
    } else {
        (start, start.checked_add(length)?)
    };
    let (from, to) = (usize::try_from(from).ok()?, usize::try_from(to).ok()?);
    if to > bits.bit_len() / 8 {
        return None;
    }
    Some(builder.part(bits, from * 8, (to - from) * 8))
}

/// The release whose functions there are.
fn release() -> u8 {
    Release::current().number
}

/// The function with this name and arity.
pub(super) fn find(name: Atom, arity: usize) -> Option<&'static Function> {
    let text = name.text();
    FUNCTIONS
        .iter()
        .find(|function| function.name == text && function.arity == arity)
        .filter(|function| function.since <= release())
}

/// A function that compares. Where both operands are at hand it is called without a stack, see [`super::Test`].
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    Exact,
    NotExact,
}

impl Comparison {
    /// The one with this name.
    pub(super) fn find(name: Atom) -> Option<Comparison> {
        Some(match name.text() {
            "<" => Comparison::Less,
            "=<" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterOrEqual,
            "==" => Comparison::Equal,
            "/=" => Comparison::NotEqual,
            "=:=" => Comparison::Exact,
            "=/=" => Comparison::NotExact,
            _ => return None,
        })
    }
    /// Is it so?
    #[inline]
    pub(super) fn holds(self, one: Term<'_>, other: Term<'_>) -> bool {
        let order = match (one.as_small(), other.as_small()) {
            (Some(one), Some(other)) => one.cmp(&other),
            _ => match self {
                Comparison::Equal => return one.eq_arith(other),
                Comparison::NotEqual => return !one.eq_arith(other),
                Comparison::Exact => return one.eq_exact(other),
                Comparison::NotExact => return !one.eq_exact(other),
                _ => one.cmp(other),
            },
        };
        match self {
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
            Comparison::Equal | Comparison::Exact => order.is_eq(),
            Comparison::NotEqual | Comparison::NotExact => order.is_ne(),
        }
    }
}

/// Operators that are not functions: they look at as few operands as they need, or at any number of them.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Connective {
    And,
    Or,
    AndAlso,
    OrElse,
}

impl Connective {
    pub(super) fn find(name: Atom) -> Option<Connective> {
        Some(match name {
            known::AND => Connective::And,
            known::OR => Connective::Or,
            known::ANDALSO => Connective::AndAlso,
            known::ORELSE => Connective::OrElse,
            // What `andalso` was called once.
            _ if name.text() == "andthen" => Connective::AndAlso,
            _ => return None,
        })
    }
    /// Does it look at its operands one by one, from the first?
    pub(super) fn is_lazy(self) -> bool {
        matches!(self, Connective::AndAlso | Connective::OrElse)
    }
    pub(super) fn name(self) -> &'static str {
        match self {
            Connective::And => "and",
            Connective::Or => "or",
            Connective::AndAlso => "andalso",
            Connective::OrElse => "orelse",
        }
    }
}

/// What only traces do.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// The trace message has this besides; `false`: there is none.
    Message,
    /// Trace the return too.
    ReturnTrace,
    /// Trace the return or exception too.
    ExceptionTrace,
    /// Is there a token of sequential tracing?
    IsSeqTrace,
    /// Set a part of the token.
    SetSeqToken,
    /// The token.
    GetSeqToken,
    /// Show a term.
    Display,
    /// The process as text.
    ProcessDump,
    /// Set trace flags.
    EnableTrace,
    /// Clear trace flags.
    DisableTrace,
    /// Clear and set trace flags.
    Trace,
    /// Who called.
    Caller,
    /// Who called, and from which line.
    CallerLine,
    /// The stack.
    CurrentStacktrace,
    /// Stop or start the flow of trace messages of this process.
    Silent,
    /// Set the trace control word.
    SetTraceControlWord,
    /// The trace control word.
    GetTraceControlWord,
}

/// What an action asks for.
pub(super) struct Form {
    name: &'static str,
    pub(super) action: Action,
    /// Arities that it has.
    pub(super) arities: &'static [usize],
    /// Needs a dialect with actions.
    needs_actions: bool,
    /// Needs the dialect of calls.
    needs_call: bool,
    /// May stand in guards.
    in_guards: bool,
    /// First release that has it.
    since: u8,
}

macro_rules! forms {
    ($($name:literal $arities:expr => $action:ident $($flag:ident)* $([$since:literal])?;)*) => {
        const FORMS: &[Form] = &[$(Form {
            name: $name,
            action: Action::$action,
            arities: &$arities,
            needs_actions: false $(|| forms!(@actions $flag))*,
            needs_call: false $(|| forms!(@call $flag))*,
            in_guards: false $(|| forms!(@guard $flag))*,
            since: $crate::first_of!($($since,)? 0),
        }),*];
    };
    (@actions actions) => { true };
    (@actions $other:ident) => { false };
    (@call call) => { true };
    (@call $other:ident) => { false };
    (@guard guard) => { true };
    (@guard $other:ident) => { false };
}

forms! {
    "message" [1] => Message;
    "return_trace" [0] => ReturnTrace;
    "exception_trace" [0] => ExceptionTrace;
    "is_seq_trace" [0] => IsSeqTrace actions guard;
    "set_seq_token" [2] => SetSeqToken actions;
    "get_seq_token" [0] => GetSeqToken actions;
    "display" [1] => Display;
    "process_dump" [0] => ProcessDump actions;
    "enable_trace" [1, 2] => EnableTrace actions;
    "disable_trace" [1, 2] => DisableTrace actions;
    "trace" [2, 3] => Trace actions;
    "caller" [0] => Caller actions call;
    "caller_line" [0] => CallerLine actions call;
    "current_stacktrace" [0, 1] => CurrentStacktrace actions call [27];
    "silent" [1] => Silent actions;
    "set_tcw" [1] => SetTraceControlWord;
    "get_tcw" [0] => GetTraceControlWord guard;
}

impl Form {
    /// The form with this name.
    pub(super) fn find(name: Atom) -> Option<&'static Form> {
        let text = name.text();
        FORMS
            .iter()
            .find(|form| form.name == text && form.since <= release())
    }
    /// What stands against these arguments: how deep a stack is wanted is written as a number.
    pub(super) fn complaint_of_arguments(&self, arguments: &[Term<'_>]) -> Option<String> {
        let [depth] = arguments else { return None };
        if self.action != Action::CurrentStacktrace {
            return None;
        }
        let what = match depth.as_small() {
            None => "non small",
            Some(..0) => "negative integer",
            Some(_) => return None,
        };
        Some(format!(
            "Special form '{}' called with {what} argument.",
            self.name
        ))
    }
    /// What stands against its use with so many arguments, written as `shown`.
    pub(super) fn complaint(
        &self,
        dialect: Dialect,
        guard: bool,
        arity: usize,
        shown: impl FnOnce() -> String,
    ) -> Option<String> {
        let name = self.name;
        let is_function = matches!(
            self.action,
            Action::SetTraceControlWord | Action::GetTraceControlWord
        );
        if is_function {
            if !self.arities.contains(&arity) {
                return Some(format!("Function {name}/{arity} does_not_exist."));
            }
            return (!dialect.is_trace() || guard && !self.in_guards)
                .then(|| format!("Function {name}/{arity} cannot be called in this context."));
        }
        if !dialect.is_trace() {
            return Some(format!("Special form '{name}' used in wrong dialect."));
        }
        if self.needs_actions && !dialect.has_actions()
            || self.needs_call && dialect != Dialect::Call
        {
            return Some(format!(
                "Special form '{name}' not allow for this trace event."
            ));
        }
        if guard && !self.in_guards {
            return Some(format!("Special form '{name}' called in guard context."));
        }
        if !self.arities.contains(&arity) {
            return Some(if self.arities == [0] {
                format!(
                    "Special form '{name}' called with arguments in {}.",
                    shown()
                )
            } else {
                format!(
                    "Special form '{name}' called with wrong number of arguments in {}.",
                    shown()
                )
            });
        }
        None
    }
}
