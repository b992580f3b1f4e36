//! Which nodes are known: those with terms, and for a while those that had some. Follows `erl_node_tables.c`, but takes nothing out of a table:
//! a node that nobody has a term of is not told any more, and is the same one when it is heard of again.

use crate::machine::machine;
use oxbeam_term::Atom;
use oxbeam_term::boxed::external::{Node, set_clock};
use std::sync::atomic::{AtomicI64, Ordering};

/// Milliseconds that a test wants; negative: what the machine was started with.
static DELAY: AtomicI64 = AtomicI64::new(-1);

/// For so many milliseconds nodes that nobody has a term of are known; negative: for as long as the machine was told when it was started.
pub fn set_delay(milliseconds: i64) {
    DELAY.store(milliseconds, Ordering::Relaxed);
}

/// Before the first node is heard of.
pub(crate) fn start() {
    set_clock(|| machine().time.tick());
}

fn delay() -> Option<u64> {
    match u64::try_from(DELAY.load(Ordering::Relaxed)) {
        Ok(milliseconds) => Some(milliseconds),
        Err(_) => {
            let seconds = machine().config.settings.node_table_gc?;
            Some(u64::from(seconds) * 1000)
        }
    }
}

/// The nodes that are known.
pub fn all() -> Vec<&'static Node> {
    let delay = delay();
    let mut nodes = Node::all();
    nodes.retain(|node| node.is_of_interest(delay));
    nodes.sort_unstable_by_key(|node| (node.name.index(), node.creation));
    nodes
}

/// Their names.
pub fn names() -> Vec<Atom> {
    let mut names: Vec<Atom> = all().into_iter().map(|node| node.name).collect();
    names.dedup();
    names
}
