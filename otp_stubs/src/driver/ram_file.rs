//! `ram_file_drv`: files in memory, for `ram_file.erl`. A request is a command whose first byte says what is wanted; each has one answer.

use oxbeam_vm::port::{Driver, OpenError, Opening, PortCx};
use oxbeam_vm::posix;
use rustix::io::Errno;

const OPEN: u8 = 1;
const READ: u8 = 2;
const SEEK: u8 = 3;
const WRITE: u8 = 4;
const SYNC: u8 = 9;
const TRUNCATE: u8 = 14;
const READ_AT: u8 = 17;
const WRITE_AT: u8 = 18;
const SYNC_DATA: u8 = 19;
const GET: u8 = 30;
const SIZE: u8 = 37;
const ADVISE: u8 = 38;
const ALLOCATE: u8 = 39;

/// Bits of the mode.
const READABLE: i32 = 1;
const WRITABLE: i32 = 2;

/// Positions and sizes are signed numbers of 32 bits.
const LARGEST: usize = i32::MAX as usize;

#[derive(Default)]
struct RamFile {
    mode: i32,
    bytes: Vec<u8>,
    position: usize,
}

#[derive(PartialEq, Eq, Debug)]
enum Answer {
    Done,
    Number(usize),
    Data(Vec<u8>),
}

pub(super) fn open(_: &mut Opening<'_>) -> Result<Box<dyn Driver>, OpenError> {
    Ok(Box::<RamFile>::default())
}

/// The first number of a request, and what is behind it.
fn number(data: &[u8]) -> Result<(i32, &[u8]), Errno> {
    let (number, rest) = data.split_first_chunk::<4>().ok_or(Errno::INVAL)?;
    Ok((i32::from_be_bytes(*number), rest))
}

fn size(number: i32) -> Result<usize, Errno> {
    usize::try_from(number).map_err(|_| Errno::INVAL)
}

impl RamFile {
    /// `None`: nobody knows such a request; it is never answered.
    fn request(&mut self, request: u8, data: &[u8]) -> Option<Result<Answer, Errno>> {
        Some(match request {
            OPEN => self.open(data),
            READ => self.read(data),
            READ_AT => self.read_at(data),
            WRITE => self.write(data),
            WRITE_AT => self.write_at(data),
            SEEK => self.seek(data),
            TRUNCATE => self.truncate(),
            GET => Ok(Answer::Data(self.bytes.clone())),
            SIZE => Ok(Answer::Number(self.bytes.len())),
            SYNC | SYNC_DATA | ADVISE | ALLOCATE => self.opened().map(|()| Answer::Done),
            _ => return None,
        })
    }
    fn opened(&self) -> Result<(), Errno> {
        if self.mode == 0 {
            return Err(Errno::BADF);
        }
        Ok(())
    }
    fn open(&mut self, data: &[u8]) -> Result<Answer, Errno> {
        let (mode, bytes) = number(data)?;
        *self = RamFile {
            mode,
            bytes: bytes.to_vec(),
            position: 0,
        };
        Ok(Answer::Number(0))
    }
    fn part(&self, from: usize, count: usize) -> Result<Vec<u8>, Errno> {
        if self.mode & READABLE == 0 {
            return Err(Errno::BADF);
        }
        let from = from.min(self.bytes.len());
        let end = from.saturating_add(count).min(self.bytes.len());
        Ok(self.bytes[from..end].to_vec())
    }
    fn read(&mut self, data: &[u8]) -> Result<Answer, Errno> {
        let count = size(number(data)?.0)?;
        let part = self.part(self.position, count)?;
        self.position += part.len();
        Ok(Answer::Data(part))
    }
    fn read_at(&mut self, data: &[u8]) -> Result<Answer, Errno> {
        let (from, rest) = number(data)?;
        let (count, _) = number(rest)?;
        self.part(size(from)?, size(count)?).map(Answer::Data)
    }
    fn put(&mut self, at: usize, data: &[u8]) -> Result<usize, Errno> {
        if self.mode & WRITABLE == 0 {
            return Err(Errno::BADF);
        }
        let end = at.checked_add(data.len()).ok_or(Errno::INVAL)?;
        if end > LARGEST {
            return Err(Errno::INVAL);
        }
        if end > self.bytes.len() {
            let more = end - self.bytes.len();
            self.bytes.try_reserve(more).map_err(|_| Errno::NOMEM)?;
            self.bytes.resize(end, 0);
        }
        self.bytes[at..end].copy_from_slice(data);
        Ok(end)
    }
    fn write(&mut self, data: &[u8]) -> Result<Answer, Errno> {
        self.position = self.put(self.position, data)?;
        Ok(Answer::Number(data.len()))
    }
    fn write_at(&mut self, data: &[u8]) -> Result<Answer, Errno> {
        let (at, data) = number(data)?;
        self.put(size(at)?, data)?;
        Ok(Answer::Number(data.len()))
    }
    fn seek(&mut self, data: &[u8]) -> Result<Answer, Errno> {
        self.opened()?;
        let (offset, rest) = number(data)?;
        let from = match number(rest)?.0 {
            0 => 0,
            1 => self.position,
            2 => self.bytes.len(),
            _ => return Err(Errno::INVAL),
        };
        let target = from as i64 + i64::from(offset);
        self.position = usize::try_from(target).map_err(|_| Errno::INVAL)?;
        Ok(Answer::Number(self.position))
    }
    fn truncate(&mut self) -> Result<Answer, Errno> {
        if self.mode & WRITABLE == 0 {
            return Err(Errno::ACCESS);
        }
        let more = self.position.saturating_sub(self.bytes.len());
        self.bytes.try_reserve(more).map_err(|_| Errno::NOMEM)?;
        self.bytes.resize(self.position, 0);
        Ok(Answer::Done)
    }
}

