//! Match specifications: `[{Head, Guards, Body}]`, compiled once to a small program and run on tuples or lists of arguments.
//!
//! | file | what |
//! |---|---|
//! | `pattern.rs` | variables, and what is bound in a pattern |
//! | `head.rs` | heads: a flat list of tests, in the order of the term's parts |
//! | `expression.rs` | guards and bodies: checked, folded, laid out for a stack machine |
//! | `function.rs` | TABLE of functions and of the forms that only traces have |
//! | `run.rs` | the machine that runs it all |
//!
//! Used by `ets` (dialect *table*) and by traces (dialect *trace*). Follows "Match Specifications in Erlang" of the ERTS user's guide
//! and `erl_db_util.c`; the texts of errors are those of `erlang:match_spec_test/3`.
//!
//! Invariant: a compiled specification points to nothing outside itself, and no walk over a specification or a subject recurses.

mod expression;
mod function;
mod head;
pub mod pattern;
mod run;
#[cfg(test)]
mod tests;

pub use function::Action;
pub use run::{Flags, Runner, Subject, Tracer};

use crate::release::Release;
use expression::Op;
use function::Comparison;
use head::HeadOp;
use oxbeam_term::atom::known;
use oxbeam_term::copy::copy_all;
use oxbeam_term::heap::arena::Arena;
use oxbeam_term::heap::offheap::OffHeap;
use oxbeam_term::{Builder, Term, Word};
use smallvec::SmallVec;

/// What a specification is for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// Objects of tables.
    Table,
    /// Calls, with all actions.
    Call,
    /// Messages sent.
    Send,
    /// Messages received.
    Receive,
}

impl Dialect {
    /// Is it one of a trace?
    pub fn is_trace(self) -> bool {
        self != Dialect::Table
    }
    fn has_actions(self) -> bool {
        matches!(self, Dialect::Call | Dialect::Send)
    }
}

/// A compiled specification.
pub struct MatchSpec {
    clauses: SmallVec<[Clause; 1]>,
    dialect: Dialect,
    /// Where the constants are.
    constants: Arena,
}

impl MatchSpec {
    /// What of its constants owns something.
    pub(crate) fn constants(&self) -> &OffHeap {
        &self.constants.offheap
    }
}

// SAFETY: the constants never change, and what they share is counted atomically.
unsafe impl Sync for MatchSpec {}

/// One `{Head, Guards, Body}`.
struct Clause {
    /// Number of arguments, where the head is a list of them.
    arity: Option<usize>,
    /// There may be more arguments.
    open: bool,
    head: Head,
    variables: usize,
    /// Guards that need no stack; they are looked at before the others, which is the same, for no guard has an effect.
    tests: SmallVec<[Test; 1]>,
    guards: Vec<Op>,
    /// The result, where it needs no stack either: there is no `body` then.
    result: Option<Operand>,
    body: Vec<Op>,
}

/// The tests of a head.
type Head = SmallVec<[HeadOp; 6]>;

/// What is at hand once a head has matched.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Operand {
    /// A constant of the specification.
    Constant(Word),
    /// What a variable is.
    Variable(usize),
    /// The subject, which is a term.
    Whole,
}

/// A guard that compares two things which are at hand.
#[derive(Copy, Clone)]
struct Test {
    comparison: Comparison,
    operands: [Operand; 2],
}

/// Bytes of a text that says what is wrong: what follows is cut off.
const LONGEST: usize = 99;

/// Why a specification was refused.
#[derive(Debug, Default)]
pub struct Errors {
    /// Texts, in the order that they were found.
    pub texts: Vec<String>,
    /// Something lies too deep: `system_limit`, not `badarg`.
    pub too_deep: bool,
}

impl Errors {
    fn add(&mut self, text: impl Into<String>) {
        let mut text = text.into();
        text.truncate(text.floor_char_boundary(LONGEST));
        self.texts.push(text);
    }
    fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

/// A term as error texts show it.
fn shown(term: Term<'_>) -> String {
    let mut text = String::new();
    // A text takes whatever is written.
    let _ = oxbeam_term::print::display(term, &mut text, 1_000);
    text
}

/// What holds the constants while a specification is compiled.
struct Constants<'c> {
    builder: Builder<'c>,
}

