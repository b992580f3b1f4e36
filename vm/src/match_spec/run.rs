//! Runs compiled specifications. Heads and guards work on the subject where it lies, with a scratch arena for what guards build; only
//! the body of the clause that matches builds for the caller, and copies what it takes from the subject.

use super::expression::Op;
use super::function::Action;
use super::{Clause, Dialect, MatchSpec, Operand, constant, head};
use oxbeam_term::atom::known;
use oxbeam_term::copy::copy_all;
use oxbeam_term::heap::arena::Arena;
use oxbeam_term::map::Pair;
use oxbeam_term::{Builder, Term, Word};
use smallvec::SmallVec;

/// What a specification is matched against.
#[derive(Copy, Clone)]
pub enum Subject<'s> {
    /// A term.
    Term(Term<'s>),
    /// A list of arguments.
    Arguments(&'s [Term<'s>]),
}

/// Does what only traces do. `None`: it failed.
pub trait Tracer {
    /// Does it.
    fn act<'p>(
        &mut self,
        action: Action,
        arguments: &[Term<'p>],
        builder: &mut Builder<'p>,
    ) -> Option<Term<'p>>;
}

/// What a run asks for besides its result.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub struct Flags {
    /// `return_trace`
    pub return_trace: bool,
    /// `exception_trace`
    pub exception_trace: bool,
}

/// Whose terms the result may share.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Sharing {
    /// The subject's and the constants': the result is looked at and forgotten.
    Temporary,
    /// The subject's.
    Subject,
    /// Nobody's.
    Nothing,
}

/// Room to run specifications in.
pub struct Runner<'t> {
    /// Number of the process that runs them.
    process: u64,
    variables: SmallVec<[Word; 8]>,
    stack: Vec<Word>,
    scratch: Arena,
    tracer: Option<&'t mut dyn Tracer>,
    /// What the last run asked for.
    pub flags: Flags,
}

/// Words of scratch that are kept from one run to the next.
const KEPT: usize = 4_096;

/// How an evaluation ended.
enum Outcome {
    /// With the last result, if there was one.
    Done(Option<Word>),
    /// A guard was not true, or failed.
    Failed,
}

