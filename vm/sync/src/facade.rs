//! `std` or `loom`, chosen once by `cfg(loom)`.
//!
//! The rest of the crate takes its atomics, cells, threads and plain locks from here and nowhere else, so that
//! the model checker sees every access that the algorithms lean on. Not here: `std::sync::Arc`, whose counts are
//! nobody's algorithm.

#[cfg(not(loom))]
pub use real::*;

#[cfg(loom)]
pub use model::*;

#[cfg(not(loom))]
mod real {
    pub use parking_lot::{Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
    pub use std::{hint, sync::atomic, thread};

    /// `std::cell::UnsafeCell` with loom's face: access is a closure, so that the checker knows its extent.
    #[derive(Debug)]
    #[repr(transparent)]
    pub struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

    impl<T> UnsafeCell<T> {
        /// A cell that holds `value`.
        pub const fn new(value: T) -> UnsafeCell<T> {
            UnsafeCell(std::cell::UnsafeCell::new(value))
        }

        /// Lends the content for reading.
        #[inline(always)]
        pub fn with<R>(&self, read: impl FnOnce(*const T) -> R) -> R {
            read(self.0.get())
        }

        /// Lends the content for writing.
        #[inline(always)]
        pub fn with_mut<R>(&self, write: impl FnOnce(*mut T) -> R) -> R {
            write(self.0.get())
        }
    }
}

#[cfg(loom)]
mod model {
    pub use loom::{cell::UnsafeCell, hint, sync::atomic, thread};
    use std::time::Duration;

    pub use loom::sync::{MutexGuard, RwLockReadGuard, RwLockWriteGuard};

    const POISON: &str = "a panic ends the model";

    /// Loom's mutex with `parking_lot`'s face.
    #[derive(Debug)]
    pub struct Mutex<T>(loom::sync::Mutex<T>);

    impl<T> Mutex<T> {
        /// A free lock around `value`.
        pub fn new(value: T) -> Mutex<T> {
            Mutex(loom::sync::Mutex::new(value))
        }

        /// Waits for the lock.
        pub fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().expect(POISON)
        }

        /// Takes the lock if it is free.
        pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
            self.0.try_lock().ok()
        }

        /// The content, through exclusive access.
        pub fn get_mut(&mut self) -> &mut T {
            self.0.get_mut().expect(POISON)
        }

        /// The content.
        pub fn into_inner(self) -> T {
            self.0.into_inner().expect(POISON)
        }
    }

    /// Loom's read-write lock with `parking_lot`'s face.
    #[derive(Debug)]
    pub struct RwLock<T>(loom::sync::RwLock<T>);

    impl<T> RwLock<T> {
        /// A free lock around `value`.
        pub fn new(value: T) -> RwLock<T> {
            RwLock(loom::sync::RwLock::new(value))
        }

        /// Waits for shared access.
        pub fn read(&self) -> RwLockReadGuard<'_, T> {
            self.0.read().expect(POISON)
        }

        /// Waits for exclusive access.
        pub fn write(&self) -> RwLockWriteGuard<'_, T> {
            self.0.write().expect(POISON)
        }

        /// Takes shared access if no writer has the lock.
        pub fn try_read(&self) -> Option<RwLockReadGuard<'_, T>> {
            self.0.try_read().ok()
        }

        /// Takes exclusive access if the lock is free.
        pub fn try_write(&self) -> Option<RwLockWriteGuard<'_, T>> {
            self.0.try_write().ok()
        }

        /// The content, through exclusive access.
        pub fn get_mut(&mut self) -> &mut T {
            self.0.get_mut().expect(POISON)
        }

        /// The content.
        pub fn into_inner(self) -> T {
            self.0.into_inner().expect(POISON)
        }
    }

    /// Loom's condition variable with `parking_lot`'s face.
    #[derive(Debug)]
    pub struct Condvar(loom::sync::Condvar);

    /// Did the wait end by time?
    #[derive(Debug)]
    pub struct WaitTimeoutResult(bool);

    impl WaitTimeoutResult {
        /// True if nobody notified in time.
        pub fn timed_out(&self) -> bool {
            self.0
        }
    }

    impl Default for Condvar {
        fn default() -> Condvar {
            Condvar::new()
        }
    }

    impl Condvar {
        /// A condition variable that nobody waits on.
        pub fn new() -> Condvar {
            Condvar(loom::sync::Condvar::new())
        }

        /// Wakes one waiter.
        pub fn notify_one(&self) {
            self.0.notify_one();
        }

        /// Wakes every waiter.
        pub fn notify_all(&self) {
            self.0.notify_all();
        }

        /// Gives the lock up, waits, takes it again.
        pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
            // SAFETY: the guard is moved into loom's `wait` and the one that comes back takes its place before
            // anyone can see the gap; loom ends the whole model on a panic.
            unsafe {
                let taken = std::ptr::read(guard);
                std::ptr::write(guard, self.0.wait(taken).expect(POISON));
            }
        }

        /// Loom knows no time: the same as [`wait`](Condvar::wait).
        pub fn wait_for<T>(
            &self,
            guard: &mut MutexGuard<'_, T>,
            _timeout: Duration,
        ) -> WaitTimeoutResult {
            self.wait(guard);
            WaitTimeoutResult(false)
        }
    }
}
