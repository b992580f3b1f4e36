//! `spawn`: programs behind ports. Follows `sys_drivers.c` and `erl_child_setup.c` in what a program finds when it begins.
//!
//! The helper program that looks up names of hosts is not started: what it would do is done here, see [`gethost`](super::gethost).

use super::fd::{Resume, Streams};
use super::gethost;
use super::stream::{Reader, Writer};
use crate::sys::begin::{self, Begin};
use oxbeam_vm::environment;
use oxbeam_vm::io::poll::{self, Interest};
use oxbeam_vm::os_signal;
use oxbeam_vm::port::{Driver, Event, OpenError, Opening, PortCx, Settings, Target};
use parking_lot::Mutex;
use rustix::fs::Access;
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags};
use std::collections::BTreeMap;
use std::ffi::CString;
use std::os::fd::{AsFd, OwnedFd, RawFd};
use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::sync::Arc;

struct Program {
    streams: Streams,
    child: Arc<Running>,
    /// The owner is told of the exit status.
    exit_status: bool,
    /// The input is at its end.
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
    let (file, arguments) = match opening.target {
        Target::Spawn(line) => {
            let script = [b"exec ", &line[..]].concat();
            let arguments = [&b"sh"[..], b"-c", &script].map(<[u8]>::to_vec);
            (b"/bin/sh".to_vec(), arguments.to_vec())
        }
        Target::Executable(file) => {
            if file.ends_with(b"/inet_gethost") {
                return gethost::open(opening);
            }
            // All that is looked at before it begins, and so the only error that is raised.
            rustix::fs::access(file, Access::EXEC_OK).map_err(posix)?;
            let name = settings.argument_0.as_ref().unwrap_or(file);
            let arguments = settings.arguments.iter().flatten();
            let arguments = [name].into_iter().chain(arguments).cloned().collect();
            (file.clone(), arguments)
        }
        _ => return Err(OpenError::Badarg),
    };
    let string = |bytes: Vec<u8>| CString::new(bytes).map_err(|_| OpenError::General);
    let strings =
        |list: Vec<Vec<u8>>| -> Result<Vec<CString>, _> { list.into_iter().map(string).collect() };
    let pipes = Pipes::new(settings).map_err(posix)?;
    let begin = Begin {
        file: string(file)?,
        arguments: strings(arguments)?,
        environment: strings(environment(settings))?,
        directory: settings.directory.clone().map(string).transpose()?,
        descriptors: pipes.of_program,
        stderr_to_stdout: settings.stderr_to_stdout,
    };
    let mut child = os_signal::start_child(|| begin::start(begin), Child::id)
        .map_err(|error| posix(Errno::from_io_error(&error).unwrap_or(Errno::INVAL)))?;
    opening.os_pid = Some(child.id());
    let watched = Pid::from_raw(child.id() as i32)
        .ok_or(Errno::INVAL)
        .and_then(|pid| rustix::process::pidfd_open(pid, PidfdFlags::empty()));
    let handle = match watched {
        Ok(handle) => handle,
        Err(errno) => {
            // Nobody would ever learn that it has exited.
            let _ = child.kill();
            let _ = child.wait();
            os_signal::child_ended(child.id());
            return Err(posix(errno));
        }
    };
    let child = Arc::new(Running {
        child: Mutex::new(child),
        handle,
    });
    let own = |fd| Reader::own(fd, settings.packet_bytes);
    let reader = pipes.to_read.map(own).transpose();
    let writer = pipes.to_write.map(Writer::own).transpose();
    match (reader, writer) {
        (Ok(reader), Ok(writer)) => Ok(Box::new(Program {
            streams: Streams::new(opening, reader, writer),
            child,
            exit_status: settings.exit_status,
            ended: false,
            status: None,
        })),
        (Err(errno), _) | (_, Err(errno)) => {
            child.watch(|_| {});
            Err(posix(errno))
        }
    }
}

/// Ours, changed by the settings.
fn environment(settings: &Settings) -> Vec<Vec<u8>> {
    let mut all: BTreeMap<Vec<u8>, Vec<u8>> = environment::all().into_iter().collect();
    for (name, value) in &settings.environment {
        match value {
            Some(value) => all.insert(name.clone(), value.clone()),
            None => all.remove(name),
        };
    }
    all.into_iter()
        .map(|(name, value)| [&name[..], &value].join(&b'='))
        .collect()
}

struct Pipes {
    to_read: Option<OwnedFd>,
    to_write: Option<OwnedFd>,
    /// The program's ends, with the numbers that they have there.
    of_program: Vec<(OwnedFd, RawFd)>,
}

impl Pipes {
    fn new(settings: &Settings) -> Result<Pipes, Errno> {
        let pipe = || rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC);
        let (reads, writes) = if settings.use_stdio { (0, 1) } else { (3, 4) };
        let mut pipes = Pipes {
            to_read: None,
            to_write: None,
            of_program: Vec::new(),
        };
        if settings.output {
            let (read, write) = pipe()?;
            pipes.of_program.push((read, reads));
            pipes.to_write = Some(write);
        }
        if settings.input {
            let (read, write) = pipe()?;
            pipes.of_program.push((write, writes));
            pipes.to_read = Some(read);
        }
        Ok(pipes)
    }
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
                    os_signal::child_ended(running.child.lock().id());
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
    /// The input is at its end, or the program has exited. The exit status is told when both have come, which without input is never.
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
        match interest {
            Interest::Read => {
                if self.streams.read_more(cx) {
                    self.ended = true;
                    self.end(cx);
                }
            }
            Interest::Write => self.streams.write_more(cx),
        }
    }
    fn event(&mut self, cx: &mut PortCx<'_>, event: Event) {
        if event.is::<Resume>() {
            self.streams.start(cx);
        } else if let Ok(exited) = event.downcast::<Exited>() {
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
