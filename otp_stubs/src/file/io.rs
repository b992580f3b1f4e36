//! Reading and writing open files.

use super::Path;
use super::handle::{File, file_of, open_to_read};
use crate::errors::{error_tuple, ok_or_error, ok_tuple};
use crate::sys;
use oxbeam_term::binary::refc::SharedBytes;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::sched::while_waiting;
use rustix::fs::{Advice, FallocateFlags, FileType, SeekFrom};
use rustix::io::Errno;
use std::io::IoSlice;
use std::num::NonZeroU64;
use std::os::fd::{AsFd, BorrowedFd};

/// Room taken for reading before it is known how much there is.
const FIRST_READ: usize = 64 << 10;
/// Binaries that one write takes; the rest is for the next.
const MAX_SLICES: usize = 64;

/// Reads until `buffer` is full or the file ends; `offset` leaves the position alone.
fn fill(fd: BorrowedFd<'_>, buffer: &mut [u8], offset: Option<u64>) -> Result<usize, Errno> {
    let mut filled = 0;
    while filled < buffer.len() {
        let rest = &mut buffer[filled..];
        let result = match offset {
            Some(offset) => rustix::io::pread(fd, &mut *rest, offset.saturating_add(filled as u64)),
            None => rustix::io::read(fd, &mut *rest),
        };
        match result {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(filled)
}

/// Bytes that a regular file has behind its position, or behind `offset`; `None` for what is no regular file or does not say.
fn known_rest(fd: BorrowedFd<'_>, offset: Option<u64>) -> Option<u64> {
    let status = rustix::fs::fstat(fd).ok()?;
    if FileType::from_raw_mode(status.st_mode) != FileType::RegularFile || status.st_size <= 0 {
        return None;
    }
    let position = match offset {
        Some(offset) => offset,
        None => rustix::fs::tell(fd).ok()?,
    };
    Some((status.st_size as u64).saturating_sub(position))
}

/// Up to `limit` bytes. Takes no more room than there is to read, whatever the limit.
fn read(
    fd: BorrowedFd<'_>,
    limit: usize,
    offset: Option<u64>,
    rest: Option<u64>,
) -> Result<SharedBytes, Errno> {
    // One byte more, so that reading all of a file also finds its end.
    let expected = rest.map_or(FIRST_READ, |rest| {
        usize::try_from(rest)
            .unwrap_or(usize::MAX)
            .saturating_add(1)
    });
    let expected = expected.min(limit);
    let first = SharedBytes::filled(expected, |buffer| fill(fd, buffer, offset))?;
    if first.used() < expected || expected == limit {
        return Ok(first);
    }
    let mut all = first.bytes().to_vec();
    loop {
        let start = all.len();
        let end = start.saturating_mul(2).min(limit);
        if all.try_reserve_exact(end - start).is_err() {
            return Err(Errno::NOMEM);
        }
        all.resize(end, 0);
        let at = offset.map(|offset| offset + start as u64);
        let count = fill(fd, &mut all[start..], at)?;
        all.truncate(start + count);
        if start + count < end || end == limit {
            return Ok(SharedBytes::new(&all));
        }
    }
}

fn read_limited(
    fd: BorrowedFd<'_>,
    limit: usize,
    offset: Option<u64>,
) -> Result<SharedBytes, Errno> {
    let rest = if limit <= FIRST_READ {
        None
    } else {
        known_rest(fd, offset)
    };
    read(fd, limit, offset, rest)
}

fn read_result<'p>(cx: &mut Cx<'p>, result: Result<SharedBytes, Errno>) -> NativeResult<'p> {
    Ok(match result {
        Ok(bytes) if bytes.used() == 0 => Term::atom(known::EOF),
        Ok(bytes) => {
            let binary = bytes_to_binary(cx, bytes);
            ok_tuple(cx, binary)
        }
        Err(errno) => error_tuple(cx, errno),
    })
}

