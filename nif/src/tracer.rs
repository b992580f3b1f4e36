//! Modules of natives that trace (`erl_tracer`): finding and calling their functions.

use crate::env::{Env, Pending, Raw, term};
use crate::library::{self, Instance};
use oxbeam_term::{Atom, Term, Word};
use oxbeam_vm::trace::tracer::{Called, Modules};
use std::ffi::c_int;
use std::sync::Arc;

/// The libraries that current code has loaded.
pub(crate) struct Libraries;

impl Modules for Libraries {
    fn is_tracer(&self, module: Atom) -> bool {
        library::of_current(module).is_some_and(|instance| {
            instance.function("enabled", 3).is_some() && instance.function("trace", 5).is_some()
        })
    }
    fn call(&self, module: Atom, functions: [&str; 2], arguments: &[Term<'_>]) -> Called {
        let Some(instance) = library::of_current(module) else {
            return Called::NotThere;
        };
        let arity = arguments.len();
        let mut found = functions
            .iter()
            .filter_map(|name| instance.function(name, arity as u32));
        match found.next() {
            Some(function) => Called::Gave(call(&instance, function, arguments)),
            None => Called::NotThere,
        }
    }
}

fn call(
    instance: &Arc<Instance>,
    function: crate::env::Function,
    arguments: &[Term<'_>],
) -> Option<Atom> {
    let mut env = Env::alone(Some(Arc::clone(instance)));
    let words: Vec<Raw> = arguments.iter().map(|term| term.word().0).collect();
    // SAFETY: the library's function, with terms that stay until it returns.
    let result = unsafe { function(&raw mut env, words.len() as c_int, words.as_ptr()) };
    if matches!(env.pending, Some(Pending::Badarg | Pending::Reason(_))) || result == Word::NONE.0 {
        return None;
    }
    // SAFETY: a term of the environment, which is still there.
    unsafe { term(result) }.as_atom()
}
