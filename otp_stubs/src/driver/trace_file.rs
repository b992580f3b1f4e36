//! `trace_file_drv`: what a port is told goes into a file, or into one after the other of a number of files (`dbg:trace_port(file, _)`).
//! Follows the head of `trace_file_drv.c` in what a file looks like.

use oxbeam_vm::port::{Driver, Event, OpenError, Opening, PortCx, Reply, Target};
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;

/// Bytes that are gathered before they are written.
const BUFFER: usize = 64 * 1024;
/// `port_control/3`: write what is gathered.
const FLUSH: u32 = b'f' as u32;

/// Names of files: a number stands within.
#[derive(Clone)]
struct Name {
    name: Vec<u8>,
    /// Where the number stands.
    at: usize,
    /// The number; none yet.
    number: Option<u32>,
    last: u32,
}

impl Name {
    /// On to the next number: behind the last one comes 0.
    fn advance(&mut self) {
        self.number = Some(match self.number {
            Some(number) if number < self.last => number + 1,
            _ => 0,
        });
    }
    fn path(&self) -> Vec<u8> {
        let number = self.number.map(|number| number.to_string());
        let (before, behind) = self.name.split_at(self.at);
        [before, number.unwrap_or_default().as_bytes(), behind].concat()
    }
}

struct Wrap {
    current: Name,
    oldest: Name,
    /// Bytes of a file, if no time is set.
    size: u64,
    /// Files that may still come before the oldest goes.
    left: u32,
    /// Milliseconds of a file.
    time: u32,
    written: u64,
}

struct TraceFile {
    file: File,
    buffer: Vec<u8>,
    wrap: Option<Wrap>,
}

fn create(path: &[u8]) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o777)
        .open(OsStr::from_bytes(path))
}

fn error_number(error: &io::Error) -> i32 {
    // Those that are not the system's own have no number.
    error
        .raw_os_error()
        .unwrap_or(rustix::io::Errno::INVAL.raw_os_error())
}

/// The next word as a number, and what is behind it.
fn number(text: &[u8]) -> Option<(u32, &[u8])> {
    let text = text.trim_ascii_start();
    let end = text.iter().position(|byte| !byte.is_ascii_digit())?;
    let number = std::str::from_utf8(&text[..end]).ok()?.parse().ok()?;
    Some((number, &text[end..]))
}

/// `trace_file_drv [w Size Count Time Tail] n Name`
fn parse(command: &[u8]) -> Option<(Option<[u32; 4]>, &[u8])> {
    let mut rest = command.strip_prefix(b"trace_file_drv ")?.trim_ascii_start();
    let mut wrap = None;
    if let Some(behind) = rest.strip_prefix(b"w ") {
        let mut numbers = [0; 4];
        rest = behind;
        for place in &mut numbers {
            (*place, rest) = number(rest)?;
        }
        wrap = Some(numbers);
    }
    let name = rest.trim_ascii_start().strip_prefix(b"n ")?;
    Some((wrap, name))
}

pub(super) fn open(opening: &mut Opening<'_>) -> Result<Box<dyn Driver>, OpenError> {
    let command = match opening.target {
        Target::Spawn(command) | Target::Driver(command) => command,
        _ => return Err(OpenError::Badarg),
    };
    let (wrap, name) = parse(command).ok_or(OpenError::Badarg)?;
    let wrap = match wrap {
        None => None,
        Some([size, count, time, tail]) => {
            let at = usize::try_from(tail).map_err(|_| OpenError::Badarg)?;
            if at >= name.len() {
                return Err(OpenError::Badarg);
            }
            let mut current = Name {
                name: name.to_vec(),
                at,
                number: None,
                last: count,
            };
            current.advance();
            Some(Wrap {
                oldest: current.clone(),
                current,
                size: size.into(),
                left: count,
                time,
                written: 0,
            })
        }
    };
    let path = wrap
        .as_ref()
        .map_or_else(|| name.to_vec(), |wrap| wrap.current.path());
    let file = create(&path).map_err(|error| OpenError::Posix(error_number(&error)))?;
    Ok(Box::new(TraceFile {
        file,
        buffer: Vec::with_capacity(BUFFER),
        wrap,
    }))
}

