//! `tty_sl`: the terminal of OTP 25, a line that is edited and the keys that are typed. Follows `user_drv.erl`.
//!
//! A command's first byte says what it does to the line (`line.rs`); what that gives for the terminal is written at once, or waits.

mod line;

use super::stream::Writer;
use crate::prim_tty::terminfo;
use crate::sys;
use line::{First, Line, Moves, first};
use oxbeam_vm::environment;
use oxbeam_vm::io::poll::{self, Interest};
use oxbeam_vm::port::{Driver, OpenError, Opening, PortCx, Remote, Reply, Target};
use oxbeam_vm::tty;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, OutputModes, SpecialCodeIndex, Termios,
};
use std::any::Any;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};

const PUT: u8 = 0;
const MOVE: u8 = 1;
const INSERT: u8 = 2;
const DELETE: u8 = 3;
const BEEP: u8 = 4;
const PUT_AND_TELL: u8 = 5;

/// Number of the first operation of terminals.
const CONTROL: u32 = 0x018b_0900;
const WINDOW_SIZE: u32 = CONTROL + 100;
const GET_UNICODE: u32 = CONTROL + 101;
const SET_UNICODE: u32 = CONTROL + 102;

/// A window that says nothing of its size.
const USUAL_SIZE: (u16, u16) = (80, 24);
/// With more than this waiting, [`PUT_AND_TELL`] does not tell yet.
const MUCH: usize = 1024;
/// Bytes that are read at once.
const READ: usize = 1024;

/// There is one terminal.
static OPEN: AtomicBool = AtomicBool::new(false);

struct TtySl {
    input: OwnedFd,
    writer: Writer,
    line: Line,
    /// How the terminal was found, and how it is set.
    found: Termios,
    wanted: Termios,
    /// Signals of the terminal.
    signals: OwnedFd,
    /// Bytes that a character began with.
    cut: Vec<u8>,
    /// The owner waits to be told.
    telling: bool,
}

/// What the terminal signals.
struct Signalled;

/// `+` sets, `-` clears: `c` lines, `e` echo, `s` signals.
#[derive(Default)]
struct Wanted {
    lines: Option<bool>,
    echo: Option<bool>,
    signals: Option<bool>,
    device: Option<Vec<u8>>,
}

impl Wanted {
    fn read(command: &[u8]) -> Wanted {
        let mut wanted = Wanted::default();
        for word in command.split(|&byte| byte == b' ').skip(1) {
            let (set, letter) = match word {
                [b'+', rest @ ..] => (true, rest.first()),
                [b'-', rest @ ..] => (false, rest.first()),
                _ => {
                    wanted.device = Some(word.to_vec());
                    continue;
                }
            };
            match letter {
                Some(b'c') => wanted.lines = Some(set),
                Some(b'e') => wanted.echo = Some(set),
                Some(b's') => wanted.signals = Some(set),
                _ => {}
            }
        }
        wanted
    }
    fn modes(&self, found: &Termios) -> Termios {
        let mut modes = found.clone();
        modes.input_modes.remove(InputModes::ISTRIP);
        if let Some(lines) = self.lines {
            modes.input_modes.set(InputModes::ICRNL, lines);
            modes.local_modes.set(LocalModes::ICANON, lines);
            modes.output_modes.set(OutputModes::OPOST, lines);
            if !lines {
                modes.special_codes[SpecialCodeIndex::VMIN] = 1;
                modes.special_codes[SpecialCodeIndex::VTIME] = 0;
            }
        }
        if let Some(echo) = self.echo {
            modes.local_modes.set(LocalModes::ECHO, echo);
        }
        if let Some(signals) = self.signals {
            let input = InputModes::BRKINT
                | InputModes::IGNPAR
                | InputModes::ICRNL
                | InputModes::IXON
                | InputModes::IXANY;
            modes.input_modes.set(input, signals);
            modes
                .local_modes
                .set(LocalModes::ISIG | LocalModes::IEXTEN, signals);
        }
        modes
    }
}

