//! `run_erl`: runs a command on a pseudo-terminal, keeps a log of what that prints, and passes what comes by way of two named pipes on to
//! it and back: `to_erl` at their other ends.
//!
//! Follows run_erl(1) and what OTP's own does: names and contents of pipes and logs, and the words between the two programs.

use super::{Call, Failure, erl};
use crate::output::complain;
use oxbeam_vm::local_time;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, FileType, Mode, OFlags};
use rustix::io::{Errno, retry_on_intr};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{InputModes, OptionalActions, Winsize, tcgetattr, tcsetattr, tcsetwinsize};
use std::ffi::{CString, OsStr};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode};
use std::time::{Duration, Instant};

const PIPE: &str = "erlang.pipe";
const LOG: &str = "erlang.log.";
/// What `to_erl` begins with, up to OTP 28 and later.
const HELLO: [&[u8]; 2] = [b"\x0c", b"\x1bl"];
/// Versions of what is said between the two: the highest and the lowest.
const GREETING: &[u8] = b"[run_erl v1-0]\n";
/// What is for `run_erl` itself stands between these.
const BEGIN: &[u8] = b"\x1b_";
const END: &[u8] = b"\x1b\\";
/// How long the terminal may stay open once the command has ended.
const PATIENCE: Duration = Duration::from_secs(5);
/// No more is read at a time.
const CHUNK: usize = 8 << 10;

/// `run_erl [-daemon] PIPE|DIRECTORY/ LOG_DIRECTORY COMMAND`
pub(crate) fn run(call: &Call) -> Result<ExitCode, Failure> {
    let mut rest = call.arguments.as_slice();
    if rest.len() < 3 {
        return Err(usage(call));
    }
    let daemon = rest[0] == b"-daemon";
    if daemon {
        rest = &rest[1..];
    }
    let [pipe, logs, command @ ..] = rest else {
        return Err(usage(call));
    };
    if daemon && !erl::detach() {
        return Ok(ExitCode::SUCCESS);
    }
    let speaker = Speaker { daemon };
    let outcome = Settings::from_environment(&speaker, logs)
        .map_err(Wrong::Said)
        .and_then(|settings| Runner::start(settings, pipe, command)?.pass_on());
    match outcome {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(Wrong::Running(pipe)) => Err(Failure::new(format!(
            "Erlang already running on pipe {}.",
            pipe.display()
        ))),
        Err(Wrong::Said(text)) => {
            speaker.say(&text);
            Ok(ExitCode::FAILURE)
        }
    }
}

fn usage(call: &Call) -> Failure {
    Failure::new(format!(
        "Usage: {} [-daemon] (pipe_name|pipe_dir/) log_dir \"command [parameters ...]\"\n\n\
         RUN_ERL_LOG_GENERATIONS and RUN_ERL_LOG_MAXSIZE say how many log files there are and how large one gets.",
        call.called.to_string_lossy()
    ))
}

/// Why it ends.
enum Wrong {
    /// Somebody serves the pipe.
    Running(PathBuf),
    Said(String),
}

/// Where complaints go.
struct Speaker {
    daemon: bool,
}

impl Speaker {
    fn say(&self, text: &str) {
        let pid = std::process::id();
        if self.daemon {
            // The datagram that syslog(3) would send: facility `user`, severity `err`.
            if let Ok(socket) = std::os::unix::net::UnixDatagram::unbound() {
                let _ =
                    socket.send_to(format!("<11>run_erl[{pid}]: {text}").as_bytes(), "/dev/log");
            }
        } else {
            complain!("run_erl [{pid}] {}\n{text}", local_time::date_text());
        }
    }
}

/// What the environment says of logs.
struct Settings {
    logs: PathBuf,
    generations: u32,
    largest: u64,
    /// Minutes without any output after which the log is told that all is well, and after which a time stands before new output.
    alive: u64,
    active: u64,
    /// For strftime(3).
    format: CString,
    utc: bool,
}

