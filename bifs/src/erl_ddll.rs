//! Module `erl_ddll`: drivers. Those that belong to the machine are linked in; C libraries can't be loaded by this version, which answers
//! as where the library's file can't be opened. Follows `erl_bif_ddll.c`.

use oxbeam_vm::native::prelude::*;
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

/// A driver's name: an atom or a string.
fn driver_name(term: Term<'_>) -> Result<String, Raise> {
    let text = match term.view() {
        View::Atom(_) | View::Nil | View::Cons(_) => crate::text::text_of(term),
        _ => None,
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
    let mut names = Vec::new();
    for driver in drivers(cx.machine().release.number) {
        names.push(cx.char_list(driver));
    }
    let names = cx.list(names);
    Ok(cx.tuple(&[Term::atom(known::OK), names]))
}

/// `try_load(Path, Name, Options)`
fn try_load_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    driver_name(cx.arg(0)).or_else(|raise| {
        if cx.arg(0).is_binary() {
            Ok(String::new())
        } else {
            Err(raise)
        }
    })?;
    let driver = driver_name(cx.arg(1))?;
    for option in cx.arg(2).proper_list().ok_or(Raise::Badarg)? {
        let [key, value] = option.as_tuple_of::<2>().ok_or(Raise::Badarg)?;
        match (
            key.as_atom().map(Atom::text),
            value.as_atom().map(Atom::text),
        ) {
            (Some("driver_options"), _) => {
                for flag in value.proper_list().ok_or(Raise::Badarg)? {
                    if flag.as_atom().map(Atom::text) != Some("kill_ports") {
                        return Err(Raise::Badarg);
                    }
                }
            }
            (Some("monitor"), Some("pending_driver" | "pending"))
            | (Some("reload"), Some("pending_driver" | "pending")) => {}
            _ => return Err(Raise::Badarg),
        }
    }
    if is_linked_in(cx, &driver) {
        return error(cx, name("linked_in_driver"));
    }
    // As the dynamic linker's «can't open».
    let reason = cx.tuple(&[name("open_error"), Term::small(OPEN_ERROR)]);
    error(cx, reason)
}

/// Number of the dynamic linker's error in OTP.
const OPEN_ERROR: i64 = -10;

/// `try_unload(Name, Options)`
fn try_unload_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let driver = driver_name(cx.arg(0))?;
    for option in cx.arg(1).proper_list().ok_or(Raise::Badarg)? {
        if option.as_atom().map(Atom::text) == Some("kill_ports") {
            continue;
        }
        let [key, value] = option.as_tuple_of::<2>().ok_or(Raise::Badarg)?;
        match (
            key.as_atom().map(Atom::text),
            value.as_atom().map(Atom::text),
        ) {
            (Some("monitor"), Some("pending_driver" | "pending")) => {}
            _ => return Err(Raise::Badarg),
        }
    }
    let reason = if is_linked_in(cx, &driver) {
        "linked_in_driver"
    } else {
        "not_loaded"
    };
    error(cx, name(reason))
}

/// `info(Name, Item)`, of a driver that is there.
fn info_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let driver = driver_name(cx.arg(0))?;
    let item = cx.arg(1).as_atom().ok_or(Raise::Badarg)?;
    if !is_linked_in(cx, &driver) {
        return Err(Raise::Badarg);
    }
    match item.text() {
        "linked_in_driver" => Ok(Term::TRUE),
        "permanent" => Ok(Term::FALSE),
        "processes" | "driver_options" | "port_count" | "awaiting_load" | "awaiting_unload" => {
            Ok(name("linked_in_driver"))
        }
        _ => Err(Raise::Badarg),
    }
}

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
    ("bad_driver_name", "Bad driver name"),
    (
        "driver_incorrect_version",
        "Driver compiled with incorrect version of erl_driver.h",
    ),
    ("no_error", "No error"),
];

fn format_error_int_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    match cx.arg(0).view() {
        View::Atom(reason) => {
            let row = TEXTS
                .iter()
                .find(|row| row.0 == reason.text())
                .ok_or(Raise::Badarg)?;
            Ok(cx.char_list(row.1))
        }
        View::Tuple(_) => {
            let [tag, code] = cx.arg(0).as_tuple_of::<2>().ok_or(Raise::Badarg)?;
            let known_tag = matches!(tag.as_atom().map(Atom::text), Some("open_error" | "error"));
            if known_tag && code.as_small() == Some(OPEN_ERROR) {
                Ok(cx.char_list("C drivers can't be loaded by this version of Oxbeam"))
            } else {
                Err(Raise::Badarg)
            }
        }
        _ => Err(Raise::Badarg),
    }
}

/// `monitor(driver, {Name, loaded | unloaded | unloaded_only})`: what there is to tell is known at once.
fn monitor_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if cx.arg(0).as_atom() != Some(known::DRIVER) {
        return Err(Raise::Badarg);
    }
    let [driver, event] = cx.arg(1).as_tuple_of::<2>().ok_or(Raise::Badarg)?;
    let text = driver_name(driver)?;
    match event.as_atom().map(Atom::text) {
        Some("loaded" | "unloaded" | "unloaded_only") => {}
        _ => return Err(Raise::Badarg),
    }
    let (tag, state) = if is_linked_in(cx, &text) {
        (known::UP, name("permanent"))
    } else {
        (known::DOWN, name("unloaded"))
    };
    let named = Atom::new(&text).map_err(|_| Raise::SystemLimit)?;
    let reference = cx.make_reference();
    let message = Message::build(|builder| {
        let reference = oxbeam_vm::term::copy::copy(reference, builder);
        let driver = Term::atom(named);
        builder.tuple(&[
            Term::atom(tag),
            reference,
            Term::atom(known::DRIVER),
            driver,
            state,
        ])
    });
    // The caller takes messages as long as it runs.
    let _ = signal::push(cx.process(), Signal::Message(message));
    Ok(reference)
}

/// Whatever was monitored has been told of already.
fn demonitor_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if cx.arg(0).as_reference().is_some() {
        Ok(Term::TRUE)
    } else {
        Err(Raise::Badarg)
    }
}
