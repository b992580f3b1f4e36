//! Loading code: what `init`, `erl_prim_loader`, `code_server` and `erts_code_purger` call. Follows the module `erlang` and
//! `beam_bif_load.c` for what the unexported functions give.

use crate::literal_area::check_caller;
use oxbeam_vm::code::load::{PrepareError, decode_chunk};
use oxbeam_vm::code::{FinishError, Finished, Module};
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::signal::{self, Signal};
use parking_lot::Mutex;
use std::ptr;
use std::sync::Arc;

natives! { NATIVES: "erlang";
    "finish_loading" / 1 Plain => finish_loading_1;
    "has_prepared_code_on_load" / 1 Plain => has_prepared_code_on_load_1;
    "call_on_load_function" / 1 Plain => call_on_load_function_1;
    "finish_after_on_load" / 2 Plain => finish_after_on_load_2;
    "delete_module" / 1 Plain => delete_module_1;
    "check_old_code" / 1 Plain => check_old_code_1;
    "module_loaded" / 1 Plain => module_loaded_1;
    "loaded" / 0 Plain => loaded_0;
    "pre_loaded" / 0 Plain => pre_loaded_0;
    "get_module_info" / 1 Plain => get_module_info_1;
    "get_module_info" / 2 Plain => get_module_info_2;
    "function_exported" / 3 Plain => function_exported_3;
    "is_builtin" / 3 Plain => is_builtin_3;
}

natives! { INTERNAL: "erts_internal";
    "prepare_loading" / 2 Plain => prepare_loading_2;
    "beamfile_chunk" / 2 Plain => beamfile_chunk_2;
    "beamfile_module_md5" / 1 Plain => beamfile_module_md5_1;
    "purge_module" / 2 Plain => purge_module_2;
}

/// Code that was prepared and waits to be committed, behind a magic reference. Taken once.
struct Prepared(Mutex<Option<Arc<Module>>>);

/// `prepare_loading(Module, Code)`: a reference to the prepared code, or `{error, badfile}`.
fn prepare_loading_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    let bytes = cx.arg(1).as_binary().ok_or(Raise::Badarg)?;
    let prepared = cx.machine().code.prepare(&bytes).and_then(|module| {
        if module.name == name {
            Ok(module)
        } else {
            Err(PrepareError::WrongModule(module.name.text().to_owned()))
        }
    });
    match prepared {
        Ok(module) => {
            cx.bump_reductions(module.functions.len() * 4);
            Ok(cx.make_magic(Box::new(Prepared(Mutex::new(Some(module))))))
        }
        Err(error) => {
            oxbeam_vm::logger::error(&format!("Loading of {} failed: {error}", name.text()));
            Ok(cx.tuple(&[Term::atom(known::ERROR), Term::atom(known::BADFILE)]))
        }
    }
}

/// What is about to be committed, which others can't commit meanwhile. What has not been goes back.
struct Taken<'p>(Vec<(&'p Prepared, Arc<Module>)>);

impl<'p> Taken<'p> {
    fn take(&mut self, prepared: &'p Prepared) -> Result<(), Raise> {
        let again = self.0.iter().find(|(other, _)| ptr::eq(*other, prepared));
        let module = match again {
            Some((_, module)) => Arc::clone(module),
            None => prepared.0.lock().take().ok_or(Raise::Badarg)?,
        };
        self.0.push((prepared, module));
        Ok(())
    }
    fn modules(&self) -> Vec<Arc<Module>> {
        let modules = self.0.iter().map(|(_, module)| Arc::clone(module));
        modules.collect()
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        for (prepared, module) in self.0.drain(..) {
            *prepared.0.lock() = Some(module);
        }
    }
}

fn prepared<'p>(term: Term<'p>) -> Result<&'p Prepared, Raise> {
    term.as_reference()
        .and_then(|reference| reference.magic_value::<Prepared>())
        .ok_or(Raise::Badarg)
}

fn has_prepared_code_on_load_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let prepared = prepared(cx.arg(0))?.0.lock();
    let module = prepared.as_ref().ok_or(Raise::Badarg)?;
    Ok(Term::boolean(module.on_load.is_some()))
}

