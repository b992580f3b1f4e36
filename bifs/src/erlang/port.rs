//! Ports. What `erlang.erl` builds on these says how a failure is given: `badarg`, `badopt` and the like are results here, which it turns
//! into exceptions.

use oxbeam_term::etf::{self, DecodeOptions, EncodeOptions};
use oxbeam_vm::code::load::CodeContext;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::port::{self, NoPort, OpenError, Opened, Output, Refused, Reply};
use oxbeam_vm::posix;
use oxbeam_vm::process::relations::Link;
use oxbeam_vm::process::{Message, Peer};
use oxbeam_vm::signal;

natives! { NATIVES: "erlang";
    "ports"         / 0 Plain => ports_0;
    "port_set_data" / 2 Plain => port_set_data_2;
    "port_get_data" / 1 Plain => port_get_data_1;
}

natives! { INTERNAL: "erts_internal";
    "open_port"    / 2 Plain => open_port_2;
    "port_command" / 3 Plain => port_command_3;
    "port_connect" / 2 Plain => port_connect_2;
    "port_close"   / 1 Plain => port_close_1;
    "port_control" / 3 Plain => port_control_3;
    "port_call"    / 3 Plain => port_call_3;
    "port_info"    / 1 Plain => port_info_1;
    "port_info"    / 2 Plain => port_info_2;
}

/// Reductions of commanding a port, and bytes of output that cost one more.
const REDUCTIONS: usize = 200;
const BYTES_A_REDUCTION: usize = 1024;

fn badarg<'p>() -> NativeResult<'p> {
    Ok(Term::atom(known::BADARG))
}

fn named<'p>(name: &str) -> NativeResult<'p> {
    Ok(Term::atom(Atom::of(name)))
}

/// `ports()`
fn ports_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let ports = port::all();
    let ports: Vec<Term<'p>> = ports
        .into_iter()
        .map(|number| Term::local_port(number))
        .collect();
    Ok(cx.list(ports))
}

/// `port_set_data(Port, Term)`
fn port_set_data_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let port = port::lookup(cx.arg(0)).ok_or(Raise::Badarg)?;
    if port.set_data(Message::copy_of(cx.arg(1))) {
        Ok(Term::TRUE)
    } else {
        Err(Raise::Badarg)
    }
}

/// `port_get_data(Port)`
fn port_get_data_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let port = port::lookup(cx.arg(0)).ok_or(Raise::Badarg)?;
    port.with_data(|data| oxbeam_term::copy::copy(data, cx))
        .ok_or(Raise::Badarg)
}

/// `open_port(Name, Settings)`: the port, or why not.
fn open_port_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let files = cx.machine().release.io.file_ports;
    let (target, settings) = match port::settings::read(cx.arg(0), cx.arg(1), files) {
        Ok(read) => read,
        Err(Refused::Name) => return badarg(),
        Err(Refused::Settings) => return named("badopt"),
    };
    cx.bump_reductions(REDUCTIONS);
    let owner = cx.process().number;
    match port::open(owner, &target, &settings) {
        Ok(Opened { port, awaited }) => {
            let peer = Peer::Port(port.number);
            cx.owned().relations().links.insert(peer, Link::Linked);
            Ok(match awaited {
                Some(reference) => cx.reference(reference),
                None => Term::local_port(port.number),
            })
        }
        Err(NoPort::SystemLimit) => Ok(Term::atom(known::SYSTEM_LIMIT)),
        Err(NoPort::Driver(OpenError::Posix(error))) => Ok(Term::atom(posix::error_atom(error))),
        Err(NoPort::Driver(OpenError::Badarg)) => badarg(),
        Err(NoPort::Driver(OpenError::General)) => named("einval"),
    }
}

