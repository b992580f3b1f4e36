//! Resources: memory of a library, behind a reference, that is given back when nobody refers to it any more; and the processes that it watches.

use crate::env::{Env, Name};
use crate::library::{InUse, Instance};
use hashbrown::HashMap;
use oxbeam_term::Atom;
use oxbeam_term::boxed::reference::{Magic, RefNumbers};
use oxbeam_vm::signal::observer::{self, Observer};
use parking_lot::{Mutex, RwLock};
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::collections::BTreeMap;
use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

pub(crate) type Destructor = unsafe extern "C" fn(*mut Env, *mut c_void);
pub(crate) type Stop = unsafe extern "C" fn(*mut Env, *mut c_void, c_int, c_int);
pub(crate) type Down = unsafe extern "C" fn(*mut Env, *mut c_void, *mut Name, *mut Monitor);
pub(crate) type Dynamic = unsafe extern "C" fn(*mut Env, *mut c_void, *mut c_void);

/// What a type's objects call back.
#[derive(Copy, Clone, Default)]
pub(crate) struct Callbacks {
    pub(crate) destructor: Option<Destructor>,
    /// A descriptor is not looked at any more.
    pub(crate) stop: Option<Stop>,
    /// A process that an object watches has ended.
    pub(crate) down: Option<Down>,
    pub(crate) dynamic: Option<Dynamic>,
}

/// `ErlNifResourceType`. There are few, and objects refer to them: never freed.
pub(crate) struct Type {
    module: Atom,
    name: String,
    owner: RwLock<Owner>,
    /// Objects that there are.
    live: AtomicUsize,
}

/// Whose a type is.
#[derive(Clone, Default)]
struct Owner {
    callbacks: Callbacks,
    library: Option<Arc<Instance>>,
    /// Its module is gone: the library stays as long as the type has objects.
    in_use: Option<Arc<InUse>>,
}

/// By module and name.
static TYPES: Mutex<Option<HashMap<(Atom, String), &'static Type>>> = Mutex::new(None);

/// A type that is opened while its library is loaded; it counts once that has succeeded.
pub(crate) struct Opened {
    type_: &'static Type,
    callbacks: Callbacks,
    is_new: bool,
}

/// `ErlNifResourceFlags`
pub(crate) const CREATE: c_int = 1;
pub(crate) const TAKEOVER: c_int = 2;

/// Opens a type for `instance`: which of the flags was followed. `None`: neither may be.
pub(crate) fn open(
    instance: &Instance,
    name: &str,
    callbacks: Callbacks,
    flags: c_int,
) -> Option<(&'static Type, c_int)> {
    let key = (instance.module(), name.to_owned());
    let types = TYPES.lock();
    let mut opened = instance.opened.lock();
    let known = types.as_ref().and_then(|types| types.get(&key)).copied();
    let of_this = opened
        .iter()
        .find(|each| each.type_.name == name)
        .map(|each| each.type_);
    let (type_, done) = match known.or(of_this) {
        Some(type_) if flags & TAKEOVER != 0 => (type_, TAKEOVER),
        None if flags & CREATE != 0 => {
            let type_: &'static Type = Box::leak(Box::new(Type {
                module: key.0,
                name: key.1,
                owner: RwLock::default(),
                live: AtomicUsize::new(0),
            }));
            (type_, CREATE)
        }
        _ => return None,
    };
    opened.push(Opened {
        type_,
        callbacks,
        is_new: done == CREATE,
    });
    Some((type_, done))
}

/// The library has been loaded: what it has opened is its.
pub(crate) fn commit(instance: &Arc<Instance>) {
    let mut types = TYPES.lock();
    for opened in instance.opened.lock().drain(..) {
        *opened.type_.owner.write() = Owner {
            callbacks: opened.callbacks,
            library: Some(Arc::clone(instance)),
            in_use: None,
        };
        if opened.is_new {
            let key = (opened.type_.module, opened.type_.name.clone());
            types.get_or_insert_default().insert(key, opened.type_);
        }
    }
}

