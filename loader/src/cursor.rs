//! Reading a chunk from front to back, always knowing where we are.

use nom::bytes::complete::take;
use nom::error::ErrorKind;
use nom::number::complete::{be_i64, be_u16, be_u32};

use crate::error::{ChunkId, LoadError, LoadErrorKind};

type Fault<'a> = (&'a [u8], ErrorKind);

/// A place in the data of one chunk.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    chunk: ChunkId,
    length: usize,
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(chunk: ChunkId, data: &'a [u8]) -> Cursor<'a> {
        Cursor {
            chunk,
            length: data.len(),
            rest: data,
        }
    }

    pub(crate) fn chunk(&self) -> ChunkId {
        self.chunk
    }

    pub(crate) fn offset(&self) -> usize {
        self.length - self.rest.len()
    }

    pub(crate) fn remaining(&self) -> usize {
        self.rest.len()
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    fn parse<T>(
        &mut self,
        mut parser: impl nom::Parser<&'a [u8], Output = T, Error = Fault<'a>>,
        expected: &'static str,
    ) -> Result<T, LoadError> {
        match parser.parse(self.rest) {
            Ok((rest, value)) => {
                self.rest = rest;
                Ok(value)
            }
            Err(_) => Err(self.truncated(expected)),
        }
    }

    #[cold]
    fn truncated(&self, expected: &'static str) -> LoadError {
        let kind = LoadErrorKind::Truncated { expected };
        LoadError::new(self.chunk, self.offset(), kind)
    }

    /// The next byte, and the one behind it if there is one.
    #[inline]
    pub(crate) fn peek(&self) -> Option<(u8, Option<u8>)> {
        match *self.rest {
            [first, second, ..] => Some((first, Some(second))),
            [first] => Some((first, None)),
            [] => None,
        }
    }

    /// Passes over bytes that have been looked at.
    #[inline]
    pub(crate) fn pass(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    #[inline]
    pub(crate) fn u8(&mut self, expected: &'static str) -> Result<u8, LoadError> {
        // By hand: nearly all bytes of a file are read here.
        let Some((&first, rest)) = self.rest.split_first() else {
            return Err(self.truncated(expected));
        };
        self.rest = rest;
        Ok(first)
    }

    pub(crate) fn u16(&mut self, expected: &'static str) -> Result<u16, LoadError> {
        self.parse(be_u16, expected)
    }

    pub(crate) fn u32(&mut self, expected: &'static str) -> Result<u32, LoadError> {
        self.parse(be_u32, expected)
    }

    pub(crate) fn i64(&mut self, expected: &'static str) -> Result<i64, LoadError> {
        self.parse(be_i64, expected)
    }

    #[inline]
    pub(crate) fn bytes(
        &mut self,
        length: usize,
        expected: &'static str,
    ) -> Result<&'a [u8], LoadError> {
        self.parse(take(length), expected)
    }

    /// Reads how many items follow, each of at least `item_bytes` bytes: the result is safe to reserve by.
    pub(crate) fn count(
        &mut self,
        item_bytes: usize,
        expected: &'static str,
    ) -> Result<usize, LoadError> {
        let offset = self.offset();
        let count = self.u32(expected)?;
        self.check_count(offset, u64::from(count), item_bytes, expected)
    }

    pub(crate) fn check_count(
        &self,
        offset: usize,
        count: u64,
        item_bytes: usize,
        expected: &'static str,
    ) -> Result<usize, LoadError> {
        let possible = self.rest.len() / item_bytes;
        match usize::try_from(count) {
            Ok(count) if count <= possible => Ok(count),
            _ => Err(LoadError::out_of_range(
                self.chunk,
                offset,
                expected,
                count,
                possible + 1,
            )),
        }
    }

    pub(crate) fn unexpected(
        &self,
        offset: usize,
        expected: &'static str,
        found: impl std::fmt::Display,
    ) -> LoadError {
        LoadError::unexpected(self.chunk, offset, expected, found)
    }

    pub(crate) fn expect_end(&self) -> Result<(), LoadError> {
        if self.is_at_end() {
            return Ok(());
        }
        Err(self.unexpected(
            self.offset(),
            "the end of the chunk",
            format_args!("{} more bytes", self.remaining()),
        ))
    }
}