/// Small ones go onto the heap.
fn bytes_to_binary<'p>(cx: &mut Cx<'p>, bytes: SharedBytes) -> Term<'p> {
    if bytes.used() <= oxbeam_term::binary::HEAP_LIMIT {
        cx.binary(bytes.bytes())
    } else {
        cx.shared_binary(bytes)
    }
}

/// A number that may be too large or negative, which is `einval` and not `badarg`.
fn number(term: Term<'_>) -> Result<Result<u64, Errno>, Raise> {
    if !term.is_number() {
        return Err(Raise::Badarg);
    }
    Ok(term
        .as_i64()
        .and_then(|value| u64::try_from(value).ok())
        .ok_or(Errno::INVAL))
}

/// `read_nif(File, Count)`
pub(super) fn read_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let file = file_of(cx.arg(0))?;
    let count = number(cx.arg(1))?;
    let result = count.and_then(|count| file.run(|fd| read_limited(fd, count as usize, None)));
    read_result(cx, result)
}

/// `pread_nif(File, Offset, Count)`
pub(super) fn pread_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let file = file_of(cx.arg(0))?;
    let (offset, count) = (number(cx.arg(1))?, number(cx.arg(2))?);
    let result = offset
        .and_then(|offset| Ok((offset, count?)))
        .and_then(|(offset, count)| file.run(|fd| read_limited(fd, count as usize, Some(offset))));
    read_result(cx, result)
}

/// `read_file_nif(Path)`
pub(super) fn read_file_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let result = Path::of(cx.arg(0))
        .and_then(|path| open_to_read(&path))
        .and_then(|fd| {
            let rest = known_rest(fd.as_fd(), None);
            while_waiting(|| read(fd.as_fd(), usize::MAX >> 1, None, rest))
        });
    Ok(match result {
        Ok(bytes) => {
            let binary = bytes_to_binary(cx, bytes);
            ok_tuple(cx, binary)
        }
        Err(errno) => error_tuple(cx, errno),
    })
}

/// `ipread_s32bu_p32bu_nif(File, Offset, MaxSize)`: reads a size and an offset, 32 bits each, then the data that they tell of.
pub(super) fn ipread_s32bu_p32bu_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let file = file_of(cx.arg(0))?;
    if !cx.arg(1).is_number() || !cx.arg(2).is_number() {
        return Err(Raise::Badarg);
    }
    let (offset, most) = (cx.arg(1).as_i64(), cx.arg(2).as_i64());
    let arguments = offset
        .and_then(|offset| u64::try_from(offset).ok())
        .zip(most.filter(|most| *most < 1 << 31));
    let result = arguments.ok_or(Errno::INVAL).and_then(|(offset, most)| {
        file.run(|fd| {
            let mut pointer = [0; 8];
            if fill(fd, &mut pointer, Some(offset))? < pointer.len() {
                return Ok(None);
            }
            let [a, b, c, d, rest @ ..] = pointer;
            let (size, at) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes(rest));
            if i64::from(size) > most {
                return Ok(None);
            }
            let data = read_limited(fd, size as usize, Some(u64::from(at)))?;
            Ok(Some((size, at, data)))
        })
    });
    Ok(match result {
        Ok(None) => Term::atom(known::EOF),
        Ok(Some((size, at, data))) => {
            let data = if data.used() == 0 {
                Term::atom(known::EOF)
            } else {
                bytes_to_binary(cx, data)
            };
            let triple = cx.tuple(&[Term::small(size.into()), Term::small(at.into()), data]);
            ok_tuple(cx, triple)
        }
        Err(errno) => error_tuple(cx, errno),
    })
}

