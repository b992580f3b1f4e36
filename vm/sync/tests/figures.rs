//! What do the primitives cost? Prints nanoseconds; asserts nothing.
//! `cargo test -p oxbeam_sync --release --test figures -- --ignored --nocapture --test-threads 1`
#![cfg(not(loom))]

use oxbeam_sync::counter::Counter;
use oxbeam_sync::inbox::{Inbox, Node};
use oxbeam_sync::park::Parker;
use oxbeam_sync::progress;
use oxbeam_sync::table::IdTable;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

/// Best of five runs, nanoseconds for one of `count`.
fn measure(what: &str, count: usize, mut run: impl FnMut()) {
    let mut best = f64::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        run();
        best = best.min(start.elapsed().as_nanos() as f64 / count as f64);
    }
    println!("{what:<58} {best:>8.1} ns");
}

#[test]
#[ignore = "figures, not a check"]
fn inbox() {
    const COUNT: usize = 1_000_000;
    let inbox = Inbox::new();
    let mut spare: Vec<_> = (0..1_000).map(Node::new).collect();
    measure("inbox: push 1, take 1 (no allocation)", COUNT, || {
        let mut node = spare.pop();
        for _ in 0..COUNT {
            if let Some(node) = node.take() {
                _ = inbox.push(node);
            }
            node = inbox.take_all().pop_front();
        }
        spare.extend(node);
    });
    measure(
        "inbox: push 1,000, take them (no allocation)",
        COUNT,
        || {
            for _ in 0..COUNT / 1_000 {
                for node in spare.drain(..) {
                    _ = inbox.push(node);
                }
                spare.extend(inbox.take_all());
            }
        },
    );
    measure("inbox: take_all of an empty one", COUNT, || {
        for _ in 0..COUNT {
            black_box(black_box(&inbox).take_all().is_empty());
        }
    });
    for writers in [1, 2] {
        measure(
            &format!("inbox: {writers} writers and a reader, each message"),
            COUNT,
            || {
                std::thread::scope(|scope| {
                    for _ in 0..writers {
                        scope.spawn(|| {
                            (0..COUNT / writers).for_each(|value| _ = inbox.push(Node::new(value)));
                        });
                    }
                    let mut got = 0;
                    while got < COUNT {
                        got += inbox.take_all().count();
                    }
                });
            },
        );
    }
}

#[test]
#[ignore = "figures, not a check"]
fn table() {
    const COUNT: usize = 1_000_000;
    const ALIVE: u64 = 1_000;
    let table = IdTable::<u64>::new(262_144, 28);
    let make = |id: oxbeam_sync::table::Id| Arc::new(id.data);
    (0..ALIVE).for_each(|_| _ = table.insert_with(make));
    let get_ref = || {
        for id in 0..COUNT as u64 {
            let guard = progress::pin();
            black_box(table.get_ref(id % ALIVE, &guard));
        }
    };
    let get = || (0..COUNT as u64).for_each(|id| _ = black_box(table.get(id % ALIVE)));
    measure("table: pin and get_ref, other thread", COUNT, get_ref);
    measure("table: get (counted), other thread", COUNT, get);
    let mut worker = progress::register();
    measure("table: pin and get_ref, worker", COUNT, get_ref);
    measure("table: get (counted), worker", COUNT, get);
    measure("table: get_ref, worker, under one guard", COUNT, || {
        let guard = progress::pin();
        (0..COUNT as u64).for_each(|id| _ = black_box(table.get_ref(id % ALIVE, &guard)));
    });
    measure("table: get_ref of an id that is gone", COUNT, || {
        let guard = progress::pin();
        (0..COUNT as u64).for_each(|_| _ = black_box(table.get_ref(black_box(200_000), &guard)));
    });
    measure(
        "table: insert, remove, free, quiescent point",
        COUNT,
        || {
            for _ in 0..COUNT {
                let id = table.insert_with(make).map_or(0, |id| *id);
                table.remove(id);
                worker.quiescent();
            }
        },
    );
    drop(worker);
    measure("table: the same by two workers at once", COUNT, || {
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut worker = progress::register();
                    for _ in 0..COUNT / 2 {
                        let id = table.insert_with(make).map_or(0, |id| *id);
                        table.remove(id);
                        worker.quiescent();
                    }
                });
            }
        });
    });
    (0..100_000).for_each(|_| _ = table.insert_with(make));
    measure("table: list 101,000 ids, each", 101_000, || {
        _ = black_box(table.ids())
    });
}

#[test]
#[ignore = "figures, not a check"]
fn rest() {
    const COUNT: usize = 1_000_000;
    let mut worker = progress::register();
    measure(
        "progress: quiescent point with nothing to free",
        COUNT,
        || {
            (0..COUNT).for_each(|_| worker.quiescent());
        },
    );
    measure(
        "progress: defer, and its share of the freeing",
        COUNT,
        || {
            for _ in 0..COUNT {
                progress::defer(|| ());
                worker.quiescent();
            }
        },
    );
    measure("progress: offline and back", COUNT, || {
        (0..COUNT).for_each(|_| worker.offline(|| ()));
    });
    drop(worker);
    let counter = Counter::new();
    measure("counter: increment", COUNT, || {
        (0..COUNT).for_each(|_| counter.increment())
    });
    let parker = Parker::new();
    let unparker = parker.unparker();
    measure("park: unpark and park on one thread", COUNT, || {
        for _ in 0..COUNT {
            unparker.unpark();
            parker.park();
        }
    });
    const TURNS: usize = 20_000;
    measure("park: ping-pong of two threads, round", TURNS, || {
        let here = Parker::new();
        let back = here.unparker();
        let (send, receive) = std::sync::mpsc::channel();
        let other = std::thread::spawn(move || {
            let there = Parker::new();
            _ = send.send(there.unparker());
            for _ in 0..TURNS {
                there.park();
                back.unpark();
            }
        });
        let there = receive.recv().expect("the other thread has sent it");
        for _ in 0..TURNS {
            there.unpark();
            here.park();
        }
        other.join().expect("the other thread does not panic");
    });
}
