//! Loading, upgrading and unloading libraries, and calling their functions. Follows `erlang:load_nif/2` and the chapter of erl_nif.

use crate::env::{Env, Function, Pending, Raw, Scheduled, term};
use crate::resource::{self, Opened};
use oxbeam_term::atom::known;
use oxbeam_vm::code::Module;
use oxbeam_vm::file_name::{self, Atoms};
use oxbeam_vm::halt;
use oxbeam_vm::machine::machine;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::sched::Errand;
use parking_lot::Mutex;
use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_void};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Once, OnceLock, Weak};
use std::time::{Duration, Instant};

/// Version of `erl_nif.h` that libraries may have been made with.
const MAJOR: c_int = 2;
const MINOR_OF_FLAGS: c_int = 7;
const MINOR_25: c_int = 16;
const MINOR_27: c_int = 17;
const MINOR_29: c_int = 18;
const VARIANT: &str = "beam.vanilla";

/// `ErlNifFunc`
#[derive(Copy, Clone)]
#[repr(C)]
struct FunctionRow {
    name: *const c_char,
    arity: c_uint,
    function: Function,
    flags: c_uint,
}

/// What libraries before version 2.7 have in its place.
#[derive(Copy, Clone)]
#[repr(C)]
struct OldRow {
    name: *const c_char,
    arity: c_uint,
    function: Function,
}

/// `ErlNifEntry`
#[repr(C)]
struct Entry {
    major: c_int,
    minor: c_int,
    name: *const c_char,
    count: c_int,
    functions: *const FunctionRow,
    load: Option<unsafe extern "C" fn(*mut Env, *mut *mut c_void, Raw) -> c_int>,
    reload: Option<unsafe extern "C" fn(*mut Env, *mut *mut c_void, Raw) -> c_int>,
    upgrade:
        Option<unsafe extern "C" fn(*mut Env, *mut *mut c_void, *mut *mut c_void, Raw) -> c_int>,
    unload: Option<unsafe extern "C" fn(*mut Env, *mut c_void)>,
    variant: *const c_char,
    options: c_uint,
    resource_init_size: usize,
    min_erts: *const c_char,
}

/// The reason when the system can't open a library.
const LOAD_FAILED: &str = "load_failed";

const DIRTY_CPU: c_uint = 1;
const DIRTY_IO: c_uint = 2;

/// A library's handle of the system.
pub(crate) struct Handle(*mut c_void);

// SAFETY: the system's loader may be called by any thread.
unsafe impl Send for Handle {}
// SAFETY: as above.
unsafe impl Sync for Handle {}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: nothing refers to the library's code any more.
        unsafe { libc::dlclose(self.0) };
    }
}

impl Handle {
    /// Opens a library, or says why it can't.
    pub(crate) fn open(file: &CStr) -> Result<Handle, String> {
        // SAFETY: a library that the user has named; its initialisers run.
        let handle = unsafe { libc::dlopen(file.as_ptr(), libc::RTLD_NOW) };
        if handle.is_null() {
            return Err(loader_error());
        }
        Ok(Handle(handle))
    }
    /// What has this name in the library.
    pub(crate) fn symbol(&self, name: &CStr) -> Option<NonNull<c_void>> {
        // SAFETY: the library is open.
        NonNull::new(unsafe { libc::dlsym(self.0, name.as_ptr()) })
    }
}

/// What the system's loader says of its last failure.
fn loader_error() -> String {
    // SAFETY: the text belongs to the loader until the thread's next call of it.
    unsafe {
        let text = libc::dlerror();
        if text.is_null() {
            return String::new();
        }
        CStr::from_ptr(text).to_string_lossy().into_owned()
    }
}

