//! Funs.

use oxbeam_term::boxed::fun::FunKind;
use oxbeam_term::rules::rules;
use oxbeam_vm::native::prelude::*;
use std::sync::atomic::Ordering;

natives! { NATIVES: "erlang";
    "fun_info" / 2 Plain => fun_info_2;
    "fun_info_mfa" / 1 Plain => fun_info_mfa_1;
    "fun_to_list" / 1 Plain => fun_to_list_1;
    "make_fun" / 3 Plain => make_fun_3;
}

/// `fun_info(Fun, Item)`: `{Item, Value}`.
fn fun_info_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let fun = cx.arg(0).as_fun().ok_or(Raise::Badarg)?;
    let item = cx.arg(1).as_atom().ok_or(Raise::Badarg)?;
    let undefined = Term::atom(known::UNDEFINED);
    let value = match (fun.kind(), item.text()) {
        (FunKind::Local { .. }, "type") => Term::atom(known::LOCAL),
        (FunKind::Local { creator, .. }, "pid") if rules().fun_creators => creator,
        (FunKind::Local { .. }, "pid") => Term::local_pid(0),
        (FunKind::Local { entry, .. }, "module") => Term::atom(entry.module),
        // Only the code of a fun knows its name.
        (FunKind::Local { entry, .. }, "name") if entry.address.load(Ordering::Acquire) == 0 => {
            Term::NIL
        }
        (FunKind::Local { entry, .. }, "name") => Term::atom(entry.function),
        (FunKind::Local { entry, .. }, "new_index") => Term::small(i64::from(entry.index)),
        (FunKind::Local { entry, .. }, "new_uniq") => cx.binary(&entry.uniq),
        (FunKind::Local { entry, .. }, "index") => Term::small(i64::from(entry.old_index)),
        (FunKind::Local { entry, .. }, "uniq") => Term::small(i64::from(entry.old_uniq)),
        (FunKind::Local { free, .. }, "env") => cx.list(free.iter().copied()),
        (FunKind::External(_), "type") => Term::atom(known::EXTERNAL),
        (FunKind::External(export), "module") => Term::atom(export.module()),
        (FunKind::External(export), "name") => Term::atom(export.function()),
        (FunKind::External(_), "env") => Term::NIL,
        (FunKind::External(_), "pid" | "new_index" | "new_uniq" | "index" | "uniq") => undefined,
        // Nobody counts there any more.
        (FunKind::Local { .. }, "refc") if cx.machine().release.number >= 29 => Term::small(1),
        (FunKind::Local { entry, .. }, "refc") => {
            Term::small(oxbeam_vm::fun_count::references(entry) as i64)
        }
        (FunKind::External(_), "refc") => undefined,
        (_, "arity") => Term::small(i64::from(fun.arity())),
        _ => return Err(Raise::Badarg),
    };
    Ok(cx.tuple(&[Term::atom(item), value]))
}

/// `fun_info_mfa(Fun)`: `{Module, Name, Arity}`.
fn fun_info_mfa_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let fun = cx.arg(0).as_fun().ok_or(Raise::Badarg)?;
    let (module, name) = match fun.kind() {
        FunKind::Local { entry, .. } => (entry.module, entry.function),
        FunKind::External(export) => (export.module(), export.function()),
    };
    Ok(cx.tuple(&[
        Term::atom(module),
        Term::atom(name),
        Term::small(i64::from(fun.arity())),
    ]))
}

fn fun_to_list_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let fun = cx.arg(0).as_fun().ok_or(Raise::Badarg)?;
    let text = oxbeam_term::print::fun_to_text(fun);
    Ok(cx.char_list(&text))
}

/// `make_fun(Module, Function, Arity)`
fn make_fun_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let module = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    let function = cx.arg(1).as_atom().ok_or(Raise::Badarg)?;
    let arity = cx
        .arg(2)
        .as_small()
        .filter(|arity| (0..=255).contains(arity))
        .ok_or(Raise::Badarg)?;
    let export = cx.machine().code.export(module, function, arity as u32);
    Ok(cx.external_fun(export))
}