impl<'c> Constants<'c> {
    fn keep(&mut self, term: Term<'_>) -> Term<'c> {
        copy_all(term, &mut self.builder)
    }
}

/// Compiles `[{Head, Guards, Body}]`.
///
/// # Errors
/// What is wrong with it.
pub fn compile(specification: Term<'_>, dialect: Dialect) -> Result<MatchSpec, Errors> {
    let mut errors = Errors::default();
    let mut arena = Arena::new();
    let mut constants = Constants {
        // SAFETY: the arena goes into the compiled specification whole, and the builder ends with this function.
        builder: unsafe { arena.builder() },
    };
    let parts = parts(specification, dialect, &mut errors);
    let mut clauses = SmallVec::new();
    if errors.is_empty() {
        for part in parts {
            match compile_clause(&part, dialect, &mut constants, &mut errors) {
                Some(clause) => clauses.push(clause),
                None => break,
            }
        }
    }
    if errors.is_empty() {
        Ok(MatchSpec {
            clauses,
            dialect,
            constants: arena,
        })
    } else {
        Err(errors)
    }
}

/// Compiles a specification for a table; one without clauses matches nothing.
///
/// # Errors
/// What is wrong with it.
pub fn compile_for_table(specification: Term<'_>) -> Result<MatchSpec, Errors> {
    if specification.is_nil() {
        return Ok(MatchSpec {
            clauses: SmallVec::new(),
            dialect: Dialect::Table,
            constants: Arena::new(),
        });
    }
    compile(specification, Dialect::Table)
}

/// A clause as it is written.
struct Part<'s> {
    head: Term<'s>,
    /// The head's elements, where it is a list of arguments.
    arguments: Option<Vec<Term<'s>>>,
    /// There may be more arguments.
    open: bool,
    guards: Term<'s>,
    body: Term<'s>,
}

fn parts<'s>(
    specification: Term<'s>,
    dialect: Dialect,
    errors: &mut Errors,
) -> SmallVec<[Part<'s>; 1]> {
    let mut parts = SmallVec::new();
    if specification.as_cons().is_none() {
        errors.add("Match programs are not in a list.");
        return parts;
    }
    let mut clauses = specification.list_iter();
    clauses.by_ref().for_each(drop);
    if !clauses.rest().is_nil() {
        errors.add("Match programs are not in a proper list.");
        return parts;
    }
    for clause in specification.list_iter() {
        let Some([head, guards, body]) = clause.as_tuple_of() else {
            errors.add("Match program part is not a tuple of arity 3.");
            return parts;
        };
        let mut open = false;
        let arguments = if dialect.is_trace() && head.is_list() {
            let mut elements = head.list_iter();
            let arguments: Vec<Term<'s>> = elements.by_ref().collect();
            open = elements.rest().is(known::ANY) && Release::current().ets.argument_prefixes;
            if !open && !elements.rest().is_nil() {
                errors.add(format!(
                    "Match expression part {} is not a proper list.",
                    shown(head)
                ));
                return parts;
            }
            Some(arguments)
        } else if dialect.is_trace() {
            head.tuple_elements().map(<[Term<'s>]>::to_vec)
        } else {
            None
        };
        parts.push(Part {
            head,
            arguments,
            open,
            guards,
            body,
        });
    }
    parts
}

fn compile_clause(
    part: &Part<'_>,
    dialect: Dialect,
    constants: &mut Constants<'_>,
    errors: &mut Errors,
) -> Option<Clause> {
    let mut variables = pattern::Variables::default();
    let mut head = Head::new();
    let arity = part.arguments.as_ref().map(Vec::len);
    match &part.arguments {
        Some(arguments) => {
            head::compile(arguments, &mut variables, constants, &mut head, errors)?;
        }
        None => {
            let is_all = part.head.is(known::ANY) || pattern::is_variable(part.head);
            if dialect.is_trace() && !is_all {
                errors.add("Match head is invalid in this context.");
                return None;
            }
            head::compile(&[part.head], &mut variables, constants, &mut head, errors)?;
        }
    }
    let mut tests = SmallVec::new();
    let mut compiler = expression::Compiler::new(dialect, &variables, constants, errors);
    let guards = compiler.guards(part.guards, &mut tests);
    let result = compiler.result(part.body);
    let has_body = part.body.as_cons().is_some();
    let body = if result.is_some() {
        Vec::new()
    } else if dialect == Dialect::Table && !has_body {
        errors.add("Body clause does not return anything.");
        Vec::new()
    } else {
        expression::Compiler::new(dialect, &variables, constants, errors).body(part.body)
    };
    errors.is_empty().then(|| Clause {
        arity,
        open: part.open,
        head,
        variables: variables.len(),
        tests,
        guards,
        result,
        body,
    })
}

impl MatchSpec {
    /// Is the result always the whole subject?
    pub fn gives_whole(&self) -> bool {
        let mut clauses = self.clauses.iter();
        clauses.all(|clause| clause.result == Some(Operand::Whole))
    }
    /// What it was compiled for.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }
}

/// A word of the constants as a term, for as long as the specification is borrowed.
///
/// # Safety
/// `word` is one of them.
#[inline(always)]
unsafe fn constant(_specification: &MatchSpec, word: Word) -> Term<'_> {
    // SAFETY: the caller's promise; the constants live as long as the specification.
    unsafe { Term::from_word(word) }
}
