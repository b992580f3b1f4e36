//! Playing a script: on the machine under test, whose screens must become those that were recorded, or on the real one, whose
//! screens are written down once nothing moves any more.

use std::fmt::Write;
use std::process::Command;
use std::time::{Duration, Instant};

use super::pty::Terminal;
use super::screen;
use super::script::{Script, Step};

/// How long a screen or an end is waited for.
const LIMIT: Duration = Duration::from_secs(40);
/// A screen on which nothing happens for so long is finished.
const QUIET: Duration = Duration::from_millis(1500);
/// Between two looks.
const BEAT: Duration = Duration::from_millis(10);

/// What is said of the program's end.
const END: &str = "end";

/// The screens of a script, by name, in order.
pub type Screens = Vec<(String, String)>;

/// Reads screens as [`write`] writes them.
pub fn read(text: &str) -> Screens {
    let mut screens = Screens::new();
    for whole in text.lines() {
        match (whole.strip_prefix("== "), screens.last_mut()) {
            (Some(name), _) => screens.push((name.to_owned(), String::new())),
            (None, Some((_, screen))) => {
                let line = whole.strip_prefix('\\').filter(|_| is_like_name(whole));
                screen.push_str(line.unwrap_or(whole));
                screen.push('\n');
            }
            (None, None) => {}
        }
    }
    screens
}

/// Would this line of a screen look like the name of one? It has a backslash more in the file.
fn is_like_name(line: &str) -> bool {
    line.trim_start_matches('\\').starts_with("== ")
}

/// Screens as text.
pub fn write(screens: &Screens) -> String {
    let mut text = String::new();
    for (name, screen) in screens {
        let _ = writeln!(text, "== {name}");
        for line in screen.lines() {
            let escape = if is_like_name(line) { "\\" } else { "" };
            let _ = writeln!(text, "{escape}{line}");
        }
    }
    text
}

/// Plays the script on what `command` starts. With `expected` screens waits for each of them; without waits until nothing moves.
///
/// # Errors
/// What went wrong, and the screen then.
pub fn play(
    script: &Script,
    command: impl Fn() -> Command,
    expected: Option<&Screens>,
) -> Result<Screens, String> {
    let start = || Terminal::start(command(), script.size).map_err(|error| error.to_string());
    let terminal = start()?;
    let mut play = Play {
        terminal,
        expected,
        screens: Screens::new(),
        failed: None,
        acted: Instant::now(),
    };
    for step in &script.steps {
        if *step == Step::Again {
            play.terminal = start()?;
        }
        play.step(step)?;
        if play.failed.is_some() {
            break;
        }
    }
    match play.failed {
        Some(failed) => Err(failed),
        None => Ok(play.screens),
    }
}

struct Play<'e> {
    terminal: Terminal,
    expected: Option<&'e Screens>,
    screens: Screens,
    failed: Option<String>,
    /// When something was done to the program last.
    acted: Instant,
}

impl Play<'_> {
    fn text(&self) -> String {
        let modes = self.terminal.modes();
        self.terminal
            .with_screen(|screen| screen::text(screen, &modes))
    }
    fn is_quiet(&self) -> bool {
        self.acted.elapsed() >= QUIET && self.terminal.is_quiet(QUIET)
    }
    fn wait_for(&mut self, mut done: impl FnMut(&mut Self) -> bool) -> bool {
        let start = Instant::now();
        while start.elapsed() < LIMIT {
            if done(self) {
                return true;
            }
            std::thread::sleep(BEAT);
        }
        false
    }
    fn step(&mut self, step: &Step) -> Result<(), String> {
        let gone = |error: std::io::Error| error.to_string();
        if !matches!(step, Step::Screen(_) | Step::Wait(_)) {
            self.acted = Instant::now();
        }
        match step {
            Step::Type(keys) => self.terminal.type_keys(keys).map_err(gone)?,
            Step::Resize(size) => self.terminal.resize(*size).map_err(gone)?,
            Step::Signal(signal) => self.terminal.signal(*signal).map_err(gone)?,
            Step::Lines => self.terminal.set_lines().map_err(gone)?,
            // What comes is the new one's.
            Step::Again => {}
            Step::HangUp => self.terminal.hang_up(),
            Step::Pause(time) => std::thread::sleep(Duration::from_millis(*time)),
            Step::Wait(wanted) => {
                let shows = |play: &mut Self| {
                    play.terminal
                        .with_screen(|screen| screen.contents().contains(wanted.as_str()))
                };
                if !self.wait_for(shows) {
                    return Err(format!("waiting for {wanted:?}:\n{}", self.text()));
                }
            }
            Step::Screen(name) => {
                self.look(name, |play| play.text(), |play| play.is_quiet());
            }
            Step::End => {
                let ended = |play: &mut Self| match play.terminal.ended() {
                    Some(how) => format!("{how}\n-- modes {}\n", play.terminal.modes()),
                    None => "running\n".to_owned(),
                };
                self.look(END, ended, |play| play.terminal.ended().is_some());
            }
        }
        Ok(())
    }
    /// Waits until what `see` sees is what is expected, or else until it is `finished`.
    fn look(
        &mut self,
        name: &str,
        see: impl Fn(&mut Self) -> String,
        finished: impl Fn(&mut Self) -> bool,
    ) {
        let Some(expected) = self.expected else {
            if self.wait_for(finished) {
                let seen = see(self);
                self.screens.push((name.to_owned(), seen));
            } else {
                self.failed = Some(format!("{name}: it never comes to rest:\n{}", self.text()));
            }
            return;
        };
        let Some((wanted_name, wanted)) = expected.get(self.screens.len()) else {
            self.failed = Some(format!("{name}: no such screen is recorded"));
            return;
        };
        if wanted_name != name {
            self.failed = Some(format!("{name}: recorded is {wanted_name}: record it anew"));
        } else if self.wait_for(|play| see(play) == *wanted) {
            self.screens.push((name.to_owned(), wanted.clone()));
        } else {
            let seen = see(self);
            self.failed = Some(format!("{name}:\n{}", difference(wanted, &seen)));
        }
    }
}

/// Both screens, line by line; `!` marks lines that differ.
fn difference(wanted: &str, seen: &str) -> String {
    let mut report = String::new();
    let (mut ours, mut theirs) = (seen.lines(), wanted.lines());
    loop {
        match (theirs.next(), ours.next()) {
            (None, None) => return report,
            (Some(want), Some(have)) if want == have => {
                let _ = writeln!(report, "  {want}");
            }
            (want, have) => {
                for (label, line) in [("expected", want), ("got     ", have)] {
                    let line = line.map_or("(no line)", |line| line);
                    let _ = writeln!(report, "! {label} {line}");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn screens_are_read_as_they_are_written() {
        let screens = vec![
            ("one".to_owned(), "1> \n\n-- cursor 0 3\n".to_owned()),
            ("end".to_owned(), "exit 0\n".to_owned()),
        ];
        assert_eq!(read(&write(&screens)), screens);
    }
}