impl Driver for RamFile {
    fn one_at_a_time(&self) -> bool {
        true
    }
    fn output(&mut self, cx: &mut PortCx<'_>, data: Vec<u8>) {
        let Some((&request, data)) = data.split_first() else {
            return;
        };
        match self.request(request, data) {
            None => {}
            Some(Ok(Answer::Done)) => cx.data_behind(&[0], None),
            Some(Ok(Answer::Number(number))) => {
                let mut header = vec![3];
                header.extend_from_slice(&(number as u32).to_be_bytes());
                cx.data_behind(&header, None);
            }
            Some(Ok(Answer::Data(bytes))) => {
                let mut header = vec![2];
                header.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
                cx.data_behind(&header, Some(&bytes));
            }
            Some(Err(errno)) => {
                let mut header = vec![1];
                header.extend_from_slice(posix::error_name(errno.raw_os_error()).as_bytes());
                cx.data_behind(&header, None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_memory_behaves_as_one() {
        let mut file = RamFile::default();
        assert_eq!(file.request(READ, &[0, 0, 0, 1]), Some(Err(Errno::BADF)));
        assert_eq!(
            file.request(OPEN, b"\0\0\0\x03hello"),
            Some(Ok(Answer::Number(0)))
        );
        let read = file.request(READ, &[0, 0, 0, 2]);
        assert_eq!(read, Some(Ok(Answer::Data(b"he".to_vec()))));
        assert_eq!(file.request(WRITE, b"LL"), Some(Ok(Answer::Number(2))));
        assert_eq!(
            file.request(WRITE_AT, b"\0\0\0\x07x"),
            Some(Ok(Answer::Number(1)))
        );
        assert_eq!(
            file.request(GET, b""),
            Some(Ok(Answer::Data(b"heLLo\0\0x".to_vec())))
        );
        let end = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 2];
        assert_eq!(file.request(SEEK, &end), Some(Ok(Answer::Number(7))));
        assert_eq!(file.request(TRUNCATE, b""), Some(Ok(Answer::Done)));
        assert_eq!(file.request(SIZE, b""), Some(Ok(Answer::Number(7))));
        assert_eq!(
            file.request(WRITE_AT, &[0x80, 0, 0, 0, 1]),
            Some(Err(Errno::INVAL))
        );
        assert_eq!(file.request(99, b""), None);
    }
}
