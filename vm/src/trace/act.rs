//! What match specifications of traces do besides matching.

use super::{Session, Tracee, Tracer, call, flag, flag_of};
use crate::interp::exception;
use crate::machine::machine;
use crate::match_spec::{self, Action};
use crate::native::Cx;
use crate::process::{Process, info};
use crate::seq_trace;
use crate::system_flags::flags;
use oxbeam_term::atom::known;
use oxbeam_term::copy::copy;
use oxbeam_term::{Builder, Term, Word};
use std::io::Write;
use std::sync::Arc;

/// For whom it is done.
pub(super) struct Acts<'a> {
    process: &'a Process,
    session: Arc<Session>,
    /// The stack at the function's entry; null: nothing was called.
    stack: *const Word,
}

/// Flags that a list names, and the tracer, if it names one.
pub fn flags_of_list(session: &Session, list: Term<'_>) -> Option<(u32, Option<Tracer>, bool)> {
    let (mut mask, mut tracer, mut cpu_time) = (0, None, false);
    for item in list.proper_list()? {
        if let Some(name) = item.as_atom() {
            if name.text() == "cpu_timestamp" {
                cpu_time = true;
            } else {
                mask |= flag_of(name)?;
            }
        } else if session.tracer.is_none() {
            tracer = Some(tracer_of_tuple(item, "tracer")?);
        } else {
            return None;
        }
    }
    Some((mask, tracer, cpu_time))
}

/// `{Tag, Tracer}` or `{Tag, Module, State}`.
pub fn tracer_of_tuple(term: Term<'_>, tag: &str) -> Option<Tracer> {
    let is_tag = |first: Term<'_>| first.as_atom().is_some_and(|name| name.text() == tag);
    match term.tuple_elements()? {
        [first, tracer] if is_tag(*first) => Tracer::of(*tracer),
        [first, module, state] if is_tag(*first) => Tracer::of_module(*module, *state),
        _ => None,
    }
}

impl<'a> Acts<'a> {
    /// What is done for `process`, which the caller runs and whose stack was this when the function was called.
    pub(super) fn new(process: &'a Process, session: Arc<Session>, stack: *const Word) -> Acts<'a> {
        Acts {
            process,
            session,
            stack,
        }
    }
    fn own_tracer(&self) -> Option<Tracer> {
        let own = self.process.trace.of(&self.session);
        own.and_then(|entry| entry.tracer)
            .or_else(|| self.session.tracer.clone())
    }
    fn caller(&self) -> Option<u64> {
        if self.stack.is_null() {
            return None;
        }
        // SAFETY: a return address is on top of the stack at a function's entry.
        Some(unsafe { call::return_address(self.stack) })
    }
    /// Applies `change` to what is traced of the local process `pid`.
    fn of_other<R>(&self, pid: Term<'_>, change: impl FnOnce(&Tracee) -> R) -> Option<R> {
        // A registered name will do.
        let number = match pid.as_atom() {
            Some(name) => machine().registry.process(name)?.number,
            None => pid.as_local_pid()?,
        };
        if number == self.process.number {
            return Some(change(&self.process.trace));
        }
        let other = machine().processes.get(number)?;
        Some(change(&other.trace))
    }
    fn change_trace(
        &self,
        tracee: Option<Term<'_>>,
        clear: Term<'_>,
        set: Term<'_>,
    ) -> Option<Term<'static>> {
        let (clear, first, cpu) = flags_of_list(&self.session, clear)?;
        let (set, second, cpu_too) = flags_of_list(&self.session, set)?;
        if cpu || cpu_too {
            return None;
        }
        let tracer = second.or(first).or_else(|| self.own_tracer());
        if tracer.as_ref().is_some_and(|tracer| !tracer.is_there()) {
            return None;
        }
        let change = |tracee: &Tracee| tracee.adjust(&self.session, tracer.clone(), clear, set);
        let changed = match tracee {
            Some(tracee) => self.of_other(tracee, change)?,
            None => change(&self.process.trace),
        };
        Some(Term::boolean(changed))
    }
    fn change_flag(
        &self,
        tracee: Option<Term<'_>>,
        name: Term<'_>,
        on: bool,
    ) -> Option<Term<'static>> {
        let flag = flag_of(name.as_atom()?)?;
        let (clear, set) = if on { (0, flag) } else { (flag, 0) };
        let tracer = self.own_tracer();
        let change = |tracee: &Tracee| {
            tracee.adjust(&self.session, tracer.clone(), clear, set);
        };
        match tracee {
            Some(tracee) => self.of_other(tracee, change)?,
            None => change(&self.process.trace),
        }
        Some(Term::TRUE)
    }
    /// A context of the process, to do what natives do.
    fn cx<R>(&self, run: impl for<'q> FnOnce(&mut Cx<'q>) -> R) -> R {
        // SAFETY: the caller runs the process, has entered its heap, and keeps no reference into it while specifications run; there are
        // no arguments.
        let mut cx = unsafe { Cx::new(self.process, std::ptr::null(), 0) };
        run(&mut cx)
    }
    fn token<'p>(&self, builder: &mut Builder<'p>) -> Term<'p> {
        self.cx(|cx| seq_trace::token_term(cx).map_or(Term::NIL, |token| copy(token, builder)))
    }
    fn set_token<'p>(
        &self,
        component: Term<'_>,
        value: Term<'_>,
        builder: &mut Builder<'p>,
    ) -> Option<Term<'p>> {
        self.cx(|cx| {
            let value = copy(value, cx.builder());
            let before = seq_trace::change(cx, component.as_atom()?, value)?;
            Some(copy(before, builder))
        })
    }
    fn stacktrace<'p>(&self, most: usize, builder: &mut Builder<'p>) -> Term<'p> {
        if self.stack.is_null() {
            return Term::NIL;
        }
        // SAFETY: the caller runs the process; the stack reaches from here to the block's end.
        unsafe {
            let end = (*self.process.owned_pointer()).heap.end();
            exception::stack_from(builder, self.stack, end, most)
        }
    }
}