/// The library's module is gone: nobody finds its types any more, and the library is in use as long as they have objects that call it.
pub(crate) fn disown(instance: &Arc<Instance>, in_use: &Arc<InUse>) {
    let Some(types) = &mut *TYPES.lock() else {
        return;
    };
    types.retain(|_, type_| {
        let mut owner = type_.owner.write();
        let its = owner
            .library
            .as_ref()
            .is_some_and(|owner| Arc::ptr_eq(owner, instance));
        if !its {
            return true;
        }
        if type_.live.load(Ordering::SeqCst) == 0 || !owner.callbacks.are_some() {
            *owner = Owner::default();
        } else {
            owner.in_use = Some(Arc::clone(in_use));
        }
        false
    });
}

impl Callbacks {
    fn are_some(&self) -> bool {
        self.destructor.is_some()
            || self.stop.is_some()
            || self.down.is_some()
            || self.dynamic.is_some()
    }
}

impl Type {
    pub(crate) fn is(&self, module: Atom, name: &str) -> bool {
        self.module == module && self.name == name
    }
    /// `Module:Name`
    pub(crate) fn full_name(&self) -> String {
        let module = oxbeam_term::print::display_atom(self.module);
        format!("{module}:{}", self.name)
    }
    pub(crate) fn callbacks(&self) -> (Callbacks, Option<Arc<Instance>>) {
        let owner = self.owner.read();
        (owner.callbacks, owner.library.clone())
    }
    /// An object is gone. With the last one of a library whose module is gone it goes too: soon, for its own code may have let go of the object.
    fn lose(&self) {
        if self.live.fetch_sub(1, Ordering::SeqCst) > 1 {
            return;
        }
        let mut owner = self.owner.write();
        if owner.in_use.is_some() && self.live.load(Ordering::SeqCst) == 0 {
            let gone = std::mem::take(&mut *owner);
            drop(owner);
            crate::driver::soon(move || drop(gone));
        }
    }
}

/// Before an object's memory.
#[repr(C, align(16))]
struct Header {
    magic: *const Magic,
    size: usize,
    numbers: RefNumbers,
}

/// The value behind a resource's reference.
pub(crate) struct Resource {
    pub(crate) type_: &'static Type,
    object: *mut c_void,
    layout: Layout,
    /// Processes that it watches, by monitor.
    watched: Mutex<BTreeMap<RefNumbers, u64>>,
}

// SAFETY: the memory is the library's, which must know what threads do with it.
unsafe impl Send for Resource {}
// SAFETY: as above.
unsafe impl Sync for Resource {}

impl Resource {
    pub(crate) fn object(&self) -> *mut c_void {
        self.object
    }
}

impl Drop for Resource {
    fn drop(&mut self) {
        for (monitor, process) in std::mem::take(self.watched.get_mut()) {
            observer::stop_observing(process, monitor);
        }
        let (callbacks, instance) = self.type_.callbacks();
        // SAFETY: nobody refers to the object any more; the library that its code lies in is kept by `instance`.
        unsafe {
            if let Some(destructor) = callbacks.destructor {
                let mut env = Env::alone(instance.clone());
                destructor(&raw mut env, self.object);
            }
            dealloc(header(self.object).cast::<u8>(), self.layout);
        }
        self.type_.lose();
    }
}

/// # Safety
/// An object of a library.
unsafe fn header(object: *mut c_void) -> *mut Header {
    // SAFETY: the header stands before it.
    unsafe { object.cast::<Header>().sub(1) }
}

/// Memory for an object of this type, zeroed; the caller has a reference to it.
pub(crate) fn allocate(type_: &'static Type, size: usize) -> *mut c_void {
    let layout = size
        .checked_add(size_of::<Header>())
        .and_then(|size| Layout::from_size_align(size, 16).ok());
    let Some(layout) = layout else {
        return ptr::null_mut();
    };
    oxbeam_vm::magic::start();
    // SAFETY: the layout is not empty; the header is written before anybody sees the object.
    unsafe {
        let block = alloc(layout);
        if block.is_null() {
            handle_alloc_error(layout);
        }
        let object = block.cast::<Header>().add(1).cast::<c_void>();
        ptr::write_bytes(object.cast::<u8>(), 0, size);
        type_.live.fetch_add(1, Ordering::SeqCst);
        let resource = Resource {
            type_,
            object,
            layout,
            watched: Mutex::default(),
        };
        let magic = Arc::new(Magic::new(Box::new(resource)));
        header(object).write(Header {
            magic: Arc::into_raw(magic),
            size,
            numbers: oxbeam_vm::unique::next_reference(),
        });
        object
    }
}

