//! Module `erl_ddll`: loading and unloading drivers. Those that belong to the machine are linked in. Follows `erl_bif_ddll.c`.

use super::entry::{self, LoadError};
use super::list::{self, Part, Source, Status};
use oxbeam_vm::file_name::{self, Atoms};
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::port;
use oxbeam_vm::process::Message;
use oxbeam_vm::signal::{self, Signal};

natives! { NATIVES: "erl_ddll";
    "demonitor" / 1 Plain => demonitor_1;
    "format_error_int" / 1 Plain => format_error_int_1;
    "info" / 2 Plain => info_2;
    "loaded_drivers" / 0 Plain => loaded_drivers_0;
    "monitor" / 2 Plain => monitor_2;
    "try_load" / 3 Plain => try_load_3;
    "try_unload" / 2 Plain => try_unload_2;
}

fn name(text: &str) -> Term<'static> {
    Term::atom(Atom::of(text))
}

/// Names of the drivers that are linked in.
fn drivers(release: u8) -> &'static [&'static str] {
    match release {
        ..=25 => &[
            "tcp_inet",
            "udp_inet",
            "sctp_inet",
            "ram_file_drv",
            "tty_sl",
        ],
        26..=27 => &["tcp_inet", "udp_inet", "ram_file_drv"],
        _ => &["tcp_inet", "udp_inet", "sctp_inet", "ram_file_drv"],
    }
}

/// A driver's name: an atom or an iolist.
fn driver_name(term: Term<'_>) -> Result<String, Raise> {
    let text = match term.view() {
        View::Atom(atom) => Some(atom.text().to_owned()).filter(|text| !text.is_empty()),
        _ => port::iolist_bytes(term).map(|bytes| bytes.into_iter().map(char::from).collect()),
    };
    text.filter(|text| !text.contains('\0'))
        .ok_or(Raise::Badarg)
}

fn is_linked_in(cx: &Cx<'_>, driver: &str) -> bool {
    drivers(cx.machine().release.number).contains(&driver)
}

fn error<'p>(cx: &mut Cx<'p>, reason: Term<'p>) -> NativeResult<'p> {
    Ok(cx.tuple(&[Term::atom(known::ERROR), reason]))
}

fn loaded_drivers_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let linked = drivers(cx.machine().release.number).iter();
    let mut all: Vec<String> = linked.map(|name| (*name).to_owned()).collect();
    all.extend(list::lock().names());
    let names: Vec<Term<'p>> = all.iter().map(|driver| cx.char_list(driver)).collect();
    let names = cx.list(names);
    Ok(cx.tuple(&[Term::atom(known::OK), names]))
}

/// `pending_driver` or `pending`
fn pending(term: Term<'_>) -> Result<Pending, Raise> {
    match term.as_atom().map(Atom::text) {
        Some("pending_driver") => Ok(Pending::Driver),
        Some("pending") => Ok(Pending::Any),
        _ => Err(Raise::Badarg),
    }
}

/// What an option is for: the driver, when no process uses it, or in any case.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Pending {
    Driver,
    Any,
}

