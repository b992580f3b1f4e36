//! The encodings of operands.

use oxbeam_loader::{AllocList, Op, Operand, load};

use crate::assemble::{Bytes, alloc, f, float_register, int, long, op, sample_with, u, x, y};

/// The operands of an instruction put into the sample.
fn operands(instruction: Op, operands: &[Bytes]) -> Box<[Operand]> {
    let beam = load(&sample_with(op(instruction, operands))).expect("a good file");
    let after = beam
        .code
        .iter()
        .position(|next| next.operands[..] == [Operand::Unsigned(5)]);
    let found = &beam.code[after.expect("label 5") - 1];
    assert_eq!(found.op, instruction);
    found.operands.clone()
}

fn operand(instruction: Op, encoded: &[Bytes]) -> Operand {
    operands(instruction, encoded)[0].clone()
}

fn integer(encoded: Bytes) -> Operand {
    operand(Op::Move, &[encoded, x(0)])
}

#[test]
fn integers_up_to_64_bits_are_plain() {
    for number in [
        0,
        15,
        16,
        2047,
        2048,
        0x7fff,
        0x8000,
        1 << 40,
        i64::MAX,
        -1,
        -2048,
        i64::MIN,
    ] {
        assert_eq!(integer(int(number)), Operand::Int(number));
    }
    // Superfluous sign bytes.
    assert_eq!(integer(long(1, &[0; 12])), Operand::Int(0));
    assert_eq!(integer(long(1, &[0xff; 12])), Operand::Int(-1));
    let mut minimum = vec![0xff; 3];
    minimum.extend(i64::MIN.to_be_bytes());
    assert_eq!(integer(long(1, &minimum)), Operand::Int(i64::MIN));
}

#[test]
fn larger_integers_are_sign_and_magnitude() {
    let big = |negative, magnitude: &[u8]| Operand::BigInt {
        negative,
        magnitude_be: magnitude.to_vec(),
    };
    // 2^63, 2^64
    assert_eq!(
        integer(long(1, &[0, 0x80, 0, 0, 0, 0, 0, 0, 0])),
        big(false, &[0x80, 0, 0, 0, 0, 0, 0, 0])
    );
    assert_eq!(
        integer(long(1, &[1, 0, 0, 0, 0, 0, 0, 0, 0])),
        big(false, &[1, 0, 0, 0, 0, 0, 0, 0, 0])
    );
    // -(2^63) - 1, -(2^64)
    let below = [0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    assert_eq!(
        integer(long(1, &below)),
        big(true, &[0x80, 0, 0, 0, 0, 0, 0, 1])
    );
    assert_eq!(
        integer(long(1, &[0xff, 0, 0, 0, 0, 0, 0, 0, 0])),
        big(true, &[1, 0, 0, 0, 0, 0, 0, 0, 0])
    );
    // Long enough that its length takes more than one byte.
    let mut digits = vec![0x12];
    digits.resize(5000, 0x34);
    assert_eq!(integer(long(1, &digits)), big(false, &digits));
}

#[test]
fn untagged_numbers_have_no_sign() {
    let size = |encoded| operands(Op::BsInit2, &[f(0), encoded, u(0), u(0), u(0), x(0)])[1].clone();
    assert_eq!(size(u(u64::MAX)), Operand::Unsigned(u64::MAX));
    assert_eq!(size(long(0, &[0xff, 0xff])), Operand::Unsigned(0xffff));
    assert_eq!(
        size(long(0, &[0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])),
        Operand::BigUnsigned(vec![1, 0, 0, 0, 0, 0, 0, 0, 0])
    );
}

#[test]
fn registers_reach_the_compilers_limits() {
    assert_eq!(integer(x(1022)), Operand::X(1022));
    assert_eq!(integer(y(1023)), Operand::Y(1023));
    assert_eq!(
        operand(Op::Fmove, &[float_register(1023), x(0)]),
        Operand::FloatReg(1023)
    );
    for (register, name) in [
        (x(1023), "an x register below 1023"),
        (y(1024), "a y register below 1024"),
    ] {
        let error = load(&sample_with(op(Op::Move, &[register, x(0)]))).expect_err("too large");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn allocation_lists_name_each_kind_once() {
    let need = |pairs: &[(u64, u64)]| operand(Op::TestHeap, &[alloc(pairs), u(0)]);
    assert_eq!(need(&[]), Operand::Alloc(AllocList::default()));
    assert_eq!(
        need(&[(2, 7), (0, 9)]),
        Operand::Alloc(AllocList {
            words: 9,
            floats: 0,
            funs: 7
        })
    );
    for wrong in [
        alloc(&[(0, 1), (0, 1)]),
        alloc(&[(3, 1)]),
        alloc(&[(0, 1 << 28)]),
    ] {
        load(&sample_with(op(Op::TestHeap, &[wrong, u(0)]))).expect_err("a wrong list");
    }
}
