//! Maps: flat to 32 pairs, a hash tree above.

use crate::term::Term;
use crate::word::map_kind;

/// Most pairs of a flat map.
pub const FLAT_LIMIT: usize = 32;

/// A map of either kind.
#[derive(Copy, Clone)]
pub struct Map<'p>(pub(crate) Term<'p>);

impl<'p> Map<'p> {
    /// Number of pairs.
    pub fn len(self) -> usize {
        // SAFETY: the second word of a map is its size, a small integer.
        unsafe { (*self.0.word().pointer().add(1)).small_value() as usize }
    }
    /// No pairs?
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
    /// At most [`FLAT_LIMIT`] pairs, kept in order?
    pub fn is_flat(self) -> bool {
        // SAFETY: a map's pointer points to its header.
        unsafe { (*self.0.word().pointer()).map_kind() == map_kind::FLAT }
    }
    /// The map as a term.
    pub fn term(self) -> Term<'p> {
        self.0
    }
}
