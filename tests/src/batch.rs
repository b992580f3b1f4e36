//! Running jobs on a machine: many inside one process through `data/runner.erl`, or one program alone.
//!
//! The runner appends to a results file, which we follow, so that a machine that dies or hangs costs the job it
//! was at and no other: the rest goes to a fresh machine.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::matrix::Vm;
use crate::program::Program;

/// How a job ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What it printed.
    pub output: Vec<u8>,
    /// `0`, the number that the machine ended with, `raised`, `timeout`, or what became of the machine.
    pub status: String,
    /// The machine's own last words where they help.
    pub log: String,
}

/// Something for the runner to do.
#[derive(Clone, Debug)]
pub enum Job {
    /// Run `module:main()`.
    Run {
        /// Loaded from the folder of compiled programs.
        module: String,
        /// After which it is killed.
        timeout_ms: u32,
    },
    /// Compile a file with OTP's compiler.
    Compile {
        /// The `.erl` file.
        source: PathBuf,
        /// Where the `.beam` file goes.
        into: PathBuf,
        /// Erlang terms.
        options: Vec<String>,
    },
}

impl Job {
    /// A line of the runner's job file.
    fn line(&self) -> String {
        match self {
            Self::Run { module, timeout_ms } => format!("run\t{module}\t{timeout_ms}\n"),
            Self::Compile {
                source,
                into,
                options,
            } => {
                let (source, into) = (source.display(), into.display());
                format!("compile\t{source}\t{into}\t[{}]\n", options.join(","))
            }
        }
    }

    fn limit(&self) -> Duration {
        let ms = match self {
            Self::Run { timeout_ms, .. } => *timeout_ms,
            Self::Compile { .. } => 300_000,
        };
        Duration::from_millis(u64::from(ms))
    }
}

/// How long a machine may take to start, and to notice a job's timeout itself.
const GRACE: Duration = Duration::from_secs(60);

/// Does all jobs, and hands out each one's outcome as soon as it is known. `ebin` is the path of compiled
/// programs (the runner among them), `scratch` a folder to work in.
pub fn run(
    vm: &Vm,
    ebin: &Path,
    scratch: &Path,
    jobs: &[Job],
    mut each: impl FnMut(usize, Outcome),
) {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let mut next = 0;
    while next < jobs.len() {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let dir = scratch.join(format!("batch{number}"));
        let end = match Session::start(vm, ebin, &dir, &jobs[next..]) {
            Ok(mut session) => session.follow(&jobs[next..], |outcome| {
                each(next, outcome);
                next += 1;
            }),
            Err(error) => End {
                why: format!("machine not started: {error}"),
                began: false,
            },
        };
        let broken = |log: String| Outcome {
            output: Vec::new(),
            status: end.why.clone(),
            log,
        };
        if next < jobs.len() {
            let log = tail(&dir.join("log"));
            if end.began {
                each(next, broken(log));
                next += 1;
            } else {
                // It does not even start: the others would fare no better.
                for index in next..jobs.len() {
                    each(index, broken(log.clone()));
                }
                return;
            }
        }
        // What is left behind is scratch; a failure to remove it harms nothing.
        let _ = fs::remove_dir_all(&dir);
    }
}

/// A machine that works through jobs.
struct Session {
    child: Child,
    results: PathBuf,
}

/// How a session ended before its jobs did.
struct End {
    why: String,
    began: bool,
}

impl Session {
    fn start(vm: &Vm, ebin: &Path, dir: &Path, jobs: &[Job]) -> std::io::Result<Self> {
        // What a run that was killed left behind must not be seen by this one.
        let _ = fs::remove_dir_all(dir);
        fs::create_dir_all(dir)?;
        let results = dir.join("results");
        File::create(&results)?;
        let list: String = jobs.iter().map(Job::line).collect();
        fs::write(dir.join("jobs"), list)?;
        let log = File::create(dir.join("log"))?;
        let child = vm
            .command()
            .args(["-noshell", "-noinput", "-pz"])
            .arg(ebin)
            .args(["-run", "runner", "jobs"])
            .arg(dir)
            .current_dir(dir)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        Ok(Self { child, results })
    }

