//! What a person sees while suites run: a line for each suite that has ended, and how far the others are.

use super::results::{Cases, Outcome, Suite};
use super::run::Progress;
use crate::output::say;
use crate::progress::{Line, bar};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Shared by the threads that run suites.
pub(super) struct Display {
    line: Line,
    start: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    suites: usize,
    ended: usize,
    counts: [usize; Outcome::ALL.len()],
    running: BTreeMap<Suite, Progress>,
}

impl Display {
    pub(super) fn new(suites: usize) -> Display {
        Display {
            line: Line::new(),
            start: Instant::now(),
            state: Mutex::new(State {
                suites,
                ..State::default()
            }),
        }
    }

    /// A suite is at a case.
    pub(super) fn at(&self, suite: &Suite, progress: &Progress) {
        let mut state = self.state();
        state.running.insert(suite.clone(), progress.clone());
        self.draw(&state);
    }

    /// A suite has ended.
    pub(super) fn ended(&self, machine: &str, suite: &Suite, cases: &Cases, seconds: f32) {
        let mut state = self.state();
        state.running.remove(suite);
        state.ended += 1;
        let mut counts = [0; Outcome::ALL.len()];
        for verdict in cases.values() {
            counts[verdict.outcome as usize] += 1;
            state.counts[verdict.outcome as usize] += 1;
        }
        self.line.clear();
        say!(
            "{machine:<9} {:<36} {} in {seconds:.1} s",
            suite.to_string(),
            tally(&counts)
        );
        self.draw(&state);
    }

    /// The last word.
    pub(super) fn end(&self) {
        self.line.clear();
        let state = self.state();
        let seconds = self.start.elapsed().as_secs();
        say!(
            "{} suites in {seconds} s: {}",
            state.ended,
            tally(&state.counts)
        );
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn draw(&self, state: &State) {
        let part = |progress: &Progress| progress.done as f32 / progress.planned.max(1) as f32;
        let begun: f32 = state.running.values().map(part).sum();
        let share = (state.ended as f32 + begun) / state.suites.max(1) as f32;
        let mut text = bar(share, state.ended, state.suites);
        text.push_str(" suites");
        for (suite, progress) in &state.running {
            text.push_str(&format!(
                "  {suite} {}/{} {}",
                progress.done, progress.planned, progress.case
            ));
        }
        self.line.show(&text);
    }
}

/// `12 ok, 1 fail`
fn tally(counts: &[usize; Outcome::ALL.len()]) -> String {
    let parts = Outcome::ALL
        .iter()
        .zip(counts)
        .filter(|(_, count)| **count > 0);
    let parts: Vec<String> = parts
        .map(|(outcome, count)| format!("{count} {outcome}"))
        .collect();
    if parts.is_empty() {
        "no cases".into()
    } else {
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_names_what_there_is() {
        assert_eq!(tally(&[3, 0, 1, 0, 0, 0]), "3 ok, 1 fail");
        assert_eq!(tally(&[0; 6]), "no cases");
    }
}
