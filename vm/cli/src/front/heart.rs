//! `heart`: the program behind the port of module `heart`. It is told every few seconds that the machine is alive; when it hears nothing for too
//! long, or the machine is gone, it ends what is left of it and runs a command that starts it anew.
//!
//! Follows heart(3) and what OTP's own `heart` says and does: packets of two bytes' length and an operation on standard input and output,
//! words to people on the error output.

use super::{Call, Failure};
use oxbeam_vm::local_time;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, retry_on_intr};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use rustix::stdio::{stderr, stdin, stdout};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

const ACK: u8 = 1;
const BEAT: u8 = 2;
const SHUT_DOWN: u8 = 3;
const SET_COMMAND: u8 = 4;
const CLEAR_COMMAND: u8 = 5;
const GET_COMMAND: u8 = 6;
const COMMAND: u8 = 7;
const PREPARING_CRASH: u8 = 8;

/// No more of a packet is looked at.
const LONGEST: usize = 2048;
/// How often the time of the last beat is looked at.
const PERIOD: Duration = Duration::from_secs(5);
/// How long an old machine may take to go.
const PATIENCE: u32 = 5;

/// Why there is nothing more to wait for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum End {
    Timeout,
    Closed,
    Error,
    ShutDown,
    Crashing,
}

/// `heart [-ht SECONDS] [-pid PID]`
pub(crate) fn run(call: &Call) -> Result<ExitCode, Failure> {
    let mut heart = Heart::new(call);
    if heart.send(ACK, &[]).is_err() {
        return Ok(ExitCode::SUCCESS);
    }
    let end = heart.listen();
    heart.finish(end);
    Ok(ExitCode::SUCCESS)
}

struct Heart {
    name: String,
    timeout: Duration,
    old: Option<Pid>,
    /// What was set in the place of `HEART_COMMAND`.
    command: Option<Vec<u8>>,
}

impl Heart {
    fn new(call: &Call) -> Heart {
        let mut heart = Heart {
            name: call.called.to_string_lossy().into_owned(),
            timeout: Duration::from_secs(60),
            old: None,
            command: None,
        };
        let mut rest = call.arguments.iter();
        while let Some(argument) = rest.next() {
            let number = || number(rest.as_slice().first()?);
            match argument.as_slice() {
                b"-ht" => {
                    if let Some(seconds) = number().filter(|&number| number > 10 && number <= 65535)
                    {
                        heart.timeout = Duration::from_secs(seconds);
                        write(format!("heart_beat_timeout = {seconds}\n"));
                        rest.next();
                    }
                }
                b"-pid" => {
                    if let Some(pid) = number() {
                        heart.old = i32::try_from(pid).ok().and_then(Pid::from_raw);
                        write(format!("heart_beat_kill_pid = {pid}\n"));
                        rest.next();
                    }
                }
                _ => {}
            }
        }
        heart
    }

    fn say(&self, text: &str) {
        write(format!(
            "{}: {}: {text}\r\n",
            self.name,
            local_time::date_text()
        ));
    }

    /// Answers the machine until it is not to be heard any more.
    fn listen(&mut self) -> End {
        let mut last = Instant::now();
        loop {
            let ready = match wait(Some(PERIOD)) {
                Ok(ready) => ready,
                Err(_) => {
                    self.say("error in select.");
                    return End::Error;
                }
            };
            let silent = last.elapsed();
            if silent > self.timeout {
                let seconds = silent.as_secs();
                self.say(&format!(
                    "heart-beat time-out, no activity for {seconds} seconds"
                ));
                return End::Timeout;
            }
            if !ready {
                continue;
            }
            match read_packet() {
                Err(_) => {
                    self.say("error in read_message.");
                    return End::Error;
                }
                Ok(None) => {
                    self.say("Erlang has closed.");
                    return End::Closed;
                }
                Ok(Some(packet)) => {
                    if packet.first() == Some(&BEAT) {
                        last = Instant::now();
                    }
                    if let Some(end) = self.obey(&packet) {
                        return end;
                    }
                }
            }
        }
    }

    fn obey(&mut self, packet: &[u8]) -> Option<End> {
        let (&operation, text) = packet.split_first()?;
        // Whoever does not take the answer is gone, as the next packet will tell.
        match operation {
            SHUT_DOWN => return Some(End::ShutDown),
            SET_COMMAND => {
                self.command = Some(text.to_vec()).filter(|command| !command.is_empty());
                let _ = self.send(ACK, &[]);
            }
            CLEAR_COMMAND => {
                self.command = None;
                let _ = self.send(ACK, &[]);
            }
            GET_COMMAND => {
                let _ = self.send(COMMAND, &self.wanted().unwrap_or_default());
            }
            PREPARING_CRASH => {
                self.say("Erlang is crashing .. (waiting for crash dump file)");
                return Some(End::Crashing);
            }
            _ => {}
        }
        None
    }