/// What a call has come to.
enum Answer {
    Error(&'static str),
    Load(LoadError),
    Ok(&'static str),
    /// The caller is told when it is done.
    Waits(&'static str, Part),
}

/// The caller begins to wait, if it is to; `{ok, What}`, `{ok, What, Reference}` or `{error, Reason}`.
fn answer<'p>(
    cx: &mut Cx<'p>,
    driver: &str,
    list: &list::Locked,
    answer: Answer,
) -> NativeResult<'p> {
    let ok = Term::atom(known::OK);
    match answer {
        Answer::Error(reason) => error(cx, name(reason)),
        Answer::Load(reason) => {
            let reason = load_error(cx, reason);
            error(cx, reason)
        }
        Answer::Ok(what) => Ok(cx.tuple(&[ok, name(what)])),
        Answer::Waits(what, part) => {
            let process = cx.process().number;
            let reference = list.named(driver, |record| record.add_waiter(process, part));
            let reference = reference.unwrap_or_else(oxbeam_vm::unique::next_reference);
            let reference = cx.reference(reference);
            Ok(cx.tuple(&[ok, name(what), reference]))
        }
    }
}

/// `try_load(Path, Name, Options)`
fn try_load_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (mut monitor, mut reload, mut kill_ports) = (false, None, false);
    let mut options = cx.arg(2).list_iter();
    for option in options.by_ref() {
        let [key, value] = option.as_tuple_of::<2>().ok_or(Raise::Badarg)?;
        match key.as_atom().map(Atom::text) {
            Some("driver_options") => {
                for flag in value.proper_list().ok_or(Raise::Badarg)? {
                    if flag.as_atom().map(Atom::text) != Some("kill_ports") {
                        return Err(Raise::Badarg);
                    }
                    kill_ports = true;
                }
            }
            Some("monitor") => {
                pending(value)?;
                monitor = true;
            }
            Some("reload") => reload = Some(pending(value)?),
            _ => return Err(Raise::Badarg),
        }
    }
    if !options.rest().is_nil() {
        return Err(Raise::Badarg);
    }
    let driver = driver_name(cx.arg(1))?;
    let mut path = file_name::to_native(cx.arg(0), Atoms::Names)
        .ok_or(Raise::Badarg)?
        .into_owned();
    while path.last() == Some(&b'/') {
        path.pop();
    }
    path.push(b'/');
    // Names are bytes here, one for each character.
    path.extend(driver.chars().map(|character| character as u8));
    list::watch_exits();
    let source = Source { path, kill_ports };
    let process = cx.process().number;
    let mut list = list::lock();
    if is_linked_in(cx, &driver) || list.is_added(&driver) {
        return answer(cx, &driver, &list, Answer::Error("linked_in_driver"));
    }
    let mut kill = false;
    let decided = list.named(&driver, |record| {
        let same = record.source == source;
        match (record.status, reload) {
            (Status::Ok, Some(reload)) => {
                if reload == Pending::Driver && !record.is_last_loader(process) {
                    return Answer::Error("pending_process");
                }
                if record.source.kill_ports != kill_ports {
                    return Answer::Error("inconsistent");
                }
                if !record.remove_loader(process) {
                    return Answer::Error("not_loaded_by_this_process");
                }
                kill = record.source.kill_ports;
                record.reload_later(source.clone(), process);
                let what = match reload {
                    Pending::Driver => "pending_driver",
                    Pending::Any => "pending_process",
                };
                if monitor {
                    Answer::Waits(what, Part::AwaitLoad)
                } else {
                    Answer::Ok(what)
                }
            }
            (Status::Ok, None) if same => {
                record.add_loader(process);
                Answer::Ok("already_loaded")
            }
            (Status::Unload | Status::ForceUnload, Some(_)) => {
                Answer::Error("not_loaded_by_this_process")
            }
            (Status::Unload | Status::ForceUnload, None) if same => {
                record.set_status(Status::Ok);
                record.tell_all(Part::AwaitUnload, "UP", "unload_cancelled");
                record.add_loader(process);
                Answer::Ok("already_loaded")
            }
            (Status::Reload | Status::ForceReload, Some(_)) => Answer::Error("pending_reload"),
            (Status::Reload | Status::ForceReload, None)
                if record.reload.as_ref() == Some(&source) =>
            {
                record.add_later_loader(process);
                Answer::Waits("pending_driver", Part::AwaitLoad)
            }
            (Status::Permanent, _) => Answer::Error("permanent"),
            _ => Answer::Error("inconsistent"),
        }
    });
    let decided = match decided {
        Some(decided) => decided,
        None if reload.is_some() => Answer::Error("not_loaded"),
        None => match list.load(&driver, source, process) {
            Ok(()) => Answer::Ok("loaded"),
            Err(error) => Answer::Load(error),
        },
    };
    if kill {
        list = list.kill_ports(&driver, Status::ForceReload);
    }
    answer(cx, &driver, &list, decided)
}

