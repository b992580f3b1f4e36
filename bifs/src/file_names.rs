//! Names of files between Erlang and the operating system: what `file` and `prim_file` have in the machine. The rules are those of
//! [`oxbeam_vm::file_name`].

use oxbeam_vm::file_name::{self, Atoms, Encoding};
use oxbeam_vm::native::prelude::*;
use std::collections::HashMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

natives! { FILE: "file";
    "native_name_encoding" / 0 Plain => native_name_encoding_0;
}

natives! { PRIM_FILE: "prim_file";
    "internal_name2native"    / 1 Plain => internal_name2native_1;
    "internal_native2name"    / 1 Plain => internal_native2name_1;
    "internal_normalize_utf8" / 1 Plain => internal_normalize_utf8_1;
    "is_translatable"         / 1 Plain => is_translatable_1;
}

/// `latin1` or `utf8`
fn native_name_encoding_0<'p>(_: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::atom(match file_name::encoding() {
        Encoding::Latin1 => known::LATIN1,
        Encoding::Utf8 => known::UTF8,
    }))
}

/// `internal_name2native(Name)`: the native bytes and a zero.
fn internal_name2native_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let native = file_name::to_native(cx.arg(0), Atoms::Refused).ok_or(Raise::Badarg)?;
    let mut native = native.into_owned();
    native.push(0);
    Ok(cx.binary(&native))
}

/// `internal_native2name(Bytes)`: characters, or `{error, warning | ignore | error}`.
fn internal_native2name_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let bytes = cx.arg(0).as_binary().ok_or(Raise::Badarg)?;
    match file_name::from_native(cx, &bytes) {
        Some(name) => Ok(name),
        None => Ok(cx.tuple(&[
            Term::atom(known::ERROR),
            Term::atom(file_name::wrong_name_atom()),
        ])),
    }
}