/// A library as a version of a module has loaded it. While somebody has one, its code is there.
pub(crate) struct Instance {
    module: Atom,
    entry: *const Entry,
    private: AtomicPtr<c_void>,
    /// Its `load` or `upgrade` runs.
    loading: AtomicBool,
    /// The machine's end waits for its calls.
    delays: AtomicBool,
    /// It is told of the machine's end.
    is_told: AtomicBool,
    /// Each scheduler calls this before it is unloaded.
    on_unload: OnceLock<OnThread>,
    /// Resource types that it opens while it is loaded.
    pub(crate) opened: Mutex<Vec<Opened>>,
    _handle: Handle,
}

// SAFETY: the entry never changes and lives as long as the handle.
unsafe impl Send for Instance {}
// SAFETY: as above.
unsafe impl Sync for Instance {}

/// `ErlNifOption`
const DELAY_HALT: c_int = 1;
const ON_HALT: c_int = 2;
const ON_UNLOAD_THREAD: c_int = 3;

/// Is called with the library's private data.
type OnThread = unsafe extern "C" fn(*mut c_void);

/// Libraries that want to be told of the machine's end.
static ENDINGS: Mutex<Vec<(OnThread, Weak<Instance>)>> = Mutex::new(Vec::new());

/// Calls under way of libraries that the machine's end waits for.
static DELAYING: AtomicUsize = AtomicUsize::new(0);

fn tell_end(_status: i32) {
    for (callback, instance) in std::mem::take(&mut *ENDINGS.lock()) {
        if let Some(instance) = instance.upgrade() {
            // SAFETY: the library's function.
            unsafe { callback(instance.private()) };
        }
    }
}

