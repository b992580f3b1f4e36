//! One suite on one machine: starts it, waits, and starts it again behind a case that it died in.

use super::lists::Lists;
use super::machine::Machine;
use super::prepare::{self, NOBODY, Space};
use super::results::{Cases, Outcome, Suite, Verdict};
use crate::shell::interrupt;
use rustix::process::{Signal, set_parent_process_death_signal};
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// How often a suite goes on behind a case that killed the machine.
const RESUMES: u32 = 20;

/// How often to look at a machine.
const TICK: Duration = Duration::from_millis(50);

/// Limits of time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Of a case.
    pub(super) case: Duration,
    /// After which no case of a suite begins.
    pub(super) suite: Duration,
}

/// What every suite of a run needs.
pub(super) struct Session<'a> {
    pub(super) space: &'a Space,
    pub(super) lists: &'a Lists,
    pub(super) limits: Limits,
    /// Cases by name; all, if there are none.
    pub(super) cases: &'a [String],
    /// Keep what cases write, and let them print into the log.
    pub(super) verbose: bool,
}

/// What became of a suite.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) cases: Cases,
    pub(super) seconds: f32,
}

/// How far a suite is.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    pub(super) done: usize,
    pub(super) planned: usize,
    pub(super) case: String,
}

impl Session<'_> {
    /// Runs `suite`; `tell` hears how far it is.
    pub(super) fn run(
        &self,
        machine: &Machine,
        suite: &Suite,
        tell: &dyn Fn(&Progress),
    ) -> Result<Report, String> {
        let start = Instant::now();
        let scratch = Scratch::new(self, machine, suite)?;
        let mut transcript = Transcript::default();
        let mut after = 0;
        for attempt in 0.. {
            let left = self.limits.suite.saturating_sub(start.elapsed());
            let mut command = self.command(machine, suite, &scratch, after, left)?;
            let child = command
                .spawn()
                .map_err(|error| format!("{}: {error}", machine.name))?;
            let ended = self.watch(child, &scratch, &mut transcript, tell)?;
            end_descendants(&scratch.directory);
            if transcript.ended {
                break;
            }
            // The machine died: the case that had begun is to blame.
            match transcript.blame(&ended, after) {
                Some(index) if attempt < RESUMES => after = index,
                Some(_) => {
                    transcript.set(
                        "and all behind it",
                        Outcome::NotRun,
                        "the machine died too often",
                    );
                    break;
                }
                None => {
                    let phase = if after == 0 {
                        "init_per_suite"
                    } else {
                        "end_per_suite"
                    };
                    transcript.set(phase, Outcome::Crash, &ended);
                    break;
                }
            }
        }
        if !self.verbose {
            scratch.remove();
        }
        Ok(Report {
            cases: transcript.cases,
            seconds: start.elapsed().as_secs_f32(),
        })
    }

    fn command(
        &self,
        machine: &Machine,
        suite: &Suite,
        scratch: &Scratch,
        after: usize,
        left: Duration,
    ) -> Result<Command, String> {
        let log = File::options()
            .append(true)
            .create(true)
            .open(&scratch.log)
            .map_err(|error| format!("{}: {error}", scratch.log.display()))?;
        let error_log = log.try_clone().map_err(|error| error.to_string())?;
        let mut command = machine.command();
        command.stdout(log).stderr(error_log);
        command.current_dir(scratch.directory.join("cwd"));
        command.process_group(0);
        // ^C does not reach it there, and who pulls the plug does not wait for it.
        interrupt::before_exec(&mut command, || {
            Ok(set_parent_process_death_signal(Some(Signal::KILL))?)
        });
        // A zone with daylight saving time, which some cases are about.
        command.env("TZ", "Europe/Stockholm");
        command.env("HOME", scratch.directory.join("home"));
        command.env("ERL_CRASH_DUMP", scratch.directory.join("erl_crash.dump"));
        command.env(MARK, &scratch.directory);
        if self.lists.is_unprivileged(suite) && rustix::process::geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command.arg("-noinput");
        if self.lists.is_named(suite) {
            let process = std::process::id();
            command.arg("-sname").arg(format!(
                "conform_{}_{}_{process}",
                suite.application, suite.name
            ));
        }
        command.args(self.lists.flags(suite));
        command.arg("-pa").arg(self.space.runner());
        command
            .arg("-pa")
            .arg(self.space.suites(&suite.application));
        command.args(["-run", "conform_runner", "main"]);
        command.arg(suite.module()).arg(&scratch.results);
        command.arg(format!("after={after}"));
        command.arg(format!("limit={}", self.limits.case.as_millis()));
        command.arg(format!("cap={}", left.as_millis()));
        // Below the working directory, as a case wants it.
        let private = scratch.directory.join("cwd/log_private");
        command.arg(format!("priv={}", private.display()));
        if !self.cases.is_empty() {
            command.arg(format!("only={}", self.cases.join(",")));
        }
        if self.verbose {
            command.arg("verbose=1");
        }
        Ok(command)
    }

    /// Waits for the machine and reads what it says meanwhile; gives how it ended.
    fn watch(
        &self,
        mut child: Child,
        scratch: &Scratch,
        transcript: &mut Transcript,
        tell: &dyn Fn(&Progress),
    ) -> Result<String, String> {
        // init and end of a case, and of groups around it, are bounded as a case is.
        let patience = 3 * self.limits.case + Duration::from_secs(90);
        let mut heard = Instant::now();
        let mut told = heard;
        loop {
            let status = child.try_wait().map_err(|error| error.to_string())?;
            if transcript.read(&scratch.results) {
                heard = Instant::now();
                told = heard;
                tell(&transcript.progress);
            } else if told.elapsed() > Duration::from_secs(1) {
                told = Instant::now();
                tell(&transcript.progress);
            }
            if let Some(status) = status {
                return Ok(format!("the machine ended: {status}"));
            }
            if heard.elapsed() > patience {
                kill(&mut child);
                return Ok("the machine hung".into());
            }
            std::thread::sleep(TICK);
        }
    }
}

