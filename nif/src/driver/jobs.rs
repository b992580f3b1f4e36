//! `driver_async`: work of drivers on threads of its own. Jobs with one key are done one after the other.

use super::abi::locks::{self, DataLock};
use super::entry::Library;
use super::list;
use super::port::Shared;
use std::ffi::c_void;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, OnceLock};

type Function = unsafe extern "C" fn(*mut c_void);

/// What a job works with, which is given back by `free` if the driver does not take it.
pub(crate) struct Finished {
    data: *mut c_void,
    free: Option<Function>,
    library: Arc<Library>,
    /// The lock for the port's data, which the job may take when the port is gone.
    lock: *mut DataLock,
}

// SAFETY: one thread at a time has it, as the driver knows.
unsafe impl Send for Finished {}

impl Finished {
    /// It is the driver's now.
    pub(crate) fn take(&mut self) -> *mut c_void {
        self.free = None;
        self.data
    }
}

impl Drop for Finished {
    fn drop(&mut self) {
        if let Some(free) = self.free {
            // SAFETY: the driver's function; its library is open as long as the job has a reference.
            unsafe { free(self.data) };
        }
        locks::release(self.lock);
        list::unrefer(&self.library);
    }
}

struct Job {
    invoke: Option<Function>,
    finished: Finished,
    shared: Arc<Shared>,
}

impl Job {
    fn run(self) {
        let Job {
            invoke,
            finished,
            shared,
        } = self;
        if let Some(invoke) = invoke {
            // SAFETY: the driver's function, with what it wants to get.
            unsafe { invoke(finished.data) };
        }
        shared.send(Box::new(finished));
    }
}

/// The threads' queues; none if the machine has no threads for this (`+A 0`).
fn threads() -> &'static [Sender<Job>] {
    static THREADS: OnceLock<Vec<Sender<Job>>> = OnceLock::new();
    THREADS.get_or_init(|| {
        let count = oxbeam_vm::machine::machine().config.async_threads;
        let start = |number: usize| {
            let (sender, receiver) = channel::<Job>();
            let work = move || receiver.into_iter().for_each(Job::run);
            let thread = std::thread::Builder::new().name(format!("async_{}", number + 1));
            thread.spawn(work).ok().map(|_| sender)
        };
        (0..count).filter_map(start).collect()
    })
}

/// Puts a job on the queue that `key` chooses; its number. `None`: the driver does it itself, now.
///
/// # Safety
/// The functions take `data`, on any thread.
pub(crate) unsafe fn start(
    shared: &Arc<Shared>,
    key: Option<u32>,
    invoke: Option<Function>,
    data: *mut c_void,
    free: Option<Function>,
) -> Option<i64> {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let threads = threads();
    let place = match key {
        Some(key) => key as usize,
        None => number,
    };
    let queue = threads.get(place.checked_rem(threads.len())?)?;
    list::refer(&shared.library);
    let lock = shared.data_lock.load(Ordering::Acquire);
    locks::refer(lock);
    let finished = Finished {
        data,
        free,
        library: Arc::clone(&shared.library),
        lock,
    };
    let shared = Arc::clone(shared);
    let job = Job {
        invoke,
        finished,
        shared,
    };
    // The threads live as long as the machine.
    queue.send(job).ok().map(|()| number as i64)
}
