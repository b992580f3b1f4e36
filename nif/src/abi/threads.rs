//! Threads and their locks: the system's.

use super::abi;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;

/// `ErlNifMutex`
pub(crate) struct Mutex {
    lock: libc::pthread_mutex_t,
    name: CString,
}

/// `ErlNifCond`
pub(crate) struct Cond {
    cond: libc::pthread_cond_t,
    name: CString,
}

/// `ErlNifRWLock`
pub(crate) struct RwLock {
    lock: libc::pthread_rwlock_t,
    name: CString,
}

/// `ErlNifThreadOpts`
#[repr(C)]
pub(crate) struct ThreadOptions {
    stack_kilowords: c_int,
}

/// `ErlNifTid`: what a thread was started with. Its starter and itself have it; never freed before it is joined.
pub(crate) struct Thread {
    id: libc::pthread_t,
    name: CString,
    function: Option<unsafe extern "C" fn(*mut c_void) -> *mut c_void>,
    argument: *mut c_void,
}

/// Keys of threads' own data: which are in use. The system has too few.
static KEYS: parking_lot::Mutex<Vec<bool>> = parking_lot::Mutex::new(Vec::new());

thread_local! {
    /// The thread's own data, by key.
    static OWN_DATA: std::cell::RefCell<Vec<*mut c_void>> = const { std::cell::RefCell::new(Vec::new()) };
    static THIS: std::cell::Cell<*mut Thread> = const { std::cell::Cell::new(ptr::null_mut()) };
}

/// # Safety
/// A C text, or null.
unsafe fn name(of: *const c_char) -> CString {
    if of.is_null() {
        return CString::default();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(of) }.to_owned()
}

extern "C" fn run(thread: *mut c_void) -> *mut c_void {
    let thread: *mut Thread = thread.cast();
    THIS.set(thread);
    // SAFETY: the starter's thread, which it keeps until it is joined.
    unsafe {
        match (*thread).function {
            Some(function) => function((*thread).argument),
            None => ptr::null_mut(),
        }
    }
}

