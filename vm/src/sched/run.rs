//! One turn of a process: its signals, its tasks, its code, and what becomes of it then.

use super::worker::with_process;
use crate::dist;
use crate::interp::{self, Outcome, Registers};
use crate::machine::Machine;
use crate::process::saved_calls::SavedCall;
use crate::process::state::{Begin, Next};
use crate::process::{Owned, Priority, Process, exit, info};
use crate::signal::handle;
use crate::trace::{call, event, flag};
use crate::{system_monitor, system_profile};
use std::sync::Arc;

/// Runs `process`, which was taken from a queue, for `reductions` at most.
pub(super) fn run(
    machine: &'static Machine,
    process: Arc<Process>,
    registers: &mut Registers,
    reductions: i64,
) {
    match process.state.begin() {
        Begin::Run => {
            crate::stats::counts().context_switches.increment();
            dist::turn::begins();
            with_process(&process, || turn(machine, &process, registers, reductions));
            dist::turn::ends();
        }
        Begin::Deputy => be_deputy(machine, &process),
        Begin::Nothing => {}
    }
}

/// Runs `process`, which was taken from a dirty queue: the native, and what is left of its caller until that calls something.
pub(super) fn run_dirty(
    machine: &'static Machine,
    process: Arc<Process>,
    registers: &mut Registers,
) {
    process.state.begin_dirty();
    crate::stats::counts().context_switches.increment();
    dist::turn::begins();
    with_process(&process, || turn(machine, &process, registers, 1));
    dist::turn::ends();
    dist::turn::flush();
}

/// Handles the signals of a process that is claimed.
fn be_deputy(machine: &'static Machine, process: &Arc<Process>) {
    loop {
        let goes_on = process.fetch_signals();
        // SAFETY: it is claimed: whoever runs it waits, or does not touch this.
        let owned = unsafe { &mut *process.owned_pointer() };
        if process.state.is_open() {
            if goes_on {
                handle::run_light_tasks(process, owned);
            } else {
                exit::depart(process);
            }
        } else if goes_on && !process.state.is_dirty() {
            // If that ends it, it exits when it is run; as when it is told to, which hurries.
            let _ = handle::run_tasks(process, owned);
        }
        let exits = !goes_on;
        if process.state.unclaims() == Next::Enqueue {
            machine.scheduler.enqueue(Arc::clone(process));
        }
        // Who has asked it waits for its end now, perhaps.
        if exits && process.state.hurries() == Next::Enqueue {
            machine
                .scheduler
                .enqueue_for_deputy(Arc::clone(process), Priority::Max);
        }
        if !process.has_signals() || !process.state.claims() {
            return;
        }
    }
}