fn kill(child: &mut Child) {
    // Both fail only if it has ended meanwhile.
    let _ = child.kill();
    let _ = child.wait();
}

/// The lines of the runner, read as they come.
#[derive(Debug, Default)]
struct Transcript {
    position: usize,
    cases: Cases,
    /// Index and name of the case that has begun and not ended.
    open: Option<(usize, String)>,
    /// Index of the last that has begun.
    last: usize,
    ended: bool,
    progress: Progress,
}

impl Transcript {
    /// Reads what is new; is there anything?
    fn read(&mut self, path: &Path) -> bool {
        let bytes = fs::read(path).unwrap_or_default();
        let new = bytes.get(self.position..).unwrap_or_default();
        let Some(end) = new.iter().rposition(|&byte| byte == b'\n') else {
            return false;
        };
        let text = String::from_utf8_lossy(&new[..end]).into_owned();
        self.position += end + 1;
        for line in text.lines() {
            self.line(line);
        }
        true
    }

    fn line(&mut self, line: &str) {
        let fields: Vec<&str> = line.split('\t').collect();
        match fields.as_slice() {
            ["plan", count] => self.progress.planned = count.parse().unwrap_or(0),
            ["begin", index, name] => {
                self.last = index.parse().unwrap_or(0);
                self.open = Some((self.last, (*name).to_owned()));
                self.progress.case = (*name).to_owned();
            }
            ["result", _, name, outcome, _, reason] => {
                self.open = None;
                let outcome = Outcome::from_name(outcome).unwrap_or(Outcome::Fail);
                self.set(name, outcome, reason);
            }
            ["end"] => self.ended = true,
            _ => {}
        }
    }

    /// A case that occurs more than once is as bad as its worst.
    fn set(&mut self, name: &str, outcome: Outcome, reason: &str) {
        self.progress.done += 1;
        let verdict = Verdict {
            outcome,
            reason: if outcome == Outcome::Ok {
                String::new()
            } else {
                reason.trim().to_owned()
            },
        };
        let worse = self
            .cases
            .get(name)
            .is_none_or(|before| before.outcome < outcome);
        if worse {
            self.cases.insert(name.to_owned(), verdict);
        }
    }