/// `try_unload(Name, Options)`
fn try_unload_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (mut monitor, mut kill_ports) = (None, false);
    let mut options = cx.arg(1).list_iter();
    for option in options.by_ref() {
        if option.as_atom().map(Atom::text) == Some("kill_ports") {
            kill_ports = true;
            continue;
        }
        let [key, value] = option.as_tuple_of::<2>().ok_or(Raise::Badarg)?;
        if key.as_atom().map(Atom::text) != Some("monitor") {
            return Err(Raise::Badarg);
        }
        monitor = Some(pending(value)?);
    }
    if !options.rest().is_nil() {
        return Err(Raise::Badarg);
    }
    let driver = driver_name(cx.arg(0))?;
    list::watch_exits();
    let process = cx.process().number;
    let mut list = list::lock();
    if is_linked_in(cx, &driver) || list.is_added(&driver) {
        return answer(cx, &driver, &list, Answer::Error("linked_in_driver"));
    }
    let mut kill = false;
    let decided = list.named(&driver, |record| {
        if record.status == Status::Permanent {
            return Answer::Error("permanent");
        }
        if !record.has_loader(process) {
            if record.loaders() > 0 {
                return Answer::Error("not_loaded_by_this_process");
            }
        } else {
            record.remove_loader(process);
        }
        let (what, waits) = if record.loaders() > 0 {
            ("pending_process", monitor == Some(Pending::Any))
        } else {
            record.cancel_reload();
            kill = (kill_ports || record.source.kill_ports) && record.ports > 0;
            record.set_status(Status::Unload);
            ("pending_driver", monitor.is_some())
        };
        if waits {
            Answer::Waits(what, Part::AwaitUnload)
        } else {
            Answer::Ok(what)
        }
    });
    let decided = decided.unwrap_or(Answer::Error("not_loaded"));
    // The caller waits before the last port is gone: it is told in any case.
    let result = answer(cx, &driver, &list, decided);
    if kill {
        list = list.kill_ports(&driver, Status::ForceUnload);
    }
    drop(list);
    result
}

/// `info(Name, Item)`, of a driver that is there.
fn info_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let driver = driver_name(cx.arg(0))?;
    let item = cx.arg(1).as_atom().ok_or(Raise::Badarg)?;
    let part = match item.text() {
        "processes" => Some(Part::Loaded),
        "awaiting_load" => Some(Part::AwaitLoad),
        "awaiting_unload" => Some(Part::AwaitUnload),
        "driver_options" | "port_count" | "linked_in_driver" | "permanent" => None,
        _ => return Err(Raise::Badarg),
    };
    let list = list::lock();
    if is_linked_in(cx, &driver) || list.is_added(&driver) {
        return Ok(match item.text() {
            "linked_in_driver" => Term::TRUE,
            "permanent" => Term::FALSE,
            _ => name("linked_in_driver"),
        });
    }
    let found = list.named(&driver, |record| {
        let permanent = record.status == Status::Permanent;
        match part {
            Some(_) | None
                if permanent
                    && !matches!(
                        item.text(),
                        "driver_options" | "linked_in_driver" | "permanent"
                    ) =>
            {
                name("permanent")
            }
            Some(part) => {
                let mut processes = Vec::new();
                for (process, count) in record.processes(part) {
                    let pair = [Term::local_pid(process), Term::small(count as i64)];
                    processes.push(cx.tuple(&pair));
                }
                cx.list(processes)
            }
            None => match item.text() {
                "driver_options" if record.source.kill_ports => cx.list([name("kill_ports")]),
                "driver_options" => Term::NIL,
                "port_count" => Term::small(record.ports as i64),
                "linked_in_driver" => Term::FALSE,
                _ => Term::boolean(permanent),
            },
        }
    });
    found.ok_or(Raise::Badarg)
}

/// Number of the first text of the system's loader; each further one is one less.
const FIRST_TEXT: i64 = -10;

const TEXTS: &[(&str, &str)] = &[
    (
        "inconsistent",
        "Driver name and/or driver options are inconsistent with currently loaded driver",
    ),
    (
        "linked_in_driver",
        "Driver is statically linked and cannot be loaded/unloaded",
    ),
    (
        "permanent",
        "DDLL driver is permanent an cannot be unloaded/loaded",
    ),
    ("not_loaded", "DDLL driver is not loaded"),
    (
        "not_loaded_by_this_process",
        "DDLL driver was not loaded by this process",
    ),
    ("not_pending", "DDLL load not pending for this driver name"),
    (
        "already_loaded",
        "DDLL driver is already loaded successfully",
    ),
    ("pending_reload", "Driver reloading is already pending"),
    (
        "pending_process",
        "Driver is loaded by others when attempting option {reload, pending_driver}",
    ),
    ("no_error", "No error"),
    ("no_driver_init", "No driver init in dynamic library"),
    ("driver_init_failed", "Driver init failed"),
    ("bad_driver_name", "Bad driver name"),
    ("driver_name_to_long", "Driver name to long"),
    (
        "driver_incorrect_version",
        "Driver compiled with incorrect version of erl_driver.h",
    ),
    (
        "no_ddll_available",
        "DDLL functionality not available on this platform",
    ),
    ("unspecified_error", "Unspecified dynamic library error"),
    ("symbol_not_found", "Symbol not found in dynamic library"),
];

