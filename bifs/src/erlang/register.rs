//! Registered names.

use oxbeam_vm::native::prelude::*;
use oxbeam_vm::port;
use oxbeam_vm::registry::Named;
use oxbeam_vm::trace::{event, flag};

natives! { NATIVES: "erlang";
    "register" / 2 Plain => register_2;
    "registered" / 0 Plain => registered_0;
    "unregister" / 1 Plain => unregister_1;
    "whereis" / 1 Plain => whereis_1;
}

fn register_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = cx.arg(0).as_atom().filter(|&name| name != known::UNDEFINED);
    let Some(name) = name else {
        return Err(cx.badarg_because(known::NONE));
    };
    let machine = cx.machine();
    // Has it got the name; has it a name at all?
    let (done, named) = match cx.arg(1).view() {
        View::Pid(number) => {
            let process = machine
                .processes
                .get(number)
                .filter(|process| !process.state.is_exiting());
            let Some(process) = process else {
                return Err(cx.badarg_because(known::NOTALIVE));
            };
            let done = machine.registry.register(name, &process);
            if done && process.trace.has(flag::PROCS) {
                event::simple(&process, flag::PROCS, "register", Term::atom(name));
            }
            (done, process.registered_name().is_some())
        }
        View::Port(number) => {
            let Some(port) = port::find(number) else {
                return Err(cx.badarg_because(known::NONE));
            };
            (port.register(name), port.is_registered())
        }
        _ => return Err(cx.badarg_because(known::NONE)),
    };
    if done {
        Ok(Term::TRUE)
    } else {
        let cause = if named {
            known::REGISTERED_NAME
        } else {
            known::NONE
        };
        Err(cx.badarg_because(cause))
    }
}

fn unregister_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    let named = cx
        .machine()
        .registry
        .unregister(name)
        .ok_or(Raise::Badarg)?;
    match named {
        Named::Port(number) => {
            if let Some(port) = port::find(number) {
                port.unregistered();
            }
        }
        Named::Process(process) => {
            if process.trace.has(flag::PROCS) {
                event::simple(&process, flag::PROCS, "unregister", Term::atom(name));
            }
        }
    }
    Ok(Term::TRUE)
}

fn whereis_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    let named = cx.machine().registry.find(name);
    Ok(named.map_or(Term::atom(known::UNDEFINED), |named| named.term()))
}

fn registered_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let names = cx.machine().registry.names();
    Ok(cx.list(names.into_iter().map(|name| Term::atom(name))))
}
