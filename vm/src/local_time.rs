//! Local time by the rules of the C library, which reads `TZ` and the zone files: what OTP uses too.

use std::mem::MaybeUninit;

/// A date and a time of day.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Civil {
    /// Year, astronomically counted.
    pub year: i64,
    /// From 1.
    pub month: i64,
    /// From 1.
    pub day: i64,
    /// Hour.
    pub hour: i64,
    /// Minute.
    pub minute: i64,
    /// Second.
    pub second: i64,
}

const DAYS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const SECONDS_PER_DAY: i64 = 86_400;

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

impl Civil {
    /// Does this date exist, from `first_year` on and as far as the C library counts years?
    pub fn is_valid(&self, first_year: i64) -> bool {
        (first_year..i64::from(i32::MAX)).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=DAYS[self.month as usize - 1]
                + i64::from(self.month == 2 && is_leap(self.year)))
                .contains(&self.day)
            && (0..24).contains(&self.hour)
            && (0..60).contains(&self.minute)
            && (0..60).contains(&self.second)
    }
    /// Seconds since 1970 of this time as universal time; it must be valid.
    pub fn to_posix(self) -> i64 {
        let past = self.year - 1;
        let mut days = past * 365 + past / 4 - past / 100 + past / 400;
        days += DAYS[..self.month as usize - 1].iter().sum::<i64>();
        if self.month > 2 && is_leap(self.year) {
            days += 1;
        }
        // 719,162 days lie between the first of January of years 1 and 1970.
        (days + self.day - 1 - 719_162) * SECONDS_PER_DAY
            + self.hour * 3600
            + self.minute * 60
            + self.second
    }
    /// Universal time of `posix` seconds since 1970. Years before the year 0 come out as OTP has them, which divides towards zero.
    pub fn from_posix(posix: i64) -> Civil {
        let days = posix.div_euclid(SECONDS_PER_DAY) + 719_468;
        let second = posix.rem_euclid(SECONDS_PER_DAY);
        let day_in = |year: i64| days - (365 * year + year / 4 - year / 100 + year / 400);
        let mut year = (10_000 * days + 14_780) / 3_652_425;
        if day_in(year) < 0 {
            year -= 1;
        }
        let day = day_in(year);
        // Months counted from March.
        let month = (100 * day + 52) / 3060;
        Civil {
            year: year + (month + 2) / 12,
            month: (month + 2) % 12 + 1,
            day: day - (month * 306 + 5) / 10 + 1,
            hour: second / 3600,
            minute: second % 3600 / 60,
            second: second % 60,
        }
    }
    fn from_tm(tm: &libc::tm) -> Civil {
        Civil {
            year: i64::from(tm.tm_year) + 1900,
            month: i64::from(tm.tm_mon) + 1,
            day: i64::from(tm.tm_mday),
            hour: i64::from(tm.tm_hour),
            minute: i64::from(tm.tm_min),
            second: i64::from(tm.tm_sec),
        }
    }
    /// Local time of `posix` seconds since 1970. `None`: no such year.
    pub fn local(posix: i64) -> Option<Civil> {
        let mut tm = MaybeUninit::<libc::tm>::zeroed();
        // SAFETY: both point to what they must; `tm` is plain data.
        let found = unsafe { libc::localtime_r(&posix, tm.as_mut_ptr()) };
        // SAFETY: zeroed, and filled in if it was found.
        (!found.is_null()).then(|| Civil::from_tm(unsafe { tm.assume_init_ref() }))
    }
    /// Universal time of this local time; `dst` says whether it is daylight saving time, `None` that the zone's rules decide.
    pub fn local_to_universal(self, dst: Option<bool>) -> Option<Civil> {
        let find = |dst: i32| {
            let mut tm = self.to_tm(dst);
            // SAFETY: `tm` is a whole `tm`.
            match unsafe { libc::mktime(&mut tm) } {
                -1 => {
                    // Either it failed or it is the last second of 1969: then the second before is -2.
                    let mut before = self.to_tm(dst);
                    before.tm_sec -= 1;
                    // SAFETY: as above.
                    (unsafe { libc::mktime(&mut before) } == -2).then_some(-1)
                }
                found => Some(found),
            }
        };
        let posix = match dst {
            Some(false) => find(0),
            // A zone without daylight saving time may refuse it.
            Some(true) => find(1).or_else(|| find(0)),
            None => find(-1).or_else(|| find(0)),
        }?;
        Some(Civil::from_posix(posix))
    }
    fn to_tm(self, dst: i32) -> libc::tm {
        // SAFETY: zeros are a valid `tm`.
        let mut tm: libc::tm = unsafe { MaybeUninit::zeroed().assume_init() };
        tm.tm_year = (self.year - 1900) as i32;
        tm.tm_mon = self.month as i32 - 1;
        tm.tm_mday = self.day as i32;
        tm.tm_hour = self.hour as i32;
        tm.tm_min = self.minute as i32;
        tm.tm_sec = self.second as i32;
        tm.tm_isdst = dst;
        tm
    }
}

