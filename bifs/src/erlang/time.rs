//! Time, dates, and what is unique: `erlang:monotonic_time/0,1` and kin, conversions of dates, `now/0`, `make_ref/0`,
//! `unique_integer/0,1`. Follows the chapter «Time and Time Correction in Erlang» and module `erlang`.

use oxbeam_vm::local_time::Civil;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::timer::clock::{NATIVE_PER_SECOND, Time};
use oxbeam_vm::unique;
use std::sync::atomic::{AtomicI64, Ordering};

natives! { NATIVES: "erlang";
    "date" / 0 Plain => date_0;
    "time" / 0 Plain => time_0;
    "localtime" / 0 Plain => localtime_0;
    "localtime_to_universaltime" / 2 Plain => localtime_to_universaltime_2;
    "make_ref" / 0 Plain => make_ref_0;
    "monotonic_time" / 0 Plain => monotonic_time_0;
    "monotonic_time" / 1 Plain => monotonic_time_1;
    "now" / 0 Plain => now_0;
    "posixtime_to_universaltime" / 1 Plain => posixtime_to_universaltime_1;
    "system_time" / 0 Plain => system_time_0;
    "system_time" / 1 Plain => system_time_1;
    "time_offset" / 0 Plain => time_offset_0;
    "time_offset" / 1 Plain => time_offset_1;
    "timestamp" / 0 Plain => timestamp_0;
    "unique_integer" / 0 Plain => unique_integer_0;
    "unique_integer" / 1 Plain => unique_integer_1;
    "universaltime" / 0 Plain => universaltime_0;
    "universaltime_to_localtime" / 1 Plain => universaltime_to_localtime_1;
    "universaltime_to_posixtime" / 1 Plain => universaltime_to_posixtime_1;
}

fn time() -> &'static Time {
    &oxbeam_vm::machine::machine().time
}

fn monotonic_time_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(cx.integer(time().monotonic()))
}

fn monotonic_time_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    in_unit(cx, time().monotonic())
}

fn system_time_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(cx.integer(time().system()))
}

fn system_time_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    in_unit(cx, time().system())
}

fn time_offset_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(cx.integer(time().offset()))
}

fn time_offset_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    in_unit(cx, time().offset())
}

/// `native`, in nanoseconds, in the unit that the first argument names, rounded down.
pub(crate) fn in_unit<'p>(cx: &mut Cx<'p>, native: i64) -> NativeResult<'p> {
    let unit = cx.arg(0);
    let per_second = match unit.view() {
        View::Atom(name) => match name.text() {
            "native" | "nanosecond" | "nano_seconds" => NATIVE_PER_SECOND,
            "second" | "seconds" => 1,
            "millisecond" | "milli_seconds" => 1_000,
            "microsecond" | "micro_seconds" => 1_000_000,
            "perf_counter" => NATIVE_PER_SECOND,
            _ => return Err(Raise::Badarg),
        },
        View::Small(per_second) if per_second > 0 => per_second,
        View::Big(big) if !big.negative => {
            let native = cx.integer(native);
            let resolution = Term::small(NATIVE_PER_SECOND);
            return Err(cx.trap_to(
                known::ERLANG,
                Atom::of("convert_time_unit"),
                &[native, resolution, unit],
            ));
        }
        _ => return Err(Raise::Badarg),
    };
    if NATIVE_PER_SECOND % per_second == 0 {
        return Ok(cx.integer(native.div_euclid(NATIVE_PER_SECOND / per_second)));
    }
    let scaled =
        (i128::from(native) * i128::from(per_second)).div_euclid(i128::from(NATIVE_PER_SECOND));
    let magnitude = scaled.unsigned_abs();
    Ok(cx.big(scaled < 0, &[magnitude as u64, (magnitude >> 64) as u64]))
}

/// `{MegaSecs, Secs, MicroSecs}`
pub(crate) fn stamp<'p>(cx: &mut Cx<'p>, microseconds: i64) -> Term<'p> {
    let (seconds, micro) = (
        microseconds.div_euclid(1_000_000),
        microseconds.rem_euclid(1_000_000),
    );
    cx.tuple(&[
        Term::small(seconds.div_euclid(1_000_000)),
        Term::small(seconds.rem_euclid(1_000_000)),
        Term::small(micro),
    ])
}

fn timestamp_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(stamp(cx, time().system().div_euclid(1000)))
}

/// `now()`: later at each call.
fn now_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    static LAST: AtomicI64 = AtomicI64::new(0);
    let now = time().system().div_euclid(1000);
    let mut last = LAST.load(Ordering::Relaxed);
    loop {
        let next = now.max(last + 1);
        match LAST.compare_exchange_weak(last, next, Ordering::AcqRel, Ordering::Relaxed) {
            Ok(_) => return Ok(stamp(cx, next)),
            Err(other) => last = other,
        }
    }
}

