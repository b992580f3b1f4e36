//! The operators against machine arithmetic, and at the limits where OTP 27 was asked.

use super::*;
use crate::heap::arena::Arena;
use crate::number::{Big, BigRef};
use crate::word::{SMALL_MAX, SMALL_MIN};

fn with_builder(test: impl for<'p> FnOnce(&mut Builder<'p>)) {
    let mut arena = Arena::new();
    // SAFETY: nothing else builds in the arena, which lives until the test is through.
    let mut builder = unsafe { arena.builder() };
    test(&mut builder);
}

fn term<'p>(builder: &mut Builder<'p>, value: i128) -> Term<'p> {
    let big = Big::from(value);
    builder.big(big.negative, &big.limbs)
}

fn value(term: Term<'_>) -> Big {
    match term.view() {
        View::Small(value) => {
            assert!((SMALL_MIN..=SMALL_MAX).contains(&value));
            Big::from(value)
        }
        View::Big(big) => {
            let fits = big
                .to_i64()
                .is_some_and(|value| (SMALL_MIN..=SMALL_MAX).contains(&value));
            assert!(!fits, "a big integer that is small");
            big.to_big()
        }
        _ => panic!("not an integer"),
    }
}

type Operator = for<'p> fn(&mut Builder<'p>, Term<'p>, Term<'p>) -> Arith<'p>;

#[test]
fn operators_agree_with_machine_integers() {
    let edges: Vec<i128> = [
        0,
        1,
        3,
        15,
        16,
        1 << 29,
        1 << 30,
        1 << 31,
        1 << 58,
        1 << 59,
        1 << 60,
        1 << 62,
    ]
    .into_iter()
    .flat_map(|edge: i128| [edge - 1, edge, edge + 1])
    .flat_map(|edge| [edge, -edge])
    .collect();
    type Model = fn(i128, i128) -> Option<i128>;
    let operators: [(Operator, Model); 10] = [
        (add, |a, b| Some(a + b)),
        (sub, |a, b| Some(a - b)),
        (mul, |a, b| Some(a * b)),
        (div, i128::checked_div),
        (rem, i128::checked_rem),
        (band, |a, b| Some(a & b)),
        (bor, |a, b| Some(a | b)),
        (bxor, |a, b| Some(a ^ b)),
        (bsl, |a, b| {
            Some(if b < 0 { a >> (-b).min(127) } else { a << b })
        }),
        (bsr, |a, b| {
            Some(if b < 0 { a << -b } else { a >> b.min(127) })
        }),
    ];
    with_builder(|builder| {
        for &a in &edges {
            for &b in &edges {
                for (at, (operator, model)) in operators.into_iter().enumerate() {
                    // Shifts to the left that the model cannot follow.
                    if (at == 8 && b > 60) || (at == 9 && b < -60) {
                        continue;
                    }
                    let (first, second) = (term(builder, a), term(builder, b));
                    let result = operator(builder, first, second);
                    match model(a, b) {
                        Some(expected) => {
                            assert_eq!(result.map(value), Ok(Big::from(expected)), "{at}: {a} {b}")
                        }
                        None => assert!(matches!(result, Err(Badarith))),
                    }
                }
            }
            let operand = term(builder, a);
            assert_eq!(negate(builder, operand).map(value), Ok(Big::from(-a)));
            assert_eq!(bnot(builder, operand).map(value), Ok(Big::from(!a)));
            assert_eq!(abs(builder, operand).map(value), Ok(Big::from(a.abs())));
            for whole in [trunc, round, ceil, floor] {
                assert_eq!(whole(builder, operand).map(value), Ok(Big::from(a)));
            }
        }
    });
}

#[test]
fn integers_end_at_the_limit_of_the_release() {
    // Rules of OTP 27: 65,535 limbs.
    let most = 65_535 * 64;
    with_builder(|builder| {
        let one = Term::small(1);
        let limit = Err(SystemLimit);
        let is_big = |result: Arith<'_>| result.map(|term| term.as_small().is_none());
        let top = bsl(builder, one, Term::small(most - 1)).expect("the largest power");
        assert_eq!(is_big(bsl(builder, one, Term::small(most))), limit);
        assert_eq!(
            is_big(bsl(builder, Term::small(3), Term::small(most - 2))),
            Ok(true)
        );
        assert_eq!(
            is_big(bsl(builder, Term::small(3), Term::small(most - 1))),
            limit
        );
        assert_eq!(is_big(add(builder, top, top)), limit);
        let below = sub(builder, top, one).expect("an integer");
        let largest = add(builder, top, below).expect("the largest integer");
        assert_eq!(is_big(add(builder, largest, one)), limit);
        assert_eq!(is_big(bnot(builder, largest)), limit);
        let smallest = negate(builder, largest).expect("the smallest integer");
        assert_eq!(is_big(sub(builder, smallest, one)), limit);
        assert_eq!(is_big(bnot(builder, smallest)), Ok(true));
        assert_eq!(is_big(mul(builder, top, Term::small(2))), limit);
        assert_eq!(is_big(mul(builder, largest, Term::small(0))), Ok(false));
        let half = bsl(builder, one, Term::small(most / 2)).expect("an integer");
        let less = sub(builder, half, one).expect("an integer");
        assert_eq!(is_big(mul(builder, half, half)), limit);
        assert_eq!(is_big(mul(builder, less, half)), Ok(true));
        assert_eq!(is_big(mul(builder, less, less)), Ok(true));
    });
}

