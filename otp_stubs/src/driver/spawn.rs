//! `spawn`: programs behind ports. Follows `sys_drivers.c` and `erl_child_setup.c` in what a program finds when it begins.
//!
//! The helper program that looks up names of hosts is not started: what it would do is done here, see [`gethost`](super::gethost).

use super::fd::Streams;
use super::gethost;
use super::stream::{Reader, Writer};
use crate::sys;
use oxbeam_vm::environment;
use oxbeam_vm::io::poll::{self, Interest};
use oxbeam_vm::port::{Driver, OpenError, Opening, PortCx, Settings, Target};
use parking_lot::Mutex;
use rustix::fs::Access;
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags};
use std::any::Any;
use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

struct Program {
    streams: Streams,
    child: Arc<Running>,
    /// The owner is told of the exit status.
    exit_status: bool,
    /// The input is at its end, or there is none.
    ended: bool,
    /// What the program has exited with.
    status: Option<i32>,
}

/// A program that has been started. It is waited for even when its port is gone.
struct Running {
    child: Mutex<Child>,
    /// Readable when it has exited.
    handle: OwnedFd,
}

/// The program has exited with this status.
struct Exited(i32);

pub(super) fn open(opening: &mut Opening<'_>) -> Result<Box<dyn Driver>, OpenError> {
    let settings = opening.settings;
    let posix = |errno: Errno| OpenError::Posix(errno.raw_os_error());
    let mut command = match opening.target {
        Target::Spawn(line) => {
            let mut script = OsString::from("exec ");
            script.push(OsStr::from_bytes(line));
            let mut command = Command::new("/bin/sh");
            command.arg0("/bin/sh").arg("-c").arg(script);
            command
        }
        Target::Executable(file) => {
            if file.ends_with(b"/inet_gethost") {
                return gethost::open(opening);
            }
            // All that is looked at before it begins, and so the only error that is raised.
            rustix::fs::access(file, Access::EXEC_OK).map_err(posix)?;
            // No search along the path.
            let mut path = file.clone();
            if !path.contains(&b'/') {
                path.splice(..0, *b"./");
            }
            let mut command = Command::new(OsStr::from_bytes(&path));
            let name = settings.argument_0.as_ref().unwrap_or(file);
            command.arg0(OsStr::from_bytes(name));
            let arguments = settings.arguments.iter().flatten();
            command.args(arguments.map(|argument| OsStr::from_bytes(argument)));
            command
        }
        _ => return Err(OpenError::Badarg),
    };
    surroundings(&mut command, settings);
    sys::new_session(&mut command);
    let (reader, writer) = pipes(&mut command, settings).map_err(posix)?;
    let child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            let errno = Errno::from_io_error(&error).unwrap_or(Errno::INVAL);
            return match errno {
                Errno::AGAIN | Errno::NOMEM | Errno::MFILE | Errno::NFILE => Err(posix(errno)),
                // The program was there for a moment, but could not begin.
                _ => Ok(Box::new(Stillborn(
                    errno.raw_os_error(),
                    settings.exit_status,
                ))),
            };
        }
    };
    // The child's ends of the pipes are closed with the command.
    drop(command);
    opening.os_pid = Some(child.id());
    let pid = Pid::from_raw(child.id() as i32).ok_or(OpenError::General)?;
    let handle = rustix::process::pidfd_open(pid, PidfdFlags::empty()).map_err(posix)?;
    let reader = reader
        .map(|fd| Reader::own(fd, settings.packet_bytes))
        .transpose()
        .map_err(posix)?;
    let writer = writer.map(Writer::own).transpose().map_err(posix)?;
    let ended = reader.is_none();
    Ok(Box::new(Program {
        streams: Streams::new(opening, reader, writer),
        child: Arc::new(Running {
            child: Mutex::new(child),
            handle,
        }),
        exit_status: settings.exit_status,
        ended,
        status: None,
    }))
}

/// A program that could not begin: its directory is not there, for instance. It exits with the error's number.
struct Stillborn(i32, bool);

