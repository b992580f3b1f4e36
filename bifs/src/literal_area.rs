//! `erts_literal_area_collector`: by what the system process of this name has literals released that are out of use. It asks one
//! process after the other, until all have said that they do not hold any of the area.

use oxbeam_vm::literals;
use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erts_literal_area_collector";
    "release_area_switch" / 0 Plain => release_area_switch_0;
    "send_copy_request" / 3 Plain => send_copy_request_3;
}

/// Only the system process that runs this module may go on.
pub(crate) fn check_caller(cx: &mut Cx<'_>, module: &str) -> Result<(), Raise> {
    let owned = cx.owned();
    if owned.system_process && owned.initial_call.0.text() == module {
        Ok(())
    } else {
        Err(Raise::Notsup)
    }
}

const COLLECTOR: &str = "erts_literal_area_collector";

/// Releases what all processes have been asked about; `true` if there is an area more to ask about.
fn release_area_switch_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    check_caller(cx, COLLECTOR)?;
    literals::switch().map_or(Err(Raise::Yield), |more| Ok(Term::boolean(more)))
}

/// `send_copy_request(Pid, Area, init | check_gc | need_gc)`: the process is to answer `{copy_literals, {Area, How, Pid}, ok | need_gc}`.
fn send_copy_request_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    check_caller(cx, COLLECTOR)?;
    let number = cx.arg(0).as_local_pid().ok_or(Raise::Badarg)?;
    let how = cx.arg(2).as_atom().ok_or(Raise::Badarg)?;
    if !matches!(how.text(), "init" | "check_gc" | "need_gc") {
        return Err(Raise::Badarg);
    }
    let (area, collector) = (cx.arg(1), cx.process().number);
    literals::ask(collector, number, area, how);
    Ok(Term::atom(known::OK))
}
