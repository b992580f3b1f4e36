//! Values recorded from OTP 25; OTP 27 gives the same.

use super::*;

fn text(text: Text) -> String {
    String::from_utf8(text.to_vec()).unwrap()
}

fn option(option: Option<Text>) -> String {
    option.map_or("badarg".to_owned(), text)
}

#[test]
fn short_form() {
    for (float, expected) in [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (0.1, "0.1"),
        (-1.5, "-1.5"),
        (100.0, "100.0"),
        (1000.0, "1.0e3"),
        (0.001, "0.001"),
        (1.0e-4, "0.0001"),
        (1.0e-5, "1.0e-5"),
        (123_456_789.0, "123456789.0"),
        (1_234_567_890.0, "1234567890.0"),
        (12_345_678_900.0, "12345678900.0"),
        (12_340.0, "12340.0"),
        (123_400.0, "1.234e5"),
        (0.001_234, "0.001234"),
        (0.000_123_4, "1.234e-4"),
        (9_007_199_254_740_991.0, "9007199254740991.0"),
        (9_007_199_254_740_992.0, "9.007199254740992e15"),
        (9_007_199_254_740_990.0, "9007199254740990.0"),
        (1.0e15, "1.0e15"),
        (1.0e22, "1.0e22"),
        (1.0e23, "1.0e23"),
        (5e-324, "5.0e-324"),
        (2.225_073_858_507_201e-308, "2.225073858507201e-308"),
        (f64::MAX, "1.7976931348623157e308"),
        (0.1 + 0.2, "0.30000000000000004"),
    ] {
        assert_eq!(text(short(float)), expected);
        assert_eq!(
            parse(expected.as_bytes()).map(f64::to_bits),
            Some(float.to_bits())
        );
    }
}

#[test]
fn scientific_form() {
    assert_eq!(
        option(scientific(0.1, DEFAULT_DECIMALS)),
        "1.00000000000000005551e-01"
    );
    assert_eq!(
        option(scientific(-0.0, DEFAULT_DECIMALS)),
        "-0.00000000000000000000e+00"
    );
    assert_eq!(text(display(1.0)), "1.000000e+00");
    assert_eq!(text(display(-1.5e-300)), "-1.500000e-300");
    // Exact ties go to the even digit.
    for (float, decimals, expected) in [
        (0.125, 0, "1e-01"),
        (0.125, 1, "1.2e-01"),
        (0.375, 1, "3.8e-01"),
        (0.25, 0, "2e-01"),
        (2.5, 0, "2e+00"),
        (1.5, 0, "2e+00"),
        (1.25, 1, "1.2e+00"),
        (9.5, 0, "1e+01"),
        (1.5, -1, "1.500000e+00"),
        (1.5, -5, "1.500000e+00"),
        (2.5, (1 << 32) + 3, "2.500e+00"),
    ] {
        assert_eq!(option(scientific(float, decimals)), expected);
    }
    assert_eq!(option(scientific(2.5, 249)).len(), 255);
    assert_eq!(scientific(2.5, 250), None);
    assert_eq!(option(scientific(-2.5, 248)).len(), 255);
    assert_eq!(scientific(-2.5, 249), None);
    assert_eq!(option(scientific(-2.5e100, 247)).len(), 255);
    assert_eq!(scientific(-2.5e100, 248), None);
    assert_eq!(scientific(2.5, i64::from(i32::MAX)), None);
}

#[test]
fn fixed_form() {
    for (float, decimals, compact, expected) in [
        (0.125, 2, false, "0.13"),
        (0.375, 1, false, "0.4"),
        (0.125, 19, false, "0.1250000000000000000"),
        (1.005, 2, false, "1.00"),
        (1.005, 19, false, "1.0049999999999998934"),
        (0.5, 0, false, "1"),
        (1.5, 0, false, "2"),
        (2.5, 0, false, "3"),
        (-0.5, 0, false, "-1"),
        (-0.0, 0, false, "-0"),
        (0.4, 0, false, "0"),
        (0.999, 2, false, "1.00"),
        (-0.999, 2, true, "-1.0"),
        (12.3400, 4, true, "12.34"),
        (1.0, 5, true, "1.0"),
        (1.0e10, 0, true, "10000000000"),
        (1.0e22, 0, true, "1"),
        (1.0e22, 0, false, "10000000000000000000000"),
        (1.0e22, 2, true, "10000000000000000000000.0"),
        (2.5, (1 << 32) + 3, false, "2.500"),
        (2.5, -1, false, "badarg"),
        (2.5, 254, false, "badarg"),
        (-2.5, 253, false, "badarg"),
    ] {
        assert_eq!(option(fixed(float, decimals, compact)), expected);
    }
    assert_eq!(option(fixed(2.5, 253, false)).len(), 255);
    assert_eq!(option(fixed(1.0e255, 0, false)).len(), 255);
    assert_eq!(fixed(1.0e256, 0, false), None);
}

#[test]
fn reading() {
    for (text, expected) in [
        ("1.0", Some(1.0)),
        ("+1.0", Some(1.0)),
        ("1,5", Some(1.5)),
        ("1,5e3", Some(1500.0)),
        ("1.5E+3", Some(1500.0)),
        ("1.0\0junk", Some(1.0)),
        ("1.0e-400", Some(0.0)),
        ("2.5e-324", Some(5e-324)),
        ("2.4e-324", Some(0.0)),
        ("1.0e-99999999999999999999", Some(0.0)),
        ("0.0e99999999999999999999", Some(0.0)),
        ("1.0e99999999999999999999", None),
        ("1.0e309", None),
        ("1.8e308", None),
        ("1e5", None),
        ("1.", None),
        ("1.e5", None),
        (".5", None),
        ("1.0e", None),
        ("1.0 ", None),
        (" 1.0", None),
        ("1.0f", None),
        ("1.0_0", None),
        ("inf", None),
        ("nan", None),
        ("0x1.0", None),
        ("", None),
        ("\0", None),
        ("1\0.0", None),
    ] {
        assert_eq!(parse(text.as_bytes()), expected, "{text:?}");
    }
    assert_eq!(
        parse(b"-1.0e-400").map(f64::to_bits),
        Some((-0.0f64).to_bits())
    );
}

#[test]
fn reading_a_prefix() {
    for (text, expected) in [
        ("1.5e3x", Some((1500.0, "x"))),
        ("1.5e", Some((1.5, "e"))),
        ("1.5e+x", Some((1.5, "e+x"))),
        ("1.5ee", Some((1.5, "ee"))),
        ("1.5.5", Some((1.5, ".5"))),
        ("+1.0-", Some((1.0, "-"))),
        ("1.0e+5+", Some((1.0e5, "+"))),
        ("1,5e5.", Some((1.5e5, "."))),
        ("1", None),
        ("1.x", None),
        ("--1.0", None),
        ("+-1.0", None),
        ("-", None),
        ("1.0e309", None),
        ("5.e1", None),
    ] {
        let found = parse_prefix(text.as_bytes()).map(|(value, length)| (value, &text[length..]));
        assert_eq!(found, expected, "{text:?}");
    }
}
