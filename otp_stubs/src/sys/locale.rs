//! The locale, and what it says of characters.

use std::ffi::{CStr, c_int};

unsafe extern "C" {
    // The bindings leave them out.
    fn wcwidth(character: libc::wchar_t) -> c_int;
    fn isprint(character: c_int) -> c_int;
}

/// Takes the locale of characters from the environment. Is its encoding UTF-8?
pub(crate) fn is_utf8() -> bool {
    // SAFETY: a text that ends in zero. Called while one thread runs, or by one at a time of those that call it.
    let set = unsafe { libc::setlocale(libc::LC_CTYPE, c"".as_ptr()) };
    if set.is_null() {
        return false;
    }
    // SAFETY: the C library's text, which is copied before anything can change it.
    let name = unsafe { CStr::from_ptr(libc::nl_langinfo(libc::CODESET)) };
    name == c"UTF-8"
}

/// Columns that a character takes; `None` if it can't be printed.
pub(crate) fn width(character: u32) -> Option<i32> {
    // SAFETY: a table look-up.
    let width = unsafe { wcwidth(character as libc::wchar_t) };
    (width >= 0).then_some(width)
}

/// Can this byte be printed?
pub(crate) fn is_printable(byte: u8) -> bool {
    // SAFETY: a table look-up for a value that a byte can have.
    unsafe { isprint(c_int::from(byte)) != 0 }
}