/// The time as strftime(3) puts it, local or universal; none if it takes more than 256 bytes, or none at all.
pub fn formatted(format: &std::ffi::CStr, universal: bool) -> Option<String> {
    let mut text = [0_u8; 256];
    let mut tm = MaybeUninit::uninit();
    // SAFETY: the system fills in the record, and writes no more than the text has room for.
    let length = unsafe {
        let now = libc::time(std::ptr::null_mut());
        let found = if universal {
            libc::gmtime_r(&now, tm.as_mut_ptr())
        } else {
            libc::localtime_r(&now, tm.as_mut_ptr())
        };
        if found.is_null() {
            return None;
        }
        libc::strftime(
            text.as_mut_ptr().cast(),
            text.len(),
            format.as_ptr(),
            tm.as_ptr(),
        )
    };
    (length > 0).then(|| String::from_utf8_lossy(&text[..length]).into_owned())
}

/// Now, as C's `ctime` writes it.
pub fn date_text() -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let posix = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs() as i64);
    let civil = Civil::local(posix).unwrap_or_else(|| Civil::from_posix(posix));
    let day = civil.to_posix().div_euclid(SECONDS_PER_DAY).rem_euclid(7);
    format!(
        "{} {} {:2} {:02}:{:02}:{:02} {}",
        DAYS[day as usize],
        MONTHS[civil.month as usize - 1],
        civil.day,
        civil.hour,
        civil.minute,
        civil.second,
        civil.year
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn civil(year: i64, month: i64, day: i64, hour: i64, minute: i64, second: i64) -> Civil {
        Civil {
            year,
            month,
            day,
            hour,
            minute,
            second,
        }
    }

    #[test]
    fn seconds_become_dates_and_back() {
        for (posix, date) in [
            (0, civil(1970, 1, 1, 0, 0, 0)),
            (-1, civil(1969, 12, 31, 23, 59, 59)),
            (-2_208_988_800, civil(1900, 1, 1, 0, 0, 0)),
            (253_402_300_799, civil(9999, 12, 31, 23, 59, 59)),
            (1 << 40, civil(36812, 2, 20, 0, 36, 16)),
            (67_767_976_170_460_800, civil(2_147_483_646, 1, 1, 0, 0, 0)),
        ] {
            assert_eq!(Civil::from_posix(posix), date);
            assert_eq!(date.to_posix(), posix);
        }
    }

    #[test]
    fn years_before_0_as_otp_has_them() {
        assert_eq!(
            Civil::from_posix(-62_167_219_200),
            civil(-1, 12, 31, 0, 0, 0)
        );
        assert_eq!(
            Civil::from_posix(-99_999_999_999),
            civil(-1199, 2, 15, 14, 13, 21)
        );
        assert_eq!(
            Civil::from_posix(-(1 << 50)),
            civil(-35_676_378, 4, 7, 5, 2, 56)
        );
    }

    #[test]
    fn dates_that_are_none() {
        assert!(civil(2020, 2, 29, 0, 0, 0).is_valid(1600));
        for none in [
            civil(2021, 2, 29, 0, 0, 0),
            civil(2020, 13, 1, 0, 0, 0),
            civil(2020, 1, 1, 24, 0, 0),
            civil(1599, 1, 1, 0, 0, 0),
            civil(2_147_483_647, 1, 1, 0, 0, 0),
        ] {
            assert!(!none.is_valid(1600), "{none:?}");
        }
    }
}