    fn follow(&mut self, jobs: &[Job], mut each: impl FnMut(Outcome)) -> End {
        let mut frames = Frames::default();
        let mut done = 0;
        let mut since = Instant::now();
        let why = loop {
            // Asked before reading: what a dead machine has written is then read to its end.
            let ended = self.child.try_wait();
            frames.read(&self.results);
            while let Some(outcome) = frames.next() {
                each(outcome);
                done += 1;
                since = Instant::now();
            }
            match ended {
                Ok(None) => {}
                Ok(Some(status)) => break format!("machine ended: {}", describe(status)),
                Err(error) => break format!("machine lost: {error}"),
            }
            let limit = jobs.get(done).map_or(Duration::ZERO, Job::limit) + GRACE;
            if since.elapsed() > limit {
                stop(&mut self.child);
                break "machine hangs".to_owned();
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        End {
            why,
            began: frames.began,
        }
    }
}

/// Reads `B\n` (a job begins) and `E <status> <size>\n<output>` (it ended) as they are appended.
#[derive(Default)]
struct Frames {
    seen: Vec<u8>,
    at: usize,
    began: bool,
}

impl Frames {
    fn read(&mut self, file: &Path) {
        // A read that fails now is tried again soon.
        if let Ok(all) = fs::read(file) {
            self.seen = all;
        }
    }

    fn next(&mut self) -> Option<Outcome> {
        loop {
            let rest = &self.seen[self.at..];
            let line_end = rest.iter().position(|&byte| byte == b'\n')?;
            let line = String::from_utf8_lossy(&rest[..line_end]).into_owned();
            let body = self.at + line_end + 1;
            let mut words = line.split(' ');
            if words.next() != Some("E") {
                self.began = true;
                self.at = body;
                continue;
            }
            let status = words.next().unwrap_or_default().to_owned();
            let size: usize = words.next().unwrap_or_default().parse().unwrap_or(0);
            let output = self.seen.get(body..body + size)?.to_vec();
            self.at = body + size;
            self.began = false;
            return Some(Outcome {
                output,
                status,
                log: String::new(),
            });
        }
    }
}

/// Runs a program on a machine of its own, and takes what it writes to standard output.
pub fn run_alone(vm: &Vm, ebin: &Path, scratch: &Path, program: &Program) -> Outcome {
    let dir = scratch.join(format!("alone_{}", program.module));
    let failed = |why: String| Outcome {
        output: Vec::new(),
        status: why,
        log: String::new(),
    };
    let _ = fs::remove_dir_all(&dir);
    if let Err(error) = fs::create_dir_all(&dir) {
        return failed(format!("{}: {error}", dir.display()));
    }
    let errors = dir.join("stderr");
    let input = program.source.with_extension("in");
    let spawned = File::create(&errors).and_then(|stderr| {
        let mut command = vm.command();
        command
            .arg("-noshell")
            .args(&program.options.flags)
            .arg("-pz")
            .arg(ebin)
            .args(["-run", "runner", "alone"])
            .arg(&dir)
            .arg(&program.module)
            .current_dir(&dir)
            .stdout(Stdio::piped())
            .stderr(stderr);
        if input.is_file() {
            command.stdin(File::open(&input)?);
        } else {
            command.stdin(Stdio::null());
        }
        command.spawn()
    });
    let mut child = match spawned {
        Ok(child) => child,
        Err(error) => return failed(format!("machine not started: {error}")),
    };
    let (sender, receiver) = mpsc::channel();
    if let Some(mut stdout) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut output = Vec::new();
            // Half an output is compared as it is.
            let _ = stdout.read_to_end(&mut output);
            let _ = sender.send(output);
        });
    }
    let limit = Duration::from_millis(u64::from(program.timeout_ms(vm.config)));
    let start = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break describe(status),
            Ok(None) if start.elapsed() > limit => {
                stop(&mut child);
                break "timeout".to_owned();
            }
            Ok(None) => std::thread::sleep(Duration::from_millis(5)),
            Err(error) => break format!("machine lost: {error}"),
        }
    };
    // Something that the program started may hold the pipe open.
    let output = receiver
        .recv_timeout(Duration::from_secs(5))
        .unwrap_or_default();
    let log = if status == "0" {
        String::new()
    } else {
        tail(&errors)
    };
    let _ = fs::remove_dir_all(&dir);
    Outcome {
        output,
        status,
        log,
    }
}

fn stop(child: &mut Child) {
    // It may have ended by itself in between.
    let _ = child.kill();
    let _ = child.wait();
}

fn describe(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => code.to_string(),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "unknown".to_owned(),
    }
}

fn tail(file: &Path) -> String {
    let text = fs::read(file).unwrap_or_default();
    let from = text.len().saturating_sub(4000);
    String::from_utf8_lossy(&text[from..]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_whole_or_not_at_all() {
        let mut frames = Frames {
            seen: b"B\nE 0 3\nab\nB\nE raised 5\nxy".to_vec(),
            ..Frames::default()
        };
        let first = frames.next().unwrap();
        assert_eq!(
            (first.status.as_str(), &first.output[..]),
            ("0", &b"ab\n"[..])
        );
        assert!(frames.next().is_none());
        assert!(frames.began);
        frames.seen.extend_from_slice(b"z\n!");
        let second = frames.next().unwrap();
        assert_eq!(
            (second.status.as_str(), &second.output[..]),
            ("raised", &b"xyz\n!"[..])
        );
        assert!(!frames.began);
    }
}
