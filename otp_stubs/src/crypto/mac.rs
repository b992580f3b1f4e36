//! HMAC, and PBKDF2 by it.

use super::digest::{self, Algorithm, Keyed};
use super::{binary, fault, zeros};
use crate::bytes::iolist;
use oxbeam_vm::native::prelude::*;
use parking_lot::Mutex;

const FILE: &str = "mac.c";
/// Bytes that are hashed in some fifty nanoseconds.
const BYTES_A_STEP: usize = 16;
/// Steps of one round of PBKDF2.
const STEPS_A_ROUND: usize = 8;

/// One under way. What adds to it changes it, as in OTP.
struct State(Mutex<Box<dyn Keyed>>);

pub(super) fn algorithms_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(cx.list([Term::atom(Atom::of("hmac"))]))
}

/// `mac_nif(Type, SubType, Key, Data)`
pub(super) fn mac_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let Ok(data) = iolist(cx.arg(3)) else {
        return Err(fault(cx, "badarg", Some(3), FILE, "Bad text"));
    };
    let mut keyed = begin(cx)?;
    cx.leave_if_long(data.len() / BYTES_A_STEP)?;
    keyed.update(&data);
    Ok(cx.binary(&keyed.result()))
}

/// `mac_init_nif(Type, SubType, Key)`
pub(super) fn init_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let keyed = begin(cx)?;
    Ok(cx.make_magic(Box::new(State(Mutex::new(keyed)))))
}

/// `mac_update_nif(State, Data)`
pub(super) fn update_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let state = state(cx)?;
    let Ok(data) = iolist(cx.arg(1)) else {
        return Err(fault(cx, "badarg", Some(1), FILE, "Bad text"));
    };
    cx.leave_if_long(data.len() / BYTES_A_STEP)?;
    state.0.lock().update(&data);
    Ok(cx.arg(0))
}

/// `mac_final_nif(State)`
pub(super) fn final_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let bytes = state(cx)?.0.lock().result();
    Ok(cx.binary(&bytes))
}

/// A new one, as the first three arguments say.
fn begin(cx: &mut Cx<'_>) -> Result<Box<dyn Keyed>, Raise> {
    let Ok(key) = iolist(cx.arg(2)) else {
        return Err(fault(cx, "badarg", Some(2), FILE, "Bad key"));
    };
    let kind = cx.arg(0).as_atom();
    if kind != Some(Atom::of("hmac")) {
        let known = ["cmac", "poly1305"].map(|name| Some(Atom::of(name)));
        return Err(if known.contains(&kind) {
            fault(cx, "notsup", Some(0), FILE, "Unsupported mac algorithm")
        } else {
            fault(cx, "badarg", Some(0), FILE, "Unknown mac algorithm")
        });
    }
    let Some(row) = digest::named(cx, cx.arg(1)) else {
        let text = "Bad digest algorithm for HMAC";
        return Err(fault(cx, "badarg", Some(1), FILE, text));
    };
    match row.keyed {
        Some(keyed) => Ok(keyed(&key)),
        None => Err(fault(cx, "error", None, FILE, "Couldn't get mac")),
    }
}

fn state<'p>(cx: &mut Cx<'p>) -> Result<&'p State, Raise> {
    let reference = cx.arg(0).as_reference();
    match reference.and_then(|reference| reference.magic_value::<State>()) {
        Some(state) => Ok(state),
        None => Err(fault(cx, "badarg", Some(0), FILE, "Bad ref")),
    }
}

/// `pbkdf2_hmac_nif(Type, Password, Salt, Rounds, Length)`
pub(super) fn pbkdf2_hmac_5<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let wrong = |cx: &mut Cx<'p>, argument, text| {
        Err(fault(cx, "badarg", Some(argument), "pbkdf2_hmac.c", text))
    };
    let rounds = cx.arg(3).as_usize();
    let length = cx.arg(4).as_usize();
    let rounds = match rounds.map(u32::try_from) {
        Some(Ok(rounds)) => rounds,
        _ => return wrong(cx, 3, "Not integer"),
    };
    if rounds == 0 {
        return wrong(cx, 3, "Must be > 0");
    }
    let Some(length) = length else {
        return wrong(cx, 4, "Not integer");
    };
    if length == 0 {
        return wrong(cx, 4, "Must be > 0");
    }
    let Some(row) = digest::named(cx, cx.arg(0)) else {
        return wrong(cx, 0, "Bad digest type");
    };
    let Some(derive) = row.derive else {
        return wrong(cx, 0, "Not eligible digest type");
    };
    let Some(password) = binary(cx.arg(1)) else {
        return wrong(cx, 1, "Not binary");
    };
    let Some(salt) = binary(cx.arg(2)) else {
        return wrong(cx, 2, "Not binary");
    };
    cx.leave_if_long(steps(row, rounds, length))?;
    let Some(mut key) = zeros(length) else {
        let text = "Can't allocate binary";
        return Err(fault(cx, "error", None, "pbkdf2_hmac.c", text));
    };
    derive(&password, &salt, rounds, &mut key);
    Ok(cx.binary(&key))
}

fn steps(row: &Algorithm, rounds: u32, length: usize) -> usize {
    let blocks = length.div_ceil(row.size);
    blocks
        .saturating_mul(rounds as usize)
        .saturating_mul(STEPS_A_ROUND)
}