pub(super) fn open(opening: &mut Opening<'_>) -> Result<Box<dyn Driver>, OpenError> {
    let (Target::Spawn(command) | Target::Driver(command)) = opening.target else {
        return Err(OpenError::Badarg);
    };
    if OPEN.swap(true, Ordering::AcqRel) {
        return Err(OpenError::General);
    }
    let driver = TtySl::open(command);
    if driver.is_err() {
        OPEN.store(false, Ordering::Release);
    }
    match driver {
        Ok(driver) => Ok(Box::new(driver)),
        Err(_) => Err(OpenError::General),
    }
}

impl TtySl {
    fn open(command: &[u8]) -> Result<TtySl, Errno> {
        let (stdin, stdout) = (rustix::stdio::stdin(), rustix::stdio::stdout());
        if !rustix::termios::isatty(stdin) || !rustix::termios::isatty(stdout) {
            return Err(Errno::NOTTY);
        }
        let wanted = Wanted::read(command);
        let input = match &wanted.device {
            None => sys::duplicate(stdin.as_raw_fd())?,
            Some(device) => {
                let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
                rustix::fs::open(device.as_slice(), flags, Mode::empty())?
            }
        };
        let writer = Writer::shared(input.try_clone().map_err(|_| Errno::MFILE)?)?;
        let found = rustix::termios::tcgetattr(&input)?;
        let modes = wanted.modes(&found);
        let line = Line::new(moves()?, columns(), crate::locale_is_utf8());
        let signals = sys::signals::terminal_pipe()?;
        tty::used();
        rustix::termios::tcsetattr(&input, OptionalActions::Now, &modes)?;
        Ok(TtySl {
            input,
            writer,
            line,
            found,
            wanted: modes,
            signals,
            cut: Vec::new(),
            telling: false,
        })
    }
    fn window(&self) -> (u16, u16) {
        let Ok(size) = rustix::termios::tcgetwinsize(&self.input) else {
            return USUAL_SIZE;
        };
        let or = |value: u16, usual: u16| if value > 0 { value } else { usual };
        (or(size.ws_col, USUAL_SIZE.0), or(size.ws_row, USUAL_SIZE.1))
    }
    fn watch_signals(&self, remote: Remote) {
        let notice: poll::Notice = Box::new(move || remote.send(Box::new(Signalled)));
        // Without it the terminal only does not know its window's size.
        let _ = poll::when_ready(self.signals.as_fd(), Interest::Read, notice);
    }
    fn after_write(&mut self, cx: &mut PortCx<'_>, written: Result<(), Errno>, waited: bool) {
        if let Err(errno) = written {
            cx.fail(errno.raw_os_error());
            return;
        }
        let queued = self.writer.queued();
        if queued > 0 && !waited {
            cx.when_ready(self.writer.fd(), Interest::Write);
        }
        if self.telling && queued <= MUCH {
            self.telling = false;
            let (port, owner) = (cx.number(), cx.owner());
            cx.send(owner, |builder| {
                builder.tuple(&[
                    oxbeam_term::Term::local_port(port),
                    oxbeam_term::Term::atom(oxbeam_term::atom::known::OK),
                ])
            });
        }
    }
    /// Gives on what was typed.
    fn typed(&mut self, cx: &mut PortCx<'_>, bytes: &[u8]) {
        let mut bytes = [std::mem::take(&mut self.cut).as_slice(), bytes].concat();
        if self.line.utf8 {
            let mut at = 0;
            while at < bytes.len() {
                match first(&bytes[at..]) {
                    First::Character(_, length) => at += length,
                    First::Cut => break,
                    First::Wrong => {
                        // So it does not speak UTF-8.
                        self.line.utf8 = false;
                        break;
                    }
                }
            }
            let rest = bytes.split_off(at);
            if !bytes.is_empty() {
                cx.data(&bytes);
            }
            if self.line.utf8 {
                self.cut = rest;
                return;
            }
            bytes = rest;
        }
        let text: String = bytes.into_iter().map(char::from).collect();
        cx.data(text.as_bytes());
    }
}