abi! {
    fn enif_mutex_create(of: *const c_char) -> *mut Mutex {
        Box::into_raw(Box::new(Mutex { lock: libc::PTHREAD_MUTEX_INITIALIZER, name: name(of) }))
    }
    fn enif_mutex_destroy(mutex: *mut Mutex) {
        libc::pthread_mutex_destroy(&raw mut (*mutex).lock);
        drop(Box::from_raw(mutex));
    }
    fn enif_mutex_trylock(mutex: *mut Mutex) -> c_int {
        libc::pthread_mutex_trylock(&raw mut (*mutex).lock)
    }
    fn enif_mutex_lock(mutex: *mut Mutex) {
        libc::pthread_mutex_lock(&raw mut (*mutex).lock);
    }
    fn enif_mutex_unlock(mutex: *mut Mutex) {
        libc::pthread_mutex_unlock(&raw mut (*mutex).lock);
    }
    fn enif_mutex_name(mutex: *mut Mutex) -> *const c_char {
        (*mutex).name.as_ptr()
    }
    fn enif_cond_create(of: *const c_char) -> *mut Cond {
        Box::into_raw(Box::new(Cond { cond: libc::PTHREAD_COND_INITIALIZER, name: name(of) }))
    }
    fn enif_cond_destroy(cond: *mut Cond) {
        libc::pthread_cond_destroy(&raw mut (*cond).cond);
        drop(Box::from_raw(cond));
    }
    fn enif_cond_signal(cond: *mut Cond) {
        libc::pthread_cond_signal(&raw mut (*cond).cond);
    }
    fn enif_cond_broadcast(cond: *mut Cond) {
        libc::pthread_cond_broadcast(&raw mut (*cond).cond);
    }
    fn enif_cond_wait(cond: *mut Cond, mutex: *mut Mutex) {
        libc::pthread_cond_wait(&raw mut (*cond).cond, &raw mut (*mutex).lock);
    }
    fn enif_cond_name(cond: *mut Cond) -> *const c_char {
        (*cond).name.as_ptr()
    }
    fn enif_rwlock_create(of: *const c_char) -> *mut RwLock {
        Box::into_raw(Box::new(RwLock { lock: libc::PTHREAD_RWLOCK_INITIALIZER, name: name(of) }))
    }
    fn enif_rwlock_destroy(lock: *mut RwLock) {
        libc::pthread_rwlock_destroy(&raw mut (*lock).lock);
        drop(Box::from_raw(lock));
    }
    fn enif_rwlock_tryrlock(lock: *mut RwLock) -> c_int {
        libc::pthread_rwlock_tryrdlock(&raw mut (*lock).lock)
    }
    fn enif_rwlock_rlock(lock: *mut RwLock) {
        libc::pthread_rwlock_rdlock(&raw mut (*lock).lock);
    }
    fn enif_rwlock_runlock(lock: *mut RwLock) {
        libc::pthread_rwlock_unlock(&raw mut (*lock).lock);
    }
    fn enif_rwlock_tryrwlock(lock: *mut RwLock) -> c_int {
        libc::pthread_rwlock_trywrlock(&raw mut (*lock).lock)
    }
    fn enif_rwlock_rwlock(lock: *mut RwLock) {
        libc::pthread_rwlock_wrlock(&raw mut (*lock).lock);
    }
    fn enif_rwlock_rwunlock(lock: *mut RwLock) {
        libc::pthread_rwlock_unlock(&raw mut (*lock).lock);
    }
    fn enif_rwlock_name(lock: *mut RwLock) -> *const c_char {
        (*lock).name.as_ptr()
    }
    fn enif_tsd_key_create(_name: *const c_char, key: *mut c_int) -> c_int {
        let mut keys = KEYS.lock();
        let free = keys.iter().position(|used| !used);
        let made = free.unwrap_or_else(|| {
            keys.push(false);
            keys.len() - 1
        });
        keys[made] = true;
        key.write(made as c_int);
        0
    }
    fn enif_tsd_key_destroy(key: c_int) {
        if let Some(used) = usize::try_from(key).ok().and_then(|key| KEYS.lock().get_mut(key).map(|used| std::mem::replace(used, false))) {
            debug_assert!(used, "the key is in use");
        }
    }
    fn enif_tsd_set(key: c_int, data: *mut c_void) {
        let Ok(key) = usize::try_from(key) else { return };
        OWN_DATA.with_borrow_mut(|own| {
            if own.len() <= key {
                own.resize(key + 1, ptr::null_mut());
            }
            own[key] = data;
        });
    }
    fn enif_tsd_get(key: c_int) -> *mut c_void {
        let Ok(key) = usize::try_from(key) else { return ptr::null_mut() };
        OWN_DATA.with_borrow(|own| own.get(key).copied().unwrap_or(ptr::null_mut()))
    }
    fn enif_thread_opts_create(_name: *const c_char) -> *mut ThreadOptions {
        Box::into_raw(Box::new(ThreadOptions { stack_kilowords: -1 }))
    }
    fn enif_thread_opts_destroy(options: *mut ThreadOptions) {
        drop(Box::from_raw(options));
    }
    fn enif_thread_create(of: *const c_char, place: *mut *mut Thread, function: Option<unsafe extern "C" fn(*mut c_void) -> *mut c_void>, argument: *mut c_void, options: *const ThreadOptions) -> c_int {
        let thread = Box::into_raw(Box::new(Thread { id: 0, name: name(of), function, argument }));
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        libc::pthread_attr_init(&raw mut attributes);
        if !options.is_null() && (*options).stack_kilowords > 0 {
            let bytes = (*options).stack_kilowords as usize * 1024 * 8;
            libc::pthread_attr_setstacksize(&raw mut attributes, bytes.max(libc::PTHREAD_STACK_MIN));
        }
        let failed = libc::pthread_create(&raw mut (*thread).id, &raw const attributes, run, thread.cast());
        libc::pthread_attr_destroy(&raw mut attributes);
        if failed == 0 {
            place.write(thread);
        } else {
            drop(Box::from_raw(thread));
        }
        failed
    }
    /// A thread of the machine gets a name of its own when it asks first.
    fn enif_thread_self() -> *mut Thread {
        THIS.with(|this| {
            if this.get().is_null() {
                let own = Thread { id: libc::pthread_self(), name: CString::default(), function: None, argument: ptr::null_mut() };
                this.set(Box::into_raw(Box::new(own)));
            }
            this.get()
        })
    }
    fn enif_equal_tids(left: *mut Thread, right: *mut Thread) -> c_int {
        ptr::eq(left, right).into()
    }
    fn enif_thread_exit(result: *mut c_void) {
        libc::pthread_exit(result);
    }
    fn enif_thread_join(thread: *mut Thread, place: *mut *mut c_void) -> c_int {
        let failed = libc::pthread_join((*thread).id, place);
        if failed == 0 {
            drop(Box::from_raw(thread));
        }
        failed
    }
    fn enif_thread_name(thread: *mut Thread) -> *const c_char {
        (*thread).name.as_ptr()
    }
}