/// Waits for calls under way, until `deadline`.
fn await_calls(deadline: Option<Instant>) {
    while DELAYING.load(Ordering::Acquire) > 0
        && deadline.is_none_or(|deadline| Instant::now() < deadline)
    {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// A call under way that the machine's end waits for.
struct Delay;

impl Delay {
    fn of(instance: &Instance) -> Option<Delay> {
        instance.delays.load(Ordering::Relaxed).then(|| {
            DELAYING.fetch_add(1, Ordering::AcqRel);
            Delay
        })
    }
}

impl Drop for Delay {
    fn drop(&mut self) {
        DELAYING.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Instance {
    /// `enif_set_option`: 0 if it is done. Options are set once, while the library is loaded.
    pub(crate) fn set_option(self: &Arc<Instance>, option: c_int, callback: *mut c_void) -> c_int {
        static HOOKS: Once = Once::new();
        HOOKS.call_once(|| {
            machine().on_halt(tell_end);
            halt::on_flush(await_calls);
        });
        if !self.loading.load(Ordering::Acquire) {
            return libc::EINVAL;
        }
        // SAFETY: what the options but the first ask for.
        let callback = (!callback.is_null())
            .then(|| unsafe { std::mem::transmute::<*mut c_void, OnThread>(callback) });
        match (option, callback) {
            (DELAY_HALT, _) if !self.delays.swap(true, Ordering::AcqRel) => 0,
            (ON_HALT, Some(callback)) if !self.is_told.swap(true, Ordering::AcqRel) => {
                ENDINGS.lock().push((callback, Arc::downgrade(self)));
                0
            }
            (ON_UNLOAD_THREAD, Some(callback)) if minor() >= MINOR_27 => {
                match self.on_unload.set(callback) {
                    Ok(()) => 0,
                    Err(_) => libc::EINVAL,
                }
            }
            _ => libc::EINVAL,
        }
    }
    pub(crate) fn module(&self) -> Atom {
        self.module
    }
    pub(crate) fn private(&self) -> *mut c_void {
        self.private.load(Ordering::Acquire)
    }
    fn entry(&self) -> &Entry {
        // SAFETY: as long as the handle.
        unsafe { &*self.entry }
    }
    fn rows(&self) -> Vec<FunctionRow> {
        let entry = self.entry();
        let count = usize::try_from(entry.count).unwrap_or(0);
        let row = |index: usize| {
            // SAFETY: the library says so many, and of which version they are.
            unsafe {
                if entry.minor >= MINOR_OF_FLAGS {
                    return *entry.functions.add(index);
                }
                let old = *entry.functions.cast::<OldRow>().add(index);
                FunctionRow {
                    name: old.name,
                    arity: old.arity,
                    function: old.function,
                    flags: 0,
                }
            }
        };
        (0..count).map(row).collect()
    }
    /// One of its functions.
    pub(crate) fn function(&self, name: &str, arity: u32) -> Option<Function> {
        self.rows()
            .iter()
            // SAFETY: the library's own text.
            .find(|row| row.arity == arity && unsafe { text(row.name) } == name)
            .map(|row| row.function)
    }
}

/// The library that the module's current version has loaded.
pub(crate) fn of_current(module: Atom) -> Option<Arc<Instance>> {
    library_of(&*machine().code.versions(module).current?)
}

/// The library that a version of a module has loaded.
fn library_of(module: &Module) -> Option<Arc<Instance>> {
    let library = module.library.lock();
    let loaded = library.as_ref()?.downcast_ref::<Loaded>()?;
    Some(Arc::clone(&loaded.instance))
}

/// What a version of a module holds: dropped when the version is purged. Its library is unloaded then, or as soon as all schedulers have been told.
struct Loaded {
    instance: Arc<Instance>,
    unloading: Option<Unloading>,
}

/// Takes the library from its module when it is dropped.
struct Unloading {
    instance: Arc<Instance>,
    /// Places of its functions in [`CALLS`].
    calls: Vec<u32>,
}

/// Tells the library that it is unloaded when it is dropped: by its module, or by the last of its types of resources that call it.
pub(crate) struct InUse(Arc<Instance>);

impl Drop for Loaded {
    fn drop(&mut self) {
        let unloading = self.unloading.take();
        if let Some(&callback) = self.instance.on_unload.get() {
            let errand: Errand = Arc::new(move || {
                if let Some(unloading) = &unloading {
                    // SAFETY: the library's function; it is there as long as this.
                    unsafe { callback(unloading.instance.private()) };
                }
            });
            machine().scheduler.on_every_worker(&errand);
        }
    }
}

impl Drop for Unloading {
    fn drop(&mut self) {
        let in_use = Arc::new(InUse(Arc::clone(&self.instance)));
        resource::disown(&self.instance, &in_use);
        drop(in_use);
        for &place in &self.calls {
            free_call(place);
        }
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        let instance = &self.0;
        if let Some(unload) = instance.entry().unload {
            let mut env = Env::alone(Some(Arc::clone(instance)));
            // SAFETY: the library is there.
            unsafe { unload(&raw mut env, instance.private()) };
        }
    }
}

/// A function of a library, as code refers to it.
struct Call {
    name: Atom,
    function: Function,
    instance: Arc<Instance>,
}

/// Functions of all libraries at once, at most; the number of one is part of its code.
const MOST_CALLS: usize = 1 << 16;
static CALLS: [AtomicPtr<Call>; MOST_CALLS] =
    [const { AtomicPtr::new(ptr::null_mut()) }; MOST_CALLS];
/// Where to look for a free place next.
static NEXT_CALL: Mutex<u32> = Mutex::new(1);

/// A place for a function. `None`: there is none.
fn new_call(call: Call) -> Option<u32> {
    let mut next = NEXT_CALL.lock();
    for _ in 1..MOST_CALLS {
        let place = *next;
        *next = if place as usize + 1 == MOST_CALLS {
            1
        } else {
            place + 1
        };
        if CALLS[place as usize].load(Ordering::Acquire).is_null() {
            CALLS[place as usize].store(Box::into_raw(Box::new(call)), Ordering::Release);
            return Some(place);
        }
    }
    None
}

fn free_call(place: u32) {
    let call = CALLS[place as usize].swap(ptr::null_mut(), Ordering::AcqRel);
    if !call.is_null() {
        // SAFETY: made by `new_call`; the code that has its number is being purged, so that nobody looks it up.
        drop(unsafe { Box::from_raw(call) });
    }
}

natives! { LOADING: "erlang";
    "load_nif" / 2 Plain => load_nif_2;
}

// What `enif_schedule_nif` puts off: the function behind a reference, and its arguments.
natives! { RESUMING: "erl_nif";
    "resume"     / 3 Plain    => resume_3;
    "resume_cpu" / 3 DirtyCpu => resume_3;
    "resume_io"  / 3 DirtyIo  => resume_3;
}

/// The natives of this crate, by table.
pub const NATIVES: &[&[Native]] = &[LOADING, RESUMING, crate::driver::NATIVES];

/// Why a library is not loaded: what sort of fault, and a text.
struct Fault(&'static str, String);

fn bad(text: String) -> Fault {
    Fault("bad_lib", text)
}

/// `load_nif(Path, LoadInfo)`. Libraries that are part of the machine are known by the last part of the path and the module that asks.
fn load_nif_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let path = file_name::to_native(cx.arg(0), Atoms::Names).ok_or(Raise::Badarg)?;
    let code = &machine().code;
    let caller = cx.owned().calling_module;
    let versions = code.versions(caller);
    let before = match versions.pending {
        Some(_) => versions.current.clone().or(versions.old),
        None => versions.old,
    };
    let Some(module) = versions.pending.or(versions.current) else {
        let text = "load_nif/2 must be explicitly called from the NIF module. It cannot be called through apply/3.";
        return failed(cx, Fault("bad_lib", text.to_owned()));
    };
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let name = String::from_utf8_lossy(name);
    // Another module's library, or one that only later releases have, may be anybody's of the same name.
    let known = |library: &&StaticNif| {
        let release = machine().release.number;
        let mut natives = library.natives.iter();
        natives.any(|native| native.module == caller.text() && native.since <= release)
    };
    if let Some(library) = code.static_nif(&name).filter(known) {
        return own(cx, &module, library);
    }
    match load(cx, &path, &module, before.as_deref()) {
        Ok(()) => Ok(Term::atom(known::OK)),
        Err(fault) => match code.spare_nif(&name) {
            // Not for want of what the machine should have: that is told.
            Some(library) if fault.0 == LOAD_FAILED => own(cx, &module, library),
            _ => failed(cx, fault),
        },
    }
}

/// A library that is part of the machine.
fn own<'p>(cx: &mut Cx<'p>, module: &Module, library: &StaticNif) -> NativeResult<'p> {
    machine().code.replace_by_natives(module, library.natives);
    match library.load {
        Some(load) => load(cx),
        None => Ok(Term::atom(known::OK)),
    }
}

/// `{error, {Reason, Text}}`
fn failed<'p>(cx: &mut Cx<'p>, Fault(reason, text): Fault) -> NativeResult<'p> {
    let text = cx.char_list(&text);
    let error = cx.tuple(&[Term::atom(Atom::of(reason)), text]);
    Ok(cx.tuple(&[Term::atom(known::ERROR), error]))
}

