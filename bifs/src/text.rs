//! Texts that arguments give: strings, binaries, iolists.

use oxbeam_term::{Term, View};

/// A list of characters, a binary of UTF-8 or an atom as a text.
pub(crate) fn text_of(term: Term<'_>) -> Option<String> {
    match term.view() {
        View::Nil => Some(String::new()),
        View::Cons(_) => {
            let mut elements = term.list_iter();
            let mut text = String::new();
            for element in elements.by_ref() {
                text.push(
                    u32::try_from(element.as_small()?)
                        .ok()
                        .and_then(char::from_u32)?,
                );
            }
            elements.rest().is_nil().then_some(text)
        }
        View::Bits(bits) => String::from_utf8(bits.bytes()?.into_owned()).ok(),
        View::Atom(atom) => Some(atom.text().to_owned()),
        _ => None,
    }
}
