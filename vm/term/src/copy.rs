//! Deep copies of terms into another arena, and their sizes.

use crate::heap::arena::Builder;
use crate::term::Term;
use crate::word::Word;

/// Size of `term` in words as OTP counts it (`erts_debug:flat_size/1`), shared parts as often as they occur.
pub fn flat_size(_term: Term<'_>) -> usize {
    unimplemented!()
}

/// Like [`flat_size`], shared parts once (`erts_debug:size/1`).
pub fn shared_size(_term: Term<'_>) -> usize {
    unimplemented!()
}

/// Words that [`copy`] takes in the target.
pub fn copy_size(_term: Term<'_>) -> usize {
    unimplemented!()
}

/// A copy of `term` in the builder's arena. Literals are shared, but for those of an area that is leaving.
pub fn copy<'q>(_term: Term<'_>, _builder: &mut Builder<'q>) -> Term<'q> {
    unimplemented!()
}

/// A copy of `term` that shares nothing with it, literals included.
pub fn copy_all<'q>(_term: Term<'_>, _builder: &mut Builder<'q>) -> Term<'q> {
    unimplemented!()
}

/// The literals between these addresses are about to go: [`copy`] copies them from now on. `None` ends that.
pub fn set_leaving(_area: Option<(*const Word, *const Word)>) {
    unimplemented!()
}
