//! `erlang:halt/2`.

use oxbeam_vm::halt::{self, Flush};
use oxbeam_vm::native::prelude::*;

/// Longest slogan of a crash dump, in characters.
const SLOGAN_LIMIT: usize = 1023;

fn flush_options(cx: &mut Cx<'_>) -> Result<Flush, Raise> {
    let machine = cx.machine();
    let newer = machine.release.number >= 27;
    let mut flush = Flush {
        flush: true,
        timeout: machine.config.settings.halt_flush_timeout,
    };
    let mut options = cx.arg(1).list_iter();
    for option in options.by_ref() {
        let read = option.as_tuple_of::<2>().and_then(|[key, value]| {
            match key.as_atom()?.text() {
                "flush" => flush.flush = value.as_boolean()?,
                "flush_timeout" if newer => {
                    let timeout = u32::try_from(value.as_u64()?).ok()?;
                    // The emulator's own limit holds as well.
                    let limit = machine.config.settings.halt_flush_timeout;
                    flush.timeout = Some(limit.map_or(timeout, |limit| limit.min(timeout)));
                }
                _ => return None,
            }
            Some(())
        });
        if read.is_none() {
            return Err(cx.badarg_because(Atom::of("badopt")));
        }
    }
    if options.rest().is_nil() {
        Ok(flush)
    } else {
        Err(cx.badarg_because(Atom::of("badopt")))
    }
}

/// `halt(Status | abort | Slogan, Options)`
pub(super) fn halt_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let flush = flush_options(cx)?;
    let status = cx.arg(0);
    match status.view() {
        View::Small(status) if status >= 0 => {
            halt::halt((status & i64::from(i32::MAX)) as i32, flush)
        }
        View::Big(big) if !big.negative => {
            halt::halt((big.limbs[0] & i32::MAX as u64) as i32, flush)
        }
        View::Atom(atom) if atom.text() == "abort" => halt::abort(),
        View::Nil | View::Cons(_) => {
            let slogan = crate::text::text_of(status).ok_or(Raise::Badarg)?;
            let slogan: String = slogan.chars().take(SLOGAN_LIMIT).collect();
            halt::dump_and_exit(&slogan);
        }
        _ => return Err(Raise::Badarg),
    }
    // The machine halts on another thread; this process never goes on.
    Err(Raise::Wait)
}