impl TraceFile {
    fn flush_buffer(&mut self) -> io::Result<()> {
        self.file.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
    fn write(&mut self, data: &[u8]) -> io::Result<()> {
        // A length is a word of 32 bits.
        let length = u32::try_from(data.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
        if self.buffer.len() + 5 + data.len() > BUFFER {
            self.flush_buffer()?;
        }
        self.buffer.push(0);
        self.buffer.extend_from_slice(&length.to_be_bytes());
        if data.len() < BUFFER {
            self.buffer.extend_from_slice(data);
        } else {
            self.flush_buffer()?;
            self.file.write_all(data)?;
        }
        if let Some(wrap) = &mut self.wrap {
            wrap.written += 5 + u64::from(length);
            if wrap.time == 0 && wrap.written >= wrap.size {
                self.next_file()?;
            }
        }
        Ok(())
    }
    fn next_file(&mut self) -> io::Result<()> {
        self.flush_buffer()?;
        let Some(wrap) = &mut self.wrap else {
            return Ok(());
        };
        wrap.written = 0;
        wrap.left = wrap.left.saturating_sub(1);
        if wrap.left == 0 {
            // Somebody may have taken it away.
            let _ = std::fs::remove_file(OsStr::from_bytes(&wrap.oldest.path()));
            wrap.oldest.advance();
        }
        wrap.current.advance();
        self.file = create(&wrap.current.path())?;
        Ok(())
    }
    fn wait(&self, cx: &PortCx<'_>) {
        if let Some(wrap) = self.wrap.as_ref().filter(|wrap| wrap.time > 0) {
            cx.remote().after(wrap.time, Box::new(()));
        }
    }
}

fn failed(cx: &mut PortCx<'_>, result: io::Result<()>) {
    if let Err(error) = result {
        cx.fail(error_number(&error));
    }
}

impl Driver for TraceFile {
    fn start(&mut self, cx: &mut PortCx<'_>) {
        self.wait(cx);
    }
    fn output(&mut self, cx: &mut PortCx<'_>, data: Vec<u8>) {
        let result = self.write(&data);
        failed(cx, result);
    }
    fn control(&mut self, cx: &mut PortCx<'_>, operation: u32, _: &[u8]) -> Option<Reply> {
        if operation != FLUSH {
            return None;
        }
        let result = self.flush_buffer();
        failed(cx, result);
        Some(Reply::List(vec![0]))
    }
    /// The time of a file is over.
    fn event(&mut self, cx: &mut PortCx<'_>, _: Event) {
        let result = self.next_file();
        failed(cx, result);
        self.wait(cx);
    }
    fn stop(&mut self, _: u64) {
        // Nobody is left to tell.
        let _ = self.flush_buffer();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_opened() {
        assert_eq!(parse(b"trace_file_drv n /x y"), Some((None, &b"/x y"[..])));
        let wrap = parse(b"trace_file_drv w 10 2 0 3 n /ab.trace");
        assert_eq!(wrap, Some((Some([10, 2, 0, 3]), &b"/ab.trace"[..])));
        assert_eq!(parse(b"trace_file_drv w 10 2 n /ab"), None);
        assert_eq!(parse(b"trace_file_drv /ab"), None);
    }

    #[test]
    fn numbers_go_round() {
        let mut name = Name {
            name: b"/ab.trace".to_vec(),
            at: 3,
            number: None,
            last: 2,
        };
        let mut seen = Vec::new();
        for _ in 0..4 {
            name.advance();
            seen.push(String::from_utf8(name.path()).expect("the text is ASCII"));
        }
        assert_eq!(
            seen,
            ["/ab0.trace", "/ab1.trace", "/ab2.trace", "/ab0.trace"]
        );
    }
}
