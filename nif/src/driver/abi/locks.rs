//! The lock that a driver may have for a port's data, which other threads take too.

use super::super::entry::PortId;
use super::super::port;
use crate::abi::abi;
use std::ptr;
use std::sync::atomic::{AtomicIsize, Ordering};

/// `ErlDrvPDL`
pub(crate) struct DataLock {
    lock: libc::pthread_mutex_t,
    references: AtomicIsize,
}

/// One reference more, if there is a lock.
pub(crate) fn refer(lock: *mut DataLock) {
    if !lock.is_null() {
        // SAFETY: whoever asks has a reference, or the port that has one.
        unsafe { (*lock).references.fetch_add(1, Ordering::AcqRel) };
    }
}

/// One reference less; the last frees it.
pub(crate) fn release(lock: *mut DataLock) -> isize {
    if lock.is_null() {
        return 0;
    }
    // SAFETY: whoever has a reference keeps it; the last one is its only user.
    unsafe {
        let left = (*lock).references.fetch_sub(1, Ordering::AcqRel) - 1;
        if left == 0 {
            libc::pthread_mutex_destroy(&raw mut (*lock).lock);
            drop(Box::from_raw(lock));
        }
        left
    }
}

abi! {
    /// Null if the port has one.
    fn driver_pdl_create(id: PortId) -> *mut DataLock {
        let Some(shared) = port::find(id) else { return ptr::null_mut() };
        let lock = DataLock {
            lock: libc::PTHREAD_MUTEX_INITIALIZER,
            references: AtomicIsize::new(1),
        };
        let lock = Box::into_raw(Box::new(lock));
        let set = shared.data_lock.compare_exchange(ptr::null_mut(), lock, Ordering::AcqRel, Ordering::Acquire);
        if set.is_err() {
            drop(Box::from_raw(lock));
            return ptr::null_mut();
        }
        lock
    }
    fn driver_pdl_lock(lock: *mut DataLock) {
        (*lock).references.fetch_add(1, Ordering::AcqRel);
        libc::pthread_mutex_lock(&raw mut (*lock).lock);
    }
    fn driver_pdl_unlock(lock: *mut DataLock) {
        libc::pthread_mutex_unlock(&raw mut (*lock).lock);
        release(lock);
    }
    fn driver_pdl_get_refc(lock: *mut DataLock) -> isize {
        (*lock).references.load(Ordering::Acquire)
    }
    fn driver_pdl_inc_refc(lock: *mut DataLock) -> isize {
        (*lock).references.fetch_add(1, Ordering::AcqRel) + 1
    }
    fn driver_pdl_dec_refc(lock: *mut DataLock) -> isize {
        release(lock)
    }
}
