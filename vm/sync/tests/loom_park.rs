//! All interleavings of a sleeper and its wakers.
#![cfg(loom)]

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;
use oxbeam_sync::park::Parker;
use std::sync::Arc;

#[test]
fn no_wake_is_lost_and_what_came_before_it_is_seen() {
    loom::model(|| {
        let parker = Parker::new();
        let work = Arc::new(AtomicUsize::new(0));
        let wakers = [(); 2].map(|()| {
            let (unparker, work) = (parker.unparker(), Arc::clone(&work));
            thread::spawn(move || {
                work.fetch_add(1, Ordering::Relaxed);
                unparker.unpark();
            })
        });
        while work.load(Ordering::Relaxed) < 2 {
            parker.park();
        }
        for waker in wakers {
            waker.join().unwrap();
        }
    });
}

#[test]
fn a_sleep_takes_one_token() {
    loom::model(|| {
        let parker = Parker::new();
        let unparker = parker.unparker();
        let waker = thread::spawn(move || unparker.unpark());
        parker.park();
        assert!(!parker.try_park());
        waker.join().unwrap();
    });
}
