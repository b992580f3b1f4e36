//! `ErlNifEnv`: where a library's terms are built, and what is to happen when its function returns.

use crate::iovec::Vector;
use crate::library::Instance;
use oxbeam_term::heap::arena::Arena;
use oxbeam_term::{Builder, Term, Word};
use oxbeam_vm::process::{Owned, Process};
use std::ffi::c_int;
use std::ptr::{self, NonNull};
use std::sync::Arc;

/// `ERL_NIF_TERM`: a term's word.
pub(crate) type Raw = u64;

/// `ErlNifPid`, and `ErlNifPort`: a term.
#[repr(C)]
pub(crate) struct Name {
    pub(crate) term: Raw,
}

impl Name {
    pub(crate) fn of_process(number: u64) -> Name {
        Name {
            term: Term::local_pid(number).word().0,
        }
    }
}

/// A function of a library.
pub(crate) type Function = unsafe extern "C" fn(*mut Env, c_int, *const Raw) -> Raw;

/// An exception that the function has raised.
#[derive(Copy, Clone)]
pub(crate) enum Pending {
    Badarg,
    /// `error:Reason`
    Reason(Raw),
}

/// What `enif_schedule_nif` has put off.
pub(crate) struct Scheduled {
    pub(crate) function: Function,
    /// `ERL_NIF_DIRTY_JOB_…`
    pub(crate) flags: c_int,
    pub(crate) arguments: Vec<Word>,
}

/// An environment. Libraries see its address only.
pub(crate) struct Env {
    arena: NonNull<Arena>,
    /// The arena, of an environment that belongs to no process.
    own: Option<Box<Arena>>,
    process: *const Process,
    owned: *mut Owned,
    instance: Option<Arc<Instance>>,
    pub(crate) pending: Option<Pending>,
    pub(crate) scheduled: Option<Scheduled>,
    /// Bytes that binaries had to be copied to; they are there until the function returns.
    copies: Vec<Box<[u8]>>,
    /// Vectors of binaries, and what they refer to; as long as those.
    vectors: Vec<Vector>,
}

impl Env {
    /// The environment of a call by `process`, whose own part is at `owned`.
    pub(crate) fn of_call(
        process: &Process,
        owned: *mut Owned,
        instance: Option<Arc<Instance>>,
    ) -> Env {
        Env {
            // SAFETY: the caller runs the process.
            arena: unsafe { NonNull::from(&mut (*owned).heap.arena) },
            own: None,
            process,
            owned,
            instance,
            pending: None,
            scheduled: None,
            copies: Vec::new(),
            vectors: Vec::new(),
        }
    }
    /// An environment of no process: of a message, or of a call back.
    pub(crate) fn alone(instance: Option<Arc<Instance>>) -> Env {
        let mut own = Box::new(Arena::new());
        Env {
            arena: NonNull::from(&mut *own),
            own: Some(own),
            process: ptr::null(),
            owned: ptr::null_mut(),
            instance,
            pending: None,
            scheduled: None,
            copies: Vec::new(),
            vectors: Vec::new(),
        }
    }
    /// Forgets all terms.
    pub(crate) fn clear(&mut self) {
        self.copies.clear();
        self.vectors.clear();
        self.pending = None;
        if let Some(own) = &mut self.own {
            **own = Arena::new();
            self.arena = NonNull::from(&mut **own);
        }
    }
    /// Where terms are built.
    pub(crate) fn builder<'e>(&mut self) -> Builder<'e> {
        // SAFETY: nothing collects while a library's function runs, and its own arena is freed when the library says so.
        unsafe { self.arena.as_mut().builder() }
    }
    /// The calling process; none in a call back.
    pub(crate) fn process(&self) -> Option<&Process> {
        // SAFETY: it runs the call.
        unsafe { self.process.as_ref() }
    }
    /// Its own part.
    pub(crate) fn owned(&mut self) -> Option<&mut Owned> {
        // SAFETY: the caller's process, of which nothing else holds a part now.
        unsafe { self.owned.as_mut() }
    }
    pub(crate) fn instance(&self) -> Option<&Arc<Instance>> {
        self.instance.as_ref()
    }
    /// Keeps bytes until the function returns.
    pub(crate) fn keep(&mut self, bytes: Vec<u8>) -> *mut u8 {
        self.copies.push(bytes.into_boxed_slice());
        self.copies
            .last_mut()
            .map_or(ptr::null_mut(), |bytes| bytes.as_mut_ptr())
    }
    /// Keeps a vector until the function returns.
    pub(crate) fn keep_vector(&mut self, vector: Vector) {
        self.vectors.push(vector);
    }
    /// Raises; the function gives what it gets.
    pub(crate) fn raise(&mut self, pending: Pending) -> Raw {
        self.pending = Some(pending);
        Word::NONE.0
    }
}

/// The term of a word that a library gives.
///
/// # Safety
/// It has the word from its environment, which is still there.
pub(crate) unsafe fn term<'e>(raw: Raw) -> Term<'e> {
    // SAFETY: the caller's promise.
    unsafe { Term::from_word(Word(raw)) }
}
