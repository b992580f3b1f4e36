//! Terms to bytes.

use crate::term::Term;

/// How to encode; [`EncodeOptions::default`] has the release's defaults.
#[derive(Copy, Clone, Debug)]
pub struct EncodeOptions {
    /// 0: floats as text; 1: atoms as Latin-1 where possible; 2: atoms as UTF-8.
    pub minor_version: u8,
    /// Level of compression, 0 (none) to 9. What does not get smaller stays as it is.
    pub compressed: u32,
    /// Maps in the order of their keys.
    pub deterministic: bool,
    /// Only for this incarnation of this node (tag 121).
    pub local: bool,
}

impl Default for EncodeOptions {
    fn default() -> EncodeOptions {
        EncodeOptions {
            minor_version: if crate::rules::rules().etf_utf8_atoms {
                2
            } else {
                1
            },
            compressed: 0,
            deterministic: false,
            local: false,
        }
    }
}

/// Why a term can't be encoded.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum EncodeError {
    /// Something is longer than the format can say.
    TooLarge,
}

/// Encodes `term`, [`super::VERSION`] first.
///
/// # Errors
/// See [`EncodeError`].
pub fn encode(_term: Term<'_>, _options: &EncodeOptions) -> Result<Vec<u8>, EncodeError> {
    unimplemented!()
}

/// Appends `term` without the version byte, uncompressed.
///
/// # Errors
/// See [`EncodeError`].
pub fn encode_term(
    _term: Term<'_>,
    _options: &EncodeOptions,
    _out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    unimplemented!()
}

/// Upper bound of the size of the uncompressed form, version byte included (`erlang:external_size/1,2`).
pub fn external_size(_term: Term<'_>, _options: &EncodeOptions) -> usize {
    unimplemented!()
}