/// `finish_loading(Prepared)`: `ok`, or `{Reason, Modules}`.
fn finish_loading_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let list = cx.arg(0).proper_list().ok_or(Raise::Badarg)?;
    let mut taken = Taken(Vec::with_capacity(list.len()));
    for element in list {
        taken.take(prepared(element)?)?;
    }
    let modules = taken.modules();
    if modules.len() > 1 && modules.iter().any(|module| module.on_load.is_some()) {
        return Err(Raise::SystemLimit);
    }
    let result = match cx.machine().code.finish(modules) {
        Ok(finished) => {
            taken.0.clear();
            match finished {
                Finished::Current => return Ok(Term::atom(known::OK)),
                Finished::OnLoad(name) => (known::ON_LOAD, vec![name]),
            }
        }
        Err(FinishError::Duplicated(names)) => (Atom::of("duplicated"), names),
        Err(FinishError::NotPurged(names)) => (known::NOT_PURGED, names),
    };
    let names = cx.list(result.1.into_iter().map(Term::atom).collect::<Vec<_>>());
    Ok(cx.tuple(&[Term::atom(result.0), names]))
}

fn call_on_load_function_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    let export = cx
        .machine()
        .code
        .on_load_export(name)
        .ok_or(Raise::Badarg)?;
    Err(cx.trap(export, &[]))
}

fn finish_after_on_load_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    let keep = cx.arg(1).as_boolean().ok_or(Raise::Badarg)?;
    if cx.machine().code.finish_on_load(name, keep) {
        Ok(Term::TRUE)
    } else {
        Err(Raise::Badarg)
    }
}

fn delete_module_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    match cx.machine().code.delete(name) {
        None => Ok(Term::atom(known::UNDEFINED)),
        Some(true) => Ok(Term::TRUE),
        Some(false) => {
            oxbeam_vm::logger::error(&format!(
                "Module {} must be purged before deleting\n",
                name.text()
            ));
            Err(Raise::Badarg)
        }
    }
}

fn check_old_code_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    Ok(Term::boolean(
        cx.machine().code.versions(name).old.is_some(),
    ))
}

fn module_loaded_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    Ok(Term::boolean(cx.machine().code.current(name).is_some()))
}

fn loaded_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let names: Vec<Term<'p>> = cx
        .machine()
        .code
        .loaded()
        .into_iter()
        .map(Term::atom)
        .collect();
    Ok(cx.list(names))
}

fn pre_loaded_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let names: Vec<Term<'p>> = cx
        .machine()
        .code
        .preloaded()
        .iter()
        .map(|&name| Term::atom(name))
        .collect();
    Ok(cx.list(names))
}

const INFO_KEYS: [&str; 6] = [
    "module",
    "exports",
    "attributes",
    "compile",
    "native",
    "md5",
];

fn get_module_info_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    let module = cx.machine().code.current(name).ok_or(Raise::Badarg)?;
    let mut pairs = Vec::new();
    for key in INFO_KEYS {
        if key == "native" {
            continue;
        }
        let value = module_info(cx, &module, key)?;
        pairs.push(cx.tuple(&[Term::atom(Atom::of(key)), value]));
    }
    Ok(cx.list(pairs))
}

fn get_module_info_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    let key = cx.arg(1).as_atom().ok_or(Raise::Badarg)?;
    let module = cx.machine().code.current(name).ok_or(Raise::Badarg)?;
    module_info(cx, &module, key.text())
}

fn module_info<'p>(cx: &mut Cx<'p>, module: &Module, key: &str) -> NativeResult<'p> {
    match key {
        "module" => Ok(Term::atom(module.name)),
        "md5" => Ok(cx.binary(&module.md5)),
        "native" => Ok(Term::FALSE),
        "exports" => {
            let mut list = Term::NIL;
            for (export, _) in &module.exports {
                let pair = cx.tuple(&[
                    Term::atom(export.function()),
                    Term::small(i64::from(export.arity())),
                ]);
                list = cx.cons(pair, list);
            }
            Ok(list)
        }
        "functions" => {
            let mut list = Term::NIL;
            for function in module.functions.iter().rev() {
                let pair = cx.tuple(&[
                    Term::atom(function.name),
                    Term::small(i64::from(function.arity)),
                ]);
                list = cx.cons(pair, list);
            }
            Ok(list)
        }
        "nifs" => {
            let nifs = module.nifs.lock().clone();
            let mut list = Term::NIL;
            for (name, arity) in nifs {
                let pair = cx.tuple(&[Term::atom(name), Term::small(i64::from(arity))]);
                list = cx.cons(pair, list);
            }
            Ok(list)
        }
        "attributes" => Ok(chunk_term(cx, module.attributes.as_deref())),
        "compile" => Ok(chunk_term(cx, module.compile_info.as_deref())),
        "native_addresses" => Ok(Term::NIL),
        _ => Err(Raise::Badarg),
    }
}

