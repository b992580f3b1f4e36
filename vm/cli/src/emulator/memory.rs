//! `+M`: the switches of OTP's memory allocators, as erts_alloc(3) lists them.
//!
//! Oxbeam has one allocator of its own; the switches are checked as OTP checks them and kept.

use super::number;
use crate::release::Release;

/// What a switch takes.
#[derive(Clone, Copy)]
enum Value {
    Bool,
    /// A number from 0.
    Amount,
    /// `de` or a percentage.
    Utilization,
    OneOf(&'static [&'static str]),
    Anything,
    /// `erl` takes its argument, the emulator does not know it.
    Unknown,
}

const STRATEGIES: &[&str] = &[
    "bf",
    "aobf",
    "gf",
    "af",
    "aoff",
    "aoffcbf",
    "aoffcaobf",
    "ageffcaoff",
    "ageffcbf",
    "ageffcaobf",
];

/// Letters of the allocators that switches are given for; `u` is all of them.
const ALLOCATORS: &[u8] = b"uBIDEFHLRSTZ";

/// Switches of one allocator: what follows its letter.
const SWITCHES: &[(&str, Value)] = &[
    ("as", Value::OneOf(STRATEGIES)),
    ("asbcst", Value::Amount),
    ("atags", Value::OneOf(&["true", "false", "code"])),
    ("acul", Value::Utilization),
    ("acnl", Value::Amount),
    ("acfml", Value::Amount),
    ("acful", Value::Utilization),
    (
        "cp",
        Value::OneOf(&["B", "D", "E", "F", "H", "L", "R", "S", "@", ":"]),
    ),
    ("e", Value::Bool),
    ("t", Value::Bool),
    ("lmbcs", Value::Amount),
    ("mbcgs", Value::Amount),
    ("mbsd", Value::Amount),
    ("mmbcs", Value::Amount),
    ("mmmbc", Value::Amount),
    ("mmsbc", Value::Amount),
    ("ramv", Value::Bool),
    ("rmbcmt", Value::Amount),
    ("rsbcmt", Value::Amount),
    ("rsbcst", Value::Amount),
    ("sbct", Value::Amount),
    ("smbcs", Value::Amount),
];

/// Switches of no one allocator, and the first release that has them.
const OTHERS: &[(&str, Value, Release)] = &[
    (
        "ea",
        Value::OneOf(&["min", "max", "r9c", "r10b", "r11b", "config"]),
        Release::Otp25,
    ),
    ("ummc", Value::Amount, Release::Otp25),
    ("uycs", Value::Amount, Release::Otp25),
    ("usac", Value::Bool, Release::Otp25),
    ("umadtn", Value::Bool, Release::Otp29),
    ("im", Value::Unknown, Release::Otp25),
    ("is", Value::Unknown, Release::Otp25),
    ("lpm", Value::OneOf(&["all", "no"]), Release::Otp25),
    ("Mamcbf", Value::Amount, Release::Otp25),
    ("Mrmcbf", Value::Amount, Release::Otp25),
    ("Mmcs", Value::Amount, Release::Otp25),
    ("Mscs", Value::Amount, Release::Otp25),
    ("Mscrfsd", Value::Amount, Release::Otp25),
    ("Msco", Value::Bool, Release::Otp25),
    ("Mscrpm", Value::Bool, Release::Otp25),
    ("Mlp", Value::OneOf(&["on", "off"]), Release::Otp27),
    ("Ye", Value::OneOf(&["true"]), Release::Otp25),
    ("Ym", Value::Anything, Release::Otp25),
    ("Ytp", Value::Amount, Release::Otp25),
    ("Ytt", Value::Amount, Release::Otp25),
    ("Iscs", Value::Amount, Release::Otp25),
    ("Xscs", Value::Unknown, Release::Otp25),
    ("dai", Value::OneOf(&["max"]), Release::Otp25),
];

fn of_allocator(switch: &str) -> Option<&str> {
    let rest = switch.get(1..)?;
    ALLOCATORS.contains(&switch.as_bytes()[0]).then_some(rest)
}

/// Whether `switch` (what follows `+M`) takes the argument after it.
pub(super) fn known(release: Release, switch: &[u8]) -> bool {
    let Ok(switch) = std::str::from_utf8(switch) else {
        return false;
    };
    let other = OTHERS
        .iter()
        .any(|&(name, _, since)| name == switch && since <= release);
    other || of_allocator(switch).is_some_and(|rest| SWITCHES.iter().any(|&(name, _)| name == rest))
}

/// The switch and its value if both are right, else the message.
pub(super) fn check(
    release: Release,
    switch: &str,
    next: Option<&str>,
) -> Result<(String, String), String> {
    let others = OTHERS
        .iter()
        .filter(|row| row.2 <= release)
        .map(|&(name, value, _)| (name, switch.strip_prefix(name), value));
    let own = SWITCHES.iter().map(|&(name, value)| {
        (
            name,
            of_allocator(switch).and_then(|rest| rest.strip_prefix(name)),
            value,
        )
    });
    let row = others
        .chain(own)
        .filter_map(|(name, glued, value)| Some((name, glued?, value)))
        .max_by_key(|(name, ..)| name.len());
    let parameter = |shown: &str| Err(format!("bad \"M{shown}\" parameter"));
    let Some((_, glued, kind)) = row else {
        // As much of the flag as was understood.
        let group = switch.starts_with(|c| "BDEFHILRSTZMYudl".contains(c));
        return parameter(if group { &switch[..1] } else { "" });
    };
    let name = &switch[..switch.len() - glued.len()];
    let value = if glued.is_empty() {
        next.unwrap_or_default()
    } else {
        glued
    };
    let amount = number::leading(value)
        .map(|(number, _)| number)
        .filter(|&number| number >= 0);
    let right = match kind {
        Value::Bool => matches!(value, "true" | "false"),
        Value::Amount => amount.is_some(),
        Value::Utilization => value == "de" || amount.is_some_and(|number| number <= 100),
        Value::OneOf(words) => words.contains(&value) || (name == "dai" && amount.is_some()),
        Value::Anything => true,
        Value::Unknown => return parameter(""),
    };
    if right {
        return Ok((name.into(), value.into()));
    }
    // OTP shows these two in a way of their own.
    let shown = match name {
        "ea" => return parameter(name),
        _ if name.ends_with("as") => &name[..name.len() - 1],
        _ => name,
    };
    Err(format!("bad \"M{shown}\" value: {value}"))
}