impl Settings {
    fn from_environment(speaker: &Speaker, logs: &[u8]) -> Result<Settings, String> {
        let number = |name: &str, usual: u64, least: u64, most: u64| {
            let Some(text) = std::env::var_os(name) else {
                return usual;
            };
            let digits = text
                .as_bytes()
                .iter()
                .take_while(|byte| byte.is_ascii_digit());
            let value = digits.fold(0_u64, |value, digit| {
                value
                    .saturating_mul(10)
                    .saturating_add(u64::from(digit - b'0'))
            });
            if value < least {
                speaker.say(&format!("Minimum value for {name} is {least}"));
            } else if value > most {
                speaker.say(&format!("Maximum value for {name} is {most}"));
            }
            value.clamp(least, most)
        };
        let minutes = u64::from(u32::MAX);
        let alive = number("RUN_ERL_LOG_ALIVE_MINUTES", 15, 1, minutes);
        let usual = "%a %b %e %T %Z %Y";
        let format = std::env::var_os("RUN_ERL_LOG_ALIVE_FORMAT").unwrap_or(usual.into());
        let format = CString::new(format.as_bytes()).map_err(|error| error.to_string())?;
        let generations = number("RUN_ERL_LOG_GENERATIONS", 5, 2, 1000);
        let given = std::env::var_os("RUN_ERL_LOG_ALIVE_MINUTES").is_some();
        Ok(Settings {
            logs: PathBuf::from(OsStr::from_bytes(logs)),
            generations: generations as u32,
            largest: number("RUN_ERL_LOG_MAXSIZE", 100_000, 1000, u64::MAX),
            alive,
            active: number(
                "RUN_ERL_LOG_ACTIVITY_MINUTES",
                if given { (alive / 3).max(1) } else { 5 },
                1,
                minutes,
            ),
            format,
            utc: std::env::var_os("RUN_ERL_LOG_ALIVE_IN_UTC").is_some_and(|value| value != "0"),
        })
    }

    fn now(&self) -> String {
        local_time::formatted(&self.format, self.utc).unwrap_or_else(|| {
            "(could not format time in 256 positions with current format string.)".into()
        })
    }
}

/// `erlang.log.N`, of which one after the other is written, and the next one always missing.
struct Log {
    settings: Settings,
    number: u32,
    file: File,
}

impl Log {
    fn open(settings: Settings) -> Result<Log, String> {
        let names = std::fs::read_dir(&settings.logs).map_err(|error| {
            let place = settings.logs.display();
            format!("Can't access log directory '{place}': {error}")
        })?;
        let there: Vec<u32> = names
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.strip_prefix(LOG)?.parse().ok())
            .collect();
        let last = settings.generations;
        // Behind the last one of a row is a gap.
        let missing = |number: &u32| !there.contains(number);
        let gap = (1..=last).find(|number| missing(number) && !missing(&previous(*number, last)));
        let number = gap.map_or(1, |gap| previous(gap, last));
        let file = Log::file(&settings, number, false)?;
        Ok(Log {
            settings,
            number,
            file,
        })
    }

    fn file(settings: &Settings, number: u32, anew: bool) -> Result<File, String> {
        let path = |number: u32| settings.logs.join(format!("{LOG}{number}"));
        let next = if number >= settings.generations {
            1
        } else {
            number + 1
        };
        let _ = std::fs::remove_file(path(next));
        let path = path(number);
        let failed =
            |error: std::io::Error| format!("Can't open log file '{}': {error}", path.display());
        let flags = OFlags::SYNC.bits() as i32;
        let mut file = OpenOptions::new()
            .append(!anew)
            .write(true)
            .create(true)
            .truncate(anew)
            .mode(0o664)
            .custom_flags(flags)
            .open(&path)
            .map_err(failed)?;
        let begun = format!("\n=====\n===== LOGGING STARTED {}\n=====\n", settings.now());
        file.write_all(begun.as_bytes()).map_err(failed)?;
        Ok(file)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        let size = self.file.metadata().map_or(0, |about| about.len());
        if size + bytes.len() as u64 > self.settings.largest {
            self.number = self.number % self.settings.generations + 1;
            self.file = Log::file(&self.settings, self.number, true)?;
        }
        // A full disk is no reason to end the machine's terminal.
        let _ = self.file.write_all(bytes);
        Ok(())
    }
}

