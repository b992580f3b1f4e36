//! Floats of 16 bits (IEEE 754 binary16).

/// The value of a pattern.
pub fn to_f64(pattern: u16) -> f64 {
    let exponent = i32::from(pattern >> 10 & 0x1f);
    let fraction = f64::from(pattern & 0x3ff);
    let magnitude = match exponent {
        0 => fraction * 2f64.powi(-24),
        0x1f if pattern & 0x3ff == 0 => f64::INFINITY,
        0x1f => f64::NAN,
        _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    };
    if pattern >> 15 == 1 {
        -magnitude
    } else {
        magnitude
    }
}

/// The nearest pattern, ties to even; beyond the largest, infinity. `value` is a number.
pub fn from_f64(value: f64) -> u16 {
    let sign = (value.to_bits() >> 48) as u16 & 0x8000;
    let magnitude = value.abs();
    // One unit in the last place: that of the smallest exponent for what is below the normal numbers.
    let exponent = ((magnitude.to_bits() >> 52) as i32 - 1023).max(-14);
    if exponent > 15 {
        return sign | 0x7c00;
    }
    let units = (magnitude * 2f64.powi(10 - exponent)).round_ties_even() as u16;
    // Normal numbers have a leading 1024 in `units`: it counts as one in the exponent, as does a carry out of the fraction.
    let pattern = (((exponent + 14) as u16) << 10) + units;
    sign | pattern.min(0x7c00)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_comes_back() {
        for pattern in 0..=u16::MAX {
            let value = to_f64(pattern);
            if value.is_nan() {
                continue;
            }
            assert_eq!(from_f64(value), pattern);
        }
    }

    #[test]
    fn halves_go_to_even() {
        for pattern in 0..0x7bffu16 {
            let between = (to_f64(pattern) + to_f64(pattern + 1)) / 2.0;
            let even = pattern + (pattern & 1);
            assert_eq!(from_f64(between), even);
            assert_eq!(from_f64(between.next_up()), pattern + 1);
            assert_eq!(from_f64(between.next_down()), pattern);
        }
        assert_eq!(from_f64(65519.0), 0x7bff);
        assert_eq!(from_f64(65520.0), 0x7c00);
        assert_eq!(from_f64(-f64::MAX), 0xfc00);
        assert_eq!(from_f64(1e-30), 0);
    }
}
