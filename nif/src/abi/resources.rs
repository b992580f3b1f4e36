//! Resources, the processes that they watch, and the descriptors that are looked at for them.

use super::abi;
use crate::env::{Env, Name, Raw, term};
use crate::resource::{
    self, Callbacks, Destructor, Down, Dynamic, Monitor, Resource, Stop, Type, Unwatched,
};
use crate::select;
use oxbeam_term::Term;
use oxbeam_term::binary::refc::SharedBytes;
use std::ffi::{CStr, c_char, c_int, c_uchar, c_void};
use std::ptr;

/// `ErlNifResourceTypeInit`
#[repr(C)]
pub(super) struct Init {
    destructor: Option<Destructor>,
    stop: Option<Stop>,
    down: Option<Down>,
    members: c_int,
    dynamic: Option<Dynamic>,
}

/// Opens a type, and says which of the flags was followed.
///
/// # Safety
/// Of a call of the library's `load` or `upgrade`.
unsafe fn open(
    env: *mut Env,
    name: *const c_char,
    callbacks: Callbacks,
    flags: c_int,
    tried: *mut c_int,
) -> *const Type {
    // SAFETY: the caller's promise; the name is a C text.
    let opened = unsafe {
        let name = CStr::from_ptr(name).to_string_lossy();
        (*env)
            .instance()
            .and_then(|instance| resource::open(instance, &name, callbacks, flags))
    };
    if !tried.is_null() {
        let done = opened.map_or(flags, |(_, done)| done);
        // SAFETY: the library's place for it.
        unsafe { tried.write(done) };
    }
    opened.map_or(ptr::null(), |(type_, _)| ptr::from_ref(type_))
}

/// The resource of a reference.
fn resource_of<'e>(of: Term<'e>) -> Option<&'e Resource> {
    of.as_reference()?.magic_value::<Resource>()
}

abi! {
    fn enif_open_resource_type(env: *mut Env, module: *const c_char, name: *const c_char, destructor: Option<Destructor>, flags: c_int, tried: *mut c_int) -> *const Type {
        if !module.is_null() {
            // Of another module's there is nothing to open.
            return ptr::null();
        }
        let callbacks = Callbacks { destructor, ..Callbacks::default() };
        open(env, name, callbacks, flags, tried)
    }
    fn enif_open_resource_type_x(env: *mut Env, name: *const c_char, init: *const Init, flags: c_int, tried: *mut c_int) -> *const Type {
        let init = &*init;
        let callbacks = Callbacks { destructor: init.destructor, stop: init.stop, down: init.down, dynamic: None };
        open(env, name, callbacks, flags, tried)
    }
    fn enif_init_resource_type(env: *mut Env, name: *const c_char, init: *const Init, flags: c_int, tried: *mut c_int) -> *const Type {
        let init = &*init;
        let has = |place: c_int| init.members > place;
        let callbacks = Callbacks {
            destructor: init.destructor.filter(|_| has(0)),
            stop: init.stop.filter(|_| has(1)),
            down: init.down.filter(|_| has(2)),
            dynamic: init.dynamic.filter(|_| has(3)),
        };
        open(env, name, callbacks, flags, tried)
    }
    fn enif_alloc_resource(type_: *const Type, size: usize) -> *mut c_void {
        resource::allocate(&*type_, size)
    }
    fn enif_keep_resource(object: *mut c_void) {
        resource::keep(object);
    }
    fn enif_release_resource(object: *mut c_void) {
        resource::release(object);
    }
    fn enif_sizeof_resource(object: *mut c_void) -> usize {
        resource::size(object)
    }
    fn enif_make_resource(env: *mut Env, object: *mut c_void) -> Raw {
        let (numbers, magic) = resource::counted(object);
        (*env).builder().magic_reference(numbers, magic).word().0
    }
    /// The bytes are not copied: the binary keeps the resource, which keeps them.
    fn enif_make_resource_binary(env: *mut Env, object: *mut c_void, data: *const c_uchar, size: usize) -> Raw {
        let (_, magic) = resource::counted(object);
        (*env).builder().shared_binary(SharedBytes::outside(data, size, magic)).word().0
    }
    fn enif_get_resource(_env: *mut Env, raw: Raw, type_: *const Type, place: *mut *mut c_void) -> c_int {
        match resource_of(term(raw)).filter(|resource| ptr::eq(resource.type_, type_)) {
            Some(resource) => {
                place.write(resource.object());
                1
            }
            None => 0,
        }
    }
    /// Not 0 if there is no such resource, or its type takes no calls.
    fn enif_dynamic_resource_call(_env: *mut Env, module: Raw, name: Raw, raw: Raw, data: *mut c_void) -> c_int {
        let (Some(module), Some(name)) = (term(module).as_atom(), term(name).as_atom()) else { return 1 };
        let Some(resource) = resource_of(term(raw)).filter(|resource| resource.type_.is(module, name.text())) else { return 1 };
        let (callbacks, instance) = resource.type_.callbacks();
        let Some(dynamic) = callbacks.dynamic else { return 1 };
        let mut env = Env::alone(instance);
        dynamic(&raw mut env, resource.object(), data);
        0
    }
    /// 0: it is watched; less: the resource's type does not want to be told; more: there is no such process.
    fn enif_monitor_process(_env: *mut Env, object: *mut c_void, pid: *const Name, place: *mut Monitor) -> c_int {
        match resource::watch(object, term((*pid).term).as_local_pid()) {
            Ok(monitor) => {
                if !place.is_null() {
                    place.write(monitor);
                }
                0
            }
            Err(Unwatched::NoCallback) => -1,
            Err(Unwatched::NoProcess) => 1,
        }
    }
    /// 0: it is watched no longer; else it was not.
    fn enif_demonitor_process(_env: *mut Env, object: *mut c_void, monitor: *const Monitor) -> c_int {
        (!resource::unwatch(object, (*monitor).numbers())).into()
    }
    /// 0 if they are the same; else as they are ordered.
    fn enif_compare_monitors(one: *const Monitor, other: *const Monitor) -> c_int {
        (*one).numbers().cmp(&(*other).numbers()) as c_int
    }
    fn enif_make_monitor_term(env: *mut Env, monitor: *const Monitor) -> Raw {
        (*env).builder().reference((*monitor).numbers()).word().0
    }
    fn enif_select(env: *mut Env, descriptor: c_int, mode: c_int, object: *mut c_void, pid: *const Name, reference: Raw) -> c_int {
        select::select(env, descriptor, mode, object, pid, reference, ptr::null_mut())
    }
    fn enif_select_x(env: *mut Env, descriptor: c_int, mode: c_int, object: *mut c_void, pid: *const Name, message: Raw, message_env: *mut Env) -> c_int {
        select::select(env, descriptor, mode, object, pid, message, message_env)
    }
}