fn previous(number: u32, last: u32) -> u32 {
    if number <= 1 { last } else { number - 1 }
}

/// The two named pipes: `.r`, which `to_erl` reads, and `.w`.
struct Pipes {
    output: PathBuf,
    input: PathBuf,
}

impl Pipes {
    /// Makes those of that name, or the next free ones of a directory.
    fn make(name: &[u8]) -> Result<Pipes, Wrong> {
        let mut name = PathBuf::from(OsStr::from_bytes(name));
        let directory = name
            .as_os_str()
            .as_bytes()
            .ends_with(b"/")
            .then(|| name.clone());
        let mut number = match &directory {
            Some(directory) => highest(directory).map_err(Wrong::Said)?,
            None => 0,
        };
        loop {
            if let Some(directory) = &directory {
                number += 1;
                name = directory.join(format!("{PIPE}.{number}"));
            }
            let with = |end: &str| {
                let mut path = name.clone().into_os_string();
                path.push(end);
                PathBuf::from(path)
            };
            let pipes = Pipes {
                output: with(".r"),
                input: with(".w"),
            };
            fifo(&pipes.output, "writing")?;
            // Whoever serves it reads it.
            if rustix::fs::open(
                &pipes.input,
                OFlags::WRONLY | OFlags::NONBLOCK,
                Mode::empty(),
            )
            .is_ok()
            {
                match directory {
                    Some(_) => continue,
                    None => return Err(Wrong::Running(name)),
                }
            }
            fifo(&pipes.input, "reading")?;
            return Ok(pipes);
        }
    }

    fn open(&self) -> Result<OwnedFd, Wrong> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        rustix::fs::open(&self.input, flags, Mode::empty()).map_err(|error| {
            let place = self.input.display();
            Wrong::Said(format!(
                "Could not open FIFO '{place}' for reading: {error}"
            ))
        })
    }
}

impl Drop for Pipes {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.output);
        let _ = std::fs::remove_file(&self.input);
    }
}

/// The highest number of a pipe in a directory; 0 if there is none.
pub(super) fn highest(directory: &Path) -> Result<u32, String> {
    let place = directory.display();
    let names = std::fs::read_dir(directory)
        .map_err(|error| format!("Can't access pipe directory {place}: {error}"))?;
    let number = |name: &str| {
        let rest = name.strip_prefix(PIPE)?.strip_prefix('.')?;
        let digits = rest.find(|sign: char| !sign.is_ascii_digit());
        rest[..digits.unwrap_or(rest.len())].parse().ok()
    };
    let numbers = names
        .flatten()
        .filter_map(|entry| number(entry.file_name().to_str()?));
    Ok(numbers.max().unwrap_or(0))
}

fn fifo(path: &Path, purpose: &str) -> Result<(), Wrong> {
    match rustix::fs::mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0) {
        Ok(()) | Err(Errno::EXIST) => Ok(()),
        Err(error) => Err(Wrong::Said(format!(
            "Cannot create FIFO {} for {purpose}: {error}",
            path.display()
        ))),
    }
}

struct Runner {
    log: Log,
    pipes: Pipes,
    input: OwnedFd,
    /// To `to_erl`, when there is one, and what it has not taken yet.
    output: Option<OwnedFd>,
    waiting: Vec<u8>,
    terminal: OwnedFd,
    child: Child,
    /// Has `to_erl` said anything since it came?
    heard: bool,
}

impl Runner {
    fn start(settings: Settings, pipe: &[u8], command: &[Vec<u8>]) -> Result<Runner, Wrong> {
        let pipes = Pipes::make(pipe)?;
        note(&settings.logs, command);
        let (terminal, child) = spawn(command).map_err(|error| {
            Wrong::Said(format!(
                "Could not run the command with a terminal: {error}"
            ))
        })?;
        Ok(Runner {
            input: pipes.open()?,
            log: Log::open(settings).map_err(Wrong::Said)?,
            pipes,
            output: None,
            waiting: Vec::new(),
            terminal,
            child,
            heard: false,
        })
    }

