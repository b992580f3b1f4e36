//! Environments, processes, messages, and what a function does when it returns.

use super::abi;
use crate::env::{Env, Function, Name, Pending, Raw, Scheduled, term};
use oxbeam_term::{Term, Word};
use oxbeam_vm::machine::machine;
use oxbeam_vm::port::Output;
use oxbeam_vm::process::Message;
use oxbeam_vm::registry::Named;
use oxbeam_vm::signal::{self, Signal};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;

/// Arguments that a function may have.
const MOST_ARGUMENTS: c_int = 255;

/// Reductions of a time slice.
const SLICE: u64 = 4000;

fn store(name: Option<Term<'_>>, place: *mut Name) -> c_int {
    match name {
        Some(name) => {
            // SAFETY: the library's place for the result.
            unsafe {
                place.write(Name {
                    term: name.word().0,
                })
            };
            1
        }
        None => 0,
    }
}

/// What has this name.
fn named(raw: Raw) -> Option<Named> {
    // SAFETY: a term of the caller's environment.
    let name = unsafe { term(raw) }.as_atom()?;
    machine().registry.find(name)
}

abi! {
    fn enif_priv_data(env: *mut Env) -> *mut c_void {
        (*env).instance().map_or(ptr::null_mut(), |instance| instance.private())
    }
    fn enif_alloc_env() -> *mut Env {
        // Libraries have been seen to give an environment that they have sent to `enif_free`.
        let env = libc::malloc(size_of::<Env>()).cast::<Env>();
        if !env.is_null() {
            env.write(Env::alone(None));
        }
        env
    }
    fn enif_free_env(env: *mut Env) {
        ptr::drop_in_place(env);
        libc::free(env.cast());
    }
    fn enif_clear_env(env: *mut Env) {
        (*env).clear();
    }
    fn enif_self(env: *mut Env, place: *mut Name) -> *mut Name {
        let Some(process) = (*env).process() else { return ptr::null_mut() };
        place.write(Name::of_process(process.number));
        place
    }
    fn enif_get_local_pid(_env: *mut Env, raw: Raw, place: *mut Name) -> c_int {
        let of = term(raw);
        store(of.as_local_pid().map(|_| of), place)
    }
    fn enif_get_local_port(_env: *mut Env, raw: Raw, place: *mut Name) -> c_int {
        let of = term(raw);
        store(of.as_local_port().map(|_| of), place)
    }
    fn enif_set_pid_undefined(place: *mut Name) {
        place.write(Name { term: Word::atom(oxbeam_term::atom::known::UNDEFINED).0 });
    }
    fn enif_is_pid_undefined(place: *const Name) -> c_int {
        ((*place).term == Word::atom(oxbeam_term::atom::known::UNDEFINED).0).into()
    }
    fn enif_whereis_pid(_env: *mut Env, name: Raw, place: *mut Name) -> c_int {
        let found = named(name).map(|named| named.term()).filter(|found| found.is_pid());
        store(found, place)
    }
    fn enif_whereis_port(_env: *mut Env, name: Raw, place: *mut Name) -> c_int {
        let found = named(name).map(|named| named.term()).filter(|found| found.is_port());
        store(found, place)
    }
    fn enif_is_current_process_alive(env: *mut Env) -> c_int {
        (*env).process().is_some_and(|process| !process.state.is_exiting()).into()
    }
    fn enif_is_process_alive(_env: *mut Env, pid: *const Name) -> c_int {
        let number = term((*pid).term).as_local_pid();
        let process = number.and_then(|number| machine().processes.get(number));
        process.is_some_and(|process| !process.state.is_exiting()).into()
    }
    fn enif_is_port_alive(_env: *mut Env, port: *const Name) -> c_int {
        let number = term((*port).term).as_local_port();
        number.is_some_and(|number| oxbeam_vm::port::find(number).is_some()).into()
    }
    /// What the message's environment held is gone if the message was sent.
    fn enif_send(env: *mut Env, to: *const Name, message_env: *mut Env, raw: Raw) -> c_int {
        let _ = env;
        let Some(number) = term((*to).term).as_local_pid() else { return 0 };
        let message = Message::copy_of(term(raw));
        let sent = signal::deliver(number, Signal::Message(message)).is_ok();
        if sent && !message_env.is_null() {
            (*message_env).clear();
        }
        sent.into()
    }
    /// As `port_command/2` of a process that does not wait: 1 if there is such a port and `raw` is an iolist.
    fn enif_port_command(env: *mut Env, to: *const Name, _message_env: *mut Env, raw: Raw) -> c_int {
        let number = term((*to).term).as_local_port();
        let Some(port) = number.and_then(oxbeam_vm::port::find) else { return 0 };
        let process = (*env).process();
        if process.is_some_and(|process| process.state.is_exiting()) {
            return 0;
        }
        let Some(bytes) = oxbeam_vm::port::iolist_bytes(term(raw)) else { return 0 };
        let caller = process.map_or(number.unwrap_or_default(), |process| process.number);
        matches!(port.output(caller, bytes, true), Output::Done).into()
    }
    /// 1 if the time slice is used up.
    fn enif_consume_timeslice(env: *mut Env, percent: c_int) -> c_int {
        let Some(owned) = (*env).owned() else { return 0 };
        owned.extra_reductions += i64::from(percent.clamp(1, 100)) * SLICE as i64 / 100;
        (owned.reductions_in_turn() >= SLICE).into()
    }
    /// Exceptions show the function that was called in the beginning, not `name`.
    fn enif_schedule_nif(env: *mut Env, name: *const c_char, flags: c_int, function: Function, count: c_int, arguments: *const Raw) -> Raw {
        // Which must be an atom's all the same.
        if count > MOST_ARGUMENTS || CStr::from_ptr(name).count_bytes() > 255 {
            return (*env).raise(Pending::Badarg);
        }
        let arguments = (0..count.max(0) as usize).map(|index| Word(*arguments.add(index)));
        (*env).scheduled = Some(Scheduled { function, flags, arguments: arguments.collect() });
        Word::NONE.0
    }
}
