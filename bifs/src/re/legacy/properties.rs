//! The properties that PCRE 8 knows (`pcrepattern`, Unicode character properties): by their exact names, where PCRE2 knows more, and all of them
//! in any case and with spaces.

/// General categories and PCRE's own properties, in order.
#[rustfmt::skip]
const CATEGORIES: [&str; 44] = [
    "Any", "C", "Cc", "Cf", "Cn", "Co", "Cs", "L", "L&", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No", "P",
    "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Xan", "Xps", "Xsp", "Xuc", "Xwd", "Z", "Zl", "Zp", "Zs",
];

/// Scripts, in order.
#[rustfmt::skip]
const SCRIPTS: [&str; 125] = [
    "Arabic", "Armenian", "Avestan", "Balinese", "Bamum", "Bassa_Vah", "Batak", "Bengali", "Bopomofo", "Brahmi", "Braille", "Buginese",
    "Buhid", "Canadian_Aboriginal", "Carian", "Caucasian_Albanian", "Chakma", "Cham", "Cherokee", "Common", "Coptic", "Cuneiform",
    "Cypriot", "Cyrillic", "Deseret", "Devanagari", "Duployan", "Egyptian_Hieroglyphs", "Elbasan", "Ethiopic", "Georgian", "Glagolitic",
    "Gothic", "Grantha", "Greek", "Gujarati", "Gurmukhi", "Han", "Hangul", "Hanunoo", "Hebrew", "Hiragana", "Imperial_Aramaic",
    "Inherited", "Inscriptional_Pahlavi", "Inscriptional_Parthian", "Javanese", "Kaithi", "Kannada", "Katakana", "Kayah_Li", "Kharoshthi",
    "Khmer", "Khojki", "Khudawadi", "Lao", "Latin", "Lepcha", "Limbu", "Linear_A", "Linear_B", "Lisu", "Lycian", "Lydian", "Mahajani",
    "Malayalam", "Mandaic", "Manichaean", "Meetei_Mayek", "Mende_Kikakui", "Meroitic_Cursive", "Meroitic_Hieroglyphs", "Miao", "Modi",
    "Mongolian", "Mro", "Myanmar", "Nabataean", "New_Tai_Lue", "Nko", "Ogham", "Ol_Chiki", "Old_Italic", "Old_North_Arabian", "Old_Permic",
    "Old_Persian", "Old_South_Arabian", "Old_Turkic", "Oriya", "Osmanya", "Pahawh_Hmong", "Palmyrene", "Pau_Cin_Hau", "Phags_Pa",
    "Phoenician", "Psalter_Pahlavi", "Rejang", "Runic", "Samaritan", "Saurashtra", "Sharada", "Shavian", "Siddham", "Sinhala",
    "Sora_Sompeng", "Sundanese", "Syloti_Nagri", "Syriac", "Tagalog", "Tagbanwa", "Tai_Le", "Tai_Tham", "Tai_Viet", "Takri", "Tamil",
    "Telugu", "Thaana", "Thai", "Tibetan", "Tifinagh", "Tirhuta", "Ugaritic", "Vai", "Warang_Citi", "Yi",
];

/// Places of the names in `\p` and `\P`.
fn names(pattern: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(escape) = pattern[at..].iter().position(|&byte| byte == b'\\') {
        let letter = at + escape + 1;
        at = letter + 1;
        match pattern.get(letter) {
            Some(b'Q') => {
                let end = pattern[at..].windows(2).position(|end| end == b"\\E");
                at = end.map_or(pattern.len(), |end| at + end + 2);
            }
            // Whatever character follows belongs to it.
            Some(b'c') => at += 1,
            Some(b'p' | b'P') => {
                let name = match pattern.get(at) {
                    Some(b'{') => {
                        let first = at + 1 + usize::from(pattern.get(at + 1) == Some(&b'^'));
                        let length = pattern
                            .get(first..)
                            .and_then(|rest| rest.iter().position(|&byte| byte == b'}'));
                        length.map(|length| first..first + length)
                    }
                    Some(_) => Some(at..at + 1),
                    None => None,
                };
                if let Some(name) = name {
                    at = name.end;
                    found.push(name);
                }
            }
            _ => {}
        }
        at = at.min(pattern.len());
    }
    found
}

fn is_in(table: &[&str], name: &[u8]) -> bool {
    table
        .binary_search_by(|known| known.as_bytes().cmp(name))
        .is_ok()
}

/// Makes names that PCRE 8 does not know such that PCRE2 does not either, each where it is and as long as it is. True if any is a script.
pub(super) fn forget_unknown(pattern: &mut [u8]) -> bool {
    let mut scripts = false;
    for name in names(pattern) {
        let name = &mut pattern[name];
        let is_script = is_in(&SCRIPTS, name);
        scripts |= is_script;
        if !is_script && !is_in(&CATEGORIES, name) {
            name.fill(b'Q');
        }
    }
    scripts
}

/// The pattern with all scripts meant as PCRE 8 does: the script of a character alone, not those that use it too.
pub(super) fn with_plain_scripts(pattern: &[u8]) -> Vec<u8> {
    let mut written = Vec::with_capacity(pattern.len());
    let mut copied = 0;
    for name in names(pattern) {
        if is_in(&SCRIPTS, &pattern[name.clone()]) {
            written.extend_from_slice(&pattern[copied..name.start]);
            written.extend_from_slice(b"sc:");
            copied = name.start;
        }
    }
    written.extend_from_slice(&pattern[copied..]);
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_in_order() {
        assert!(CATEGORIES.is_sorted() && SCRIPTS.is_sorted());
    }

    #[test]
    fn what_is_unknown_stays_unknown_where_it_is() {
        let mut pattern =
            *b"\\pL\\pz\\P{lu}[\\p{^Greek}]\\Q\\pz\\E\\c\\pz\\\\pz\\p{Lu}\\p{ Lu}\\p{Nope\\p";
        assert!(forget_unknown(&mut pattern));
        assert_eq!(
            pattern.escape_ascii().to_string().replace("\\\\", "/"),
            "/pL/pQ/P{QQ}[/p{^Greek}]/Q/pz/E/c/pz//pz/p{Lu}/p{QQQ}/p{Nope/p"
        );
        assert_eq!(
            with_plain_scripts(b"\\P{Han}x\\pL\\p{^Lao}"),
            b"\\P{sc:Han}x\\pL\\p{^sc:Lao}"
        );
    }
}
