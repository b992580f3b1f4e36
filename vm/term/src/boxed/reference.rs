//! References of this node: three numbers, perhaps with the pid that an alias or a reply belongs to, or with an object that the
//! machine keeps behind it (a magic reference).

use crate::heap::arena::Builder;
use crate::rules::rules;
use crate::term::Term;
use crate::word::{Word, subtag};
use std::any::{Any, TypeId};
use std::sync::{Arc, OnceLock};

/// An object behind a magic reference.
pub struct Magic {
    /// The object's type, which natives ask for at each call.
    kind: TypeId,
    value: Box<dyn Any + Send + Sync>,
}

impl Magic {
    /// An object to stand behind references.
    pub fn new(value: Box<dyn Any + Send + Sync>) -> Magic {
        Magic {
            kind: (*value).type_id(),
            value,
        }
    }
    /// The object, if it is a `T`.
    #[inline]
    pub fn value<T: Any>(&self) -> Option<&T> {
        // SAFETY: the type was asked of this object, which is never replaced.
        (self.kind == TypeId::of::<T>()).then(|| unsafe { &*(&raw const *self.value).cast::<T>() })
    }
}

/// The three numbers of a reference: 18 bits, 32 bits, 32 bits; the first is the least significant when printed last.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct RefNumbers {
    /// Numbers 0 (low half) and 1 (high half).
    pub low: u64,
    /// Number 2.
    pub high: u32,
}

impl RefNumbers {
    /// From the three numbers in the order of the external format.
    pub fn from_numbers(numbers: [u32; 3]) -> RefNumbers {
        RefNumbers {
            low: u64::from(numbers[0]) | (u64::from(numbers[1]) << 32),
            high: numbers[2],
        }
    }
    /// The three numbers in the order of the external format.
    pub fn numbers(self) -> [u32; 3] {
        [self.low as u32, (self.low >> 32) as u32, self.high]
    }
}

/// A reference of this node.
#[derive(Copy, Clone)]
pub struct Reference<'p>(pub(crate) Term<'p>);

const PLAIN: usize = 2;
const WITH_PID: usize = 3;
/// Words behind the header of a magic reference.
pub(crate) const WITH_OBJECT: usize = 4;

impl<'p> Reference<'p> {
    #[inline(always)]
    fn word(self, index: usize) -> Word {
        // SAFETY: callers stay within the object's arity.
        unsafe { *self.0.word().pointer().add(index) }
    }
    fn arity(self) -> usize {
        self.word(0).arity()
    }
    /// Its numbers.
    pub fn numbers(self) -> RefNumbers {
        RefNumbers {
            low: self.word(1).0,
            high: self.word(2).0 as u32,
        }
    }
    /// Number of the local process that an alias or pid reference belongs to.
    pub fn pid_number(self) -> Option<u64> {
        (self.arity() == WITH_PID).then(|| self.word(3).local_number())
    }
    /// Its numbers as they are printed and sent, and how many: from OTP 26 on the pid that it belongs to makes two more.
    pub fn external_numbers(self) -> ([u32; 5], usize) {
        let [a, b, c] = self.numbers().numbers();
        match self.pid_number() {
            Some(pid) if rules().long_references => {
                let word = Word::local_pid(pid).0;
                ([a, b, c, word as u32, (word >> 32) as u32], 5)
            }
            _ => ([a, b, c, 0, 0], 3),
        }
    }
    /// The object behind a magic reference.
    #[inline]
    pub fn magic(self) -> Option<&'p Magic> {
        // SAFETY: a magic reference holds one count of its object, which lives while the term does.
        (self.arity() == WITH_OBJECT).then(|| unsafe { &*(self.word(3).0 as *const Magic) })
    }
    /// A count of one's own of the object behind a magic reference.
    pub fn magic_arc(self) -> Option<Arc<Magic>> {
        self.magic().map(|magic| {
            // SAFETY: the pointer came from `Arc::into_raw` and the reference holds a count.
            unsafe {
                Arc::increment_strong_count(magic);
                Arc::from_raw(magic)
            }
        })
    }
    /// The object of type `T` behind a magic reference.
    #[inline]
    pub fn magic_value<T: Any>(self) -> Option<&'p T> {
        self.magic().and_then(Magic::value)
    }
    /// The reference as a term.
    pub fn term(self) -> Term<'p> {
        self.0
    }
}

/// What a reference has that its text and bytes lack.
pub enum Hidden {
    /// The object behind it.
    Object(Arc<Magic>),
    /// The process that it belongs to; from OTP 26 on text and bytes say so.
    Owner(u64),
}

/// Told of each reference that leaves as text or bytes and loses something by that.
static KEEPER: OnceLock<fn(RefNumbers, Hidden)> = OnceLock::new();

/// Sets who keeps track of what references lose when they are printed or encoded; the first call counts.
pub fn set_keeper(keeper: fn(RefNumbers, Hidden)) {
    let _ = KEEPER.set(keeper);
}

/// The reference is about to become text or bytes.
pub(crate) fn keep_hidden(reference: Reference<'_>) {
    let Some(keeper) = KEEPER.get() else { return };
    if let Some(object) = reference.magic_arc() {
        keeper(reference.numbers(), Hidden::Object(object));
    } else if let Some(owner) = reference.pid_number().filter(|_| !rules().long_references) {
        keeper(reference.numbers(), Hidden::Owner(owner));
    }
}

impl<'p> Term<'p> {
    /// The local reference, if this is one.
    #[inline]
    pub fn as_reference(self) -> Option<Reference<'p>> {
        self.has_subtag(subtag::REFERENCE)
            .then_some(Reference(self))
    }
}

impl<'p> Builder<'p> {
    fn reference_words(&mut self, numbers: RefNumbers, arity: usize) -> *mut Word {
        let object = self.alloc(1 + arity);
        // SAFETY: fresh room of this size; the caller writes the words behind the numbers.
        unsafe {
            *object = Word::header(subtag::REFERENCE, arity);
            *object.add(1) = Word(numbers.low);
            *object.add(2) = Word(u64::from(numbers.high));
        }
        object
    }
    /// A plain reference.
    pub fn reference(&mut self, numbers: RefNumbers) -> Term<'p> {
        let object = self.reference_words(numbers, PLAIN);
        // SAFETY: a whole object.
        unsafe { Term::from_word(Word::boxed(object)) }
    }
    /// A reference that belongs to local process `pid_number`.
    pub fn pid_reference(&mut self, numbers: RefNumbers, pid_number: u64) -> Term<'p> {
        let object = self.reference_words(numbers, WITH_PID);
        // SAFETY: the third word of the object.
        unsafe {
            *object.add(3) = Word::local_pid(pid_number);
            Term::from_word(Word::boxed(object))
        }
    }
    /// A reference with an object behind it.
    pub fn magic_reference(&mut self, numbers: RefNumbers, object: Arc<Magic>) -> Term<'p> {
        let at = self.reference_words(numbers, WITH_OBJECT);
        // SAFETY: the object's last two words; it is whole when it goes on the list.
        unsafe {
            *at.add(3) = Word(Arc::into_raw(object) as u64);
            self.arena().offheap.push(at);
            Term::from_word(Word::boxed(at))
        }
    }
}
