//! References that have left as text or bytes: by their numbers, what they had besides is found again. The object behind a magic one is
//! while it lives; the process that an alias belongs to, which OTP 25 does not write, while the alias is active.

use hashbrown::HashMap;
use oxbeam_term::boxed::reference::{Hidden, Magic, RefNumbers, set_keeper};
use parking_lot::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

struct Kept {
    objects: HashMap<RefNumbers, Weak<Magic>>,
    /// When the table has this many entries, those of dead objects go.
    sweep_at: usize,
}

/// Owners of references that have left.
static OWNERS: Mutex<Option<HashMap<RefNumbers, u64>>> = Mutex::new(None);
/// How many there are.
static OWNER_COUNT: AtomicUsize = AtomicUsize::new(0);

static KEPT: Mutex<Option<Kept>> = Mutex::new(None);

const FIRST_SWEEP: usize = 64;

fn keep(numbers: RefNumbers, hidden: Hidden) {
    match hidden {
        Hidden::Object(object) => keep_object(numbers, &object),
        Hidden::Owner(owner) => {
            let mut owners = OWNERS.lock();
            let owners = owners.get_or_insert_default();
            owners.insert(numbers, owner);
            OWNER_COUNT.store(owners.len(), Ordering::Release);
        }
    }
}

fn keep_object(numbers: RefNumbers, object: &Arc<Magic>) {
    let mut kept = KEPT.lock();
    let kept = kept.get_or_insert_with(|| Kept {
        objects: HashMap::new(),
        sweep_at: FIRST_SWEEP,
    });
    kept.objects.insert(numbers, Arc::downgrade(object));
    if kept.objects.len() >= kept.sweep_at {
        kept.objects.retain(|_, object| object.strong_count() > 0);
        kept.sweep_at = (kept.objects.len() * 2).max(FIRST_SWEEP);
    }
}

/// From now on references that leave are remembered.
pub fn start() {
    set_keeper(keep);
}

/// Has a reference of these numbers left that had an object? Not all that have are remembered for ever.
pub fn has_left(numbers: RefNumbers) -> bool {
    let kept = KEPT.lock();
    kept.as_ref()
        .is_some_and(|kept| kept.objects.contains_key(&numbers))
}

/// The object behind the reference of these numbers, if it has left and the object lives.
pub fn find(numbers: RefNumbers) -> Option<Arc<Magic>> {
    KEPT.lock().as_ref()?.objects.get(&numbers)?.upgrade()
}

/// Number of the process that the reference of these numbers belongs to, if it has left and nobody has said since that it is no alias any more.
pub fn owner(numbers: RefNumbers) -> Option<u64> {
    OWNERS.lock().as_ref()?.get(&numbers).copied()
}

/// The reference is no alias any more.
#[inline]
pub fn forget_owner(numbers: RefNumbers) {
    if OWNER_COUNT.load(Ordering::Acquire) > 0 {
        forget(numbers);
    }
}

#[cold]
fn forget(numbers: RefNumbers) {
    if let Some(owners) = OWNERS.lock().as_mut() {
        owners.remove(&numbers);
        OWNER_COUNT.store(owners.len(), Ordering::Release);
    }
}