impl match_spec::Tracer for Acts<'_> {
    fn act<'p>(
        &mut self,
        action: Action,
        arguments: &[Term<'p>],
        builder: &mut Builder<'p>,
    ) -> Option<Term<'p>> {
        let first = arguments.first().copied();
        match action {
            Action::Message | Action::ReturnTrace | Action::ExceptionTrace => Some(Term::TRUE),
            Action::IsSeqTrace => Some(self.cx(|cx| Term::boolean(seq_trace::token(cx).is_some()))),
            Action::GetSeqToken => Some(self.token(builder)),
            Action::SetSeqToken => self.set_token(first?, *arguments.get(1)?, builder),
            Action::Display => {
                let mut text = String::new();
                // A text takes whatever is written.
                let _ = oxbeam_term::print::display(first?, &mut text, usize::MAX);
                text.push('\n');
                let _ = std::io::stdout().write_all(text.as_bytes());
                Some(Term::TRUE)
            }
            Action::ProcessDump => {
                let mut text = Vec::new();
                // A vector takes whatever is written.
                let _ = crate::crash_dump::process(&mut text, self.process);
                // SAFETY: the caller runs the process and keeps no reference into its owned part.
                let owned = unsafe { &*self.process.owned_pointer() };
                text.extend_from_slice(info::backtrace(owned, false).as_bytes());
                Some(builder.binary(&text))
            }
            Action::EnableTrace | Action::DisableTrace => {
                let on = action == Action::EnableTrace;
                match *arguments {
                    [name] => self.change_flag(None, name, on),
                    [tracee, name] => self.change_flag(Some(tracee), name, on),
                    _ => None,
                }
            }
            Action::Trace => match *arguments {
                [clear, set] => self.change_trace(None, clear, set),
                [tracee, clear, set] => self.change_trace(Some(tracee), clear, set),
                _ => None,
            },
            Action::Caller => Some(match self.caller() {
                Some(address) => call::place(builder, address),
                None => Term::atom(known::UNDEFINED),
            }),
            Action::CallerLine => {
                let place = self
                    .caller()
                    .and_then(|address| machine().code.place(address.wrapping_sub(8)));
                let Some(place) = place else {
                    return Some(Term::atom(known::UNDEFINED));
                };
                let line = match place.line {
                    Some((file, line)) => {
                        let file = builder.char_list(&file);
                        builder.tuple(&[file, Term::small(i64::from(line))])
                    }
                    None => Term::atom(known::UNDEFINED),
                };
                Some(builder.tuple(&[
                    Term::atom(place.module),
                    Term::atom(place.function),
                    Term::small(i64::from(place.arity)),
                    line,
                ]))
            }
            Action::CurrentStacktrace => {
                let most = machine().backtrace_depth();
                let wanted = match first {
                    Some(depth) => usize::try_from(depth.as_small()?).ok()?.min(most),
                    None => most,
                };
                Some(self.stacktrace(wanted, builder))
            }
            Action::Silent => {
                match first?.as_boolean() {
                    Some(true) => self
                        .process
                        .trace
                        .change_flags(&self.session, 0, flag::SILENT),
                    Some(false) => self
                        .process
                        .trace
                        .change_flags(&self.session, flag::SILENT, 0),
                    None => {}
                }
                first
            }
            Action::SetTraceControlWord => {
                let word = first?.as_u64().and_then(|word| u32::try_from(word).ok())?;
                let before = flags().trace_control_word.set(word as usize);
                Some(Term::small(before as i64))
            }
            Action::GetTraceControlWord => {
                Some(Term::small(flags().trace_control_word.get() as i64))
            }
        }
    }
}
