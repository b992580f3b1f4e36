//! `erlang:system_info/1`, `system_flag/2`, `halt/2` and what else asks or changes the machine as a whole. The keys stand in tables:
//! [`info`] and [`flag`].

mod flag;
mod halt;
pub(crate) mod info;
mod topology;

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
    "bump_reductions" / 1 Plain => bump_reductions_1;
    "halt" / 2 Plain => halt::halt_2;
    "statistics" / 1 Plain => crate::erlang::statistics::statistics_1;
    "system_flag" / 2 Plain => flag::system_flag_2;
    "system_info" / 1 Plain => info::system_info_1;
}

fn bump_reductions_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let reductions = cx
        .arg(0)
        .as_small()
        .filter(|&count| count >= 0)
        .ok_or(Raise::Badarg)?;
    // More than a turn is as good as a turn.
    cx.bump_reductions(reductions.min(4000) as usize);
    Ok(Term::TRUE)
}

/// `Atom::of`, as a term.
pub(super) fn name(text: &str) -> Term<'static> {
    Term::atom(Atom::of(text))
}
