//! All interleavings of readers and a thread that unlinks and frees.
//!
//! What is freed is a loom cell that the deferred closure writes to: a reader that is not ordered before the write fails the
//! model, whether or not it would have seen it.
#![cfg(loom)]

use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;
use oxbeam_sync::progress;
use std::sync::Arc;

struct Shared {
    /// 1 while the record can be found.
    link: AtomicUsize,
    record: UnsafeCell<u32>,
    freed: AtomicUsize,
}

// SAFETY: this is the point of the test; loom says if it is not so.
unsafe impl Sync for Shared {}
// SAFETY: as above.
unsafe impl Send for Shared {}

fn shared() -> Arc<Shared> {
    Arc::new(Shared {
        link: AtomicUsize::new(1),
        record: UnsafeCell::new(42),
        freed: AtomicUsize::new(0),
    })
}

/// Looks the record up and reads it if it is there.
fn read(shared: &Shared) {
    if shared.link.load(Ordering::Acquire) == 1 {
        // SAFETY: loom says.
        assert_eq!(shared.record.with(|record| unsafe { *record }), 42);
    }
}

/// Unlinks the record and puts its end off.
fn unlink(shared: &Arc<Shared>) {
    shared.link.store(0, Ordering::Release);
    let shared = Arc::clone(shared);
    progress::defer(move || {
        // SAFETY: loom says.
        shared.record.with_mut(|record| unsafe { *record = 0 });
        shared.freed.fetch_add(1, Ordering::Relaxed);
    });
}

fn model(bound: usize, body: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(bound);
    builder.check(body);
}

#[test]
fn a_guard_protects() {
    model(5, || {
        let shared = shared();
        let there = Arc::clone(&shared);
        let reader = thread::spawn(move || {
            let guard = progress::pin();
            read(&there);
            read(&there);
            drop(guard);
        });
        unlink(&shared);
        progress::collect();
        progress::collect();
        progress::collect();
        reader.join().unwrap();
        progress::collect();
        progress::collect();
        assert_eq!(shared.freed.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn a_worker_is_protected_between_quiescent_points() {
    model(5, || {
        let shared = shared();
        let there = Arc::clone(&shared);
        let reader = thread::spawn(move || {
            let mut worker = progress::register();
            read(&there);
            worker.quiescent();
            read(&there);
            worker.offline(|| ());
            read(&there);
        });
        unlink(&shared);
        for _ in 0..3 {
            progress::collect();
        }
        reader.join().unwrap();
        progress::collect();
        progress::collect();
        assert_eq!(shared.freed.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn two_workers_free_each_for_itself() {
    model(4, || {
        let shared = shared();
        let there = Arc::clone(&shared);
        let reader = thread::spawn(move || {
            let mut worker = progress::register();
            read(&there);
            worker.quiescent();
            read(&there);
        });
        let mut worker = progress::register();
        unlink(&shared);
        worker.quiescent();
        worker.quiescent();
        drop(worker);
        reader.join().unwrap();
        for _ in 0..2 {
            progress::collect();
        }
        assert_eq!(shared.freed.load(Ordering::Relaxed), 1);
    });
}

/// Who unlinks, who steps and who reads are three, so that no fence does the work of another.
#[test]
fn a_third_thread_may_step() {
    model(3, || {
        let shared = shared();
        let there = Arc::clone(&shared);
        let reader = thread::spawn(move || {
            let guard = progress::pin();
            read(&there);
            drop(guard);
        });
        let stepper = thread::spawn(|| {
            progress::collect();
            progress::collect();
        });
        unlink(&shared);
        reader.join().unwrap();
        stepper.join().unwrap();
        progress::collect();
        progress::collect();
        assert_eq!(shared.freed.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn a_quiescent_point_has_the_reads_before_it_behind_it() {
    model(6, || {
        let shared = shared();
        let there = Arc::clone(&shared);
        let reader = thread::spawn(move || {
            let mut worker = progress::register();
            read(&there);
            worker.quiescent();
            std::mem::forget(worker);
        });
        unlink(&shared);
        progress::collect();
        progress::collect();
        reader.join().unwrap();
    });
}
