//! Time, the environment, other libraries, the machine.

use super::super::entry::PortId;
use super::super::port;
use crate::abi::abi;
use crate::abi::system::{
    SystemInfo, enif_convert_time_unit, enif_getenv, enif_monotonic_time, enif_time_offset,
    unique_now,
};
use oxbeam_vm::posix;
use std::collections::BTreeMap;
use std::ffi::{CStr, CString, c_char, c_int, c_ulong, c_void};
use std::sync::Mutex;

/// `ErlDrvNowData`
#[repr(C)]
pub(crate) struct Now {
    parts: [c_ulong; 3],
}

/// Names of errors as C has them; they stay.
static NAMES: Mutex<BTreeMap<c_int, CString>> = Mutex::new(BTreeMap::new());

abi! {
    fn driver_get_now(place: *mut Now) -> c_int {
        if place.is_null() {
            return -1;
        }
        place.write(Now { parts: unique_now().map(|part| part as c_ulong) });
        0
    }
    fn erl_drv_monotonic_time(unit: c_int) -> i64 {
        enif_monotonic_time(unit)
    }
    fn erl_drv_time_offset(unit: c_int) -> i64 {
        enif_time_offset(unit)
    }
    fn erl_drv_convert_time_unit(value: i64, from: c_int, to: c_int) -> i64 {
        enif_convert_time_unit(value, from, to)
    }
    fn erl_errno_id(error: c_int) -> *const c_char {
        let mut names = NAMES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let name = names.entry(error).or_insert_with(|| CString::new(posix::error_name(error)).unwrap_or_default());
        name.as_ptr()
    }
    /// 0 if the variable is there, 1 if there is not room enough, -1 if it is not there.
    fn erl_drv_getenv(key: *const c_char, value: *mut c_char, size: *mut usize) -> c_int {
        enif_getenv(key, value, size)
    }
    fn erl_drv_putenv(key: *const c_char, value: *const c_char) -> c_int {
        let key = CStr::from_ptr(key).to_bytes();
        if key.is_empty() || key.contains(&b'=') {
            return -1;
        }
        oxbeam_vm::environment::put(key, CStr::from_ptr(value).to_bytes());
        0
    }
    fn driver_system_info(place: *mut SystemInfo, size: usize) {
        let made = SystemInfo::now();
        let size = size.min(size_of::<SystemInfo>());
        std::ptr::copy_nonoverlapping((&raw const made).cast::<u8>(), place.cast::<u8>(), size);
    }
    /// Adds `.so` to the name; null if the library can't be opened.
    fn driver_dl_open(library: *const c_char) -> *mut c_void {
        let file = [CStr::from_ptr(library).to_bytes(), b".so\0"].concat();
        libc::dlopen(file.as_ptr().cast(), libc::RTLD_NOW)
    }
    fn driver_dl_sym(handle: *mut c_void, symbol: *const c_char) -> *mut c_void {
        libc::dlsym(handle, symbol)
    }
    fn driver_dl_close(handle: *mut c_void) -> c_int {
        libc::dlclose(handle)
    }
    fn driver_dl_error() -> *mut c_char {
        libc::dlerror()
    }
    /// The port's name as it is printed, into room for 64 bytes.
    fn dtrace_drvport_str(id: PortId, place: *mut c_char) {
        let text = match port::find(id) {
            Some(shared) => shared.text(),
            None => "#Port<0.INVALID>".to_owned(),
        };
        let count = text.len().min(63);
        std::ptr::copy_nonoverlapping(text.as_ptr().cast(), place, count);
        place.add(count).write(0);
    }
}