fn turn(machine: &'static Machine, process: &Arc<Process>, registers: &mut Registers, slice: i64) {
    // SAFETY: the state word says that this thread runs the process; nothing keeps this reference over a call that takes its own.
    let owned = || unsafe { &mut *process.owned_pointer() };
    if process.trace.has(IN_AND_OUT) {
        goes_in(process, owned());
    }
    if !process.fetch_signals() || !handle::run_tasks(process, owned()) {
        exits(machine, process);
        return;
    }
    if owned().is_suspended() || (owned().hibernating && owned().mailbox.is_empty()) {
        wait(machine, process);
        return;
    }
    owned().was_waiting = false;
    wakes_up(owned());
    owned().waits_for_port = false;
    system_monitor::queue_changed(process, owned());
    let watched = system_monitor::turn_begins(|| info::place_of_pc(owned()));
    let mut left = slice;
    loop {
        let given = left;
        // SAFETY: as above; the registers are this thread's.
        let (outcome, rest) = unsafe { interp::run(process, registers, given) };
        let parked = std::mem::take(&mut owned().parked_reductions);
        left = rest + parked;
        let given_up = owned().take_given_up_reductions();
        let used = (given - left - given_up).max(0) as u64;
        count(machine, owned(), used);
        (owned().reductions_given, owned().reductions_left) = (0, 0);
        if let Some(watched) = &watched {
            let goes_on = !matches!(outcome, Outcome::Exited);
            let place = goes_on.then(|| info::place_of_pc(owned())).flatten();
            system_monitor::turn_ends(process.number, watched, place);
        }
        system_monitor::queue_changed(process, owned());
        match outcome {
            Outcome::Yield if parked > 0 || owned().heap.wants_collection() => {
                // It may have stopped early for that; its registers are saved.
                if owned().heap.wants_collection() && !owned().collect(0, &mut []) {
                    exit::exit(process);
                    return;
                }
                if parked > 0 && left > 0 {
                    continue;
                }
                if process.trace.has(IN_AND_OUT) {
                    goes_out(process, owned());
                }
                process.state.yielded();
                machine.scheduler.enqueue(Arc::clone(process));
            }
            Outcome::Yield => {
                if process.has_signals() && process.priority() > Priority::High {
                    // Who asks it something may keep it from running again.
                    if !process.fetch_signals() {
                        exits(machine, process);
                        return;
                    }
                }
                if process.trace.has(IN_AND_OUT) {
                    goes_out(process, owned());
                }
                process.state.yielded();
                machine.scheduler.enqueue(Arc::clone(process));
            }
            Outcome::Wait if owned().hibernating && !owned().mailbox.is_empty() && left > 0 => {
                // There is a message already.
                wakes_up(owned());
                continue;
            }
            Outcome::Wait => {
                owned().was_waiting = true;
                // It was to collect at its next call, and waits to send before that.
                if parked > 0 && owned().heap.wants_collection() && !owned().collect(0, &mut []) {
                    exit::exit(process);
                    return;
                }
                if owned().hibernating && owned().heap.is_loose() {
                    owned().major_soon = false;
                    owned().hibernate(&mut []);
                }
                wait(machine, process);
            }
            Outcome::Dirty(kind) => {
                if process.trace.has(IN_AND_OUT) {
                    goes_out(process, owned());
                }
                process.state.goes_dirty();
                if process.has_signals() {
                    crate::signal::wake(process);
                }
                let scheduler = &machine.scheduler;
                if scheduler.simulator.is_some() || scheduler.dirty(kind).is_paused() {
                    process.state.begin_dirty();
                    let mut registers = Registers::new(true);
                    turn(machine, process, &mut registers, 1);
                } else {
                    scheduler.dirty(kind).push(Arc::clone(process));
                }
            }
            Outcome::Exited => exits(machine, process),
        }
        return;
    }
}

/// The process exits, now or when there is room for what other nodes are told of it.
fn exits(machine: &'static Machine, process: &Arc<Process>) {
    if exit::must_wait(process) {
        wait(machine, process);
    } else {
        exit::exit(process);
    }
}

/// What makes a turn's begin and end matter.
const IN_AND_OUT: u32 = flag::RUNNING | flag::RUNNING_PROCS | flag::CALL;

#[cold]
fn goes_in(process: &Process, owned: &mut Owned) {
    process.trace.forget_gone();
    call::turn_begins(owned);
    tell_turn(process, owned, "in");
}

#[cold]
fn goes_out(process: &Process, owned: &mut Owned) {
    call::turn_ends(owned);
    tell_turn(process, owned, "out");
}

fn tell_turn(process: &Process, owned: &Owned, tag: &str) {
    let running = flag::RUNNING | flag::RUNNING_PROCS;
    if process.trace.has(running) {
        let place = info::place_of_pc(owned);
        let place = place.map(|place| (place.module, place.function, place.arity));
        event::scheduled(process, running, tag, place);
    }
}

/// It goes on in the function that it hibernates for, if it does.
fn wakes_up(owned: &mut Owned) {
    if !std::mem::take(&mut owned.hibernating) || !owned.saves_calls {
        return;
    }
    // SAFETY: a process hibernates at a function's entry.
    let called = unsafe { interp::dispatch::mfa_of(owned.pc) };
    owned.save_call(SavedCall::Function(called));
}

fn wait(machine: &'static Machine, process: &Arc<Process>) {
    // SAFETY: this thread still runs the process.
    let owned = unsafe { &mut *process.owned_pointer() };
    if process.trace.has(IN_AND_OUT) {
        goes_out(process, owned);
    }
    // Told before somebody can wake it.
    let profiled = system_profile::wants(system_profile::flag::PROCESSES) && !process.has_signals();
    let place = profiled.then(|| info::place_of_pc(owned)).flatten();
    if profiled {
        system_profile::of_process(process.number, false, place.as_ref());
    }
    if process.state.waits() == Next::Enqueue {
        if profiled {
            system_profile::of_process(process.number, true, place.as_ref());
        }
        machine.scheduler.enqueue(Arc::clone(process));
    }
}

fn count(machine: &Machine, owned: &mut Owned, used: u64) {
    owned.reductions += used;
    machine.reductions.add(used as i64);
    dist::turn::spends(used);
}
