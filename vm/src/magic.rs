//! Magic references that have left as text or bytes: by their numbers, what is behind them is found again while it lives.

use hashbrown::HashMap;
use oxbeam_term::boxed::reference::{Magic, RefNumbers, set_magic_keeper};
use parking_lot::Mutex;
use std::sync::{Arc, Weak};

struct Kept {
    objects: HashMap<RefNumbers, Weak<Magic>>,
    /// When the table has this many entries, those of dead objects go.
    sweep_at: usize,
}

static KEPT: Mutex<Option<Kept>> = Mutex::new(None);

const FIRST_SWEEP: usize = 64;

fn keep(numbers: RefNumbers, object: Arc<Magic>) {
    let mut kept = KEPT.lock();
    let kept = kept.get_or_insert_with(|| Kept {
        objects: HashMap::new(),
        sweep_at: FIRST_SWEEP,
    });
    kept.objects.insert(numbers, Arc::downgrade(&object));
    if kept.objects.len() >= kept.sweep_at {
        kept.objects.retain(|_, object| object.strong_count() > 0);
        kept.sweep_at = (kept.objects.len() * 2).max(FIRST_SWEEP);
    }
}

/// From now on references that leave are remembered.
pub fn start() {
    set_magic_keeper(keep);
}

/// The object behind the reference of these numbers, if it has left and the object lives.
pub fn find(numbers: RefNumbers) -> Option<Arc<Magic>> {
    KEPT.lock().as_ref()?.objects.get(&numbers)?.upgrade()
}