fn chunk_term<'p>(cx: &mut Cx<'p>, bytes: Option<&[u8]>) -> Term<'p> {
    let code = &cx.machine().code;
    bytes
        .and_then(|bytes| decode_chunk(code, bytes, cx.builder()))
        .unwrap_or(Term::NIL)
}

fn mfa(cx: &Cx<'_>) -> Result<(Atom, Atom, i64), Raise> {
    let module = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    let function = cx.arg(1).as_atom().ok_or(Raise::Badarg)?;
    let arity = cx.arg(2).as_small().ok_or(Raise::Badarg)?;
    Ok((module, function, arity))
}

fn function_exported_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (module, function, arity) = mfa(cx)?;
    let code = &cx.machine().code;
    let arity = u32::try_from(arity).unwrap_or(u32::MAX);
    Ok(Term::boolean(
        code.find_export(module, function, arity)
            .is_some_and(|export| code.has_code(export)),
    ))
}

fn is_builtin_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (module, function, arity) = mfa(cx)?;
    let arity = u32::try_from(arity).unwrap_or(u32::MAX);
    let native = cx.machine().code.native(module, function, arity);
    Ok(Term::boolean(native.is_some_and(|native| {
        !super::system::info::is_ours(native.module, native.function, native.arity)
    })))
}

/// `beamfile_chunk(Bin, Chunk)`: the chunk's data, or `undefined`.
fn beamfile_chunk_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let bytes = cx.arg(0).as_binary().ok_or(Raise::Badarg)?;
    let id = cx.arg(1).proper_list().ok_or(Raise::Badarg)?;
    let id: Vec<u8> = id
        .into_iter()
        .filter_map(|byte| byte.as_small().and_then(|byte| u8::try_from(byte).ok()))
        .collect();
    let id: [u8; 4] = id.try_into().map_err(|_| Raise::Badarg)?;
    match oxbeam_loader::chunk(&bytes, id) {
        Ok(Some(data)) => Ok(cx.binary(&data)),
        _ => Ok(Term::atom(known::UNDEFINED)),
    }
}

fn beamfile_module_md5_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let bytes = cx.arg(0).as_binary().ok_or(Raise::Badarg)?;
    match oxbeam_loader::load(&bytes) {
        Ok(file) => Ok(cx.binary(&file.md5)),
        Err(_) => Ok(Term::atom(known::UNDEFINED)),
    }
}

/// `purge_module(Module, prepare | prepare_on_load | abort | complete)`
fn purge_module_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    check_caller(cx, "erts_code_purger")?;
    let name = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    let step = cx.arg(1).as_atom().ok_or(Raise::Badarg)?;
    let machine = cx.machine();
    let begin = |on_load| {
        let begun = machine
            .scheduler
            .blocked(|| machine.code.begin_purge(name, on_load));
        begun.map(Term::boolean).map_err(|_| Raise::Badarg)
    };
    let (done, waiting) = match step.text() {
        "prepare" if machine.code.versions(name).old.is_none() => return Ok(Term::FALSE),
        "prepare" => return begin(false),
        "prepare_on_load" => return begin(true),
        "abort" => (Term::FALSE, machine.code.abort_purge(name)),
        "complete" => (Term::TRUE, machine.code.complete_purge(name)),
        _ => return Err(Raise::Badarg),
    };
    for number in waiting.map_err(|_| Raise::Badarg)? {
        // Who is gone waits no longer.
        let _ = signal::deliver(number, Signal::Resume);
    }
    Ok(done)
}