/// One more reference to an object.
///
/// # Safety
/// The object is there.
pub(crate) unsafe fn keep(object: *mut c_void) {
    // SAFETY: the header has the address of a counted object.
    unsafe { Arc::increment_strong_count((*header(object)).magic) }
}

/// One reference less.
///
/// # Safety
/// The caller has a reference.
pub(crate) unsafe fn release(object: *mut c_void) {
    // SAFETY: as above.
    unsafe { Arc::decrement_strong_count((*header(object)).magic) }
}

/// What a term that refers to the object needs.
///
/// # Safety
/// The object is there.
pub(crate) unsafe fn counted(object: *mut c_void) -> (RefNumbers, Arc<Magic>) {
    // SAFETY: as above.
    unsafe {
        keep(object);
        let header = &*header(object);
        (header.numbers, Arc::from_raw(header.magic))
    }
}

/// Bytes of an object.
///
/// # Safety
/// The object is there.
pub(crate) unsafe fn size(object: *mut c_void) -> usize {
    // SAFETY: as above.
    unsafe { (*header(object)).size }
}

// ---- Monitors ----

/// `ErlNifMonitor`: the numbers of a reference.
#[derive(Copy, Clone)]
#[repr(C)]
pub(crate) struct Monitor([u64; 4]);

impl Monitor {
    fn of(numbers: RefNumbers) -> Monitor {
        Monitor([numbers.low, u64::from(numbers.high), 0, 0])
    }
    pub(crate) fn numbers(&self) -> RefNumbers {
        RefNumbers {
            low: self.0[0],
            high: self.0[1] as u32,
        }
    }
}

/// An object that watches a process; it does not keep the object.
struct Watcher {
    numbers: RefNumbers,
    object: Weak<Magic>,
}

impl Observer for Watcher {
    fn down(&self, monitor: RefNumbers, process: u64) {
        let Some(magic) = self.object.upgrade() else {
            return;
        };
        let Some(resource) = magic.value::<Resource>() else {
            return;
        };
        if resource.watched.lock().remove(&monitor).is_none() {
            // It has just been taken back.
            return;
        }
        let (callbacks, instance) = resource.type_.callbacks();
        if let Some(down) = callbacks.down {
            let mut env = Env::alone(instance);
            let (mut pid, mut monitor) = (Name::of_process(process), Monitor::of(monitor));
            // SAFETY: the library's function; the object and the library are there.
            unsafe {
                down(
                    &raw mut env,
                    resource.object,
                    &raw mut pid,
                    &raw mut monitor,
                );
            }
        }
    }
    fn object(&self) -> Option<(RefNumbers, Arc<Magic>)> {
        Some((self.numbers, self.object.upgrade()?))
    }
}

/// Why there is no monitor.
pub(crate) enum Unwatched {
    /// The object's type does not want to be told.
    NoCallback,
    /// There is no such process.
    NoProcess,
}

/// The object watches the local process of this number.
///
/// # Safety
/// The object is there.
pub(crate) unsafe fn watch(
    object: *mut c_void,
    process: Option<u64>,
) -> Result<Monitor, Unwatched> {
    // SAFETY: the caller's promise.
    let (numbers, magic) = unsafe { counted(object) };
    let Some(resource) = magic.value::<Resource>() else {
        return Err(Unwatched::NoCallback);
    };
    if resource.type_.callbacks().0.down.is_none() {
        return Err(Unwatched::NoCallback);
    }
    let process = process.ok_or(Unwatched::NoProcess)?;
    let monitor = oxbeam_vm::unique::next_reference();
    resource.watched.lock().insert(monitor, process);
    let watcher = Watcher {
        numbers,
        object: Arc::downgrade(&magic),
    };
    if observer::observe(process, monitor, Arc::new(watcher)) {
        Ok(Monitor::of(monitor))
    } else {
        resource.watched.lock().remove(&monitor);
        Err(Unwatched::NoProcess)
    }
}

/// It does so no longer; did it?
///
/// # Safety
/// The object is there.
pub(crate) unsafe fn unwatch(object: *mut c_void, monitor: RefNumbers) -> bool {
    // SAFETY: the caller's promise.
    let (_, magic) = unsafe { counted(object) };
    let resource = magic.value::<Resource>();
    let process = resource.and_then(|resource| resource.watched.lock().remove(&monitor));
    if let Some(process) = process {
        observer::stop_observing(process, monitor);
    }
    process.is_some()
}
