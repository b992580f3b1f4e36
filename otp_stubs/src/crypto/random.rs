//! Random numbers.

use super::{binary, zeros};
use oxbeam_vm::native::prelude::*;

/// Bytes that are got in some fifty nanoseconds.
const BYTES_A_STEP: usize = 8;

/// Fills `bytes`; `false` if there is no good randomness.
fn fill(cx: &Cx<'_>, bytes: &mut [u8]) -> bool {
    cx.machine().entropy.lock().fill(bytes)
}

/// `strong_rand_bytes_nif(Count)`: `false` where there are none.
pub(super) fn bytes_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let count = cx.arg(0).as_usize();
    let count = count.filter(|&count| i32::try_from(count).is_ok());
    let count = count.ok_or(Raise::Badarg)?;
    cx.leave_if_long(count / BYTES_A_STEP)?;
    let filled = zeros(count).and_then(|mut bytes| fill(cx, &mut bytes).then_some(bytes));
    Ok(match filled {
        Some(bytes) => cx.binary(&bytes),
        None => Term::boolean(false),
    })
}

/// `strong_rand_range_nif(Range)`: a number from 0 and below `Range`, both as bytes, the highest first.
pub(super) fn range_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let range = binary(cx.arg(0)).ok_or(Raise::Badarg)?;
    Ok(match below(cx, stripped(&range)) {
        Some(number) => cx.binary(stripped(&number)),
        None => Term::boolean(false),
    })
}

/// `rand_uniform_nif(From, To)`: a number from `From` and below `To`. All have four bytes of length before them.
pub(super) fn uniform_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (from, to) = (number(cx.arg(0))?, number(cx.arg(1))?);
    let range = subtract(&to, &from).ok_or(Raise::Badarg)?;
    let chosen = below(cx, stripped(&range)).ok_or(Raise::Badarg)?;
    let sum = add(&from, &chosen);
    let sum = stripped(&sum);
    let length = u32::try_from(sum.len()).map_err(|_| Raise::Badarg)?;
    let all = [&length.to_be_bytes(), sum].concat();
    Ok(cx.binary(&all))
}

/// `rand_seed_nif(Seed)`: the system's randomness wants none.
pub(super) fn seed_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    binary(cx.arg(0)).ok_or(Raise::Badarg)?;
    Ok(Term::atom(known::OK))
}

/// A number below `range`, which begins with no zero; none if that is 0.
fn below(cx: &Cx<'_>, range: &[u8]) -> Option<Vec<u8>> {
    let &first = range.first()?;
    let mask = u8::MAX >> first.leading_zeros();
    let mut number = zeros(range.len())?;
    // Each try holds with a chance of more than a half.
    loop {
        if !fill(cx, &mut number) {
            return None;
        }
        number[0] &= mask;
        if number.as_slice() < range {
            return Some(number);
        }
    }
}

/// Without the zeros in front.
fn stripped(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    &number[zeros..]
}

/// A number with four bytes of length before it.
fn number(term: Term<'_>) -> Result<Vec<u8>, Raise> {
    let bytes = binary(term).ok_or(Raise::Badarg)?;
    let (length, rest) = bytes.split_first_chunk().ok_or(Raise::Badarg)?;
    if u32::from_be_bytes(*length) as usize != rest.len() {
        return Err(Raise::Badarg);
    }
    Ok(stripped(rest).to_vec())
}

/// `larger - smaller`, if that is not negative.
fn subtract(larger: &[u8], smaller: &[u8]) -> Option<Vec<u8>> {
    let mut difference = larger.to_vec();
    let mut borrow = false;
    let mut lower = smaller.iter().rev();
    for byte in difference.iter_mut().rev() {
        let (first, below) = byte.overflowing_sub(lower.next().copied().unwrap_or(0));
        let (second, again) = first.overflowing_sub(u8::from(borrow));
        (*byte, borrow) = (second, below || again);
    }
    (!borrow && lower.all(|&byte| byte == 0)).then_some(difference)
}

fn add(one: &[u8], other: &[u8]) -> Vec<u8> {
    let length = one.len().max(other.len()) + 1;
    let (mut one, mut other) = (one.iter().rev(), other.iter().rev());
    let mut carry = 0;
    let mut sum = vec![0; length];
    for byte in sum.iter_mut().rev() {
        let next = |number: &mut std::iter::Rev<std::slice::Iter<'_, u8>>| {
            u16::from(number.next().copied().unwrap_or(0))
        };
        let all = next(&mut one) + next(&mut other) + carry;
        (*byte, carry) = (all as u8, all >> 8);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_added_and_subtracted_by_bytes() {
        assert_eq!(add(&[0xff, 0xff], &[1]), [1, 0, 0]);
        assert_eq!(add(&[], &[]), [0]);
        assert_eq!(subtract(&[1, 0, 0], &[1]), Some(vec![0, 0xff, 0xff]));
        assert_eq!(subtract(&[1], &[1, 0]), None);
        assert_eq!(subtract(&[1], &[2]), None);
        assert_eq!(subtract(&[5], &[5]), Some(vec![0]));
        assert_eq!(stripped(&[0, 0, 7, 0]), [7, 0]);
    }
}