/// The library's file, open.
fn open(path: &[u8]) -> Result<(Handle, *const Entry), Fault> {
    let shown = String::from_utf8_lossy(path).into_owned();
    let file = CString::new([path, b".so"].concat()).map_err(|_| {
        Fault(
            LOAD_FAILED,
            format!("Failed to load NIF library {shown}: ''"),
        )
    })?;
    let handle = Handle::open(&file).map_err(|error| {
        let slogan = "Failed to load NIF library";
        let text = if error.contains(&shown) {
            format!("{slogan}: '{error}'")
        } else {
            format!("{slogan} {shown}: '{error}'")
        };
        Fault(LOAD_FAILED, text)
    })?;
    let Some(symbol) = handle.symbol(c"nif_init") else {
        let error = loader_error();
        return Err(bad(format!(
            "Failed to find library init function: '{error}'"
        )));
    };
    // SAFETY: the symbol is a function of this type in all that are libraries of native functions.
    let entry = unsafe {
        let init =
            std::mem::transmute::<NonNull<c_void>, unsafe extern "C" fn() -> *const Entry>(symbol);
        init()
    };
    if entry.is_null() {
        return Err(bad("Library init-call unsuccessful".to_owned()));
    }
    Ok((handle, entry))
}

pub(crate) fn minor() -> c_int {
    match machine().release.number {
        ..=25 => MINOR_25,
        26..=28 => MINOR_27,
        _ => MINOR_29,
    }
}