/// Numbers of those reasons that are no texts of the system's loader.
const NUMBERED: [&str; 9] = [
    "no_error",
    "no_driver_init",
    "driver_init_failed",
    "bad_driver_name",
    "driver_name_to_long",
    "driver_incorrect_version",
    "no_ddll_available",
    "unspecified_error",
    "symbol_not_found",
];

/// Why a library is not loaded, as a term.
pub(crate) fn load_error<'p>(builder: &mut Builder<'p>, error: LoadError) -> Term<'p> {
    name(match error {
        LoadError::NoInit => "no_driver_init",
        LoadError::FailedInit => "driver_init_failed",
        LoadError::BadName => "bad_driver_name",
        LoadError::IncorrectVersion => "driver_incorrect_version",
        LoadError::Open(number) => {
            let number = Term::small(FIRST_TEXT - number as i64);
            return builder.tuple(&[name("open_error"), number]);
        }
    })
}

fn text_of(reason: &str) -> Option<&'static str> {
    let row = TEXTS.iter().find(|row| row.0 == reason)?;
    Some(row.1)
}

fn format_error_int_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if let Some(reason) = cx.arg(0).as_atom() {
        let text = text_of(reason.text()).ok_or(Raise::Badarg)?;
        return Ok(cx.char_list(text));
    }
    let [tag, number] = cx.arg(0).as_tuple_of::<2>().ok_or(Raise::Badarg)?;
    if tag.as_atom().map(Atom::text) != Some("open_error") {
        return Err(Raise::Badarg);
    }
    let number = number.as_small().ok_or(Raise::Badarg)?;
    if number > FIRST_TEXT {
        let reason = usize::try_from(-number).ok();
        let reason = reason.and_then(|reason| NUMBERED.get(reason));
        let text = reason.and_then(|reason| text_of(reason));
        return Ok(cx.char_list(text.unwrap_or("Unspecified error")));
    }
    let place = usize::try_from(FIRST_TEXT - number).ok();
    let text = place.and_then(entry::loader_text);
    Ok(cx.char_list(text.as_deref().unwrap_or("Unknown dlload error")))
}

/// `monitor(driver, {Name, loaded | unloaded | unloaded_only})`: what is known already is told at once.
fn monitor_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if cx.arg(0).as_atom() != Some(known::DRIVER) {
        return Err(Raise::Badarg);
    }
    let [given, event] = cx.arg(1).as_tuple_of::<2>().ok_or(Raise::Badarg)?;
    let driver = driver_name(given)?;
    let part = match event.as_atom().map(Atom::text) {
        Some("loaded") => Part::AwaitLoad,
        Some("unloaded") => Part::AwaitUnload,
        Some("unloaded_only") => Part::AwaitUnloadOnly,
        _ => return Err(Raise::Badarg),
    };
    list::watch_exits();
    let process = cx.process().number;
    let list = list::lock();
    let linked = is_linked_in(cx, &driver) || list.is_added(&driver);
    let state = list.named(&driver, |record| match record.status {
        Status::Permanent => Err((known::UP, "permanent")),
        Status::Ok if part == Part::AwaitLoad => Err((known::UP, "loaded")),
        Status::Unload | Status::ForceUnload if part == Part::AwaitLoad => {
            Err((known::DOWN, "load_cancelled"))
        }
        _ => Ok(record.add_waiter(process, part)),
    });
    let (tag, state) = match state {
        Some(Ok(reference)) => return Ok(cx.reference(reference)),
        Some(Err(told)) => told,
        None if linked => (known::UP, "permanent"),
        None => (known::DOWN, "unloaded"),
    };
    drop(list);
    let reference = cx.make_reference();
    let message = Message::build(|builder| {
        let reference = oxbeam_vm::term::copy::copy(reference, builder);
        let given = oxbeam_vm::term::copy::copy(given, builder);
        builder.tuple(&[
            Term::atom(tag),
            reference,
            Term::atom(known::DRIVER),
            given,
            name(state),
        ])
    });
    // The caller takes messages as long as it runs.
    let _ = signal::push(cx.process(), Signal::Message(message));
    Ok(reference)
}

/// `demonitor(Reference)`
fn demonitor_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let reference = cx.arg(0).as_reference().ok_or(Raise::Badarg)?;
    list::demonitor(cx.process().number, reference.numbers());
    Ok(Term::TRUE)
}