/// Writes all slices; `offset` leaves the position alone.
fn write_all(
    fd: BorrowedFd<'_>,
    slices: &mut [IoSlice<'_>],
    mut offset: Option<u64>,
) -> Result<u64, Errno> {
    let mut written = 0;
    let mut slices = slices;
    // Empty ones in front.
    IoSlice::advance_slices(&mut slices, 0);
    while !slices.is_empty() {
        let result = match offset {
            Some(offset) => rustix::io::pwritev(fd, slices, offset),
            None => rustix::io::writev(fd, slices),
        };
        match result {
            Ok(0) => break,
            Ok(count) => {
                written += count as u64;
                offset = offset.map(|offset| offset + count as u64);
                IoSlice::advance_slices(&mut slices, count);
            }
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(written)
}

/// Writes the first binaries of `list`: how many bytes, and what is left of the list.
fn write_list<'p>(
    file: &File,
    list: Term<'p>,
    offset: Result<Option<u64>, Errno>,
) -> Result<Result<(u64, Term<'p>), Errno>, Raise> {
    if !list.is_list() {
        return Err(Raise::Badarg);
    }
    let mut elements = list.list_iter();
    let mut binaries = Vec::new();
    while binaries.len() < MAX_SLICES {
        match elements.next() {
            Some(element) => binaries.push(element.as_binary().ok_or(Raise::Badarg)?),
            None => break,
        }
    }
    let rest = elements.rest();
    let mut slices: Vec<IoSlice<'_>> = binaries.iter().map(|binary| IoSlice::new(binary)).collect();
    Ok(offset.and_then(|offset| {
        file.run(|fd| write_all(fd, &mut slices, offset))
            .map(|written| (written, rest))
    }))
}

/// `write_nif(File, Binaries)`: `ok`, or `{continue, Rest}`.
pub(super) fn write_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let file = file_of(cx.arg(0))?;
    Ok(match write_list(file, cx.arg(1), Ok(None))? {
        Ok((_, rest)) if rest.is_nil() => Term::atom(known::OK),
        Ok((_, rest)) => cx.tuple(&[Term::atom(known::CONTINUE), rest]),
        Err(errno) => error_tuple(cx, errno),
    })
}

/// `pwrite_nif(File, Offset, Binaries)`: `ok`, or `{continue, Written, Rest}`.
pub(super) fn pwrite_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let file = file_of(cx.arg(0))?;
    let offset = number(cx.arg(1))?.map(Some);
    Ok(match write_list(file, cx.arg(2), offset)? {
        Ok((_, rest)) if rest.is_nil() => Term::atom(known::OK),
        Ok((written, rest)) => {
            let written = cx.unsigned(written);
            cx.tuple(&[Term::atom(known::CONTINUE), written, rest])
        }
        Err(errno) => error_tuple(cx, errno),
    })
}

/// `seek_nif(File, bof | cur | eof, Offset)`
pub(super) fn seek_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let file = file_of(cx.arg(0))?;
    let offset = cx.arg(2).as_i64().ok_or(Raise::Badarg)?;
    let from = cx.arg(1).as_atom().ok_or(Raise::Badarg)?;
    let target = match from.text() {
        "bof" => u64::try_from(offset)
            .map(SeekFrom::Start)
            .map_err(|_| Errno::INVAL),
        "cur" => Ok(SeekFrom::Current(offset)),
        "eof" => Ok(SeekFrom::End(offset)),
        _ => return Err(Raise::Badarg),
    };
    match file.run(|fd| rustix::fs::seek(fd, target?)) {
        Ok(position) => {
            let position = cx.unsigned(position);
            Ok(ok_tuple(cx, position))
        }
        Err(errno) => Ok(error_tuple(cx, errno)),
    }
}

/// `sync_nif(File, DataOnly)`
pub(super) fn sync_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let file = file_of(cx.arg(0))?;
    let data_only = cx.arg(1).as_small().ok_or(Raise::Badarg)? != 0;
    let result = file.run(|fd| {
        if data_only {
            rustix::fs::fdatasync(fd)
        } else {
            rustix::fs::fsync(fd)
        }
    });
    ok_or_error(cx, result)
}

