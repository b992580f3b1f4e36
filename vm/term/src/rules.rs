//! What differs between releases at the level of terms. The machine sets it once, from its table of releases, before it makes terms.

use std::sync::OnceLock;

/// Rules of the release in use.
#[derive(Copy, Clone, Debug)]
pub struct Rules {
    /// `0.0 =:= -0.0` (to OTP 26).
    pub zeroes_are_equal: bool,
    /// Atom keys of a flat map stand in the order of their indices, not of their texts (from OTP 26).
    pub map_atoms_by_index: bool,
    /// Most limbs of a big integer.
    pub big_limbs: usize,
    /// `term_to_binary` writes atoms as UTF-8 always (from OTP 26).
    pub etf_utf8_atoms: bool,
    /// Pids print as `<0.15 bits.rest>`, their numbers have 28 bits (to OTP 25).
    pub short_pids: bool,
    /// The external format of a local port has 64 bits (from OTP 26).
    pub wide_ports: bool,
    /// `maps:keys/1` of a hash map goes backwards (to OTP 28).
    pub map_keys_reversed: bool,
    /// Sizes of binaries count as from OTP 27 on.
    pub uniform_bitstrings: bool,
    /// Alias and pid references have five words (from OTP 26).
    pub long_references: bool,
    /// `term_to_binary` has the option `local` (from OTP 26).
    pub etf_local: bool,
    /// What is no code point makes building a `utf8` segment fail before the segments in front of it are looked at (from OTP 26).
    pub utf8_checked_first: bool,
    /// There are native records (from OTP 29).
    pub native_records: bool,
    /// Module `re` is PCRE2 (from OTP 28).
    pub pcre2: bool,
    /// A fun knows the process that made it; later ones all say `init` (to OTP 25).
    pub fun_creators: bool,
    /// `maybe` and `else` are reserved words (from OTP 27).
    pub maybe_reserved: bool,
    /// Words that `erts_debug:flat_size/1` counts for a fun, its free variables apart (5, 6 from OTP 26, 2 from OTP 28).
    pub fun_words: usize,
    /// Words that it counts for an external fun (5, 2 from OTP 26).
    pub external_fun_words: usize,
    /// A big integer becomes a float limb by limb, rounding each time (to OTP 28), not once.
    pub floats_by_limb: bool,
}

/// Rules of OTP 25.
pub const OTP_25: Rules = Rules {
    zeroes_are_equal: true,
    map_atoms_by_index: false,
    big_limbs: (1 << 19) - 1,
    etf_utf8_atoms: false,
    short_pids: true,
    wide_ports: false,
    map_keys_reversed: true,
    uniform_bitstrings: false,
    long_references: false,
    etf_local: false,
    utf8_checked_first: false,
    native_records: false,
    pcre2: false,
    fun_creators: true,
    maybe_reserved: false,
    fun_words: 5,
    external_fun_words: 5,
    floats_by_limb: true,
};

/// Rules of OTP 27.
pub const OTP_27: Rules = Rules {
    zeroes_are_equal: false,
    map_atoms_by_index: true,
    big_limbs: 65535,
    etf_utf8_atoms: true,
    short_pids: false,
    wide_ports: true,
    map_keys_reversed: true,
    uniform_bitstrings: true,
    long_references: true,
    etf_local: true,
    utf8_checked_first: true,
    native_records: false,
    pcre2: false,
    fun_creators: false,
    maybe_reserved: true,
    fun_words: 6,
    external_fun_words: 2,
    floats_by_limb: true,
};

/// Rules of OTP 29.
pub const OTP_29: Rules = Rules {
    map_keys_reversed: false,
    native_records: true,
    pcre2: true,
    fun_words: 2,
    floats_by_limb: false,
    ..OTP_27
};

static RULES: OnceLock<Rules> = OnceLock::new();

/// Sets the rules; the first call counts.
pub fn set(rules: Rules) {
    let _ = RULES.set(rules);
}

/// The rules; those of OTP 27 where nobody set any.
#[inline]
pub fn rules() -> &'static Rules {
    RULES.get_or_init(|| OTP_27)
}
