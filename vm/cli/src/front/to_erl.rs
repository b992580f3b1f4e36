//! `to_erl`: puts the terminal at hand before the one that `run_erl` keeps, until ^D is typed or the other end closes.
//!
//! Follows to_erl(1) and what OTP's own does and prints.

use super::run_erl::{highest, write_all};
use super::{Call, Failure};
use crate::output::{self, complain};
use crate::release::Release;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::{Errno, retry_on_intr};
use rustix::stdio::{stdin, stdout};
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, OutputModes, SpecialCodeIndex, Termios, tcgetattr,
    tcgetwinsize, tcsetattr,
};
use std::ffi::OsStr;
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Where pipes are if nothing is said.
const DIRECTORY: &[u8] = b"/tmp/";
/// The sign that ends it.
const QUIT: u8 = 4;
const CHUNK: usize = 8 << 10;

/// `to_erl [-h|-F] [PIPE|DIRECTORY/]`
pub(crate) fn run(call: &Call) -> Result<ExitCode, Failure> {
    let mut rest = call.arguments.as_slice();
    let mut force = false;
    if let Some(option) = rest.first().filter(|first| first.starts_with(b"-")) {
        match option.get(1) {
            Some(b'h') => {
                return Err(Failure::new(format!(
                    "Usage: {} [-h|-F] [pipe_name|pipe_dir/]\n\t-h\tThis help text.\n\
                     \t-F\tForce connection even though pipe is locked by other to_erl process.",
                    call.called.to_string_lossy()
                )));
            }
            Some(b'F') => force = true,
            _ => {
                let option = String::from_utf8_lossy(option);
                return Err(Failure::new(format!("Invalid option '{option}'")));
            }
        }
        rest = &rest[1..];
    }
    let name = rest.first().map_or(DIRECTORY, Vec::as_slice);
    let link = attach(&named(name)?, force)?;
    // What asks for a new picture as well.
    let newer = call.choose().is_ok_and(|otp| otp.release >= Release::Otp29);
    let hello: &[u8] = if newer { b"\x1bl" } else { b"\x0c" };
    let before = raw();
    if write_all(&link.output, hello).is_err() {
        complain!("Error in writing to FIFO.");
    }
    link.pass_on();
    if let Some(before) = before {
        let _ = tcsetattr(stdin(), OptionalActions::Drain, &before);
    }
    Ok(ExitCode::SUCCESS)
}

/// The pipe's name: as given, or the highest of a directory.
fn named(name: &[u8]) -> Result<PathBuf, Failure> {
    let path = PathBuf::from(OsStr::from_bytes(name));
    if !name.ends_with(b"/") {
        return Ok(path);
    }
    Ok(match highest(&path).map_err(Failure::new)? {
        0 => path.join("erlang.pipe"),
        number => path.join(format!("erlang.pipe.{number}")),
    })
}

fn attach(name: &Path, force: bool) -> Result<Link, Failure> {
    let open = |end: &str, flags: OFlags| {
        let mut path = name.as_os_str().to_os_string();
        path.push(end);
        rustix::fs::open(
            path,
            flags | OFlags::NONBLOCK | OFlags::CLOEXEC,
            Mode::empty(),
        )
    };
    let shown = name.display();
    if open(".r", OFlags::WRONLY).is_ok() {
        let text = format!("Another to_erl process already attached to pipe {shown}.");
        if !force {
            return Err(Failure::new(text));
        }
        complain!("{text}\nBut we proceed anyway by force (-F).");
    }
    let absent = |error: Errno| {
        Failure::new(format!(
            "No running Erlang on pipe {shown}: {}",
            words(error)
        ))
    };
    let link = Link {
        input: open(".r", OFlags::RDONLY).map_err(absent)?,
        output: open(".w", OFlags::WRONLY).map_err(absent)?,
    };
    complain!("Attaching to {shown} (^D to exit)\n");
    Ok(link)
}

