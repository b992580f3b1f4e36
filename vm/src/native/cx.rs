//! `Cx`: what a native function sees of the process that calls it and of the machine.

use super::Raise;
use crate::interp::dispatch::header;
use crate::interp::exception;
use crate::machine::Machine;
use crate::process::{Class, Culprit, Owned, Process};
use oxbeam_term::boxed::fun::Export;
use oxbeam_term::{Atom, Builder, Term, Word};
use std::ops::{Deref, DerefMut};

/// Steps that a native may do on a normal scheduler.
const LONG: usize = 20_000;

/// The call. Building goes through [`Builder`], to which it derefs.
pub struct Cx<'p> {
    builder: Builder<'p>,
    arguments: *const Word,
    arity: usize,
    process: &'p Process,
    owned: *mut Owned,
}

impl<'p> Deref for Cx<'p> {
    type Target = Builder<'p>;
    fn deref(&self) -> &Builder<'p> {
        &self.builder
    }
}

impl<'p> DerefMut for Cx<'p> {
    fn deref_mut(&mut self) -> &mut Builder<'p> {
        &mut self.builder
    }
}

impl<'p> Cx<'p> {
    /// A call with `arity` arguments at `arguments`.
    ///
    /// # Safety
    /// The caller runs `process` and holds no reference into its `Owned` part; the arguments are terms of it and stay; nothing collects
    /// its heap before `'p` is over.
    pub unsafe fn new(process: &'p Process, arguments: *const Word, arity: usize) -> Cx<'p> {
        let owned = process.owned_pointer();
        // SAFETY: the caller's promise.
        let builder = unsafe { (*owned).heap.arena.builder() };
        Cx {
            builder,
            arguments,
            arity,
            process,
            owned,
        }
    }
    /// Argument `index`, from zero.
    #[inline(always)]
    pub fn arg(&self, index: usize) -> Term<'p> {
        assert!(
            index < self.arity,
            "a native function reads an argument that it does not have"
        );
        // SAFETY: within the arguments, which are terms that stay for `'p`.
        unsafe { Term::from_word(*self.arguments.add(index)) }
    }
    /// All arguments.
    pub fn args(&self) -> &'p [Term<'p>] {
        // SAFETY: as in `arg`.
        unsafe { std::slice::from_raw_parts(self.arguments.cast(), self.arity) }
    }
    /// Number of arguments.
    pub fn arity(&self) -> usize {
        self.arity
    }
    /// The number that the function's code has for its native (`Code::replace_by_library`).
    pub fn native_number(&mut self) -> u32 {
        let entry = self.owned().pc;
        // SAFETY: while a native runs this is its entry, before which there is a header.
        unsafe { (*entry.offset(header::ARITY) >> 32) as u32 }
    }
    /// The builder.
    pub fn builder(&mut self) -> &mut Builder<'p> {
        &mut self.builder
    }
    /// The calling process, as others see it.
    pub fn process(&self) -> &'p Process {
        self.process
    }
    /// What only the calling process sees of itself. Its heap is not to be collected by a native.
    pub fn owned(&mut self) -> &mut Owned {
        // SAFETY: `new`'s caller runs the process; this borrow ends before the next use of `self`.
        unsafe { &mut *self.owned }
    }
    /// The machine.
    pub fn machine(&self) -> &'static Machine {
        crate::machine::machine()
    }
    /// A reference with `value` behind it.
    pub fn make_magic(&mut self, value: Box<dyn std::any::Any + Send + Sync>) -> Term<'p> {
        crate::magic::start();
        let magic = std::sync::Arc::new(oxbeam_term::boxed::reference::Magic::new(value));
        self.builder
            .magic_reference(crate::unique::next_reference(), magic)
    }
    /// A new reference.
    pub fn make_reference(&mut self) -> Term<'p> {
        self.builder.reference(crate::unique::next_reference())
    }
    /// The caller's pid.
    pub fn self_pid(&self) -> Term<'static> {
        Term::local_pid(self.process.number)
    }
    /// Counts `reductions` as used.
    pub fn bump_reductions(&mut self, reductions: usize) {
        self.owned().extra_reductions += reductions as i64;
    }
    /// For a native that is about to do work for so many `steps`, some fifty nanoseconds each: work of more than a millisecond or so is done
    /// on a dirty CPU scheduler, where the native is called again, so that others can run here meanwhile. To be called before anything
    /// has been done.
    pub fn leave_if_long(&self, steps: usize) -> Result<(), Raise> {
        if steps > LONG && !self.process.state.is_dirty() {
            Err(Raise::Dirty)
        } else {
            Ok(())
        }
    }
    /// As [`Cx::leave_if_long`], for each element of a list.
    pub fn leave_if_long_list(&self, list: Term<'p>) -> Result<(), Raise> {
        if self.process.state.is_dirty() {
            return Ok(());
        }
        self.leave_if_long(list.list_iter().take(LONG + 1).count())
    }
    /// Are calls of any function traced or counted, so that a [`StandIn`](super::StandIn) must decline?
    pub fn sees_calls(&self) -> bool {
        crate::trace::breakpoint::any_breakpoints()
    }
    /// Collect when this native has returned; `major` for everything.
    pub fn collect_soon(&mut self, major: bool) {
        let owned = self.owned();
        owned.heap.collect_soon = true;
        owned.major_soon |= major;
    }

    fn park(&mut self, class: Class, reason: Term<'p>) -> Raise {
        let owned = self.owned();
        owned.exception.class = class;
        owned.exception.reason = reason.word();
        owned.exception.trace = Word::NONE;
        owned.exception.cause = Word::NONE;
        owned.exception.culprit = None;
        Raise::Parked
    }
    /// `error:Reason`
    pub fn error(&mut self, reason: Term<'p>) -> Raise {
        self.park(Class::Error, reason)
    }
    /// `error:{Tag, Value}`
    pub fn error_pair(&mut self, tag: Atom, value: Term<'p>) -> Raise {
        let reason = self.builder.tuple(&[Term::atom(tag), value]);
        self.error(reason)
    }
    /// `error:Reason` with the `cause` that `error_info` gives.
    pub fn error_with_cause(&mut self, reason: Term<'p>, cause: Term<'p>) -> Raise {
        let raise = self.park(Class::Error, reason);
        self.owned().exception.cause = cause.word();
        raise
    }
    /// `badarg` with the `cause` that `error_info` gives.
    pub fn badarg_because(&mut self, cause: Atom) -> Raise {
        self.error_with_cause(
            Term::atom(oxbeam_term::atom::known::BADARG),
            Term::atom(cause),
        )
    }
    /// The same exception, of which the trace shows `module:function` with this list of arguments in place of the native.
    pub fn on_behalf_of(
        &mut self,
        raise: Raise,
        (module, function): (Atom, Atom),
        arguments: Term<'p>,
    ) -> Raise {
        match raise {
            Raise::Parked => {}
            Raise::Badarg => drop(self.error(Term::atom(oxbeam_term::atom::known::BADARG))),
            _ => return raise,
        }
        let arity = arguments.proper_list().map_or(0, |list| list.len() as u32);
        self.owned().exception.culprit = Some(Culprit {
            module,
            function,
            arity,
            arguments: Some(arguments.word()),
            native: true,
        });
        Raise::Parked
    }
    /// `exit:Reason`
    pub fn exit(&mut self, reason: Term<'p>) -> Raise {
        self.park(Class::Exit, reason)
    }
    /// `throw:Value`
    pub fn throw(&mut self, value: Term<'p>) -> Raise {
        self.park(Class::Throw, value)
    }
    /// An exception of this class with a stack trace of one's own, as `erlang:raise/3` gives it.
    pub fn raise_with_trace(&mut self, class: Class, reason: Term<'p>, trace: Term<'p>) -> Raise {
        let trace = exception::with_class(self.builder(), trace, class);
        let raise = self.park(class, reason);
        self.owned().exception.trace = trace.word();
        raise
    }
    /// The process exits at once with `reason`; no handler sees it.
    pub fn exit_self(&mut self, reason: Term<'p>) -> Raise {
        let _ = self.park(Class::Exit, reason);
        Raise::Exit
    }
    /// Calls `export` with these arguments in place of this native: its result is the native's.
    pub fn trap(&mut self, export: &'static Export, arguments: &[Term<'p>]) -> Raise {
        debug_assert_eq!(arguments.len(), export.arity() as usize);
        let owned = self.owned();
        owned.trap = Some(export);
        owned.trap_arguments.clear();
        owned
            .trap_arguments
            .extend(arguments.iter().map(|argument| argument.word()));
        Raise::Trap
    }
    /// Calls `fun` with these arguments in place of this native.
    pub fn trap_to_fun(&mut self, fun: Term<'p>, arguments: &[Term<'p>]) -> Raise {
        let owned = self.owned();
        owned.trap_arguments.clear();
        owned
            .trap_arguments
            .extend(arguments.iter().map(|argument| argument.word()));
        owned.trap_arguments.push(fun.word());
        Raise::Apply
    }
    /// Like [`Cx::trap`], by name.
    pub fn trap_to(&mut self, module: Atom, function: Atom, arguments: &[Term<'p>]) -> Raise {
        let export = self
            .machine()
            .code
            .export(module, function, arguments.len() as u32);
        self.trap(export, arguments)
    }
}
