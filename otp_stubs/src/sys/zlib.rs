//! Streams of the zlib library.

use libz_sys as z;
use std::ffi::{c_int, c_uint, c_void};
use std::ptr::null_mut;

unsafe extern "C" {
    // The bindings leave it out.
    fn inflateGetDictionary(
        stream: z::z_streamp,
        dictionary: *mut u8,
        length: *mut c_uint,
    ) -> c_int;
}

/// Bytes that a dictionary may have, the largest window.
const WINDOW: usize = 1 << 15;

/// What the library answers.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Code(pub(crate) c_int);

impl Code {
    pub(crate) const OK: Code = Code(z::Z_OK);
    pub(crate) const STREAM_END: Code = Code(z::Z_STREAM_END);
    pub(crate) const NEED_DICTIONARY: Code = Code(z::Z_NEED_DICT);
    pub(crate) const STREAM_ERROR: Code = Code(z::Z_STREAM_ERROR);
    pub(crate) const DATA_ERROR: Code = Code(z::Z_DATA_ERROR);
    pub(crate) const MEMORY_ERROR: Code = Code(z::Z_MEM_ERROR);
    pub(crate) const BUFFER_ERROR: Code = Code(z::Z_BUF_ERROR);
    pub(crate) const VERSION_ERROR: Code = Code(z::Z_VERSION_ERROR);

    fn result(self) -> Result<(), Code> {
        if self == Code::OK { Ok(()) } else { Err(self) }
    }
}

/// No flush.
pub(crate) const NO_FLUSH: i32 = z::Z_NO_FLUSH;

/// Which way a stream goes.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Direction {
    /// Compresses.
    Deflate,
    /// Decompresses.
    Inflate,
}

/// How a stream compresses.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) level: i32,
    pub(crate) method: i32,
    pub(crate) window_bits: i32,
    pub(crate) memory_level: i32,
    pub(crate) strategy: i32,
}

/// What one step did.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Step {
    pub(crate) consumed: usize,
    pub(crate) produced: usize,
    pub(crate) code: Code,
}

/// A stream. The library keeps its address, so it lies in a box.
pub(crate) struct Stream {
    stream: Box<z::z_stream>,
    pub(crate) direction: Direction,
}

// SAFETY: a stream belongs to whoever holds it; the library knows no threads.
unsafe impl Send for Stream {}

unsafe extern "C" fn allocate(_: *mut c_void, items: c_uint, size: c_uint) -> *mut c_void {
    // SAFETY: it gives null where there is no room, as the library expects.
    unsafe { libc::calloc(items as usize, size as usize) }
}

unsafe extern "C" fn release(_: *mut c_void, address: *mut c_void) {
    // SAFETY: the library gives back what `allocate` gave.
    unsafe { libc::free(address) }
}

fn blank() -> Box<z::z_stream> {
    Box::new(z::z_stream {
        next_in: null_mut(),
        avail_in: 0,
        total_in: 0,
        next_out: null_mut(),
        avail_out: 0,
        total_out: 0,
        msg: null_mut(),
        state: null_mut(),
        zalloc: allocate,
        zfree: release,
        opaque: null_mut(),
        data_type: z::Z_BINARY,
        adler: 0,
        reserved: 0,
    })
}

