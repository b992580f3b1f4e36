//! Memory, time, the environment, other libraries, the machine.

use super::abi;
use crate::env::{Env, Raw};
use oxbeam_vm::machine::machine;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::atomic::{AtomicI64, Ordering};

/// `ErlNifSysInfo`
#[repr(C)]
#[derive(Copy, Clone)]
pub(crate) struct SystemInfo {
    driver_major: c_int,
    driver_minor: c_int,
    erts_version: *const c_char,
    otp_release: *const c_char,
    threads: c_int,
    smp: c_int,
    async_threads: c_int,
    schedulers: c_int,
    nif_major: c_int,
    nif_minor: c_int,
    dirty: c_int,
}

impl SystemInfo {
    pub(crate) fn now() -> SystemInfo {
        let info = crate::library::system_texts();
        let config = &machine().config;
        SystemInfo {
            driver_major: 3,
            driver_minor: 3,
            erts_version: info.0.as_ptr(),
            otp_release: info.1.as_ptr(),
            threads: 1,
            smp: 1,
            async_threads: config.async_threads as c_int,
            schedulers: config.schedulers as c_int,
            nif_major: 2,
            nif_minor: crate::library::minor(),
            dirty: 1,
        }
    }
}

/// `ErlNifTime` where there is none.
const TIME_ERROR: i64 = i64::MIN;
/// Of a second, by `ErlNifTimeUnit`.
const UNITS: [i64; 4] = [1, 1_000, 1_000_000, 1_000_000_000];

/// Time in nanoseconds in another unit, towards the past.
fn in_unit(nanoseconds: i64, unit: c_int) -> i64 {
    match usize::try_from(unit).ok().and_then(|unit| UNITS.get(unit)) {
        Some(unit) => nanoseconds.div_euclid(1_000_000_000 / unit),
        None => TIME_ERROR,
    }
}

/// Mega seconds, seconds, microseconds; never the same twice.
pub(crate) fn unique_now() -> [i64; 3] {
    static LAST: AtomicI64 = AtomicI64::new(0);
    let now = machine().time.system().div_euclid(1000);
    let next = |last: i64| Some(now.max(last + 1));
    let last = LAST.fetch_update(Ordering::AcqRel, Ordering::Relaxed, next);
    let stamp = now.max(last.unwrap_or_default() + 1);
    [
        stamp / 1_000_000_000_000,
        stamp / 1_000_000 % 1_000_000,
        stamp % 1_000_000,
    ]
}

type Complain = Option<unsafe extern "C" fn(*mut c_void, *const c_char)>;

/// Passes on what the system's loader has found if it has failed.
unsafe fn checked(result: *mut c_void, complain: Complain, argument: *mut c_void) -> *mut c_void {
    if result.is_null()
        && let Some(complain) = complain
    {
        // SAFETY: the library's function; the text is the loader's until its next call.
        unsafe { complain(argument, libc::dlerror()) };
    }
    result
}

abi! {
    fn enif_alloc(size: usize) -> *mut c_void {
        libc::malloc(size)
    }
    fn enif_realloc(memory: *mut c_void, size: usize) -> *mut c_void {
        libc::realloc(memory, size)
    }
    fn enif_free(memory: *mut c_void) {
        libc::free(memory);
    }
    /// The name is without its end, `.so`; null for the program itself.
    fn enif_dlopen(library: *const c_char, complain: Complain, argument: *mut c_void) -> *mut c_void {
        if library.is_null() {
            return checked(libc::dlopen(library, libc::RTLD_NOW), complain, argument);
        }
        let file = [CStr::from_ptr(library).to_bytes(), b".so\0"].concat();
        checked(libc::dlopen(file.as_ptr().cast(), libc::RTLD_NOW), complain, argument)
    }
    fn enif_dlsym(handle: *mut c_void, symbol: *const c_char, complain: Complain, argument: *mut c_void) -> *mut c_void {
        checked(libc::dlsym(handle, symbol), complain, argument)
    }
    /// 0 if the variable is there, 1 if there is not room enough, -1 if it is not there.
    fn enif_getenv(key: *const c_char, value: *mut c_char, size: *mut usize) -> c_int {
        let Some(found) = oxbeam_vm::environment::get(CStr::from_ptr(key).to_bytes()) else { return -1 };
        if found.len() >= *size {
            *size = found.len() + 1;
            return 1;
        }
        std::ptr::copy_nonoverlapping(found.as_ptr().cast(), value, found.len());
        *value.add(found.len()) = 0;
        *size = found.len();
        0
    }
    fn enif_monotonic_time(unit: c_int) -> i64 {
        in_unit(machine().time.monotonic(), unit)
    }
    fn enif_time_offset(unit: c_int) -> i64 {
        in_unit(machine().time.offset(), unit)
    }
    fn enif_convert_time_unit(value: i64, from: c_int, to: c_int) -> i64 {
        let unit = |unit: c_int| usize::try_from(unit).ok().and_then(|unit| UNITS.get(unit)).copied();
        match (unit(from), unit(to)) {
            (Some(from), Some(to)) => {
                let exact = i128::from(value) * i128::from(to);
                exact.div_euclid(i128::from(from)) as i64
            }
            _ => TIME_ERROR,
        }
    }
    /// `{MegaSeconds, Seconds, MicroSeconds}`, never the same.
    fn enif_now_time(env: *mut Env) -> Raw {
        let mut builder = (*env).builder();
        let parts = unique_now().map(|part| builder.integer(part));
        builder.tuple(&parts).word().0
    }
    /// `{MegaSeconds, Seconds, MicroSeconds}` of the processor.
    fn enif_cpu_time(env: *mut Env) -> Raw {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        if libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) != 0 {
            return (*env).raise(crate::env::Pending::Badarg);
        }
        let mut builder = (*env).builder();
        let parts = [time.tv_sec / 1_000_000, time.tv_sec % 1_000_000, time.tv_nsec / 1000];
        let parts = parts.map(|part| builder.integer(part));
        builder.tuple(&parts).word().0
    }
    /// 1: a normal scheduler; 2 and 3: dirty ones, CPU and I/O; 0: another thread.
    fn enif_thread_type() -> c_int {
        crate::library::thread_type()
    }
    fn enif_system_info(place: *mut SystemInfo, size: usize) {
        let made = SystemInfo::now();
        let size = size.min(size_of::<SystemInfo>());
        std::ptr::copy_nonoverlapping((&raw const made).cast::<u8>(), place.cast::<u8>(), size);
    }
    /// 0 if the option is set. 2: a function for when the machine halts; 3: one for when the library is unloaded. 1 delays a halt until calls under way have
    /// returned.
    fn oxbeam_nif_set_option(env: *mut Env, option: c_int, callback: *mut c_void) -> c_int {
        match (*env).instance() {
            Some(instance) => instance.set_option(option, callback),
            None => libc::EINVAL,
        }
    }
}