#[test]
fn shifts_by_more_than_any_integer_is_long() {
    with_builder(|builder| {
        let far = term(builder, 1 << 70);
        let back = term(builder, -(1 << 70));
        let (zero, one, minus) = (Term::small(0), Term::small(1), Term::small(-1));
        let small = |result: Arith<'_>| result.map(|term| term.as_small());
        assert_eq!(small(bsl(builder, zero, far)), Ok(Some(0)));
        assert_eq!(small(bsr(builder, zero, back)), Ok(Some(0)));
        assert_eq!(small(bsl(builder, one, far)), Err(SystemLimit));
        assert_eq!(small(bsr(builder, one, back)), Err(SystemLimit));
        assert_eq!(small(bsl(builder, one, back)), Ok(Some(0)));
        assert_eq!(small(bsr(builder, one, far)), Ok(Some(0)));
        assert_eq!(small(bsl(builder, minus, back)), Ok(Some(-1)));
        assert_eq!(small(bsr(builder, minus, far)), Ok(Some(-1)));
        assert_eq!(small(bsr(builder, far, far)), Ok(Some(0)));
        assert_eq!(small(bsr(builder, back, far)), Ok(Some(-1)));
        assert_eq!(small(bsl(builder, far, far)), Err(SystemLimit));
        assert_eq!(
            small(bsl(builder, one, Term::small(SMALL_MAX))),
            Err(SystemLimit)
        );
        assert_eq!(
            small(bsr(builder, one, Term::small(SMALL_MIN))),
            Err(SystemLimit)
        );
    });
}

#[test]
fn floats_and_what_is_no_number() {
    with_builder(|builder| {
        let float = |result: Arith<'_>| result.map(|term| term.as_float().map(f64::to_bits));
        let expect = |value: f64| Ok(Some(value.to_bits()));
        let (ten, zero, half) = (builder.float(10.0), builder.float(0.0), builder.float(0.5));
        let large = builder.float(1.0e308);
        let mut limbs = [0; 17];
        limbs[16] = 1;
        let huge = builder.big(false, &limbs);
        assert_eq!(float(mul(builder, large, ten)), Err(Badarith));
        assert_eq!(float(mul(builder, huge, zero)), Err(Badarith));
        assert_eq!(float(add(builder, huge, zero)), Err(Badarith));
        assert_eq!(float(super::float(builder, huge)), Err(Badarith));
        assert_eq!(float(divide(builder, huge, huge)), Err(Badarith));
        assert_eq!(float(divide(builder, ten, zero)), Err(Badarith));
        assert_eq!(float(divide(builder, zero, Term::small(0))), Err(Badarith));
        assert_eq!(
            float(divide(builder, Term::small(1), Term::small(4))),
            expect(0.25)
        );
        assert_eq!(float(add(builder, Term::small(1), half)), expect(1.5));
        assert_eq!(float(sub(builder, Term::small(0), zero)), expect(0.0));
        assert_eq!(float(negate(builder, zero)), expect(-0.0));
        let minus_zero = builder.float(-0.0);
        assert_eq!(float(abs(builder, minus_zero)), expect(0.0));
        assert_eq!(
            float(super::float(builder, Term::small((1 << 53) + 1))),
            expect(9_007_199_254_740_992.0)
        );
        // Rounded limb by limb: OTP 29 has ...27.
        let steps = builder.big(false, &[1, 0x8000_0000_0000_0400]);
        assert_eq!(
            float(super::float(builder, steps)),
            expect(1.7014118346046923e38)
        );
        assert_eq!(
            BigRef::new(false, &[1, 0x8000_0000_0000_0400]).to_f64(),
            Some(1.7014118346046927e38)
        );

        let whole = |result: Arith<'_>| result.map(|term| term.as_small());
        let (up, down) = (builder.float(2.5), builder.float(-2.5));
        assert_eq!(whole(round(builder, up)), Ok(Some(3)));
        assert_eq!(whole(round(builder, down)), Ok(Some(-3)));
        assert_eq!(whole(trunc(builder, down)), Ok(Some(-2)));
        assert_eq!(whole(floor(builder, down)), Ok(Some(-3)));
        assert_eq!(whole(ceil(builder, down)), Ok(Some(-2)));

        let operators: [Operator; 11] =
            [add, sub, mul, div, rem, band, bor, bxor, bsl, bsr, divide];
        for operator in operators {
            assert!(matches!(
                operator(builder, Term::NIL, Term::small(1)),
                Err(Badarith)
            ));
            assert!(matches!(
                operator(builder, Term::small(1), Term::TRUE),
                Err(Badarith)
            ));
        }
        for operator in [div, rem, band, bor, bxor, bsl, bsr] as [Operator; 7] {
            assert!(matches!(
                operator(builder, half, Term::small(1)),
                Err(Badarith)
            ));
        }
        assert!(matches!(bnot(builder, half), Err(Badarith)));
        assert!(matches!(negate(builder, Term::NIL), Err(Badarith)));
        assert!(plus(half).is_ok() && plus(Term::NIL).is_err());
    });
}
