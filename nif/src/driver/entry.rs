//! `ErlDrvEntry`: a driver's functions as its library has them, and the library itself.

use super::binary::Binary;
use super::port::CDriver;
use super::{list, port};
use crate::library::Handle;
use oxbeam_term::Atom;
use oxbeam_vm::machine::machine;
use oxbeam_vm::port::{Driver, Loaded, OpenError, Opening};
use parking_lot::{Mutex, ReentrantMutex};
use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_void};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// `ErlDrvPort`: see [`port::id`].
pub(crate) type PortId = usize;
/// `ErlDrvData`
pub(crate) type Data = *mut c_void;
/// `ErlDrvEvent`: a descriptor.
pub(crate) type Event = *mut c_void;

/// `SysIOVec`
#[repr(C)]
#[derive(Copy, Clone)]
pub(crate) struct Slice {
    pub(crate) base: *mut c_char,
    pub(crate) len: usize,
}

/// `ErlIOVec`
#[repr(C)]
pub(crate) struct Vector {
    pub(crate) count: c_int,
    pub(crate) size: usize,
    pub(crate) slices: *mut Slice,
    pub(crate) binaries: *mut *mut Binary,
}

/// `ErlDrvMonitor`
#[repr(C)]
#[derive(Copy, Clone)]
pub(crate) struct Monitor {
    pub(crate) words: [u64; 4],
}

/// `ErlDrvEntry`
#[repr(C)]
pub(crate) struct Entry {
    init: Option<unsafe extern "C" fn() -> c_int>,
    pub(crate) start: Option<unsafe extern "C" fn(PortId, *mut c_char) -> Data>,
    pub(crate) stop: Option<unsafe extern "C" fn(Data)>,
    pub(crate) output: Option<unsafe extern "C" fn(Data, *mut c_char, usize)>,
    pub(crate) ready_input: Option<unsafe extern "C" fn(Data, Event)>,
    pub(crate) ready_output: Option<unsafe extern "C" fn(Data, Event)>,
    name: *const c_char,
    finish: Option<unsafe extern "C" fn()>,
    handle: *mut c_void,
    pub(crate) control: Option<
        unsafe extern "C" fn(Data, c_uint, *mut c_char, usize, *mut *mut c_char, usize) -> isize,
    >,
    pub(crate) timeout: Option<unsafe extern "C" fn(Data)>,
    pub(crate) outputv: Option<unsafe extern "C" fn(Data, *mut Vector)>,
    pub(crate) ready_async: Option<unsafe extern "C" fn(Data, *mut c_void)>,
    pub(crate) flush: Option<unsafe extern "C" fn(Data)>,
    pub(crate) call: Option<
        unsafe extern "C" fn(
            Data,
            c_uint,
            *mut c_char,
            usize,
            *mut *mut c_char,
            usize,
            *mut c_uint,
        ) -> isize,
    >,
    unused: Option<unsafe extern "C" fn()>,
    extended_marker: c_int,
    major: c_int,
    minor: c_int,
    flags: c_int,
    handle2: *mut c_void,
    pub(crate) process_exit: Option<unsafe extern "C" fn(Data, *mut Monitor)>,
    pub(crate) stop_select: Option<unsafe extern "C" fn(Event, *mut c_void)>,
    emergency_close: Option<unsafe extern "C" fn(Data)>,
}

const EXTENDED_MARKER: c_int = 0xfeee_eeed_u32 as c_int;
/// Version of `erl_driver.h`; the same in all releases.
pub(crate) const MAJOR: c_int = 3;
pub(crate) const MINOR: c_int = 3;
/// Drivers of this version are taken still.
const OLDEST_MAJOR: c_int = 2;
/// `emergency_close` is there from this version on.
const WITH_EMERGENCY_CLOSE: (c_int, c_int) = (3, 2);

const USE_PORT_LOCKING: c_int = 1 << 0;
const SOFT_BUSY: c_int = 1 << 1;
const USE_INIT_ACK: c_int = 1 << 3;

/// Why a library is no driver.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum LoadError {
    NoInit,
    FailedInit,
    BadName,
    IncorrectVersion,
    /// The system's loader says this text: its place among the texts so far.
    Open(usize),
}

/// Texts of the system's loader. OTP numbers them as they come.
static TEXTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The loader's text of this number.
pub(crate) fn loader_text(number: usize) -> Option<String> {
    TEXTS.lock().get(number).cloned()
}

fn number_of(text: String) -> usize {
    let mut texts = TEXTS.lock();
    match texts.iter().position(|each| *each == text) {
        Some(number) => number,
        None => {
            texts.push(text);
            texts.len() - 1
        }
    }
}

/// A driver that is loaded, or was.
pub(crate) struct Library {
    entry: *const Entry,
    name: String,
    /// Its record in the list; none for those that a driver has added.
    pub(crate) record: Option<u64>,
    lock: Option<Arc<ReentrantMutex<()>>>,
    usable: AtomicBool,
    handle: Mutex<Option<Handle>>,
}

// SAFETY: the entry never changes; who calls its functions keeps the library open by a reference of its record.
unsafe impl Send for Library {}
// SAFETY: as above.
unsafe impl Sync for Library {}

