//! All interleavings of small inboxes. `RUSTFLAGS="--cfg loom" cargo test -p oxbeam_sync --release`.
#![cfg(loom)]

use loom::thread;
use oxbeam_sync::inbox::{Chain, Inbox, Node};
use std::sync::Arc;

type Numbers = Inbox<Box<Node<u32>>>;

/// A record behind loom's cell: an access without order between the threads fails the model.
fn values(chain: Chain<Box<Node<u32>>>) -> Vec<u32> {
    chain.map(|node| node.value).collect()
}

#[test]
fn order_is_kept_and_each_filling_wakes_once() {
    loom::model(|| {
        let inbox = Arc::new(Numbers::new());
        let there = Arc::clone(&inbox);
        let one =
            thread::spawn(move || [1, 2].map(|value| there.push(Node::new(value)).unwrap().0));
        let there = Arc::clone(&inbox);
        let other = thread::spawn(move || [there.push(Node::new(10)).unwrap().0]);
        let (mut got, mut takes) = (Vec::new(), 0);
        for _ in 0..2 {
            let new = values(inbox.take_all());
            takes += usize::from(!new.is_empty());
            got.extend(new);
        }
        let (one, other) = (one.join().unwrap(), other.join().unwrap());
        let new = values(inbox.take_all());
        takes += usize::from(!new.is_empty());
        got.extend(new);
        assert_eq!(
            one.iter().chain(&other).filter(|&&woke| woke).count(),
            takes
        );
        let small: Vec<_> = got.iter().copied().filter(|&value| value < 10).collect();
        assert_eq!((got.len(), &small[..]), (3, &[1, 2][..]));
    });
}

#[test]
fn a_closing_inbox_loses_nothing() {
    loom::model(|| {
        let inbox = Arc::new(Numbers::new());
        let senders = [[1, 2], [3, 4]].map(|pair| {
            let inbox = Arc::clone(&inbox);
            thread::spawn(move || {
                let push = |value| {
                    inbox
                        .push(Node::new(value))
                        .map(|_| ())
                        .map_err(|back| back.0.value)
                };
                pair.map(push).map(Result::err)
            })
        });
        let mut all = values(inbox.take_all());
        all.extend(values(inbox.close()));
        assert!(inbox.take_all().is_empty());
        for sender in senders {
            let back = sender.join().unwrap();
            assert!(
                back[0].is_none() || back[1].is_some(),
                "closed once, closed for good"
            );
            all.extend(back.into_iter().flatten());
        }
        all.sort_unstable();
        assert_eq!(all, [1, 2, 3, 4]);
    });
}

#[test]
fn a_chain_goes_in_whole() {
    loom::model(|| {
        let inbox = Arc::new(Numbers::new());
        let there = Arc::clone(&inbox);
        let sender = thread::spawn(move || {
            let chain: Chain<_> = [1, 2].map(Node::new).into_iter().collect();
            _ = there.push_chain(chain).unwrap();
        });
        _ = inbox.push(Node::new(7)).unwrap();
        let early = values(inbox.take_all());
        sender.join().unwrap();
        let late = values(inbox.take_all());
        let all = [early, late].concat();
        assert!(all == [1, 2, 7] || all == [7, 1, 2], "{all:?}");
    });
}