/// `truncate_nif(File)`: at its position.
pub(super) fn truncate_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let result = file_of(cx.arg(0))?.run(|fd| rustix::fs::ftruncate(fd, rustix::fs::tell(fd)?));
    ok_or_error(cx, result)
}

/// `allocate_nif(File, Offset, Length)`
pub(super) fn allocate_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let file = file_of(cx.arg(0))?;
    let (offset, length) = (number(cx.arg(1))?, number(cx.arg(2))?);
    let result = file.run(|fd| {
        let (offset, length) = (offset?, length?);
        rustix::io::retry_on_intr(|| {
            rustix::fs::fallocate(fd, FallocateFlags::empty(), offset, length)
        })
        // Not every file system can; then the C library writes zeroes.
        .or_else(|_| {
            rustix::io::retry_on_intr(|| sys::posix_fallocate(fd, offset as i64, length as i64))
        })
    });
    ok_or_error(cx, result)
}

/// `advise_nif(File, Offset, Length, Advice)`. It is advice: the system's refusal does not count.
pub(super) fn advise_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let file = file_of(cx.arg(0))?;
    let (offset, length) = (number(cx.arg(1))?, number(cx.arg(2))?);
    let advice = match cx.arg(3).as_atom().map(Atom::text) {
        Some("normal") => Ok(Advice::Normal),
        Some("random") => Ok(Advice::Random),
        Some("sequential") => Ok(Advice::Sequential),
        Some("will_need") => Ok(Advice::WillNeed),
        Some("dont_need") => Ok(Advice::DontNeed),
        Some("no_reuse") => Ok(Advice::NoReuse),
        _ => Err(Errno::INVAL),
    };
    let result = file.run(|fd| {
        let (offset, length) = (offset?, length?);
        let _ = rustix::fs::fadvise(fd, offset, NonZeroU64::new(length), advice?);
        Ok(())
    });
    ok_or_error(cx, result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::OwnedFd;

    fn scratch(bytes: &[u8]) -> OwnedFd {
        let fd = rustix::fs::memfd_create("scratch", rustix::fs::MemfdFlags::CLOEXEC)
            .expect("memory for a file");
        write_all(fd.as_fd(), &mut [IoSlice::new(bytes)], Some(0)).expect("it takes the bytes");
        fd
    }

    #[test]
    fn writes_all_slices_at_an_offset() {
        let fd = scratch(b"abcdef");
        let mut slices = [IoSlice::new(b""), IoSlice::new(b"XY"), IoSlice::new(b"Z")];
        assert_eq!(write_all(fd.as_fd(), &mut slices, Some(2)), Ok(3));
        let read = read_limited(fd.as_fd(), 100, None).expect("it reads");
        assert_eq!(read.bytes(), b"abXYZf");
    }

    #[test]
    fn reads_what_is_there_whatever_the_limit() {
        let bytes: Vec<u8> = (0..300_000u32).map(|index| index as u8).collect();
        let fd = scratch(&bytes);
        let all = read_limited(fd.as_fd(), usize::MAX >> 1, Some(0)).expect("it reads");
        assert!(all.bytes() == bytes);
        let end = read_limited(fd.as_fd(), usize::MAX >> 1, Some(299_990)).expect("it reads");
        assert!(end.bytes() == &bytes[299_990..]);
        let behind = read_limited(fd.as_fd(), 10, Some(1 << 40)).expect("it reads");
        assert_eq!(behind.used(), 0);
    }

    #[test]
    fn reads_what_has_no_size() {
        let (reader, writer) = rustix::pipe::pipe().expect("a pipe");
        let bytes = vec![7; 200_000];
        let expected = bytes.clone();
        let feeder = std::thread::spawn(move || {
            write_all(writer.as_fd(), &mut [IoSlice::new(&bytes)], None)
        });
        let read = read_limited(reader.as_fd(), usize::MAX >> 1, None).expect("it reads");
        assert!(read.bytes() == expected);
        assert!(feeder.join().expect("it ends").is_ok());
    }
}
