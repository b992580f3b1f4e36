//! The machine behind the shell: a process of its own, so that the shell is there when the machine is not. They speak through two
//! pipes: packets with their length in front, a byte that says what they are, and text.

use super::interrupt;
use crate::front::Call;
use crate::output::complain;
use rustix::event::{PollFd, PollFlags, Timespec};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// The machine's side.
const SERVER: &str = include_str!("server.erl");

/// Compiles what comes first, and starts it.
const START: &str = "P=open_port({fd,3,4},[binary,eof,{packet,4}]),\
    L=fun G([],A)->lists:reverse(A);\
    G(S,A)->case erl_scan:tokens([],S,1)of \
    {done,{ok,T,_},R}->{ok,F}=erl_parse:parse_form(T),G(R,[F|A]);\
    _->lists:reverse(A)end end,\
    receive{P,{data,S}}->\
    {ok,M,B}=compile:forms(L(unicode:characters_to_list(S),[]),[]),\
    {module,M}=code:load_binary(M,\"oxbeam_shell\",B),\
    M:start(P)end.";

/// An answer.
pub(crate) struct Answer {
    /// What it is: a value `v`, text `o`, bytes of a module `b`, something that went wrong `x`; or none yet but the wish for a line of input `r`.
    pub(crate) kind: u8,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// The machine.
pub(crate) struct Link {
    child: Child,
    to: File,
    from: File,
}

/// Longest answer that is taken.
const LONGEST: usize = 1 << 30;

impl Link {
    /// Starts the machine on the OTP that `call` chooses.
    pub(crate) fn start(call: &Call, root: PathBuf, paths: &[PathBuf]) -> io::Result<Link> {
        let (theirs_in, to) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
        let (from, theirs_out) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
        let mut command = Command::new(&call.places.executable);
        command.arg("erl").args([
            "-noinput",
            "+Bi",
            "+pc",
            "unicode",
            "-boot",
            "no_dot_erlang",
        ]);
        for path in paths {
            command.arg("-pa").arg(path);
        }
        command.args(["-eval", START]);
        command
            .env("OXBEAM_OTP", OsString::from(root))
            .stdin(Stdio::null());
        give(&mut command, theirs_in, theirs_out)?;
        let mut link = Link {
            child: command.spawn()?,
            to: File::from(to),
            from: File::from(from),
        };
        // It holds copies of the machine's ends.
        drop(command);
        link.send(None, SERVER)?;
        // What comes before it is ready would go to the process that compiles it.
        link.answer()?;
        Ok(link)
    }
    fn send(&mut self, kind: Option<u8>, text: &str) -> io::Result<()> {
        let length = text.len() + usize::from(kind.is_some());
        let length = u32::try_from(length).map_err(|_| io::ErrorKind::InvalidInput)?;
        let mut packet = length.to_be_bytes().to_vec();
        packet.extend(kind);
        packet.extend_from_slice(text.as_bytes());
        self.to.write_all(&packet)
    }
    /// Asks, and waits for the answer; ^C meanwhile is told to the machine.
    pub(crate) fn ask(&mut self, kind: u8, text: &str) -> io::Result<Answer> {
        interrupt::take();
        self.send(Some(kind), text)?;
        loop {
            while !is_ready(&self.from)? {
                self.pass_interrupt()?;
            }
            let answer = self.answer()?;
            if answer.kind != b'r' {
                return Ok(answer);
            }
            if let Some(line) = self.line()? {
                self.send(Some(b'n'), &line)?;
            }
        }
    }
    /// Tells the machine of ^C; has it come?
    fn pass_interrupt(&mut self) -> io::Result<bool> {
        let came = interrupt::take();
        if came {
            // Behind what the terminal shows of the key.
            complain!("");
            self.send(Some(b'i'), "")?;
        }
        Ok(came)
    }
    /// A line of input for an expression, empty at the end; none after ^C.
    fn line(&mut self) -> io::Result<Option<String>> {
        let input = io::stdin();
        // What has been read from a terminal has been read line by line.
        while input.is_terminal() && !is_ready(&input)? {
            if self.pass_interrupt()? {
                return Ok(None);
            }
        }
        let mut line = Vec::new();
        input.lock().read_until(b'\n', &mut line)?;
        Ok(Some(String::from_utf8_lossy(&line).into_owned()))
    }
    fn answer(&mut self) -> io::Result<Answer> {
        let mut length = [0; 4];
        self.from.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length) as usize;
        if length == 0 || length > LONGEST {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut bytes = Vec::new();
        (&mut self.from)
            .take(length as u64)
            .read_to_end(&mut bytes)?;
        if bytes.len() < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let rest = bytes.split_off(1);
        Ok(Answer {
            kind: bytes[0],
            bytes: rest,
        })
    }
    /// Ends the machine, if it has not ended by itself; its exit status.
    pub(crate) fn end(self) -> u8 {
        let Link {
            mut child,
            to,
            from,
        } = self;
        drop((to, from));
        let status = child.wait().ok().and_then(|status| status.code());
        status.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
    }
}

/// Has something come, after a moment at most?
fn is_ready(file: &impl AsFd) -> io::Result<bool> {
    let moment = Timespec {
        tv_sec: 0,
        tv_nsec: 100_000_000,
    };
    let mut fds = [PollFd::new(file, PollFlags::IN)];
    match rustix::event::poll(&mut fds, Some(&moment)) {
        Ok(count) => Ok(count > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(errno) => Err(errno.into()),
    }
}

/// The command will have the two as its descriptors 3 and 4.
fn give(command: &mut Command, input: OwnedFd, output: OwnedFd) -> io::Result<()> {
    // Out of the way of those two numbers themselves.
    let input = rustix::io::fcntl_dupfd_cloexec(&input, 10)?;
    let output = rustix::io::fcntl_dupfd_cloexec(&output, 10)?;
    let plan = move || {
        for (fd, number) in [(&input, 3), (&output, 4)] {
            interrupt::duplicate_to(fd.as_raw_fd(), number)?;
        }
        Ok(())
    };
    interrupt::before_exec(command, plan);
    Ok(())
}