/// The system's words for an error.
fn words(error: Errno) -> String {
    let text = std::io::Error::from(error).to_string();
    text.split(" (os error")
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// Sets the terminal so that every key comes as it is; returns how it was, if it is one.
fn raw() -> Option<Termios> {
    let before = tcgetattr(stdin()).ok()?;
    let mut modes = before.clone();
    modes.input_modes = InputModes::BRKINT | InputModes::IGNPAR;
    modes.output_modes = OutputModes::OPOST | OutputModes::XTABS;
    modes.local_modes = LocalModes::empty();
    modes.special_codes[SpecialCodeIndex::VMIN] = 0;
    modes.special_codes[SpecialCodeIndex::VTIME] = 0;
    modes.special_codes[SpecialCodeIndex::VINTR] = 3;
    let _ = tcsetattr(stdin(), OptionalActions::Drain, &modes);
    Some(before)
}

/// The pipes.
struct Link {
    input: OwnedFd,
    output: OwnedFd,
}

impl Link {
    fn pass_on(self) {
        let signals = signals();
        let mut greeted = false;
        loop {
            let mut all = vec![
                PollFd::from_borrowed_fd(stdin(), PollFlags::IN),
                PollFd::new(&self.input, PollFlags::IN),
            ];
            all.extend(
                signals
                    .as_ref()
                    .map(|signals| PollFd::new(signals, PollFlags::IN)),
            );
            if retry_on_intr(|| poll(&mut all, None)).is_err() {
                complain!("Error in select.");
                return;
            }
            let ready: Vec<bool> = all.iter().map(|one| !one.revents().is_empty()).collect();
            let words = match (&signals, ready.get(2)) {
                (Some(signals), Some(true)) => self.signalled(signals),
                _ if ready[0] => match typed() {
                    Some(bytes) => bytes,
                    None => return,
                },
                _ => Vec::new(),
            };
            if !self.send(&words) {
                complain!("Error in writing to FIFO.");
                return;
            }
            if ready[1] && !self.show(&mut greeted) {
                return;
            }
        }
    }

    /// What a signal says to the other end.
    fn signalled(&self, signals: &OwnedFd) -> Vec<u8> {
        let mut about = [0; size_of::<libc::signalfd_siginfo>()];
        let _ = rustix::io::read(signals, &mut about);
        // The first field of the record.
        let number = u32::from_ne_bytes([about[0], about[1], about[2], about[3]]);
        if number == libc::SIGINT as u32 {
            output::complaint(format_args!("[Break]\n\r"));
            return vec![3];
        }
        window_size()
    }

    fn send(&self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            match rustix::io::write(&self.output, bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(Errno::AGAIN | Errno::INTR) => {
                    let mut room = [PollFd::new(&self.output, PollFlags::OUT)];
                    let _ = poll(&mut room, None);
                }
                Err(_) => return false,
            }
        }
        true
    }

    /// Shows what has come; `false` when nothing comes any more.
    fn show(&self, greeted: &mut bool) -> bool {
        let mut buffer = [0; CHUNK];
        let length = match retry_on_intr(|| rustix::io::read(&self.input, &mut buffer)) {
            Ok(0) => {
                output::complaint(format_args!("[End]\n\r"));
                return false;
            }
            Ok(length) => length,
            Err(Errno::AGAIN) => return true,
            Err(_) => {
                complain!("Error in reading from FIFO.");
                return false;
            }
        };
        let mut bytes = &buffer[..length];
        if !*greeted {
            *greeted = true;
            match greeting(bytes) {
                // Versions 0 and 1 are those that there are.
                Some((highest, rest)) => {
                    let version = highest.min(1);
                    let _ = self.send(format!("\x1b_version={version}\x1b\\").as_bytes());
                    if version >= 1 {
                        let _ = self.send(&window_size());
                    }
                    bytes = rest;
                }
                None => complain!("run_erl has different version, using common protocol level 0"),
            }
        }
        if write_all(stdout(), bytes).is_err() {
            complain!("Error in writing to terminal.");
            return false;
        }
        true
    }
}

/// `[run_erl vHIGHEST-LOWEST]` in front, and what follows.
fn greeting(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let end = bytes.windows(2).position(|window| window == b"]\n")?;
    let text = std::str::from_utf8(&bytes[..end]).ok()?;
    let (highest, _) = text.strip_prefix("[run_erl v")?.split_once('-')?;
    Some((highest.parse().ok()?, &bytes[end + 2..]))
}

/// The size of the window, as `run_erl` is told of it.
fn window_size() -> Vec<u8> {
    match tcgetwinsize(stdin()) {
        Ok(size) => format!("\x1b_winsize={},{}\x1b\\", size.ws_col, size.ws_row).into_bytes(),
        Err(_) => Vec::new(),
    }
}

/// What was typed; none at the end.
fn typed() -> Option<Vec<u8>> {
    let mut buffer = [0; CHUNK];
    match retry_on_intr(|| rustix::io::read(stdin(), &mut buffer)) {
        Ok(0) => {
            output::complaint(format_args!("[EOF]\n\r"));
            None
        }
        Ok(length) if buffer[..length].contains(&QUIT) => {
            output::complaint(format_args!("[Quit]\n\r"));
            None
        }
        Ok(length) => Some(buffer[..length].to_vec()),
        Err(_) => {
            complain!("Error in reading from stdin.");
            None
        }
    }
}

/// Where SIGINT and SIGWINCH are read from.
fn signals() -> Option<OwnedFd> {
    // SAFETY: the set is filled before it is used, and the descriptor is ours.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut set);
        libc::sigaddset(&mut set, libc::SIGINT);
        libc::sigaddset(&mut set, libc::SIGWINCH);
        if libc::sigprocmask(libc::SIG_BLOCK, &set, std::ptr::null_mut()) != 0 {
            return None;
        }
        let descriptor = libc::signalfd(-1, &set, libc::SFD_CLOEXEC);
        (descriptor >= 0).then(|| OwnedFd::from_raw_fd(descriptor))
    }
}