impl Stream {
    /// A stream that compresses.
    pub(crate) fn deflate(settings: Settings) -> Result<Stream, Code> {
        let mut stream = blank();
        // SAFETY: a blank stream with allocators; version and size are those of these bindings.
        let code = unsafe {
            z::deflateInit2_(
                &raw mut *stream,
                settings.level,
                settings.method,
                settings.window_bits,
                settings.memory_level,
                settings.strategy,
                z::zlibVersion(),
                size_of::<z::z_stream>() as c_int,
            )
        };
        Code(code).result()?;
        Ok(Stream {
            stream,
            direction: Direction::Deflate,
        })
    }
    /// A stream that decompresses.
    pub(crate) fn inflate(window_bits: i32) -> Result<Stream, Code> {
        let mut stream = blank();
        // SAFETY: as in `deflate`.
        let code = unsafe {
            z::inflateInit2_(
                &raw mut *stream,
                window_bits,
                z::zlibVersion(),
                size_of::<z::z_stream>() as c_int,
            )
        };
        Code(code).result()?;
        Ok(Stream {
            stream,
            direction: Direction::Inflate,
        })
    }
    /// One step: as much of `input` as goes into `output`.
    pub(crate) fn step(&mut self, input: &[u8], output: &mut [u8], flush: i32) -> Step {
        let room = c_uint::try_from(output.len()).unwrap_or(c_uint::MAX);
        let given = c_uint::try_from(input.len()).unwrap_or(c_uint::MAX);
        let stream = &mut *self.stream;
        stream.next_in = input.as_ptr().cast_mut();
        stream.avail_in = given;
        stream.next_out = output.as_mut_ptr();
        stream.avail_out = room;
        // SAFETY: an initialised stream; it reads and writes within the slices, which outlive the call.
        let code = unsafe {
            match self.direction {
                Direction::Deflate => z::deflate(stream, flush),
                Direction::Inflate => z::inflate(stream, flush),
            }
        };
        let step = Step {
            consumed: (given - stream.avail_in) as usize,
            produced: (room - stream.avail_out) as usize,
            code: Code(code),
        };
        stream.next_in = null_mut();
        stream.avail_in = 0;
        stream.next_out = null_mut();
        stream.avail_out = 0;
        step
    }
    /// The checksum of the stream so far, or of the dictionary that it needs.
    pub(crate) fn checksum(&self) -> u32 {
        self.stream.adler as u32
    }
    /// Sets the dictionary.
    pub(crate) fn set_dictionary(&mut self, dictionary: &[u8]) -> Result<(), Code> {
        let length = c_uint::try_from(dictionary.len()).map_err(|_| Code::MEMORY_ERROR)?;
        // SAFETY: an initialised stream, and a slice that outlives the call.
        let code = unsafe {
            match self.direction {
                Direction::Deflate => {
                    z::deflateSetDictionary(&raw mut *self.stream, dictionary.as_ptr(), length)
                }
                Direction::Inflate => {
                    z::inflateSetDictionary(&raw mut *self.stream, dictionary.as_ptr(), length)
                }
            }
        };
        Code(code).result()
    }
    /// The dictionary that is in use for decompressing.
    pub(crate) fn dictionary(&mut self) -> Result<Vec<u8>, Code> {
        if self.direction != Direction::Inflate {
            return Err(Code::STREAM_ERROR);
        }
        let mut bytes = vec![0; WINDOW];
        let mut length = 0;
        // SAFETY: an initialised stream that decompresses; the dictionary is at most a window long.
        let code = unsafe {
            inflateGetDictionary(&raw mut *self.stream, bytes.as_mut_ptr(), &raw mut length)
        };
        if code < 0 {
            return Err(Code(code));
        }
        bytes.truncate(length as usize);
        Ok(bytes)
    }
    /// Other settings for what comes next. Everything before must have been flushed.
    pub(crate) fn set_parameters(&mut self, level: i32, strategy: i32) -> Result<(), Code> {
        let mut dummy = 0u8;
        let stream = &mut *self.stream;
        stream.next_out = &raw mut dummy;
        stream.avail_out = 1;
        // SAFETY: an initialised stream that compresses; there is room for one byte.
        let code = unsafe { z::deflateParams(stream, level, strategy) };
        let written = stream.avail_out == 0;
        stream.next_out = null_mut();
        stream.avail_out = 0;
        if written {
            return Err(Code::STREAM_ERROR);
        }
        Code(code).result()
    }
    /// Back to the beginning, with the same settings.
    pub(crate) fn reset(&mut self) -> Result<(), Code> {
        // SAFETY: an initialised stream.
        let code = unsafe {
            match self.direction {
                Direction::Deflate => z::deflateReset(&raw mut *self.stream),
                Direction::Inflate => z::inflateReset(&raw mut *self.stream),
            }
        };
        Code(code).result()
    }
    fn finish(&mut self) -> Code {
        // SAFETY: an initialised stream; a second end finds no state and does nothing.
        Code(unsafe {
            match self.direction {
                Direction::Deflate => z::deflateEnd(&raw mut *self.stream),
                Direction::Inflate => z::inflateEnd(&raw mut *self.stream),
            }
        })
    }
    /// The end, and what the library says of it: data may have been left in the middle.
    pub(crate) fn end(mut self) -> Result<(), Code> {
        self.finish().result()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.finish();
    }
}

/// The CRC-32 of `bytes` behind what gave `crc`.
pub(crate) fn crc32(crc: u32, bytes: &[u8]) -> u32 {
    bytes.chunks(1 << 30).fold(crc, |crc, part| {
        // SAFETY: a slice that outlives the call.
        unsafe { z::crc32(crc.into(), part.as_ptr(), part.len() as c_uint) as u32 }
    })
}

/// The Adler-32 of `bytes` behind what gave `adler`.
pub(crate) fn adler32(adler: u32, bytes: &[u8]) -> u32 {
    bytes.chunks(1 << 30).fold(adler, |adler, part| {
        // SAFETY: a slice that outlives the call.
        unsafe { z::adler32(adler.into(), part.as_ptr(), part.len() as c_uint) as u32 }
    })
}