    fn send(&self, operation: u8, text: &[u8]) -> Result<(), Errno> {
        let Some(length) = u16::try_from(text.len() + 1)
            .ok()
            .filter(|&length| usize::from(length) <= LONGEST)
        else {
            return Ok(());
        };
        let packet = [&length.to_be_bytes()[..], &[operation], text].concat();
        let mut left = packet.as_slice();
        while !left.is_empty() {
            let written = retry_on_intr(|| rustix::io::write(stdout(), left))?;
            left = &left[written..];
        }
        Ok(())
    }

    /// The command that starts a machine.
    fn wanted(&self) -> Option<Vec<u8>> {
        let variable = || std::env::var_os("HEART_COMMAND").map(OsString::into_vec);
        self.command.clone().or_else(variable)
    }

    fn finish(&self, end: End) {
        if end == End::ShutDown {
            return;
        }
        if end == End::Crashing
            && let Some(seconds) = std::env::var_os("ERL_CRASH_DUMP_SECONDS")
        {
            let seconds = leading_number(seconds.as_bytes());
            self.say(&format!(
                "Waiting for dump - timeout set to {seconds} seconds."
            ));
            // Negative: as long as it takes. An error ends the waiting as well.
            let _ = wait(u64::try_from(seconds).ok().map(Duration::from_secs));
        }
        let Some(command) = self.wanted() else {
            return self.say("Would reboot. Terminating.");
        };
        self.end_the_old(end);
        let shell = Command::new("/bin/sh")
            .arg("-c")
            .arg(OsStr::from_bytes(&command))
            .status();
        let status = shell.map_or(-1, ExitStatusExt::into_raw);
        let command = String::from_utf8_lossy(&command).into_owned();
        self.say(&format!("Executed \"{command}\" -> {status}. Terminating."));
    }

    fn end_the_old(&self, end: End) {
        let is =
            |name: &str, value: &str| std::env::var_os(name).is_some_and(|found| found == value);
        let Some(old) = self.old.filter(|_| !is("HEART_NO_KILL", "TRUE")) else {
            return;
        };
        let second = Duration::from_secs(1);
        if end == End::Closed {
            self.say("Wait 5 seconds for Erlang to terminate nicely");
            for _ in 0..PATIENCE {
                if test_kill_process(old) == Err(Errno::SRCH) {
                    return;
                }
                std::thread::sleep(second);
            }
            self.say("Erlang still alive, kill it");
        }
        let mut signal = Signal::KILL;
        if is("HEART_KILL_SIGNAL", "SIGABRT") {
            self.say("kill signal SIGABRT requested");
            signal = Signal::ABORT;
        }
        let mut result = kill_process(old, signal);
        for _ in 0..PATIENCE {
            if result.is_err() {
                break;
            }
            std::thread::sleep(second);
            result = kill_process(old, signal);
        }
        if result != Err(Errno::SRCH) {
            self.say("Unable to kill old process, kill failed (tried multiple times).");
        }
    }
}

fn write(text: String) {
    // Nobody is left to tell when the error output is gone.
    let _ = rustix::io::write(stderr(), text.as_bytes());
}

fn number(argument: &[u8]) -> Option<u64> {
    std::str::from_utf8(argument).ok()?.parse().ok()
}

/// The number that a text begins with, else 0.
fn leading_number(text: &[u8]) -> i64 {
    let text = String::from_utf8_lossy(text);
    let text = text.trim_start();
    let digits = |sign: char| sign.is_ascii_digit();
    let start = usize::from(text.starts_with(['-', '+']));
    let end = text[start..]
        .find(|sign| !digits(sign))
        .map_or(text.len(), |end| start + end);
    text[..end].parse().unwrap_or(0)
}

/// Waits until there is something to read; false if the time is over.
fn wait(limit: Option<Duration>) -> Result<bool, Errno> {
    let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
    let input = stdin();
    let mut descriptors = [PollFd::new(&input, PollFlags::IN)];
    retry_on_intr(|| poll(&mut descriptors, limit.as_ref())).map(|ready| ready > 0)
}

/// The next packet, as much of it as is looked at; `None` at the end.
fn read_packet() -> Result<Option<Vec<u8>>, Errno> {
    let mut length = [0; 2];
    if !fill(&mut length)? {
        return Ok(None);
    }
    let mut packet = vec![0; usize::from(u16::from_be_bytes(length))];
    if !fill(&mut packet)? {
        return Ok(None);
    }
    packet.truncate(LONGEST);
    Ok(Some(packet))
}

fn fill(mut buffer: &mut [u8]) -> Result<bool, Errno> {
    while !buffer.is_empty() {
        let read = retry_on_intr(|| rustix::io::read(stdin(), &mut *buffer))?;
        if read == 0 {
            return Ok(false);
        }
        buffer = &mut buffer[read..];
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::leading_number;

    #[test]
    fn a_number_ends_where_it_ends() {
        for (text, number) in [("12", 12), (" -1", -1), ("5 s", 5), ("", 0), ("x", 0)] {
            assert_eq!(leading_number(text.as_bytes()), number);
        }
    }
}
