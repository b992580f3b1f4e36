//! Threads and their locks: those that libraries of native functions have, by other names.

use crate::abi::abi;
use crate::abi::threads::{self, Cond, Mutex, RwLock, Thread, ThreadOptions};
use std::ffi::{c_char, c_int, c_void};

abi! {
    fn erl_drv_mutex_create(of: *const c_char) -> *mut Mutex {
        threads::enif_mutex_create(of)
    }
    fn erl_drv_mutex_destroy(mutex: *mut Mutex) {
        threads::enif_mutex_destroy(mutex);
    }
    fn erl_drv_mutex_trylock(mutex: *mut Mutex) -> c_int {
        threads::enif_mutex_trylock(mutex)
    }
    fn erl_drv_mutex_lock(mutex: *mut Mutex) {
        threads::enif_mutex_lock(mutex);
    }
    fn erl_drv_mutex_unlock(mutex: *mut Mutex) {
        threads::enif_mutex_unlock(mutex);
    }
    fn erl_drv_mutex_name(mutex: *mut Mutex) -> *const c_char {
        threads::enif_mutex_name(mutex)
    }
    fn erl_drv_cond_create(of: *const c_char) -> *mut Cond {
        threads::enif_cond_create(of)
    }
    fn erl_drv_cond_destroy(cond: *mut Cond) {
        threads::enif_cond_destroy(cond);
    }
    fn erl_drv_cond_signal(cond: *mut Cond) {
        threads::enif_cond_signal(cond);
    }
    fn erl_drv_cond_broadcast(cond: *mut Cond) {
        threads::enif_cond_broadcast(cond);
    }
    fn erl_drv_cond_wait(cond: *mut Cond, mutex: *mut Mutex) {
        threads::enif_cond_wait(cond, mutex);
    }
    fn erl_drv_cond_name(cond: *mut Cond) -> *const c_char {
        threads::enif_cond_name(cond)
    }
    fn erl_drv_rwlock_create(of: *const c_char) -> *mut RwLock {
        threads::enif_rwlock_create(of)
    }
    fn erl_drv_rwlock_destroy(lock: *mut RwLock) {
        threads::enif_rwlock_destroy(lock);
    }
    fn erl_drv_rwlock_tryrlock(lock: *mut RwLock) -> c_int {
        threads::enif_rwlock_tryrlock(lock)
    }
    fn erl_drv_rwlock_rlock(lock: *mut RwLock) {
        threads::enif_rwlock_rlock(lock);
    }
    fn erl_drv_rwlock_runlock(lock: *mut RwLock) {
        threads::enif_rwlock_runlock(lock);
    }
    fn erl_drv_rwlock_tryrwlock(lock: *mut RwLock) -> c_int {
        threads::enif_rwlock_tryrwlock(lock)
    }
    fn erl_drv_rwlock_rwlock(lock: *mut RwLock) {
        threads::enif_rwlock_rwlock(lock);
    }
    fn erl_drv_rwlock_rwunlock(lock: *mut RwLock) {
        threads::enif_rwlock_rwunlock(lock);
    }
    fn erl_drv_rwlock_name(lock: *mut RwLock) -> *const c_char {
        threads::enif_rwlock_name(lock)
    }
    fn erl_drv_tsd_key_create(name: *const c_char, key: *mut c_int) -> c_int {
        threads::enif_tsd_key_create(name, key)
    }
    fn erl_drv_tsd_key_destroy(key: c_int) {
        threads::enif_tsd_key_destroy(key);
    }
    fn erl_drv_tsd_set(key: c_int, data: *mut c_void) {
        threads::enif_tsd_set(key, data);
    }
    fn erl_drv_tsd_get(key: c_int) -> *mut c_void {
        threads::enif_tsd_get(key)
    }
    fn erl_drv_thread_opts_create(name: *const c_char) -> *mut ThreadOptions {
        threads::enif_thread_opts_create(name)
    }
    fn erl_drv_thread_opts_destroy(options: *mut ThreadOptions) {
        threads::enif_thread_opts_destroy(options);
    }
    fn erl_drv_thread_create(of: *const c_char, place: *mut *mut Thread, function: Option<unsafe extern "C" fn(*mut c_void) -> *mut c_void>, argument: *mut c_void, options: *const ThreadOptions) -> c_int {
        threads::enif_thread_create(of, place, function, argument, options)
    }
    fn erl_drv_thread_self() -> *mut Thread {
        threads::enif_thread_self()
    }
    fn erl_drv_equal_tids(left: *mut Thread, right: *mut Thread) -> c_int {
        threads::enif_equal_tids(left, right)
    }
    fn erl_drv_thread_exit(result: *mut c_void) {
        threads::enif_thread_exit(result);
    }
    fn erl_drv_thread_join(thread: *mut Thread, place: *mut *mut c_void) -> c_int {
        threads::enif_thread_join(thread, place)
    }
    fn erl_drv_thread_name(thread: *mut Thread) -> *const c_char {
        threads::enif_thread_name(thread)
    }
}