/// How the cursor is moved.
fn moves() -> Result<Moves, Errno> {
    let name = environment::text("TERM").ok_or(Errno::NOENT)?;
    terminfo::set_up(&name)?;
    let string = |code: &[u8]| terminfo::string(code).map(|text| terminfo::expand(&text, &[]));
    let back = if terminfo::flag(b"bs") {
        None
    } else {
        string(b"bc")
    };
    Ok(Moves {
        up: string(b"up").ok_or(Errno::NOTTY)?,
        down: string(b"do").unwrap_or_else(|| b"\n".to_vec()),
        left: back.unwrap_or_else(|| b"\x08".to_vec()),
        right: string(b"nd").ok_or(Errno::NOTTY)?,
        sticks: terminfo::flag(b"xn"),
    })
}

fn columns() -> usize {
    let columns = terminfo::number(b"co").filter(|&columns| columns > 0);
    columns.map_or(usize::from(USUAL_SIZE.0), |columns| columns as usize)
}

impl Driver for TtySl {
    fn start(&mut self, cx: &mut PortCx<'_>) {
        cx.when_ready(self.input.as_fd(), Interest::Read);
        self.watch_signals(cx.remote());
    }
    fn output(&mut self, cx: &mut PortCx<'_>, data: Vec<u8>) {
        self.line.break_if_long();
        let Some((&command, rest)) = data.split_first() else {
            return;
        };
        let number = rest
            .first_chunk::<2>()
            .map_or(0, |pair| i16::from_be_bytes(*pair));
        match command {
            PUT | PUT_AND_TELL => self.line.put(rest),
            INSERT => self.line.insert(rest),
            MOVE => self.line.step(number),
            DELETE => self.line.delete(number),
            BEEP => self.line.beep(),
            _ => {}
        }
        self.telling |= command == PUT_AND_TELL;
        let waited = self.writer.queued() > 0;
        let written = self.writer.write(self.line.take_output());
        self.after_write(cx, written, waited);
    }
    fn control(&mut self, _: &mut PortCx<'_>, operation: u32, data: &[u8]) -> Option<Reply> {
        let unicode = u8::from(self.line.utf8);
        let reply = match operation {
            WINDOW_SIZE => {
                let (columns, rows) = self.window();
                let mut reply = u32::from(columns).to_ne_bytes().to_vec();
                reply.extend_from_slice(&u32::from(rows).to_ne_bytes());
                reply
            }
            GET_UNICODE => vec![unicode],
            SET_UNICODE => match data.first() {
                Some(&set) => {
                    self.line.utf8 = set != 0;
                    vec![unicode]
                }
                None => Vec::new(),
            },
            _ => return None,
        };
        Some(Reply::List(reply))
    }
    fn ready(&mut self, cx: &mut PortCx<'_>, interest: Interest) {
        if interest == Interest::Write {
            let written = self.writer.flush();
            self.after_write(cx, written, false);
            if self.writer.queued() == 0 {
                cx.flushed();
            }
            return;
        }
        let mut buffer = [0; READ];
        match rustix::io::read(&self.input, &mut buffer) {
            // The terminal has gone.
            Ok(0) | Err(Errno::IO) => {
                cx.end_of_data();
                return;
            }
            Ok(count) => self.typed(cx, &buffer[..count]),
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(errno) => {
                cx.fail(errno.raw_os_error());
                return;
            }
        }
        cx.when_ready(self.input.as_fd(), Interest::Read);
    }
    fn event(&mut self, cx: &mut PortCx<'_>, event: Box<dyn Any + Send>) {
        if !event.is::<Signalled>() {
            return;
        }
        let mut bytes = [0; 64];
        let count = rustix::io::read(&self.signals, &mut bytes).unwrap_or(0);
        if bytes[..count].contains(&b'w') {
            self.line.set_columns(self.window().0.into());
        }
        if bytes[..count].contains(&b'c') {
            // Whoever had the terminal meanwhile has set it for himself.
            let _ = rustix::termios::tcsetattr(&self.input, OptionalActions::Now, &self.wanted);
        }
        self.watch_signals(cx.remote());
    }
    fn queued(&self) -> usize {
        self.writer.queued()
    }
    fn stop(&mut self, _: u64) {
        let _ = rustix::termios::tcsetattr(&self.input, OptionalActions::Now, &self.found);
        poll::forget(self.input.as_fd());
        poll::forget(self.writer.fd());
        poll::forget(self.signals.as_fd());
        OPEN.store(false, Ordering::Release);
    }
}
