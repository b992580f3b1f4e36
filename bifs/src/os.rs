//! Module `os`: the environment, the process id, signals, the system's clock.

use crate::erlang::time::{in_unit, stamp};
use oxbeam_vm::environment;
use oxbeam_vm::file_name::{self, Atoms};
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::os_signal::{self, Disposition};
use std::borrow::Cow;

natives! { NATIVES: "os";
    "env" / 0 Plain => env_0;
    "getenv" / 1 Plain => getenv_1;
    "getpid" / 0 Plain => getpid_0;
    "perf_counter" / 0 Plain => perf_counter_0;
    "putenv" / 2 Plain => putenv_2;
    "set_signal" / 2 Plain => set_signal_2;
    "system_time" / 0 Plain => system_time_0;
    "system_time" / 1 Plain => system_time_1;
    "timestamp" / 0 Plain => timestamp_0;
    "unsetenv" / 1 Plain => unsetenv_1;
}

/// A text for the environment, in the native encoding: a string, no atom or binary.
fn value(term: Term<'_>) -> Result<Cow<'_, [u8]>, Raise> {
    if !term.is_list() {
        return Err(Raise::Badarg);
    }
    file_name::to_native(term, Atoms::Refused).ok_or(Raise::Badarg)
}

/// A variable's name: it has no `=` in it.
fn name(term: Term<'_>) -> Result<Cow<'_, [u8]>, Raise> {
    let name = value(term)?;
    if name.contains(&b'=') {
        Err(Raise::Badarg)
    } else {
        Ok(name)
    }
}

fn env_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut list = Term::NIL;
    for (name, value) in environment::all() {
        let name = file_name::from_native_or_bytes(cx.builder(), &name);
        let value = file_name::from_native_or_bytes(cx.builder(), &value);
        let pair = cx.tuple(&[name, value]);
        list = cx.cons(pair, list);
    }
    Ok(list)
}

fn getenv_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = name(cx.arg(0))?;
    match environment::get(&name) {
        Some(value) => Ok(file_name::from_native_or_bytes(cx.builder(), &value)),
        None => Ok(Term::FALSE),
    }
}

fn putenv_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (name, value) = (name(cx.arg(0))?, value(cx.arg(1))?);
    environment::put(&name, &value);
    Ok(Term::TRUE)
}

fn unsetenv_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    environment::unset(&name(cx.arg(0))?);
    Ok(Term::TRUE)
}

fn getpid_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(cx.char_list(&std::process::id().to_string()))
}

fn perf_counter_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let now = cx.machine().time.now();
    Ok(cx.unsigned(now))
}

fn set_signal_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let disposition = match cx.arg(1).as_atom().map(Atom::text) {
        Some("ignore") => Disposition::Ignore,
        Some("default") => Disposition::Default,
        Some("handle") => Disposition::Handle,
        _ => return Err(cx.badarg_because(Atom::of("badopt"))),
    };
    let signal = cx
        .arg(0)
        .as_atom()
        .and_then(os_signal::by_name)
        .ok_or(Raise::Badarg)?;
    os_signal::set(signal, disposition);
    Ok(Term::atom(known::OK))
}

fn system_time_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let now = cx.machine().time.os_system();
    Ok(cx.integer(now))
}

fn system_time_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let now = cx.machine().time.os_system();
    in_unit(cx, now)
}

fn timestamp_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let now = cx.machine().time.os_system();
    Ok(stamp(cx, now.div_euclid(1000)))
}