    /// Until the terminal is closed.
    fn pass_on(mut self) -> Result<(), Wrong> {
        let child = Pid::from_child(&self.child);
        let mut watched = pidfd_open(child, PidfdFlags::empty()).ok();
        let mut deadline: Option<Instant> = None;
        loop {
            let begun = Instant::now();
            let patience = match deadline {
                Some(deadline) => deadline.saturating_duration_since(begun),
                None => Duration::from_secs(self.log.settings.alive * 60),
            };
            let ready = self.wait(watched.as_ref(), patience)?;
            if ready.ended {
                let _ = self.child.try_wait();
                watched = None;
                deadline = Some(Instant::now() + PATIENCE);
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(());
            }
            let silent = begun.elapsed() > Duration::from_secs(self.log.settings.active * 60);
            if (!ready.any || silent) && deadline.is_none() {
                let alive = if ready.any { "" } else { "ALIVE " };
                let text = format!("\n===== {alive}{}\n", self.log.settings.now());
                self.log.write(text.as_bytes()).map_err(Wrong::Said)?;
            }
            if ready.writable {
                self.write_on();
            }
            if ready.terminal && !self.read_terminal()? {
                return Ok(());
            }
            if ready.input {
                self.read_client(child)?;
            }
        }
    }

    fn wait(&self, watched: Option<&OwnedFd>, patience: Duration) -> Result<Ready, Wrong> {
        let mut all = vec![
            PollFd::new(&self.input, PollFlags::IN),
            PollFd::new(&self.terminal, PollFlags::IN),
        ];
        let output = self.output.as_ref().filter(|_| !self.waiting.is_empty());
        all.extend(output.map(|output| PollFd::new(output, PollFlags::OUT)));
        all.extend(watched.map(|watched| PollFd::new(watched, PollFlags::IN)));
        let patience = Timespec::try_from(patience).ok();
        let count = retry_on_intr(|| poll(&mut all, patience.as_ref()))
            .map_err(|error| Wrong::Said(format!("Error in poll: {error}")))?;
        let mut flags = all.iter().map(|one| !one.revents().is_empty());
        let mut next = || flags.next().unwrap_or(false);
        Ok(Ready {
            any: count > 0,
            input: next(),
            terminal: next(),
            writable: output.is_some() && next(),
            ended: watched.is_some() && next(),
        })
    }

    /// To `to_erl`, what it takes.
    fn write_on(&mut self) {
        let Some(output) = &self.output else {
            return;
        };
        match rustix::io::write(output, &self.waiting) {
            Ok(written) => drop(self.waiting.drain(..written)),
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(_) => {
                self.waiting.clear();
                self.output = None;
            }
        }
    }

    /// `false`: it is closed.
    fn read_terminal(&mut self) -> Result<bool, Wrong> {
        let mut buffer = [0; CHUNK];
        match retry_on_intr(|| rustix::io::read(&self.terminal, &mut buffer)) {
            Ok(0) => Ok(false),
            Ok(length) => {
                let bytes = &buffer[..length];
                self.log.write(bytes).map_err(Wrong::Said)?;
                if self.output.is_some() {
                    self.waiting.extend_from_slice(bytes);
                }
                Ok(true)
            }
            Err(Errno::IO) => Err(Wrong::Said("Erlang closed the connection.".into())),
            Err(error) => Err(Wrong::Said(format!(
                "Error in reading from terminal: {error}"
            ))),
        }
    }

    fn read_client(&mut self, child: Pid) -> Result<(), Wrong> {
        let mut buffer = [0; CHUNK];
        let length = match retry_on_intr(|| rustix::io::read(&self.input, &mut buffer)) {
            Ok(length) => length,
            Err(Errno::AGAIN) => return Ok(()),
            Err(error) => return Err(Wrong::Said(format!("Error in reading from FIFO: {error}"))),
        };
        if length == 0 {
            // It has gone; another one may come.
            self.input = self.pipes.open()?;
            self.heard = false;
            return Ok(());
        }
        let bytes = &buffer[..length];
        if self.output.is_none() {
            let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
            self.output = rustix::fs::open(&self.pipes.output, flags, Mode::empty()).ok();
            if self.output.is_none() {
                self.input = self.pipes.open()?;
            }
        }
        if !self.heard
            && self.output.is_some()
            && HELLO.iter().any(|hello| bytes.starts_with(hello))
        {
            self.waiting.extend_from_slice(GREETING);
        }
        self.heard = true;
        let bytes = self.obey(bytes);
        if bytes == [3] {
            let _ = kill_process(child, Signal::INT);
            return Ok(());
        }
        write_all(&self.terminal, &bytes)
            .map_err(|error| Wrong::Said(format!("Error in writing to terminal: {error}")))
    }

