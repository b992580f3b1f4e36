//! What the terminal can do, from the terminfo database: capabilities by termcap's code or by terminfo's name.

use super::capabilities::{BOOLEANS, Capability, NUMBERS, STRINGS};
use super::parameters;
use oxbeam_vm::environment;
use parking_lot::Mutex;
use rustix::io::Errno;
use term::terminfo::TermInfo;

/// The terminal in use.
static CURRENT: Mutex<Option<TermInfo>> = Mutex::new(None);

/// Looks up the terminal of this name.
pub(crate) fn set_up(name: &str) -> Result<(), Errno> {
    let found = TermInfo::from_name(name).map_err(|_| Errno::NOENT)?;
    *CURRENT.lock() = Some(found);
    Ok(())
}

fn by_code(table: &'static [Capability], code: &[u8]) -> Option<&'static str> {
    // Only the first two letters count.
    let code = code.get(..2)?;
    table
        .iter()
        .find(|row| row.1.as_bytes() == code)
        .map(|row| row.0)
}

/// The number of this code. As in ncurses the size is not the database's, but that of the environment or the window.
pub(crate) fn number(code: &[u8]) -> Option<u32> {
    let name = by_code(NUMBERS, code)?;
    let window = || rustix::termios::tcgetwinsize(rustix::stdio::stdout()).ok();
    let sized = match name {
        "cols" => size("COLUMNS").or_else(|| Some(window()?.ws_col.into())),
        "lines" => size("LINES").or_else(|| Some(window()?.ws_row.into())),
        _ => None,
    };
    if let Some(sized) = sized.filter(|&sized| sized > 0) {
        CURRENT.lock().as_ref()?;
        return Some(sized);
    }
    CURRENT.lock().as_ref()?.numbers.get(name).copied()
}

/// A size that the environment says.
fn size(variable: &str) -> Option<u32> {
    let text = environment::text(variable)?;
    text.parse().ok().filter(|&size| size > 0)
}

/// Does the terminal have what this code means?
pub(crate) fn flag(code: &[u8]) -> bool {
    let Some(name) = by_code(BOOLEANS, code) else {
        return false;
    };
    let current = CURRENT.lock();
    let known = current.as_ref().and_then(|info| info.bools.get(name));
    known.copied().unwrap_or(false)
}

/// The string of this code.
pub(crate) fn string(code: &[u8]) -> Option<Vec<u8>> {
    named(by_code(STRINGS, code)?)
}

fn named(name: &str) -> Option<Vec<u8>> {
    CURRENT.lock().as_ref()?.strings.get(name).cloned()
}

/// The string of this name. `Err`: there is no such name.
pub(crate) fn string_by_name(name: &[u8]) -> Result<Option<Vec<u8>>, ()> {
    let row = STRINGS
        .iter()
        .find(|row| row.0.as_bytes() == name)
        .ok_or(())?;
    Ok(named(row.0))
}

/// A string with parameters put in; none leave it as it is.
pub(crate) fn expand(string: &[u8], parameters: &[i32]) -> Vec<u8> {
    if parameters.is_empty() {
        return without_padding(string);
    }
    without_padding(&parameters::expand(string, parameters))
}

/// Without the delays, `$<5>`, that terminals of old needed.
fn without_padding(mut bytes: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    while let Some((&first, rest)) = bytes.split_first() {
        let inside = rest.strip_prefix(b"<").filter(|_| first == b'$');
        let end = inside.and_then(|inside| inside.iter().position(|&byte| byte == b'>'));
        match (inside, end) {
            (Some(inside), Some(end)) if is_delay(&inside[..end]) => bytes = &inside[end + 1..],
            _ => {
                kept.push(first);
                bytes = rest;
            }
        }
    }
    kept
}

fn is_delay(text: &[u8]) -> bool {
    text.first().is_some_and(u8::is_ascii_digit)
        && text
            .iter()
            .all(|byte| byte.is_ascii_digit() || b".*/".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_for_names() {
        assert_eq!(by_code(NUMBERS, b"co"), Some("cols"));
        assert_eq!(by_code(STRINGS, b"clear"), Some("clear"));
        assert_eq!(by_code(STRINGS, b"up"), Some("cuu1"));
        assert_eq!(by_code(BOOLEANS, b"xn"), Some("xenl"));
        assert_eq!(by_code(STRINGS, b"x"), None);
    }

    #[test]
    fn parameters_are_put_in_and_delays_left_out() {
        assert_eq!(expand(b"\x1b[%p1%dC", &[7]), b"\x1b[7C");
        assert_eq!(expand(b"\x1b[J$<50>", &[]), b"\x1b[J");
        assert_eq!(expand(b"$<a>5$", &[]), b"$<a>5$");
    }
}
