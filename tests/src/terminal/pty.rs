//! A program on a pseudo-terminal of its own, whose screen is kept as a terminal would show it.

use std::io;
use std::num::NonZeroU16;
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Signal};
use rustix::pty::OpenptFlags;
use rustix::termios::{LocalModes, OptionalActions, OutputModes, Winsize};

/// Columns and rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    /// Columns.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

impl Size {
    fn window(self) -> Winsize {
        Winsize {
            ws_row: self.rows,
            ws_col: self.columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        }
    }
    fn parts(self) -> (NonZeroU16, NonZeroU16) {
        let part = |value: u16| NonZeroU16::new(value).unwrap_or(NonZeroU16::MIN);
        (part(self.rows), part(self.columns))
    }
}

struct Shown {
    parser: vt100::Parser,
    /// When something was written last.
    last: Instant,
    /// All that was written.
    bytes: usize,
}

/// The terminal with its program.
pub struct Terminal {
    master: Option<Arc<OwnedFd>>,
    /// Kept open: the modes of the terminal would go with the last program.
    slave: Option<OwnedFd>,
    shown: Arc<Mutex<Shown>>,
    child: Child,
    ended: Option<ExitStatus>,
    stop: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
}

fn lock(shown: &Mutex<Shown>) -> MutexGuard<'_, Shown> {
    shown.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Terminal {
    /// Starts `command` on a terminal of this size.
    ///
    /// # Errors
    /// No terminal, or the program can't be started.
    pub fn start(mut command: Command, size: Size) -> io::Result<Terminal> {
        let master = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        rustix::io::fcntl_setfd(&master, rustix::io::FdFlags::CLOEXEC)?;
        rustix::pty::grantpt(&master)?;
        rustix::pty::unlockpt(&master)?;
        rustix::termios::tcsetwinsize(&master, size.window())?;
        let name = rustix::pty::ptsname(&master, Vec::new())?;
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let slave = rustix::fs::open(&name, flags, Mode::empty())?;
        command.stdin(Stdio::from(slave.try_clone()?));
        command.stdout(Stdio::from(slave.try_clone()?));
        command.stderr(Stdio::from(slave.try_clone()?));
        // SAFETY: between fork and exec the closure makes two system calls and nothing else.
        unsafe {
            command.pre_exec(|| {
                rustix::process::setsid()?;
                rustix::process::ioctl_tiocsctty(rustix::stdio::stdin())?;
                Ok(())
            });
        }
        let child = command.spawn()?;
        let (rows, columns) = size.parts();
        let shown = Arc::new(Mutex::new(Shown {
            parser: vt100::Parser::new(rows, columns, 0),
            last: Instant::now(),
            bytes: 0,
        }));
        let master = Arc::new(master);
        let stop = Arc::new(AtomicBool::new(false));
        let reader = {
            let (master, shown, stop) =
                (Arc::clone(&master), Arc::clone(&shown), Arc::clone(&stop));
            std::thread::spawn(move || read(&master, &shown, &stop))
        };
        Ok(Terminal {
            master: Some(master),
            slave: Some(slave),
            shown,
            child,
            ended: None,
            stop,
            reader: Some(reader),
        })
    }
    /// Looks at the screen.
    pub fn with_screen<R>(&self, look: impl FnOnce(&vt100::Screen) -> R) -> R {
        look(lock(&self.shown).parser.screen())
    }
    /// Has nothing been written for so long?
    pub fn is_quiet(&self, time: Duration) -> bool {
        let shown = lock(&self.shown);
        shown.bytes > 0 && shown.last.elapsed() >= time
    }
    /// Types.
    ///
    /// # Errors
    /// The terminal is gone, or the program does not read.
    pub fn type_keys(&self, mut keys: &[u8]) -> io::Result<()> {
        let master = self.master()?;
        while !keys.is_empty() {
            // As a person: the line discipline holds but so much.
            let count = rustix::io::write(master, &keys[..keys.len().min(256)])?;
            keys = &keys[count..];
            if !keys.is_empty() {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        Ok(())
    }
    fn master(&self) -> io::Result<&OwnedFd> {
        self.master
            .as_deref()
            .ok_or_else(|| io::Error::other("the terminal is gone"))
    }
    /// Changes the window.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn resize(&self, size: Size) -> io::Result<()> {
        let (rows, columns) = size.parts();
        lock(&self.shown).parser.set_size(rows, columns);
        Ok(rustix::termios::tcsetwinsize(
            self.master()?,
            size.window(),
        )?)
    }
    /// How the terminal is set, in a few words.
    pub fn modes(&self) -> String {
        let Some(slave) = &self.slave else {
            return "gone".to_owned();
        };
        let Ok(modes) = rustix::termios::tcgetattr(slave) else {
            return "gone".to_owned();
        };
        let local = modes.local_modes;
        let words = [
            (local.contains(LocalModes::ICANON), "lines"),
            (local.contains(LocalModes::ECHO), "echo"),
            (local.contains(LocalModes::ISIG), "signals"),
            (modes.output_modes.contains(OutputModes::OPOST), "output"),
        ];
        let set: Vec<&str> = words.iter().filter(|row| row.0).map(|row| row.1).collect();
        set.join(" ")
    }
    /// Sets it as a shell does that takes the terminal back from a program that was stopped.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn set_lines(&self) -> io::Result<()> {
        let slave = self.slave.as_ref();
        let slave = slave.ok_or_else(|| io::Error::other("the terminal is gone"))?;
        let mut modes = rustix::termios::tcgetattr(slave)?;
        modes.local_modes |= LocalModes::ICANON | LocalModes::ECHO;
        modes.output_modes |= OutputModes::OPOST;
        Ok(rustix::termios::tcsetattr(
            slave,
            OptionalActions::Now,
            &modes,
        )?)
    }
    /// Sends the program a signal.
    ///
    /// # Errors
    /// It is gone.
    pub fn signal(&self, signal: Signal) -> io::Result<()> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| io::Error::other("no process"))?;
        Ok(rustix::process::kill_process(pid, signal)?)
    }
    /// Takes the terminal away.
    pub fn hang_up(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        self.slave = None;
        self.master = None;
    }
    /// How the program has ended, if it has.
    pub fn ended(&mut self) -> Option<String> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().ok().flatten();
        }
        let status = self.ended?;
        Some(match (status.code(), status.signal()) {
            (Some(code), _) => format!("exit {code}"),
            (_, Some(signal)) => format!("signal {signal}"),
            _ => "somehow".to_owned(),
        })
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if self.ended().is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        self.hang_up();
    }
}

fn read(master: &OwnedFd, shown: &Mutex<Shown>, stop: &AtomicBool) {
    let mut buffer = [0; 4096];
    let a_while = Timespec {
        tv_sec: 0,
        tv_nsec: 50_000_000,
    };
    while !stop.load(Ordering::Acquire) {
        let mut fds = [PollFd::new(master, PollFlags::IN)];
        match rustix::event::poll(&mut fds, Some(&a_while)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => continue,
            Ok(_) => {}
            Err(_) => return,
        }
        match rustix::io::read(master, &mut buffer) {
            Ok(0) => return,
            Ok(count) => {
                let mut shown = lock(shown);
                shown.parser.process(&buffer[..count]);
                shown.last = Instant::now();
                shown.bytes += count;
            }
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => {}
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}