/// # Safety
/// A C text, or null.
unsafe fn text(of: *const c_char) -> String {
    if of.is_null() {
        return String::new();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(of) }
        .to_bytes()
        .iter()
        .map(|&byte| char::from(byte))
        .collect()
}

/// Is the library made for this machine and this module?
fn check(entry: &Entry, module: Atom) -> Result<(), Fault> {
    let name = oxbeam_term::print::display_atom(module);
    let (major, minor) = (entry.major, minor());
    if major > MAJOR || (major == MAJOR && entry.minor > minor) {
        // SAFETY: libraries as new as this have the field.
        let wanted = unsafe { text(entry.min_erts) };
        return Err(bad(format!(
            "That '{name}' NIF library needs {wanted} or newer. Either try to recompile the NIF lib or use a newer erts runtime."
        )));
    }
    if major < MAJOR || entry.minor == 5 {
        return Err(bad(format!(
            "That old NIF library ({major}.{}) is not compatible with this erts runtime ({MAJOR}.{minor}). Try recompile the NIF lib.",
            entry.minor
        )));
    }
    if entry.minor >= 1 {
        // SAFETY: libraries from version 2.1 on have the field.
        let variant = unsafe { text(entry.variant) };
        if variant != VARIANT {
            return Err(bad(format!(
                "Library ({variant}) not compiled for this vm variant ({VARIANT})."
            )));
        }
    }
    // SAFETY: the library's own text.
    let own = unsafe { text(entry.name) };
    if own != module.text() {
        return Err(bad(format!(
            "Library module name '{own}' does not match calling module '{name}'"
        )));
    }
    Ok(())
}

/// The library's functions: name and arity in the module, kind, and function.
fn functions(
    instance: &Instance,
    module: &Module,
) -> Result<Vec<(Atom, u32, Kind, Function)>, Fault> {
    let rows = instance.rows();
    let name = oxbeam_term::print::display_atom(module.name);
    let mut found: Vec<(Atom, u32, Kind, Function)> = Vec::with_capacity(rows.len());
    for row in rows {
        // SAFETY: the library's own text.
        let function = unsafe { text(row.name) };
        let shown = format!("{name}:{function}/{}", row.arity);
        let atom = oxbeam_term::atom::exists(&function)
            .filter(|&atom| module.find_function(atom, row.arity).is_some());
        let Some(atom) = atom else {
            return Err(bad(format!("Function not found {shown}")));
        };
        if !module.may_be_native(atom, row.arity) {
            return Err(bad(format!("Function not declared as nif {shown}")));
        }
        let kind = match row.flags {
            0 => Kind::Plain,
            DIRTY_CPU => Kind::DirtyCpu,
            DIRTY_IO => Kind::DirtyIo,
            flags => {
                return Err(bad(format!(
                    "Illegal flags field value {} for NIF {shown}",
                    flags as c_int
                )));
            }
        };
        if found
            .iter()
            .any(|each| (each.0, each.1) == (atom, row.arity))
        {
            return Err(bad(format!("Duplicate NIF entry for {shown}")));
        }
        found.push((atom, row.arity, kind, row.function));
    }
    Ok(found)
}

