//! All interleavings of look-ups with insertions and removals of the same slot.
#![cfg(loom)]

use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;
use oxbeam_sync::progress;
use oxbeam_sync::table::IdTable;
use std::sync::Arc;

/// Says which id it was made for; its end is a write that loom compares with the reads.
struct Record {
    id: u64,
    alive: Arc<UnsafeCell<bool>>,
}

// SAFETY: this is the point of the test; loom says if it is not so.
unsafe impl Sync for Record {}
// SAFETY: as above.
unsafe impl Send for Record {}

impl Record {
    fn check(&self, id: u64) {
        assert_eq!(self.id, id);
        // SAFETY: loom says.
        assert!(self.alive.with(|alive| unsafe { *alive }));
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        // SAFETY: loom says.
        self.alive.with_mut(|alive| unsafe { *alive = false });
    }
}

fn insert(table: &IdTable<Record>) -> u64 {
    let make = |id: oxbeam_sync::table::Id| {
        Arc::new(Record {
            id: id.data,
            alive: Arc::new(UnsafeCell::new(true)),
        })
    };
    table.insert_with(make).unwrap().id
}

fn model(bound: usize, body: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(bound);
    builder.check(body);
}

fn with_table(slots: usize) -> Arc<IdTable<Record>> {
    Arc::new(IdTable::new(slots, 28))
}

#[test]
fn a_look_up_finds_its_own_record_or_none_while_the_slot_changes_hands() {
    model(4, || {
        let table = with_table(1);
        assert_eq!(insert(&table), 0);
        let there = Arc::clone(&table);
        let reader = thread::spawn(move || {
            let guard = progress::pin();
            for id in [0, 1] {
                if let Some(record) = there.get_ref(id, &guard) {
                    record.check(id);
                }
            }
            drop(guard);
        });
        drop(table.remove(0));
        assert_eq!(insert(&table), 1);
        progress::collect();
        progress::collect();
        reader.join().unwrap();
        progress::collect();
        progress::collect();
    });
}

/// Here the counts of `std::sync::Arc` keep the record, which loom does not see; so this looks at the order of
/// events and not at memory.
#[test]
fn a_kept_record_outlives_its_removal() {
    struct Kept(Arc<AtomicBool>);
    impl Drop for Kept {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    model(4, || {
        let table = Arc::new(IdTable::<Kept>::new(1, 28));
        let gone = Arc::new(AtomicBool::new(false));
        drop(table.insert_with(|_| Arc::new(Kept(Arc::clone(&gone)))));
        let (there, flag) = (Arc::clone(&table), Arc::clone(&gone));
        let reader = thread::spawn(move || {
            if let Some(record) = there.get(0) {
                assert!(!flag.load(Ordering::Relaxed));
                drop(record);
            }
        });
        drop(table.remove(0));
        progress::collect();
        progress::collect();
        reader.join().unwrap();
        progress::collect();
        progress::collect();
        assert!(gone.load(Ordering::Relaxed));
    });
}

#[test]
fn two_inserters_get_different_ids() {
    model(3, || {
        let table = with_table(2);
        let there = Arc::clone(&table);
        let other = thread::spawn(move || {
            let id = insert(&there);
            assert!(there.contains(id));
            drop(there.remove(id));
            id
        });
        let id = insert(&table);
        let ids = table.ids();
        assert!(ids.contains(&id) && ids.len() <= 2);
        assert_ne!(id, other.join().unwrap());
        assert_eq!(table.ids(), [id]);
        progress::collect();
        progress::collect();
    });
}
