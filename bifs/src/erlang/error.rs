//! Raising exceptions, and calling by name.

use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::Class;

natives! { NATIVES: "erlang";
    "error" / 1 Plain => error_1;
    "error" / 2 Plain => error_2;
    "error" / 3 Plain => error_3;
    "exit" / 1 Plain => exit_1;
    "throw" / 1 Plain => throw_1;
    "raise" / 3 Plain => raise_3;
    "nif_error" / 1 Plain => error_1;
    "nif_error" / 2 Plain => error_1;
    "apply" / 2 Plain => apply_2;
    "apply" / 3 Plain => apply_3;
}

fn error_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let reason = cx.arg(0);
    Err(cx.error(reason))
}

/// `error(Reason, Args | none)`: the caller's frame shows the arguments.
fn error_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (reason, arguments) = (cx.arg(0), cx.arg(1));
    let raise = cx.error(reason);
    // What is no list is as good as none.
    if arguments.is_list() {
        cx.owned().exception.caller_arguments = arguments.word();
    }
    Err(raise)
}

/// `error(Reason, Args | none, Options)`: `{error_info, Map}` goes into the caller's frame. Bad options are as good as none.
fn error_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut info = None;
    for option in cx.arg(2).proper_list().unwrap_or_default() {
        match option.as_tuple_of::<2>() {
            Some([key, map]) if key.is(known::ERROR_INFO) && map.is_map() => info = Some(map),
            _ => {
                info = None;
                break;
            }
        }
    }
    let result = error_2(cx);
    cx.owned().exception.error_info = info.map_or(Word::NONE, |map| map.word());
    result
}

fn exit_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let reason = cx.arg(0);
    Err(cx.exit(reason))
}

fn throw_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let value = cx.arg(0);
    Err(cx.throw(value))
}

/// `raise(Class, Reason, Stacktrace)`: `badarg` is returned, not raised, for what is no class or no trace.
fn raise_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (reason, trace) = (cx.arg(1), cx.arg(2));
    let class = cx.arg(0).as_atom().and_then(Class::from_atom);
    match (class, checked_trace(cx, trace)) {
        (Some(class), Some(trace)) => Err(cx.raise_with_trace(class, reason, trace)),
        _ => Ok(Term::atom(known::BADARG)),
    }
}

/// The trace if it is one: frames of three or four elements, or `{Fun, Args}` and `{Fun, Args, Location}`; those without a location
/// get an empty one. As many frames are kept as `backtrace_depth` allows, one at least.
fn checked_trace<'p>(cx: &mut Cx<'p>, trace: Term<'p>) -> Option<Term<'p>> {
    let mut frames = trace.proper_list()?;
    let mut changed = false;
    for frame in &mut frames {
        let parts = frame.tuple_elements()?;
        let named = |module: Term<'p>, function: Term<'p>| {
            module.as_atom().is_some() && function.as_atom().is_some()
        };
        match parts {
            [module, function, _, location] if named(*module, *function) && location.is_list() => {}
            [fun, _, location] if fun.is_fun() && location.is_list() => {}
            [module, function, arguments] if named(*module, *function) => {
                *frame = cx.tuple(&[*module, *function, *arguments, Term::NIL]);
                changed = true;
            }
            [fun, arguments] if fun.is_fun() => {
                *frame = cx.tuple(&[*fun, *arguments, Term::NIL]);
                changed = true;
            }
            _ => return None,
        }
    }
    let most = cx.machine().backtrace_depth().max(1);
    if frames.len() > most {
        frames.truncate(most);
        changed = true;
    }
    Some(if changed { cx.list(frames) } else { trace })
}

/// More arguments than this find no registers; no function has more than 255.
const MAX_ARGUMENTS: usize = 1023;

/// `apply(Fun, Args)`
fn apply_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (fun, list) = (cx.arg(0), cx.arg(1));
    let mut arguments = list.proper_list().ok_or(Raise::Badarg)?;
    // The fun needs a register of its own.
    if arguments.len() >= MAX_ARGUMENTS {
        return Err(Raise::SystemLimit);
    }
    // OTP looks at the lowest eight bits of the number when it compares arities.
    let seen = arguments.len() & 0xff;
    if fun.as_fun().is_some_and(|fun| fun.arity() as usize == seen) {
        arguments.truncate(seen);
    }
    Err(cx.trap_to_fun(fun, &arguments))
}

/// `apply(Module, Function, Args)`
fn apply_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let module = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    let function = cx.arg(1).as_atom().ok_or(Raise::Badarg)?;
    let arguments = cx.arg(2).proper_list().ok_or(Raise::Badarg)?;
    if arguments.len() > MAX_ARGUMENTS {
        return Err(Raise::SystemLimit);
    }
    Err(cx.trap_to(module, function, &arguments))
}