fn load<'p>(
    cx: &mut Cx<'p>,
    path: &[u8],
    module: &Arc<Module>,
    before: Option<&Module>,
) -> Result<(), Fault> {
    if module.library.lock().is_some() {
        let text = "NIF library already loaded (reload disallowed since OTP 20).";
        return Err(Fault("reload", text.to_owned()));
    }
    let (handle, entry) = open(path)?;
    machine().taint(module.name);
    // SAFETY: the library's own entry, which is there as long as the library.
    check(unsafe { &*entry }, module.name)?;
    let instance = Arc::new(Instance {
        module: module.name,
        entry,
        private: AtomicPtr::new(ptr::null_mut()),
        loading: AtomicBool::new(true),
        delays: AtomicBool::new(false),
        is_told: AtomicBool::new(false),
        on_unload: OnceLock::new(),
        opened: Mutex::new(Vec::new()),
        _handle: handle,
    });
    let functions = functions(&instance, module)?;
    let initialised = initialise(cx, &instance, before);
    instance.loading.store(false, Ordering::Release);
    initialised?;
    resource::commit(&instance);
    let mut unloading = Unloading {
        instance: Arc::clone(&instance),
        calls: Vec::with_capacity(functions.len()),
    };
    for (name, arity, kind, function) in functions {
        let instance = Arc::clone(&instance);
        let Some(place) = new_call(Call {
            name,
            function,
            instance,
        }) else {
            let text = format!("There are more than {MOST_CALLS} functions of libraries");
            return Err(Fault(LOAD_FAILED, text));
        };
        unloading.calls.push(place);
        machine()
            .code
            .replace_by_library(module, (name, arity), kind, call, place);
    }
    *module.library.lock() = Some(Box::new(Loaded {
        instance,
        unloading: Some(unloading),
    }));
    Ok(())
}

/// Calls the library's `load` or `upgrade`.
fn initialise<'p>(
    cx: &mut Cx<'p>,
    instance: &Arc<Instance>,
    before: Option<&Module>,
) -> Result<(), Fault> {
    let info = cx.arg(1).word().0;
    let process = cx.process();
    let owned: *mut _ = cx.owned();
    let mut env = Env::of_call(process, owned, Some(Arc::clone(instance)));
    // It may ask for its data while it sets them.
    let private = instance.private.as_ptr();
    let entry = instance.entry();
    // Not locked any longer when the others are to stand still: one of them may want to know the library.
    let old = before.and_then(library_of);
    if let Some(old) = old {
        let Some(upgrade) = entry.upgrade else {
            let text = "Upgrade not supported by this NIF library.";
            return Err(Fault("upgrade", text.to_owned()));
        };
        // Nobody calls the library while both are at its data.
        let veto = machine().scheduler.blocked(|| {
            // SAFETY: the library's function, with what its type asks for.
            unsafe { upgrade(&raw mut env, private, old.private.as_ptr(), info) }
        });
        if veto == 0 {
            Ok(())
        } else {
            let text = format!("Library upgrade-call unsuccessful ({veto}).");
            Err(Fault("upgrade", text))
        }
    } else if let Some(load) = entry.load {
        // SAFETY: as above.
        match unsafe { load(&raw mut env, private, info) } {
            0 => Ok(()),
            veto => {
                let text = format!("Library load-call unsuccessful ({veto}).");
                Err(Fault("load", text))
            }
        }
    } else {
        Ok(())
    }
}

/// A function of a library is called.
fn call<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let place = cx.native_number() as usize;
    let call = CALLS[place].load(Ordering::Acquire);
    // SAFETY: the code that has the number is not purged while a process is in it; who is there on a dirty scheduler has its own reference
    // to the library from here on.
    let (name, function, instance) = unsafe {
        (
            (*call).name,
            (*call).function,
            Arc::clone(&(*call).instance),
        )
    };
    match run(cx, function, &instance, cx.args()) {
        Ok(result) => result,
        Err(scheduled) => {
            let called = cx.args().to_vec();
            let called = cx.list(called);
            Err(put_off(cx, &scheduled, name, &instance, called))
        }
    }
}