    /// Marks the case that the machine died in; gives the index behind which to go on, if it got further than `after`.
    fn blame(&mut self, how: &str, after: usize) -> Option<usize> {
        if let Some((_, name)) = self.open.take() {
            self.set(&name, Outcome::Crash, how);
        }
        (self.last > after).then_some(self.last)
    }
}

/// Names the folder of the suite to all processes that come from it.
const MARK: &str = "CONFORM_SCRATCH";

/// Ends what a suite has left behind: nodes and programs that know its folder. The port mapper serves others too.
fn end_descendants(directory: &Path) {
    let mark = format!("{MARK}={}", directory.display());
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(number) = name.to_str().and_then(|name| name.parse::<i32>().ok()) else {
            continue;
        };
        let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
        let ours = environment
            .split(|&byte| byte == 0)
            .any(|variable| variable == mark.as_bytes());
        let program = fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
        let process = rustix::process::Pid::from_raw(number);
        if let Some(process) = process.filter(|_| ours && program.trim() != "epmd") {
            // It may have ended meanwhile.
            let _ = rustix::process::kill_process(process, Signal::KILL);
        }
    }
}

/// The folder that a suite runs in, and the files about it.
struct Scratch {
    directory: PathBuf,
    results: PathBuf,
    log: PathBuf,
}

impl Scratch {
    fn new(session: &Session<'_>, machine: &Machine, suite: &Suite) -> Result<Scratch, String> {
        let root = session.space.root.join(machine.name);
        let name = format!("{}.{}", suite.application, suite.name);
        let scratch = Scratch {
            directory: root.join("scratch").join(&name),
            results: root.join(format!("{name}.results")),
            log: root.join(format!("{name}.log")),
        };
        let failed = |error: std::io::Error| format!("{}: {error}", scratch.directory.display());
        scratch.remove();
        for folder in ["cwd", "home"] {
            prepare::make_directory(&scratch.directory.join(folder))?;
        }
        let cookie = scratch.directory.join("home/.erlang.cookie");
        fs::write(&cookie, "conform").map_err(failed)?;
        fs::set_permissions(&cookie, fs::Permissions::from_mode(0o400)).map_err(failed)?;
        fs::write(&scratch.results, "").map_err(failed)?;
        fs::write(&scratch.log, "").map_err(failed)?;
        if session.lists.is_unprivileged(suite) && rustix::process::geteuid().is_root() {
            prepare::give(&scratch.directory)?;
            prepare::give(&scratch.results)?;
        }
        Ok(scratch)
    }

    /// What a case has forbidden to itself can be removed too.
    fn remove(&self) {
        fn allow(path: &Path) {
            let is_tree = fs::symlink_metadata(path).is_ok_and(|about| about.is_dir());
            if is_tree {
                let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o700));
                for entry in fs::read_dir(path).into_iter().flatten().flatten() {
                    allow(&entry.path());
                }
            }
        }
        if fs::remove_dir_all(&self.directory).is_err() {
            allow(&self.directory);
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript(lines: &[&str]) -> Transcript {
        let mut transcript = Transcript::default();
        lines.iter().for_each(|line| transcript.line(line));
        transcript
    }

    #[test]
    fn the_case_that_had_begun_is_to_blame() {
        let mut seen = transcript(&[
            "plan\t3",
            "begin\t1\tone",
            "result\t1\tone\tok\t2\t",
            "begin\t2\tg/two",
        ]);
        assert_eq!(seen.blame("killed", 0), Some(2));
        assert_eq!(seen.cases["g/two"].outcome, Outcome::Crash);
        assert_eq!(seen.cases["one"].outcome, Outcome::Ok);
        assert_eq!(seen.blame("killed", 2), None);
        assert!(!seen.ended);
    }

    #[test]
    fn a_case_that_is_run_twice_is_as_bad_as_its_worst() {
        let seen = transcript(&[
            "result\t1\tone\tfail\t2\t{badmatch,1}",
            "result\t2\tone\tok\t2\t",
            "end",
        ]);
        assert_eq!(seen.cases["one"].outcome, Outcome::Fail);
        assert_eq!(seen.cases["one"].reason, "{badmatch,1}");
        assert!(seen.ended);
    }
}
