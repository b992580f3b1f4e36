//! Pids, ports and references of other nodes: `[header][node][number …][link]`. Nodes are shared by name and never freed; each counts the terms that
//! name it, so that it is known which of them are still of interest. The link is that of the heap's list of what owns something.

use crate::atom::Atom;
use crate::heap::arena::Builder;
use crate::rules::rules;
use crate::term::{Term, View};
use crate::word::{Word, subtag};
use hashbrown::HashMap;
use parking_lot::Mutex;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};

/// A node's name and creation.
#[derive(Debug)]
pub struct Node {
    /// Name.
    pub name: Atom,
    /// Creation.
    pub creation: u32,
    /// Terms of it.
    terms: AtomicUsize,
    /// When the last of them went, in milliseconds of [`set_clock`].
    left: AtomicU64,
}

impl PartialEq for Node {
    fn eq(&self, other: &Node) -> bool {
        (self.name, self.creation) == (other.name, other.creation)
    }
}

impl Eq for Node {}

static CLOCK: OnceLock<fn() -> u64> = OnceLock::new();

/// Sets what tells when the last term of a node goes, in milliseconds; the first call counts.
pub fn set_clock(clock: fn() -> u64) {
    let _ = CLOCK.set(clock);
}

fn now() -> u64 {
    CLOCK.get().map_or(0, |clock| clock())
}

static NODES: Mutex<Option<HashMap<(Atom, u32), &'static Node>>> = Mutex::new(None);

impl Node {
    /// The shared entry of this node.
    pub fn of(name: Atom, creation: u32) -> &'static Node {
        let mut nodes = NODES.lock();
        let nodes = nodes.get_or_insert_with(HashMap::new);
        nodes.entry((name, creation)).or_insert_with(|| {
            Box::leak(Box::new(Node {
                name,
                creation,
                terms: AtomicUsize::new(0),
                left: AtomicU64::new(now()),
            }))
        })
    }
    /// All that have been heard of.
    pub fn all() -> Vec<&'static Node> {
        let nodes = NODES.lock();
        nodes.iter().flat_map(HashMap::values).copied().collect()
    }
    /// There are terms of it, or were less than so many milliseconds ago.
    pub fn is_of_interest(&self, delay: Option<u64>) -> bool {
        self.terms() > 0
            || delay
                .is_none_or(|delay| now().saturating_sub(self.left.load(Ordering::Relaxed)) < delay)
    }
    /// How many terms of it there are.
    pub fn terms(&self) -> usize {
        self.terms.load(Ordering::Acquire)
    }
    /// Something else has just ended that was of interest.
    pub fn touch(&self) {
        self.left.store(now(), Ordering::Relaxed);
    }
    /// The node that this term is a process, port or reference of, if that is not this one.
    pub fn of_term(term: Term<'_>) -> Option<&'static Node> {
        match term.view() {
            View::ExternalPid(it) | View::ExternalPort(it) | View::ExternalReference(it) => {
                Some(it.node())
            }
            _ => None,
        }
    }
    /// One more term of it.
    pub(crate) fn hold(&self) {
        self.terms.fetch_add(1, Ordering::Relaxed);
    }
    /// One less.
    pub(crate) fn leave(&self) {
        if self.terms.load(Ordering::Relaxed) == 1 {
            self.left.store(now(), Ordering::Relaxed);
        }
        self.terms.fetch_sub(1, Ordering::Release);
    }
    /// The latest incarnation of the node of this name that has been heard of.
    pub fn known(name: Atom) -> Option<&'static Node> {
        let nodes = NODES.lock();
        nodes
            .as_ref()?
            .values()
            .filter(|node| node.name == name)
            .max_by_key(|node| node.creation)
            .copied()
    }
}

static THIS_NODE: AtomicPtr<Node> = AtomicPtr::new(std::ptr::null_mut());

/// This node: `nonode@nohost`, creation 0, until [`set_this_node`].
pub fn this_node() -> &'static Node {
    let node = THIS_NODE.load(Ordering::Acquire);
    if node.is_null() {
        return nobody();
    }
    // SAFETY: only shared nodes are stored, which are never freed.
    unsafe { &*node }
}

/// The node that has no name yet, found once.
#[cold]
fn nobody() -> &'static Node {
    let node = Node::of(crate::atom::known::NONODE_NOHOST, 0);
    let place = std::ptr::from_ref(node).cast_mut();
    let null = std::ptr::null_mut();
    let _ = THIS_NODE.compare_exchange(null, place, Ordering::AcqRel, Ordering::Acquire);
    node
}