/// `port_command(Port, Data, Options)`: `true`, `false` if it was to be aborted, or why not.
fn port_command_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (mut force, mut abort) = (false, false);
    let mut options = cx.arg(2).list_iter();
    for option in options.by_ref() {
        match option.as_atom().map(Atom::text) {
            Some("force") => force = true,
            Some("nosuspend") => abort = true,
            _ => return named("badopt"),
        }
    }
    if !options.rest().is_nil() {
        return named("badopt");
    }
    let Some(port) = port::lookup(cx.arg(0)) else {
        return badarg();
    };
    if force && !port.soft_busy() {
        return Ok(Term::atom(known::NOTSUP));
    }
    let Some(data) = port::iolist_bytes(cx.arg(1)) else {
        port.bad_output();
        return badarg();
    };
    cx.bump_reductions(REDUCTIONS + data.len() / BYTES_A_REDUCTION);
    match port.output(cx.process().number, data, force) {
        Output::Done => Ok(Term::TRUE),
        Output::Dropped => badarg(),
        Output::Busy if abort => Ok(Term::FALSE),
        // The port makes the process try again when it is no longer busy.
        Output::Busy => {
            signal::wait_for_port(cx.process(), port.number);
            Err(Raise::Wait)
        }
    }
}

/// `port_connect(Port, Pid)`
fn port_connect_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let owner = cx.arg(1).as_local_pid();
    match (port::lookup(cx.arg(0)), owner) {
        (Some(port), Some(owner)) if port.connect(cx.process().number, owner) => Ok(Term::TRUE),
        _ => badarg(),
    }
}

/// `port_close(Port)`
fn port_close_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    cx.bump_reductions(REDUCTIONS);
    match port::lookup(cx.arg(0)) {
        Some(port) if port.close(cx.process().number) => Ok(Term::TRUE),
        _ => badarg(),
    }
}

/// `port_control(Port, Operation, Data)`
fn port_control_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    cx.bump_reductions(REDUCTIONS);
    let operation = cx
        .arg(1)
        .as_u64()
        .and_then(|operation| u32::try_from(operation).ok());
    let (Some(port), Some(operation), Some(data)) = (
        port::lookup(cx.arg(0)),
        operation,
        port::iolist_bytes(cx.arg(2)),
    ) else {
        return badarg();
    };
    match port.control(cx.process().number, operation, &data) {
        Some(Reply::List(bytes)) => Ok(cx.byte_list(&bytes)),
        Some(Reply::Binary(bytes)) => Ok(cx.binary(&bytes)),
        None => badarg(),
    }
}

/// `port_call(Port, Operation, Data)`: `{ok, Result}`, or why not.
fn port_call_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    cx.bump_reductions(REDUCTIONS);
    let operation = cx
        .arg(1)
        .as_u64()
        .and_then(|operation| u32::try_from(operation).ok());
    let (Some(port), Some(operation)) = (port::lookup(cx.arg(0)), operation) else {
        return badarg();
    };
    let Ok(data) = etf::encode(cx.arg(2), &EncodeOptions::default()) else {
        return badarg();
    };
    let Some(answer) = port.call(cx.process().number, operation, &data) else {
        return badarg();
    };
    let mut context = CodeContext(&cx.machine().code);
    match etf::decode(
        &answer,
        cx.builder(),
        &mut context,
        DecodeOptions::default(),
    ) {
        Ok((result, _)) => Ok(cx.tuple(&[Term::atom(known::OK), result])),
        Err(_) => badarg(),
    }
}

/// Is this a port or a name that may be one?
fn may_be_port(term: Term<'_>) -> bool {
    term.as_local_port().is_some() || term.as_atom().is_some()
}

/// `port_info(Port)`
fn port_info_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if !may_be_port(cx.arg(0)) {
        return badarg();
    }
    let info = port::look_at(cx.arg(0)).and_then(|port| port.info_list(cx));
    Ok(info.unwrap_or(Term::atom(known::UNDEFINED)))
}

/// `port_info(Port, Item)`
fn port_info_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if !may_be_port(cx.arg(0)) {
        return named("badtype");
    }
    let Some(port) = port::look_at(cx.arg(0)) else {
        return Ok(Term::atom(known::UNDEFINED));
    };
    let name = cx.arg(1).as_atom().map(Atom::text);
    let item = port::items()
        .into_iter()
        .find(|(item, _)| Some(*item) == name);
    match item {
        Some((_, item)) => Ok(port.info(cx, item).unwrap_or(Term::atom(known::UNDEFINED))),
        None => badarg(),
    }
}
