//! The simulator: one thread, virtual time, and a seed that decides who runs next and for how long. The same seed gives the same run.
//!
//! What is runnable lies in one list; a [`Picker`] chooses. When nothing is runnable, the simulator looks for input ([`Poll`]); when there
//! is none, virtual time goes on to the next timer. Chaos is part of it: slices are of random length, so that a race that needs a switch at
//! one place is found by some seed. What comes from other programs comes when it comes: a run is the same again where its input is there
//! from the beginning, as a file's is.

use super::entropy::{Entropy, SeededEntropy};
use super::worker;
use crate::dist;
use crate::interp::Registers;
use crate::io::poll::{self, Poll};
use crate::machine::Machine;
use crate::process::{Priority, Process};
use crate::timer::clock::Time;
use oxbeam_sync::progress;
use oxbeam_sync::rank::{Mutex, Rank};
use std::sync::Arc;
use std::time::Duration;

/// Who runs next, and for how long.
pub trait Picker: Send {
    /// Which of the runnable processes, all of the highest priority that any has: an index below `count`, which is not zero.
    fn pick(&mut self, count: usize) -> usize;
    /// Reductions of the next slice, at most `most`.
    fn slice(&mut self, most: i64) -> i64;
}

/// Chooses by random numbers.
pub struct RandomPicker<E>(pub E);

impl<E: Entropy> Picker for RandomPicker<E> {
    fn pick(&mut self, count: usize) -> usize {
        self.0.below(count as u64) as usize
    }
    fn slice(&mut self, most: i64) -> i64 {
        // Short slices often: that is where switches fall between any two calls.
        let bits = self
            .0
            .below(u64::from(64 - (most.max(1) as u64).leading_zeros()))
            + 1;
        (1 + self.0.below(1 << bits) as i64).min(most)
    }
}

/// The list, and what chooses from it.
pub(super) struct Simulator {
    runnable: Mutex<Vec<Arc<Process>>>,
    picker: Mutex<Box<dyn Picker>>,
    input: Box<dyn Poll>,
}

impl Simulator {
    pub(super) fn new(seed: u64) -> Simulator {
        poll::without_thread();
        Simulator {
            runnable: Mutex::new(Rank::RunQueue, Vec::new()),
            input: Box::new(poll::Descriptors),
            picker: Mutex::new(
                Rank::CodeStaging,
                Box::new(RandomPicker(SeededEntropy(seed))),
            ),
        }
    }
    pub(super) fn enqueue(&self, process: Arc<Process>) {
        self.runnable.lock().push(process);
    }
    fn pick(&self) -> Option<(Arc<Process>, i64)> {
        let mut picker = self.picker.lock();
        let mut runnable = self.runnable.lock();
        // Low and normal take part alike; the seed decides.
        let class = |process: &Process| process.priority().min(Priority::Normal);
        let highest = runnable.iter().map(|process| class(process)).min()?;
        let candidates: Vec<usize> = (0..runnable.len())
            .filter(|&index| class(&runnable[index]) == highest)
            .collect();
        let chosen = candidates[picker.pick(candidates.len()) % candidates.len()];
        let process = runnable.swap_remove(chosen);
        Some((process, picker.slice(crate::config::REDUCTIONS).max(1)))
    }
}

/// How long to wait for input when nothing is runnable and no timer is set; other threads, of signals for instance, are heard then too.
const WAIT_FOR_INPUT: Duration = Duration::from_millis(5);
/// Turns after which input is looked for though there is something to run.
const TURNS: u32 = 256;

/// The simulator's thread.
pub(super) fn run(machine: &'static Machine) {
    let Some(simulator) = &machine.scheduler.simulator else {
        return;
    };
    worker::become_only_worker();
    let mut registers = Registers::new(false);
    let mut progress = progress::register();
    let input = |longest| simulator.input.poll(Some(longest)).unwrap_or(0);
    let mut turns: u32 = 0;
    loop {
        progress.quiescent();
        let tick = machine.time.tick();
        if tick >= machine.timers.next_tick(0) {
            machine.timers.expire(0, tick);
        }
        turns = turns.wrapping_add(1);
        if turns.is_multiple_of(TURNS) {
            input(Duration::ZERO);
        }
        match simulator.pick() {
            Some((process, slice)) => {
                super::run::run(machine, process, &mut registers, slice);
                dist::turn::flush();
            }
            None if input(Duration::ZERO) > 0 => {}
            None => match machine.timers.next_tick(0) {
                u64::MAX => {
                    progress.offline(|| input(WAIT_FOR_INPUT));
                }
                tick => machine.time.clock().advance(Time::begin_of(tick)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_choices() {
        let choices = |seed| {
            let mut picker = RandomPicker(SeededEntropy(seed));
            (0..1000)
                .map(|_| (picker.pick(7), picker.slice(4000)))
                .collect::<Vec<_>>()
        };
        assert_eq!(choices(1), choices(1));
        assert_ne!(choices(1), choices(2));
        assert!(
            choices(3)
                .iter()
                .all(|&(pick, slice)| pick < 7 && (1..=4000).contains(&slice))
        );
    }
}