/// Calls a function: its result, or what it has put off.
fn run<'p>(
    cx: &mut Cx<'p>,
    function: Function,
    instance: &Arc<Instance>,
    arguments: &[Term<'p>],
) -> Result<NativeResult<'p>, Scheduled> {
    let process = cx.process();
    let owned: *mut _ = cx.owned();
    let mut env = Env::of_call(process, owned, Some(Arc::clone(instance)));
    let _delay = Delay::of(instance);
    let count = arguments.len() as c_int;
    // SAFETY: the library's function, with arguments that are terms of the calling process.
    let result = unsafe { function(&raw mut env, count, arguments.as_ptr().cast()) };
    if let Some(scheduled) = env.scheduled.take() {
        return Err(scheduled);
    }
    Ok(match env.pending {
        None if result == Word::NONE.0 => Err(Raise::Badarg),
        // SAFETY: the library gives a term of its environment.
        None => Ok(unsafe { term(result) }),
        Some(Pending::Badarg) => Err(Raise::Badarg),
        // SAFETY: as above.
        Some(Pending::Reason(reason)) => Err(cx.error(unsafe { term(reason) })),
    })
}

/// What is behind the reference that `resume` gets.
struct Continuation {
    function: Function,
    /// The function that was called in the beginning.
    name: Atom,
    instance: Arc<Instance>,
}

/// `called`: the arguments of the call in the beginning.
fn put_off<'p>(
    cx: &mut Cx<'p>,
    scheduled: &Scheduled,
    name: Atom,
    instance: &Arc<Instance>,
    called: Term<'p>,
) -> Raise {
    let resume = match scheduled.flags as c_uint {
        DIRTY_CPU => "resume_cpu",
        DIRTY_IO => "resume_io",
        _ => "resume",
    };
    let continuation = cx.make_magic(Box::new(Continuation {
        function: scheduled.function,
        name,
        instance: Arc::clone(instance),
    }));
    // SAFETY: terms that the library gave.
    let arguments = scheduled
        .arguments
        .iter()
        .map(|word| unsafe { term(word.0) });
    let arguments = cx.list(arguments.collect::<Vec<_>>());
    cx.trap_to(
        Atom::of("erl_nif"),
        Atom::of(resume),
        &[continuation, arguments, called],
    )
}

/// `resume(Continuation, Arguments, Called)`: calls what a library has put off. Its exceptions are those of the function called in the beginning.
fn resume_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let continuation = cx
        .arg(0)
        .as_reference()
        .and_then(|reference| reference.magic_value::<Continuation>())
        .ok_or(Raise::Badarg)?;
    let called = cx.arg(2);
    let arguments = cx.arg(1).proper_list().ok_or(Raise::Badarg)?;
    let (name, instance) = (continuation.name, &continuation.instance);
    match run(cx, continuation.function, instance, &arguments) {
        Ok(result) => {
            result.map_err(|raise| cx.on_behalf_of(raise, (instance.module, name), called))
        }
        Err(scheduled) => Err(put_off(cx, &scheduled, name, instance, called)),
    }
}

/// `ERL_NIF_THR_…` of the calling thread.
pub(crate) fn thread_type() -> c_int {
    let thread = std::thread::current();
    match thread.name() {
        Some(name) if name.starts_with("dirty cpu") => 2,
        Some(name) if name.starts_with("dirty io") => 3,
        _ => oxbeam_vm::sched::current_process().is_some().into(),
    }
}

/// Version of the run-time system, and release, as C texts.
pub(crate) fn system_texts() -> &'static (CString, CString) {
    static TEXTS: OnceLock<(CString, CString)> = OnceLock::new();
    TEXTS.get_or_init(|| {
        let machine = machine();
        let text = |text: &str| CString::new(text).unwrap_or_default();
        let release = machine.release.number.to_string();
        (text(&machine.config.erts_version), text(&release))
    })
}