/// TABLE of the characters that file systems of macOS compose, first and last: fewer than Unicode has today.
#[rustfmt::skip]
const COMPOSED: &[(u32, u32)] = &[
    (0xc0, 0xc5), (0xc7, 0xcf), (0xd1, 0xd6), (0xd9, 0xdd), (0xe0, 0xe5),
    (0xe7, 0xef), (0xf1, 0xf6), (0xf9, 0xfd), (0xff, 0x10f), (0x112, 0x125),
    (0x128, 0x130), (0x134, 0x137), (0x139, 0x13e), (0x143, 0x148), (0x14c, 0x151),
    (0x154, 0x165), (0x168, 0x17e), (0x1a0, 0x1a1), (0x1af, 0x1b0), (0x1cd, 0x1dc),
    (0x1de, 0x1e3), (0x1e6, 0x1f0), (0x1f4, 0x1f5), (0x1fa, 0x217), (0x3aa, 0x3ab),
    (0x3ca, 0x3cb), (0x3d4, 0x3d4), (0x401, 0x401), (0x403, 0x403), (0x407, 0x407),
    (0x40c, 0x40c), (0x40e, 0x40e), (0x419, 0x419), (0x439, 0x439), (0x451, 0x451),
    (0x453, 0x453), (0x457, 0x457), (0x45c, 0x45c), (0x45e, 0x45e), (0x476, 0x477),
    (0x4c1, 0x4c2), (0x4d0, 0x4d3), (0x4d6, 0x4d7), (0x4dc, 0x4df), (0x4e2, 0x4e7),
    (0x4ee, 0x4f5), (0x4f8, 0x4f9), (0x929, 0x929), (0x931, 0x931), (0x934, 0x934),
    (0x958, 0x95f), (0x9cb, 0x9cc), (0x9dc, 0x9dd), (0x9df, 0x9df), (0xa59, 0xa5b),
    (0xa5e, 0xa5e), (0xb48, 0xb48), (0xb4b, 0xb4c), (0xb5c, 0xb5d), (0xb94, 0xb94),
    (0xbca, 0xbcc), (0xc48, 0xc48), (0xcc0, 0xcc0), (0xcc7, 0xcc8), (0xcca, 0xccb),
    (0xd4a, 0xd4c), (0xf43, 0xf43), (0xf4d, 0xf4d), (0xf52, 0xf52), (0xf57, 0xf57),
    (0xf5c, 0xf5c), (0xf69, 0xf69), (0xf76, 0xf76), (0xf78, 0xf78), (0xf93, 0xf93),
    (0xf9d, 0xf9d), (0xfa2, 0xfa2), (0xfa7, 0xfa7), (0xfac, 0xfac), (0xfb9, 0xfb9),
    (0x1e00, 0x1e99), (0x1e9b, 0x1e9b), (0x1ea0, 0x1ef9), (0x1f00, 0x1f15), (0x1f18, 0x1f1d),
    (0x1f20, 0x1f45), (0x1f48, 0x1f4d), (0x1f50, 0x1f57), (0x1f59, 0x1f59), (0x1f5b, 0x1f5b),
    (0x1f5d, 0x1f5d), (0x1f5f, 0x1f7d), (0x1fb0, 0x1fb1), (0x1fb3, 0x1fb3), (0x1fb6, 0x1fb6),
    (0x1fb8, 0x1fbc), (0x1fc1, 0x1fc1), (0x1fc3, 0x1fc3), (0x1fc6, 0x1fc6), (0x1fc8, 0x1fd3),
    (0x1fd6, 0x1fdb), (0x1fdd, 0x1fee), (0x1ff3, 0x1ff3), (0x1ff6, 0x1ff6), (0x1ff8, 0x1ffc),
    (0x304c, 0x304c), (0x304e, 0x304e), (0x3050, 0x3050), (0x3052, 0x3052), (0x3054, 0x3054),
    (0x3056, 0x3056), (0x3058, 0x3058), (0x305a, 0x305a), (0x305c, 0x305c), (0x305e, 0x305e),
    (0x3060, 0x3060), (0x3062, 0x3062), (0x3065, 0x3065), (0x3067, 0x3067), (0x3069, 0x3069),
    (0x3070, 0x3071), (0x3073, 0x3074), (0x3076, 0x3077), (0x3079, 0x307a), (0x307c, 0x307d),
    (0x3094, 0x3094), (0x309e, 0x309e), (0x30ac, 0x30ac), (0x30ae, 0x30ae), (0x30b0, 0x30b0),
    (0x30b2, 0x30b2), (0x30b4, 0x30b4), (0x30b6, 0x30b6), (0x30b8, 0x30b8), (0x30ba, 0x30ba),
    (0x30bc, 0x30bc), (0x30be, 0x30be), (0x30c0, 0x30c0), (0x30c2, 0x30c2), (0x30c5, 0x30c5),
    (0x30c7, 0x30c7), (0x30c9, 0x30c9), (0x30d0, 0x30d1), (0x30d3, 0x30d4), (0x30d6, 0x30d7),
    (0x30d9, 0x30da), (0x30dc, 0x30dd), (0x30f4, 0x30f4), (0x30f7, 0x30fa), (0x30fe, 0x30fe),
    (0xfb1f, 0xfb1f), (0xfb2a, 0xfb36), (0xfb38, 0xfb3c), (0xfb3e, 0xfb3e), (0xfb40, 0xfb41),
    (0xfb43, 0xfb44), (0xfb46, 0xfb4e),
];

/// Characters by what they decompose to.
static COMPOSITIONS: LazyLock<HashMap<Vec<char>, char>> = LazyLock::new(|| {
    COMPOSED
        .iter()
        .flat_map(|&(first, last)| first..=last)
        .filter_map(char::from_u32)
        .map(|composed| (std::iter::once(composed).nfd().collect(), composed))
        .collect()
});

/// Longest decomposition.
const LONGEST: usize = 4;

/// Composes as macOS does, the longest parts first.
fn compose(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut composed = String::with_capacity(text.len());
    let mut rest = &characters[..];
    while let Some((&first, behind)) = rest.split_first() {
        let found = (2..=LONGEST.min(rest.len()))
            .rev()
            .find_map(|length| Some((length, *COMPOSITIONS.get(&rest[..length])?)));
        match found {
            Some((length, character)) => {
                composed.push(character);
                rest = &rest[length..];
            }
            None => {
                composed.push(first);
                rest = behind;
            }
        }
    }
    composed
}

/// `internal_normalize_utf8(Bytes)`: characters, composed.
fn internal_normalize_utf8_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let bytes = cx.arg(0).as_binary().ok_or(Raise::Badarg)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Raise::Badarg)?;
    Ok(cx.char_list(&compose(text)))
}

/// `is_translatable(Bytes)`
fn is_translatable_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let bytes = cx.arg(0).as_binary().ok_or(Raise::Badarg)?;
    Ok(Term::boolean(file_name::is_translatable(&bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_part_is_composed() {
        assert_eq!(
            compose("e\u{302}\u{301}u\u{301}\u{301}x\u{301}"),
            "\u{1ebf}ú\u{301}x\u{301}"
        );
        assert_eq!(compose("N\u{300}"), "N\u{300}");
        assert_eq!(compose(""), "");
    }
}