impl<'t> Runner<'t> {
    /// Room for process `process`.
    pub fn new(process: u64) -> Runner<'t> {
        Runner {
            process,
            variables: SmallVec::new(),
            stack: Vec::new(),
            scratch: Arena::new(),
            tracer: None,
            flags: Flags::default(),
        }
    }
    /// Sets who does what only traces do.
    pub fn with_tracer(mut self, tracer: &'t mut dyn Tracer) -> Runner<'t> {
        self.tracer = Some(tracer);
        self
    }
    /// The result for a subject, built by `builder`; nothing if no clause matches. With `share`, parts of the subject are not copied: it
    /// lies where the result goes.
    pub fn run<'p>(
        &mut self,
        specification: &MatchSpec,
        subject: Subject<'_>,
        share: bool,
        builder: &mut Builder<'p>,
    ) -> Option<Term<'p>> {
        let sharing = if share {
            Sharing::Subject
        } else {
            Sharing::Nothing
        };
        let word = self.execute(specification, subject, sharing, Some(builder))?;
        // SAFETY: the result was built by the builder, or is part of a subject that stays as long.
        Some(unsafe { Term::from_word(word) })
    }
    /// The result for a subject, to be looked at until the next run.
    pub fn run_temporary<'r>(
        &'r mut self,
        specification: &'r MatchSpec,
        subject: Term<'r>,
    ) -> Option<Term<'r>> {
        let word = self.execute(
            specification,
            Subject::Term(subject),
            Sharing::Temporary,
            None,
        )?;
        // SAFETY: the result consists of the scratch, the constants and the subject, which are borrowed.
        Some(unsafe { Term::from_word(word) })
    }
    /// Is the result for a subject `true`?
    pub fn is_true(&mut self, specification: &MatchSpec, subject: Term<'_>) -> bool {
        self.execute(
            specification,
            Subject::Term(subject),
            Sharing::Temporary,
            None,
        ) == Some(Word::boolean(true))
    }
    fn execute(
        &mut self,
        specification: &MatchSpec,
        subject: Subject<'_>,
        sharing: Sharing,
        mut builder: Option<&mut Builder<'_>>,
    ) -> Option<Word> {
        self.flags = Flags::default();
        if self.scratch.block_words() > KEPT {
            self.scratch = Arena::new();
        }
        for clause in &specification.clauses {
            if !self.head_matches(clause, subject) {
                continue;
            }
            let mut tests = clause.tests.iter();
            // SAFETY: the operands last while the subject and the specification are borrowed.
            let holds = tests.all(|test| unsafe {
                let [one, other] = test
                    .operands
                    .map(|operand| Term::from_word(self.at_hand(operand, subject)));
                test.comparison.holds(one, other)
            });
            if !holds {
                continue;
            }
            if !clause.guards.is_empty() {
                // SAFETY: the scratch stays until the next run.
                let mut scratch = unsafe { self.scratch.builder() };
                let outcome = self.evaluate(
                    specification,
                    &clause.guards,
                    subject,
                    Sharing::Temporary,
                    false,
                    &mut scratch,
                );
                if matches!(outcome, Outcome::Failed) {
                    continue;
                }
            }
            if let Some(operand) = clause.result {
                let word = self.at_hand(operand, subject);
                let stays = match sharing {
                    Sharing::Temporary => true,
                    Sharing::Subject => !matches!(operand, Operand::Constant(_)),
                    Sharing::Nothing => false,
                };
                return Some(match builder {
                    Some(builder) if !stays => Runner::part(word, Sharing::Nothing, builder).word(),
                    _ => word,
                });
            }
            let sharing = match (sharing, subject, clause.arity) {
                // The list of arguments lies in the scratch.
                (Sharing::Subject, Subject::Arguments(_), None) => Sharing::Nothing,
                _ => sharing,
            };
            let outcome = match builder.as_deref_mut() {
                Some(builder) => {
                    self.evaluate(specification, &clause.body, subject, sharing, true, builder)
                }
                None => {
                    // SAFETY: as above.
                    let mut scratch = unsafe { self.scratch.builder() };
                    self.evaluate(
                        specification,
                        &clause.body,
                        subject,
                        sharing,
                        true,
                        &mut scratch,
                    )
                }
            };
            return match outcome {
                Outcome::Done(result) => Some(result.unwrap_or(Word::boolean(true))),
                Outcome::Failed => None,
            };
        }
        None
    }
    /// A word of the subject or of the specification.
    #[inline]
    fn at_hand(&self, operand: Operand, subject: Subject<'_>) -> Word {
        match operand {
            Operand::Constant(word) => word,
            Operand::Variable(index) => self.variables[index],
            Operand::Whole => match subject {
                Subject::Term(term) => term.word(),
                // It is no operand where the subject is not a term.
                Subject::Arguments(_) => Word::NIL,
            },
        }
    }
    #[inline]
    fn head_matches(&mut self, clause: &Clause, subject: Subject<'_>) -> bool {
        if self.variables.len() < clause.variables {
            self.variables.resize(clause.variables, Word::NIL);
        }
        match (subject, clause.arity) {
            (Subject::Arguments(arguments), Some(arity)) => {
                // SAFETY: the arguments are so many terms.
                (arguments.len() == arity || clause.open && arguments.len() > arity)
                    && unsafe {
                        head::matches(
                            &clause.head,
                            arguments.as_ptr().cast(),
                            arity,
                            &mut self.variables,
                        )
                    }
            }
            (Subject::Arguments(arguments), None) => {
                // The head is one variable, or anything.
                // SAFETY: the scratch stays until the next run, and so do the arguments.
                let list =
                    unsafe { self.scratch.builder() }.list(arguments.iter().map(|argument| {
                        // SAFETY: as above.
                        unsafe { Term::from_word(argument.word()) }
                    }));
                let word = list.word();
                // SAFETY: one term.
                unsafe { head::matches(&clause.head, &word, 1, &mut self.variables) }
            }
            (Subject::Term(term), _) => {
                let word = term.word();
                // SAFETY: one term.
                unsafe { head::matches(&clause.head, &word, 1, &mut self.variables) }
            }
        }
    }
    /// A part of the subject, as the result may have it.
    fn part<'b>(word: Word, sharing: Sharing, builder: &mut Builder<'b>) -> Term<'b> {
        // SAFETY: a term of the subject, which stays while it is copied, or which the result may share.
        unsafe {
            match sharing {
                Sharing::Temporary | Sharing::Subject => Term::from_word(word),
                Sharing::Nothing => copy_all(Term::from_word(word), builder),
            }
        }
    }
    fn evaluate(
        &mut self,
        specification: &MatchSpec,
        code: &[Op],
        subject: Subject<'_>,
        sharing: Sharing,
        body: bool,
        builder: &mut Builder<'_>,
    ) -> Outcome {
        let failed = Word::atom(known::UPPER_EXIT);
        let mut stack = std::mem::take(&mut self.stack);
        stack.clear();
        let mut result = None;
        // Variables that were copied already, as far as they fit.
        let mut copied = 0_u64;
        let mut next = 0;
        let outcome = loop {
            let Some(&op) = code.get(next) else {
                break Outcome::Done(result);
            };
            next += 1;
            let value = match op {
                Op::Constant(word) => {
                    // SAFETY: a constant of the specification.
                    let value = unsafe { constant(specification, word) };
                    if sharing == Sharing::Temporary {
                        word
                    } else {
                        copy_all(value, builder).word()
                    }
                }
                Op::Variable(index) => {
                    if index < 64 && copied & (1 << index) != 0 {
                        self.variables[index]
                    } else {
                        let value = Runner::part(self.variables[index], sharing, builder).word();
                        if index < 64 {
                            copied |= 1 << index;
                            self.variables[index] = value;
                        }
                        value
                    }
                }
                Op::Whole => match subject {
                    Subject::Term(term) => Runner::part(term.word(), sharing, builder).word(),
                    Subject::Arguments(arguments) => {
                        let parts: Vec<Term<'_>> = arguments
                            .iter()
                            .map(|argument| Runner::part(argument.word(), sharing, builder))
                            .collect();
                        builder.list(parts).word()
                    }
                },
                Op::Own => Word::local_pid(self.process),
                Op::Cons => {
                    let [head, tail] = take(&mut stack);
                    builder.cons(head, tail).word()
                }
                Op::Tuple(arity) => {
                    let elements = take_all(&mut stack, arity);
                    builder.tuple(&elements).word()
                }
                Op::Map(size) => {
                    let parts = take_all(&mut stack, 2 * size);
                    let pairs: Vec<Pair<'_>> = parts
                        .chunks_exact(2)
                        .map(|pair| (pair[0], pair[1]))
                        .collect();
                    builder.map_from_pairs(pairs).word()
                }
                Op::Call(call, arity) => {
                    let mut arguments = [Term::NIL; 3];
                    for argument in &mut arguments[..arity] {
                        [*argument] = take(&mut stack);
                    }
                    match call(builder, &arguments[..arity]) {
                        Some(value) => value.word(),
                        None if body => failed,
                        None => break Outcome::Failed,
                    }
                }
                Op::Junction { and, count } => {
                    let operands = take_all(&mut stack, count);
                    let mut value = Some(and);
                    for operand in operands {
                        match operand.as_boolean() {
                            Some(operand) if operand != and => value = Some(!and),
                            Some(_) => {}
                            None => {
                                value = None;
                                break;
                            }
                        }
                    }
                    match value {
                        Some(value) => Word::boolean(value),
                        None if body => failed,
                        None => break Outcome::Failed,
                    }
                }
                Op::Decide { on, to } => {
                    let [value] = take(&mut stack);
                    match value.as_boolean() {
                        Some(value) if value != on => continue,
                        Some(value) => {
                            next = to;
                            Word::boolean(value)
                        }
                        None if body => {
                            next = to;
                            failed
                        }
                        None => break Outcome::Failed,
                    }
                }
                Op::Act(action, arity) => {
                    let arguments = take_all(&mut stack, arity);
                    match action {
                        Action::Message => {
                            result = arguments.first().map(|value| value.word());
                            Word::boolean(true)
                        }
                        Action::ReturnTrace => {
                            self.flags.return_trace = true;
                            Word::boolean(true)
                        }
                        Action::ExceptionTrace => {
                            self.flags.exception_trace = true;
                            Word::boolean(true)
                        }
                        _ => self
                            .tracer
                            .as_deref_mut()
                            .and_then(|tracer| tracer.act(action, &arguments, builder))
                            .map_or(failed, |value| value.word()),
                    }
                }
                Op::Check => {
                    let [value] = take(&mut stack);
                    if value.is(known::TRUE) {
                        continue;
                    }
                    break Outcome::Failed;
                }
                Op::Drop => {
                    let [_] = take(&mut stack);
                    continue;
                }
                Op::Result => {
                    let [value] = take(&mut stack);
                    result = Some(value.word());
                    continue;
                }
            };
            stack.push(value);
        };
        debug_assert!(specification.dialect != Dialect::Table || !body || result.is_some());
        self.stack = stack;
        outcome
    }
}

/// Takes the topmost values, the first from the top.
fn take<'b, const N: usize>(stack: &mut Vec<Word>) -> [Term<'b>; N] {
    std::array::from_fn(|_| {
        let word = stack.pop().unwrap_or(Word::NIL);
        // SAFETY: what is on the stack are terms that last through the evaluation.
        unsafe { Term::from_word(word) }
    })
}

fn take_all<'b>(stack: &mut Vec<Word>, count: usize) -> smallvec::SmallVec<[Term<'b>; 8]> {
    (0..count)
        .map(|_| {
            let [value] = take(stack);
            value
        })
        .collect()
}