fn day<'p>(cx: &mut Cx<'p>, civil: &Civil) -> Term<'p> {
    cx.tuple(&[
        Term::small(civil.year),
        Term::small(civil.month),
        Term::small(civil.day),
    ])
}

fn time_of_day<'p>(cx: &mut Cx<'p>, civil: &Civil) -> Term<'p> {
    cx.tuple(&[
        Term::small(civil.hour),
        Term::small(civil.minute),
        Term::small(civil.second),
    ])
}

fn date_time<'p>(cx: &mut Cx<'p>, civil: &Civil) -> Term<'p> {
    let day = day(cx, civil);
    let time = time_of_day(cx, civil);
    cx.tuple(&[day, time])
}

fn seconds_now() -> i64 {
    time().system().div_euclid(NATIVE_PER_SECOND)
}

fn local_now() -> Civil {
    let now = seconds_now();
    Civil::local(now).unwrap_or_else(|| Civil::from_posix(now))
}

fn date_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(day(cx, &local_now()))
}

fn time_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(time_of_day(cx, &local_now()))
}

fn localtime_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(date_time(cx, &local_now()))
}

fn universaltime_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(date_time(cx, &Civil::from_posix(seconds_now())))
}

/// First year that local time is converted from.
const FIRST_LOCAL_YEAR: i64 = 1902;
/// First year that universal time is converted from.
const FIRST_YEAR: i64 = 1600;

/// `{{Year, Month, Day}, {Hour, Minute, Second}}`, if it is a date from `first_year` on.
fn civil_of(term: Term<'_>, first_year: i64) -> Result<Civil, Raise> {
    let three = |term: Term<'_>| -> Option<[i64; 3]> {
        let [a, b, c] = term.as_tuple_of::<3>()?;
        Some([a.as_small()?, b.as_small()?, c.as_small()?])
    };
    let parts = term
        .as_tuple_of::<2>()
        .and_then(|[day, time]| Some((three(day)?, three(time)?)));
    let ([year, month, day], [hour, minute, second]) = parts.ok_or(Raise::Badarg)?;
    let civil = Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
    };
    if civil.is_valid(first_year) {
        Ok(civil)
    } else {
        Err(Raise::Badarg)
    }
}

fn localtime_to_universaltime_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let dst = match cx.arg(1).as_boolean() {
        None if cx.arg(1).is(known::UNDEFINED) => None,
        None => return Err(Raise::Badarg),
        dst => dst,
    };
    let local = civil_of(cx.arg(0), FIRST_LOCAL_YEAR)?;
    let universal = local.local_to_universal(dst).ok_or(Raise::Badarg)?;
    Ok(date_time(cx, &universal))
}

fn universaltime_to_localtime_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let universal = civil_of(cx.arg(0), FIRST_LOCAL_YEAR)?;
    let local = Civil::local(universal.to_posix()).ok_or(Raise::Badarg)?;
    Ok(date_time(cx, &local))
}

fn universaltime_to_posixtime_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let universal = civil_of(cx.arg(0), FIRST_YEAR)?;
    Ok(cx.integer(universal.to_posix()))
}

fn posixtime_to_universaltime_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let posix = cx.arg(0).as_i64().ok_or(Raise::Badarg)?;
    Ok(date_time(cx, &Civil::from_posix(posix)))
}

fn make_ref_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(cx.make_reference())
}

fn unique_integer_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(cx.integer(unique::MIN_UNIQUE + unique::next_integer() as i64))
}

fn unique_integer_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (mut monotonic, mut positive) = (false, false);
    let mut options = cx.arg(0).list_iter();
    for option in options.by_ref() {
        match option.as_atom().map(Atom::text) {
            Some("monotonic") => monotonic = true,
            Some("positive") => positive = true,
            _ => return Err(Raise::Badarg),
        }
    }
    if !options.rest().is_nil() {
        return Err(Raise::Badarg);
    }
    let count = if monotonic {
        unique::next_monotonic_integer()
    } else {
        unique::next_integer()
    };
    Ok(if positive {
        cx.unsigned(count.wrapping_add(1))
    } else {
        match unique::MIN_UNIQUE.checked_add_unsigned(count) {
            Some(value) => cx.integer(value),
            // The last of them are larger than what 64 bits with a sign hold.
            None => cx.unsigned(count.wrapping_add_signed(unique::MIN_UNIQUE)),
        }
    })
}
