//! Functions of `erts_internal` about the machine as a whole; others stand with their subjects.

pub(crate) mod memory;

use oxbeam_vm::native::prelude::*;
use oxbeam_vm::system_flags::flags;
use std::sync::atomic::Ordering;

natives! { NATIVES: "erts_internal";
    "gather_alloc_histograms" / 1 Plain => memory::gather_alloc_histograms_1;
    "gather_carrier_info" / 1 Plain => memory::gather_carrier_info_1;
    "is_system_process" / 1 Plain => is_system_process_1;
    "no_aux_work_threads" / 0 Plain => no_aux_work_threads_0;
    "perf_counter_unit" / 0 Plain => perf_counter_unit_0;
    "scheduler_wall_time" / 1 Plain => scheduler_wall_time_1;
    "system_check" / 1 Plain => system_check_1;
    "time_unit" / 0 Plain => time_unit_0;
}

fn time_unit_0<'p>(_cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::small(oxbeam_vm::timer::clock::NATIVE_PER_SECOND))
}

fn perf_counter_unit_0<'p>(_cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::small(oxbeam_vm::timer::clock::NATIVE_PER_SECOND))
}

/// One more than the threads that answer requests about memory.
fn no_aux_work_threads_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::small(cx.machine().scheduler.count() as i64 + 1))
}

fn is_system_process_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let number = cx.arg(0).as_local_pid().ok_or(Raise::Badarg)?;
    if number == cx.process().number {
        return Ok(Term::boolean(cx.owned().system_process));
    }
    let process = cx.machine().processes.get(number);
    Ok(Term::boolean(
        process.is_some_and(|process| process.is_system()),
    ))
}

/// `system_check(schedulers)`: do all schedulers answer? They do so before the caller runs on.
fn system_check_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if cx.arg(0).is(known::SCHEDULERS) {
        cx.machine().scheduler.blocked(|| ());
        Ok(Term::atom(known::OK))
    } else {
        Err(Raise::Badarg)
    }
}

/// `scheduler_wall_time(Boolean)`: whether it was on.
fn scheduler_wall_time_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let on = cx.arg(0).is(known::TRUE);
    Ok(Term::boolean(
        flags().scheduler_wall_time.swap(on, Ordering::Relaxed),
    ))
}
