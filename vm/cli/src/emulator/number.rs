//! Numbers as the emulator's flags read them: C's `atoi`, `strtol` and `sscanf("%d:%d")`.

/// A decimal number at the start of `text`, and what follows it.
pub(super) fn leading(text: &str) -> Option<(i64, &str)> {
    let text = text.trim_start_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 {
        return None;
    }
    let (digits, rest) = digits.split_at(length);
    let number = digits.bytes().fold(0i64, |number, digit| {
        number
            .saturating_mul(10)
            .saturating_add(i64::from(digit - b'0'))
    });
    Some((if negative { -number } else { number }, rest))
}

/// `atoi`: no number is 0, what follows the number is not looked at; out of range becomes the nearest.
pub(super) fn atoi(text: &str) -> i64 {
    leading(text).map_or(0, |(number, _)| {
        number.clamp(i32::MIN.into(), i32::MAX.into())
    })
}

/// `strtol` and nothing behind the number.
pub(super) fn whole(text: &str) -> Option<i64> {
    leading(text).and_then(|(number, rest)| rest.is_empty().then_some(number))
}

/// The forms `A:B`, `A` and `:B`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pair {
    Both(i64, i64),
    First(i64),
    Second(i64),
}

/// As `sscanf` with `%d:%d`, or with `:%d` where that finds nothing.
pub(super) fn pair(text: &str) -> Option<Pair> {
    if let Some(second) = text.strip_prefix(':') {
        return leading(second).map(|(number, _)| Pair::Second(number));
    }
    let (first, rest) = leading(text)?;
    Some(match rest.strip_prefix(':').and_then(leading) {
        Some((second, _)) => Pair::Both(first, second),
        None => Pair::First(first),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atoi_is_lenient() {
        assert_eq!(
            [atoi("12x"), atoi(" -3"), atoi("x"), atoi(""), atoi("+7")],
            [12, -3, 0, 0, 7]
        );
        assert_eq!(atoi("99999999999999999999"), i64::from(i32::MAX));
    }

    #[test]
    fn pairs() {
        assert_eq!(pair("4:2"), Some(Pair::Both(4, 2)));
        assert_eq!(pair("4"), Some(Pair::First(4)));
        assert_eq!(pair("4:"), Some(Pair::First(4)));
        assert_eq!(pair(":2"), Some(Pair::Second(2)));
        assert_eq!(pair("-1"), Some(Pair::First(-1)));
        assert_eq!(pair("x"), None);
        assert_eq!(pair(":"), None);
    }
}