impl Driver for Stillborn {
    fn start(&mut self, cx: &mut PortCx<'_>) {
        if self.1 {
            cx.report_exit(self.0);
        }
        cx.end_of_data();
    }
    fn output(&mut self, _: &mut PortCx<'_>, _: Vec<u8>) {}
}

/// Directory and environment.
fn surroundings(command: &mut Command, settings: &Settings) {
    command.env_clear();
    for (name, value) in environment::all() {
        command.env(OsStr::from_bytes(&name), OsStr::from_bytes(&value));
    }
    if let Some(directory) = &settings.directory {
        command.current_dir(OsStr::from_bytes(directory));
    }
    for (name, value) in &settings.environment {
        match value {
            Some(value) => command.env(OsStr::from_bytes(name), OsStr::from_bytes(value)),
            None => command.env_remove(OsStr::from_bytes(name)),
        };
    }
}

type Pipes = (Option<OwnedFd>, Option<OwnedFd>);

/// Gives the program its ends of the pipes; ours come back: to read, to write.
fn pipes(command: &mut Command, settings: &Settings) -> Result<Pipes, Errno> {
    let pipe = || rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC);
    let (mut to_read, mut to_write) = (None, None);
    let (mut program_reads, mut program_writes) = (None, None);
    if settings.output {
        let (read, write) = pipe()?;
        (program_reads, to_write) = (Some(read), Some(write));
    }
    if settings.input {
        let (read, write) = pipe()?;
        (to_read, program_writes) = (Some(read), Some(write));
    }
    if !settings.use_stdio {
        sys::give_3_and_4(command, program_reads, program_writes);
        return Ok((to_read, to_write));
    }
    if settings.stderr_to_stdout {
        match &program_writes {
            Some(fd) => command.stderr(Stdio::from(fd.try_clone().map_err(|_| Errno::MFILE)?)),
            None => command.stderr(std::io::stdout()),
        };
    }
    if let Some(fd) = program_reads {
        command.stdin(Stdio::from(fd));
    }
    if let Some(fd) = program_writes {
        command.stdout(Stdio::from(fd));
    }
    Ok((to_read, to_write))
}

impl Running {
    /// Waits for the program, without waiting: `tell` gets the status when it has exited.
    fn watch(self: &Arc<Running>, tell: impl Fn(i32) + Send + 'static) {
        let running = Arc::clone(self);
        let notice: poll::Notice = Box::new(move || {
            let exited = running.child.lock().try_wait();
            match exited {
                Ok(None) => running.watch(tell),
                Ok(Some(status)) => {
                    poll::forget(running.handle.as_fd());
                    let killed = status.signal().map(|signal| 128 + signal);
                    tell(status.code().or(killed).unwrap_or(0));
                }
                // Somebody else has waited for it.
                Err(_) => tell(0),
            }
        });
        let _ = poll::when_ready(self.handle.as_fd(), Interest::Read, notice);
    }
}

impl Program {
    /// The input is at its end and the output is written; or the program has exited.
    fn end(&mut self, cx: &mut PortCx<'_>) {
        if !self.ended {
            return;
        }
        if self.exit_status {
            match self.status {
                Some(status) => cx.report_exit(status),
                None => return,
            }
        }
        cx.end_of_data();
    }
}

impl Driver for Program {
    fn start(&mut self, cx: &mut PortCx<'_>) {
        self.streams.start(cx);
        let remote = cx.remote();
        self.child
            .watch(move |status| remote.send(Box::new(Exited(status))));
    }
    fn output(&mut self, cx: &mut PortCx<'_>, data: Vec<u8>) {
        self.streams.output(cx, data);
    }
    fn ready(&mut self, cx: &mut PortCx<'_>, interest: Interest) {
        let ended = match interest {
            Interest::Read => self.streams.read_more(cx),
            Interest::Write => self.streams.write_more(cx),
        };
        if ended {
            self.ended = true;
            self.end(cx);
        }
    }
    fn event(&mut self, cx: &mut PortCx<'_>, event: Box<dyn Any + Send>) {
        if let Ok(exited) = event.downcast::<Exited>() {
            self.status = Some(exited.0);
            if self.exit_status {
                self.end(cx);
            }
        }
    }
    fn queued(&self) -> usize {
        self.streams.queued()
    }
    fn stop(&mut self, _: u64) {
        self.streams.stop();
    }
}