impl Library {
    /// Opens the library `path`, without its end, `.so`, as the driver `name`, and has it initialise itself.
    pub(crate) fn load(path: &[u8], name: &str, record: u64) -> Result<Arc<Library>, LoadError> {
        let open = |text: String| LoadError::Open(number_of(text));
        let file = CString::new([path, b".so"].concat()).map_err(|_| open(String::new()))?;
        let handle = Handle::open(&file).map_err(|text| {
            let own = file.to_string_lossy();
            let rest = text.strip_prefix(&*own).unwrap_or(&text);
            let rest = rest.trim_start_matches([':', ' ']);
            open(if rest.is_empty() { &text } else { rest }.to_owned())
        })?;
        let symbol = handle
            .symbol(c"driver_init")
            .or_else(|| handle.symbol(c"_driver_init"))
            .ok_or(LoadError::NoInit)?;
        // SAFETY: the function of this name has this type in all libraries that are drivers.
        let entry = unsafe {
            let init: unsafe extern "C" fn() -> *const Entry = std::mem::transmute(symbol);
            init()
        };
        if entry.is_null() {
            return Err(LoadError::FailedInit);
        }
        let library = Library::of(entry, Some(record), Some(handle))?;
        if library.name != name {
            return Err(LoadError::BadName);
        }
        machine().taint(Atom::of(name));
        library.initialise()?;
        Ok(library)
    }
    /// A driver that another one adds.
    pub(crate) fn added(entry: *const Entry) -> Result<Arc<Library>, LoadError> {
        let library = Library::of(entry, None, None)?;
        library.initialise()?;
        Ok(library)
    }
    fn of(
        entry: *const Entry,
        record: Option<u64>,
        handle: Option<Handle>,
    ) -> Result<Arc<Library>, LoadError> {
        // SAFETY: the library's own entry.
        let read = unsafe { &*entry };
        let newer = read.major > MAJOR || (read.major == MAJOR && read.minor > MINOR);
        if read.extended_marker != EXTENDED_MARKER || read.major < OLDEST_MAJOR || newer {
            return Err(LoadError::IncorrectVersion);
        }
        if read.name.is_null() {
            return Err(LoadError::BadName);
        }
        // SAFETY: the library's own text.
        let name = unsafe { CStr::from_ptr(read.name) };
        let name = name.to_bytes().iter().map(|&byte| char::from(byte));
        let shared = read.flags & USE_PORT_LOCKING == 0;
        Ok(Arc::new(Library {
            entry,
            name: name.collect(),
            record,
            lock: shared.then(|| Arc::new(ReentrantMutex::new(()))),
            usable: AtomicBool::new(true),
            handle: Mutex::new(handle),
        }))
    }
    fn initialise(&self) -> Result<(), LoadError> {
        match self.entry().init {
            // SAFETY: the library is open.
            Some(init) if unsafe { init() } != 0 => Err(LoadError::FailedInit),
            _ => Ok(()),
        }
    }
    /// The driver's functions.
    pub(crate) fn entry(&self) -> &Entry {
        // SAFETY: whoever asks keeps the library open.
        unsafe { &*self.entry }
    }
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
    pub(crate) fn address(&self) -> *const Entry {
        self.entry
    }
    pub(crate) fn is_one_at_a_time(&self) -> bool {
        self.lock.is_some()
    }
    /// Does a port wait for `erl_drv_init_ack`?
    pub(crate) fn acknowledges(&self) -> bool {
        self.entry().flags & USE_INIT_ACK != 0
    }
    pub(crate) fn emergency_close(&self) -> Option<unsafe extern "C" fn(Data)> {
        let entry = self.entry();
        let there = (entry.major, entry.minor) >= WITH_EMERGENCY_CLOSE;
        // Older entries end before this field.
        there.then_some(entry.emergency_close)?
    }
    /// May ports be opened?
    pub(crate) fn set_usable(&self, usable: bool) {
        self.usable.store(usable, Ordering::Release);
    }
    /// Has it give back what it holds, and closes it. Nobody uses it any more.
    pub(crate) fn unload(&self) {
        if let Some(finish) = self.entry().finish {
            // SAFETY: the library is open.
            unsafe { finish() };
        }
        drop(self.handle.lock().take());
    }
}

/// A driver, for its ports.
pub(crate) struct Served(pub(crate) Arc<Library>);

impl Loaded for Served {
    fn name(&self) -> &str {
        &self.0.name
    }
    fn is_usable(&self) -> bool {
        self.0.usable.load(Ordering::Acquire)
    }
    fn soft_busy(&self) -> bool {
        self.0.entry().flags & SOFT_BUSY != 0
    }
    fn lock(&self) -> Option<&Arc<ReentrantMutex<()>>> {
        self.0.lock.as_ref()
    }
    fn open(&self, opening: &mut Opening<'_>) -> Result<Box<dyn Driver>, OpenError> {
        if !list::port_opens(&self.0) {
            return Err(OpenError::Badarg);
        }
        let shared = port::Shared::new(Arc::clone(&self.0), opening.remote.clone());
        Ok(Box::new(CDriver::new(shared)))
    }
}