/// Names this node: it has become part of a network, or left it.
pub fn set_this_node(node: &'static Node) {
    THIS_NODE.store(std::ptr::from_ref(node).cast_mut(), Ordering::Release);
}

/// Bits of a local pid's number that print as its first part; the others are its serial.
fn pid_number_bits() -> u32 {
    if rules().short_pids { 15 } else { 28 }
}

/// Number and serial, as they are printed and sent, of a local pid.
pub fn split_pid(number: u64) -> (u32, u32) {
    let bits = pid_number_bits();
    ((number & ((1 << bits) - 1)) as u32, (number >> bits) as u32)
}

/// The local pid of this number and serial, if there may be one.
pub fn join_pid(number: u32, serial: u32) -> Option<u64> {
    let bits = pid_number_bits();
    let most_serial = if rules().short_pids {
        (1 << 13) - 1
    } else {
        u32::MAX
    };
    (number < 1 << bits && serial <= most_serial)
        .then(|| u64::from(number) | u64::from(serial) << bits)
}

/// Largest number of a local port.
pub fn max_local_port() -> u64 {
    if rules().wide_ports {
        (1 << 60) - 1
    } else {
        (1 << 28) - 1
    }
}

/// What an external term is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum ExternalKind {
    /// Process.
    Pid,
    /// Port.
    Port,
    /// Reference.
    Reference,
}

/// A pid, port or reference of another node.
#[derive(Copy, Clone)]
pub struct External<'p>(pub(crate) Term<'p>);

impl<'p> External<'p> {
    fn word(self, index: usize) -> Word {
        // SAFETY: callers stay within the object.
        unsafe { *self.0.word().pointer().add(index) }
    }
    /// Pid, port or reference.
    pub fn kind(self) -> ExternalKind {
        match self.word(0).subtag() {
            subtag::EXTERNAL_PID => ExternalKind::Pid,
            subtag::EXTERNAL_PORT => ExternalKind::Port,
            _ => ExternalKind::Reference,
        }
    }
    /// The node.
    pub fn node(self) -> &'static Node {
        // SAFETY: nodes are never freed.
        unsafe { &*(self.word(1).0 as *const Node) }
    }
    /// Number of a pid (`id | serial << 32`) or port.
    pub fn number(self) -> u64 {
        self.word(2).0
    }
    /// Numbers of a reference, in the order of the external format.
    pub fn numbers(self) -> Vec<u32> {
        let count = self.word(2).0 as usize;
        (0..count)
            .map(|index| (self.word(3 + index / 2).0 >> (32 * (index % 2))) as u32)
            .collect()
    }
    /// The term.
    pub fn term(self) -> Term<'p> {
        self.0
    }
}

impl<'p> Builder<'p> {
    fn external(&mut self, tag: u64, node: &'static Node, number: u64) -> Term<'p> {
        node.hold();
        let object = self.alloc(4);
        // SAFETY: four fresh words, the last one for the list; it is whole when it goes there.
        unsafe {
            *object = Word::header(tag, 3);
            *object.add(1) = Word(std::ptr::from_ref(node) as u64);
            *object.add(2) = Word(number);
            self.arena().offheap.push(object);
            Term::from_word(Word::boxed(object))
        }
    }
    /// A process of another node: `number` is `id | serial << 32`.
    pub fn external_pid(&mut self, node: &'static Node, number: u64) -> Term<'p> {
        self.external(subtag::EXTERNAL_PID, node, number)
    }
    /// A port of another node.
    pub fn external_port(&mut self, node: &'static Node, number: u64) -> Term<'p> {
        self.external(subtag::EXTERNAL_PORT, node, number)
    }
    /// A reference of another node; at most five numbers.
    pub fn external_reference(&mut self, node: &'static Node, numbers: &[u32]) -> Term<'p> {
        let packed = numbers.len().div_ceil(2);
        node.hold();
        let object = self.alloc(4 + packed);
        // SAFETY: fresh room for the header, the node, the count, the packed numbers and the link; it is whole when it goes on the list.
        unsafe {
            *object = Word::header(subtag::EXTERNAL_REFERENCE, 3 + packed);
            *object.add(1) = Word(std::ptr::from_ref(node) as u64);
            *object.add(2) = Word(numbers.len() as u64);
            for (index, pair) in numbers.chunks(2).enumerate() {
                *object.add(3 + index) =
                    Word(u64::from(pair[0]) | (u64::from(pair.get(1).copied().unwrap_or(0)) << 32));
            }
            self.arena().offheap.push(object);
            Term::from_word(Word::boxed(object))
        }
    }
}
