//! How far a command is that takes longer than a second: on a terminal a line that changes in place, elsewhere a line from time to time.
//! It goes where errors go, so that what the command prints stays what it is.

use crate::output::{self, complain};
use std::io::IsTerminal;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Between lines, where they stay.
const INTERVAL: Duration = Duration::from_secs(10);

/// How often [`Line::during`] looks.
const LOOK: Duration = Duration::from_millis(500);

/// The line. Shared by threads.
pub(crate) struct Line {
    terminal: bool,
    /// When something was last printed.
    last: Mutex<Instant>,
}

impl Line {
    pub(crate) fn new() -> Line {
        Line {
            terminal: std::io::stderr().is_terminal(),
            last: Mutex::new(Instant::now()),
        }
    }

    /// Shows `text`.
    pub(crate) fn show(&self, text: &str) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if self.terminal {
            let width = rustix::termios::tcgetwinsize(std::io::stderr())
                .map_or(80, |size| usize::from(size.ws_col).max(20));
            let text: String = text.chars().take(width - 1).collect();
            output::complaint(format_args!("\r\x1b[K{text}"));
        } else if last.elapsed() >= INTERVAL {
            *last = Instant::now();
            complain!("{text}");
        }
    }

    /// Makes room for a line that stays.
    pub(crate) fn clear(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        if self.terminal {
            output::complaint(format_args!("\r\x1b[K"));
        }
    }

    /// Does `work`, and shows what `look` sees meanwhile, with the seconds.
    pub(crate) fn during<T>(
        &self,
        look: impl Fn() -> String + Send,
        work: impl FnOnce() -> T,
    ) -> T {
        let start = Instant::now();
        let (end, ended) = mpsc::channel::<()>();
        let result = std::thread::scope(|scope| {
            scope.spawn(move || {
                while ended.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                    let seconds = start.elapsed().as_secs();
                    self.show(&format!("{}, {seconds} s", look()));
                }
            });
            let result = work();
            drop(end);
            result
        });
        self.clear();
        result
    }
}

/// `[####----] 3/6`
pub(crate) fn bar(share: f32, done: usize, all: usize) -> String {
    const WIDTH: usize = 24;
    let full = ((share * WIDTH as f32) as usize).min(WIDTH);
    format!(
        "[{}{}] {done}/{all}",
        "#".repeat(full),
        "-".repeat(WIDTH - full)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_full_as_its_share() {
        assert_eq!(bar(0.5, 3, 6), "[############------------] 3/6");
        assert_eq!(bar(1.0, 6, 6), format!("[{}] 6/6", "#".repeat(24)));
    }
}