    /// Does what is said to `run_erl` itself, and returns the rest.
    fn obey(&self, bytes: &[u8]) -> Vec<u8> {
        let mut rest = bytes;
        let mut kept = Vec::with_capacity(bytes.len());
        while let Some(begin) = find(rest, BEGIN) {
            let inside = &rest[begin + BEGIN.len()..];
            let Some(end) = find(inside, END) else {
                break;
            };
            kept.extend_from_slice(&rest[..begin]);
            let size = inside[..end].strip_prefix(b"winsize=").and_then(|size| {
                let (columns, rows) = std::str::from_utf8(size).ok()?.split_once(',')?;
                Some((columns.parse().ok()?, rows.parse().ok()?))
            });
            if let Some((columns, rows)) = size {
                let size = Winsize {
                    ws_col: columns,
                    ws_row: rows,
                    ws_xpixel: 0,
                    ws_ypixel: 0,
                };
                let _ = tcsetwinsize(&self.terminal, size);
            }
            rest = &inside[end + END.len()..];
        }
        kept.extend_from_slice(rest);
        kept
    }
}

/// What poll says.
struct Ready {
    any: bool,
    input: bool,
    terminal: bool,
    writable: bool,
    /// The command.
    ended: bool,
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

pub(super) fn write_all(to: impl AsFd, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        let written = retry_on_intr(|| rustix::io::write(&to, bytes))?;
        bytes = &bytes[written..];
    }
    Ok(())
}

/// Writes down in `run_erl.log` what is run.
fn note(logs: &Path, command: &[Vec<u8>]) {
    let mut text = String::new();
    let mut say = |words: String| {
        let head = format!(
            "run_erl [{}] {}",
            std::process::id(),
            local_time::date_text()
        );
        text.push_str(&format!("{head}\n{words}\n"));
    };
    say("Args before exec of shell:".into());
    let shell = ["sh".into(), "-c".into()].into_iter();
    let words = command
        .iter()
        .map(|word| String::from_utf8_lossy(word).into_owned());
    for (index, word) in shell.chain(words).enumerate() {
        say(format!("argv[{index}] = {word}"));
    }
    // It is for people only.
    let _ = std::fs::write(logs.join("run_erl.log"), text);
}

/// The command as a shell's, with a terminal of its own: ours is the other end.
fn spawn(command: &[Vec<u8>]) -> std::io::Result<(OwnedFd, Child)> {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&terminal)?;
    unlockpt(&terminal)?;
    let name = ptsname(&terminal, Vec::new())?;
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let inside = rustix::fs::open(name.as_c_str(), flags, Mode::empty())?;
    if std::env::var_os("RUN_ERL_DISABLE_FLOWCNTRL").is_some() {
        let mut modes = tcgetattr(&inside)?;
        modes
            .input_modes
            .remove(InputModes::IXOFF | InputModes::IXON);
        tcsetattr(&inside, OptionalActions::Now, &modes)?;
    }
    let mut shell = Command::new("/bin/sh");
    shell.arg0("sh").arg("-c");
    shell.args(command.iter().map(|word| OsStr::from_bytes(word)));
    shell
        .stdin(inside.try_clone()?)
        .stdout(inside.try_clone()?)
        .stderr(inside);
    let own_session = || {
        rustix::process::setsid()?;
        rustix::process::ioctl_tiocsctty(rustix::stdio::stdin())?;
        Ok(())
    };
    // SAFETY: between fork and exec it makes two system calls, and nothing else.
    unsafe { shell.pre_exec(own_session) };
    Ok((terminal, shell.spawn()?))
}
