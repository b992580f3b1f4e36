//! Contexts and dictionaries of the zstd library.

use std::alloc::{Layout, alloc, dealloc};
use std::ffi::{CStr, c_int, c_ulonglong, c_void};
use std::mem::MaybeUninit;
use std::ptr::{NonNull, null_mut};
use std::sync::Arc;
use zstd_sys as z;

/// What the library says of a call that failed.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Fault(usize);

impl Fault {
    /// The library's text.
    pub(crate) fn text(self) -> &'static [u8] {
        // SAFETY: any number may be asked for; the text is a constant.
        unsafe { CStr::from_ptr(z::ZSTD_getErrorName(self.0)) }.to_bytes()
    }
}

fn checked(result: usize) -> Result<usize, Fault> {
    // SAFETY: any number may be asked for.
    match unsafe { z::ZSTD_isError(result) } {
        0 => Ok(result),
        _ => Err(Fault(result)),
    }
}

/// Memory of the program's own allocator: that of the C library keeps much of what contexts of several threads give back.
const MEMORY: z::ZSTD_customMem = z::ZSTD_customMem {
    customAlloc: Some(allocate),
    customFree: Some(release),
    opaque: null_mut(),
};

/// Room before each block for its size; what follows is as aligned as `malloc` has it.
const HEADER: usize = 16;

fn layout(size: usize) -> Option<Layout> {
    Layout::from_size_align(size.checked_add(HEADER)?, HEADER).ok()
}

unsafe extern "C" fn allocate(_: *mut c_void, size: usize) -> *mut c_void {
    let Some(layout) = layout(size) else {
        return null_mut();
    };
    // SAFETY: the layout is not empty; the block begins with room for its size. The library takes null for an answer.
    unsafe {
        let block = alloc(layout);
        if block.is_null() {
            return null_mut();
        }
        block.cast::<usize>().write(size);
        block.add(HEADER).cast()
    }
}

unsafe extern "C" fn release(_: *mut c_void, address: *mut c_void) {
    if address.is_null() {
        return;
    }
    // SAFETY: the library gives back what `allocate` gave, once; its size stands before it.
    unsafe {
        let block = address.cast::<u8>().sub(HEADER);
        if let Some(layout) = layout(block.cast::<usize>().read()) {
            dealloc(block, layout);
        }
    }
}

/// A setting of a context that compresses.
pub(crate) type Parameter = z::ZSTD_cParameter;
/// What becomes of what the library has taken in.
pub(crate) type Directive = z::ZSTD_EndDirective;

/// What one step did.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Step {
    /// Bytes of the input.
    pub(crate) consumed: usize,
    /// Not zero: there is more to come.
    pub(crate) left: usize,
}

/// A dictionary in the form for compressing. It does not change.
pub(crate) struct CompressDictionary(NonNull<z::ZSTD_CDict>);

// SAFETY: the library only reads a dictionary once it is made.
unsafe impl Send for CompressDictionary {}
// SAFETY: as above; contexts of several threads may use one at a time.
unsafe impl Sync for CompressDictionary {}

impl CompressDictionary {
    /// `None`: what claims to be a dictionary is damaged, or there is no memory.
    pub(crate) fn new(content: &[u8], level: i32) -> Option<CompressDictionary> {
        // SAFETY: a slice that outlives the call, which copies it.
        let made = unsafe {
            z::ZSTD_createCDict_advanced(
                content.as_ptr().cast(),
                content.len(),
                z::ZSTD_dictLoadMethod_e::ZSTD_dlm_byCopy,
                z::ZSTD_dictContentType_e::ZSTD_dct_auto,
                z::ZSTD_getCParams(level, 0, content.len()),
                MEMORY,
            )
        };
        NonNull::new(made).map(CompressDictionary)
    }
    /// Its number; zero if it has none.
    pub(crate) fn number(&self) -> u32 {
        // SAFETY: a dictionary of the library's.
        unsafe { z::ZSTD_getDictID_fromCDict(self.0.as_ptr()) }
    }
}

impl Drop for CompressDictionary {
    fn drop(&mut self) {
        // SAFETY: ours, and no context has it any longer: each holds a count.
        unsafe { z::ZSTD_freeCDict(self.0.as_ptr()) };
    }
}

/// A dictionary in the form for decompressing. It does not change.
pub(crate) struct DecompressDictionary(NonNull<z::ZSTD_DDict>);

// SAFETY: as of `CompressDictionary`.
unsafe impl Send for DecompressDictionary {}
// SAFETY: as of `CompressDictionary`.
unsafe impl Sync for DecompressDictionary {}

impl DecompressDictionary {
    /// `None`: what claims to be a dictionary is damaged, or there is no memory.
    pub(crate) fn new(content: &[u8]) -> Option<DecompressDictionary> {
        // SAFETY: a slice that outlives the call, which copies it.
        let made = unsafe {
            z::ZSTD_createDDict_advanced(
                content.as_ptr().cast(),
                content.len(),
                z::ZSTD_dictLoadMethod_e::ZSTD_dlm_byCopy,
                z::ZSTD_dictContentType_e::ZSTD_dct_auto,
                MEMORY,
            )
        };
        NonNull::new(made).map(DecompressDictionary)
    }
    /// Its number; zero if it has none.
    pub(crate) fn number(&self) -> u32 {
        // SAFETY: a dictionary of the library's.
        unsafe { z::ZSTD_getDictID_fromDDict(self.0.as_ptr()) }
    }
}

impl Drop for DecompressDictionary {
    fn drop(&mut self) {
        // SAFETY: as of `CompressDictionary`.
        unsafe { z::ZSTD_freeDDict(self.0.as_ptr()) };
    }
}

/// The room for what a step puts out behind what `output` has, up to `limit` bytes in all.
fn room(output: &mut Vec<u8>, limit: usize) -> z::ZSTD_outBuffer {
    output.reserve_exact(limit.saturating_sub(output.len()));
    z::ZSTD_outBuffer {
        dst: output.as_mut_ptr().cast(),
        size: limit.max(output.len()),
        pos: output.len(),
    }
}

fn given(input: &[u8]) -> z::ZSTD_inBuffer {
    z::ZSTD_inBuffer {
        src: input.as_ptr().cast(),
        size: input.len(),
        pos: 0,
    }
}

/// A context that compresses.
pub(crate) struct Compressor {
    context: NonNull<z::ZSTD_CCtx>,
    /// What the context refers to, if to anything.
    dictionary: Option<Arc<CompressDictionary>>,
}

// SAFETY: a context belongs to whoever holds it; the library is built without threads.
unsafe impl Send for Compressor {}

impl Compressor {
    /// `None`: there is no memory.
    pub(crate) fn new() -> Option<Compressor> {
        // SAFETY: no precondition.
        let context = NonNull::new(unsafe { z::ZSTD_createCCtx_advanced(MEMORY) })?;
        Some(Compressor {
            context,
            dictionary: None,
        })
    }
    /// Sets a parameter.
    pub(crate) fn set(&mut self, parameter: Parameter, value: i32) -> Result<(), Fault> {
        // SAFETY: our context; the library checks the value.
        checked(unsafe { z::ZSTD_CCtx_setParameter(self.context.as_ptr(), parameter, value) })?;
        Ok(())
    }
    /// A parameter as it is set.
    pub(crate) fn get(&self, parameter: Parameter) -> Result<i32, Fault> {
        let mut value: c_int = 0;
        // SAFETY: our context, and a place for the value.
        checked(unsafe {
            z::ZSTD_CCtx_getParameter(self.context.as_ptr(), parameter, &raw mut value)
        })?;
        Ok(value)
    }
    /// How many bytes there will be.
    pub(crate) fn pledge(&mut self, size: u64) -> Result<(), Fault> {
        // SAFETY: our context, between calls.
        checked(unsafe {
            z::ZSTD_CCtx_setPledgedSrcSize(self.context.as_ptr(), c_ulonglong::from(size))
        })?;
        Ok(())
    }
    /// Takes a copy of a dictionary's bytes; of none, and there is no dictionary any longer.
    pub(crate) fn load(&mut self, content: &[u8]) -> Result<(), Fault> {
        // SAFETY: our context, and a slice that outlives the call, which copies it.
        checked(unsafe {
            z::ZSTD_CCtx_loadDictionary(
                self.context.as_ptr(),
                content.as_ptr().cast(),
                content.len(),
            )
        })?;
        // Not before: a context in the middle of a frame refuses, and goes on with what it has.
        self.dictionary = None;
        Ok(())
    }
    /// Uses a dictionary.
    pub(crate) fn refer(&mut self, dictionary: &Arc<CompressDictionary>) -> Result<(), Fault> {
        // SAFETY: our context, which keeps the dictionary as long as it refers to it.
        checked(unsafe { z::ZSTD_CCtx_refCDict(self.context.as_ptr(), dictionary.0.as_ptr()) })?;
        self.dictionary = Some(Arc::clone(dictionary));
        Ok(())
    }
    /// Gives the frame up that has begun, and keeps what was set.
    pub(crate) fn reset(&mut self) {
        let session = z::ZSTD_ResetDirective::ZSTD_reset_session_only;
        // SAFETY: our context. A reset of this sort never fails.
        unsafe { z::ZSTD_CCtx_reset(self.context.as_ptr(), session) };
    }
    /// One step: as much of `input` as goes into `output`, which is to have `limit` bytes at most.
    pub(crate) fn step(
        &mut self,
        input: &[u8],
        output: &mut Vec<u8>,
        limit: usize,
        directive: Directive,
    ) -> Result<Step, Fault> {
        let (mut out, mut from) = (room(output, limit), given(input));
        // SAFETY: our context; it reads within the slice and writes within the room that was made.
        let left = checked(unsafe {
            z::ZSTD_compressStream2(
                self.context.as_ptr(),
                &raw mut out,
                &raw mut from,
                directive,
            )
        })?;
        // SAFETY: the library has written all up to here, which is within the room.
        unsafe { output.set_len(out.pos) };
        Ok(Step {
            consumed: from.pos,
            left,
        })
    }
    /// Room that lets every step go on.
    pub(crate) fn chunk() -> usize {
        // SAFETY: a constant.
        unsafe { z::ZSTD_CStreamOutSize() }
    }
}

impl Drop for Compressor {
    fn drop(&mut self) {
        // SAFETY: ours.
        unsafe { z::ZSTD_freeCCtx(self.context.as_ptr()) };
    }
}

/// A context that decompresses.
pub(crate) struct Decompressor {
    context: NonNull<z::ZSTD_DCtx>,
    /// What the context refers to, if to anything.
    dictionary: Option<Arc<DecompressDictionary>>,
}

// SAFETY: as of `Compressor`.
unsafe impl Send for Decompressor {}

impl Decompressor {
    /// `None`: there is no memory.
    pub(crate) fn new() -> Option<Decompressor> {
        // SAFETY: no precondition.
        let context = NonNull::new(unsafe { z::ZSTD_createDCtx_advanced(MEMORY) })?;
        Some(Decompressor {
            context,
            dictionary: None,
        })
    }
    /// Sets the largest window that a frame may ask for, as a power of two.
    pub(crate) fn set_window(&mut self, log: i32) -> Result<(), Fault> {
        let parameter = z::ZSTD_dParameter::ZSTD_d_windowLogMax;
        // SAFETY: our context; the library checks the value.
        checked(unsafe { z::ZSTD_DCtx_setParameter(self.context.as_ptr(), parameter, log) })?;
        Ok(())
    }
    /// The largest window that a frame may ask for, as a power of two.
    pub(crate) fn window(&mut self) -> Result<i32, Fault> {
        let parameter = z::ZSTD_dParameter::ZSTD_d_windowLogMax;
        let mut log: c_int = 0;
        // SAFETY: our context, and a place for the value.
        checked(unsafe {
            z::ZSTD_DCtx_getParameter(self.context.as_ptr(), parameter, &raw mut log)
        })?;
        Ok(log)
    }
    /// Takes a copy of a dictionary's bytes; of none, and there is no dictionary any longer.
    pub(crate) fn load(&mut self, content: &[u8]) -> Result<(), Fault> {
        // SAFETY: our context, and a slice that outlives the call, which copies it.
        checked(unsafe {
            z::ZSTD_DCtx_loadDictionary(
                self.context.as_ptr(),
                content.as_ptr().cast(),
                content.len(),
            )
        })?;
        self.dictionary = None;
        Ok(())
    }
    /// Uses a dictionary.
    pub(crate) fn refer(&mut self, dictionary: &Arc<DecompressDictionary>) -> Result<(), Fault> {
        // SAFETY: our context, which keeps the dictionary as long as it refers to it.
        checked(unsafe { z::ZSTD_DCtx_refDDict(self.context.as_ptr(), dictionary.0.as_ptr()) })?;
        self.dictionary = Some(Arc::clone(dictionary));
        Ok(())
    }
    /// Gives the frame up that has begun, and keeps what was set.
    pub(crate) fn reset(&mut self) {
        let session = z::ZSTD_ResetDirective::ZSTD_reset_session_only;
        // SAFETY: our context. A reset of this sort never fails.
        unsafe { z::ZSTD_DCtx_reset(self.context.as_ptr(), session) };
    }
    /// One step: as much of `input` as goes into `output`, which is to have `limit` bytes at most.
    pub(crate) fn step(
        &mut self,
        input: &[u8],
        output: &mut Vec<u8>,
        limit: usize,
    ) -> Result<Step, Fault> {
        let (mut out, mut from) = (room(output, limit), given(input));
        // SAFETY: our context; it reads within the slice and writes within the room that was made.
        let left = checked(unsafe {
            z::ZSTD_decompressStream(self.context.as_ptr(), &raw mut out, &raw mut from)
        })?;
        // SAFETY: the library has written all up to here, which is within the room.
        unsafe { output.set_len(out.pos) };
        Ok(Step {
            consumed: from.pos,
            left,
        })
    }
    /// Room for a whole block.
    pub(crate) fn chunk() -> usize {
        // SAFETY: a constant.
        unsafe { z::ZSTD_DStreamOutSize() }
    }
}

impl Drop for Decompressor {
    fn drop(&mut self) {
        // SAFETY: ours.
        unsafe { z::ZSTD_freeDCtx(self.context.as_ptr()) };
    }
}

/// What the headers of these whole frames claim that they hold. `None`: they don't say, or are not whole. Not to be trusted.
pub(crate) fn claimed_size(frames: &[u8]) -> Option<u64> {
    // SAFETY: a slice that outlives the call.
    match unsafe { z::ZSTD_findDecompressedSize(frames.as_ptr().cast(), frames.len()) } {
        NO_SIZE | WRONG_SIZE => None,
        size => Some(size),
    }
}

/// `ZSTD_CONTENTSIZE_UNKNOWN`
const NO_SIZE: u64 = u64::MAX;
/// `ZSTD_CONTENTSIZE_ERROR`
const WRONG_SIZE: u64 = u64::MAX - 1;

/// The number of the dictionary with these bytes; zero if it has none.
pub(crate) fn number_of_dictionary(content: &[u8]) -> u32 {
    // SAFETY: a slice that outlives the call.
    unsafe { z::ZSTD_getDictID_fromDict(content.as_ptr().cast(), content.len()) }
}

/// The number of the dictionary that a frame asks for; zero if of none.
pub(crate) fn number_of_frame(frame: &[u8]) -> u32 {
    // SAFETY: a slice that outlives the call.
    unsafe { z::ZSTD_getDictID_fromFrame(frame.as_ptr().cast(), frame.len()) }
}

/// What the header of a frame says.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct FrameHeader {
    pub(crate) content: Option<u64>,
    pub(crate) window: u64,
    pub(crate) largest_block: u32,
    pub(crate) skippable: bool,
    pub(crate) size: u32,
    pub(crate) dictionary: u32,
    pub(crate) checksum: bool,
}

/// The header of a frame; all zeroes where it is cut off.
pub(crate) fn frame_header(frame: &[u8]) -> Result<FrameHeader, Fault> {
    let mut header = MaybeUninit::<z::ZSTD_FrameHeader>::zeroed();
    // SAFETY: a slice that outlives the call, and a place for the header.
    checked(unsafe {
        z::ZSTD_getFrameHeader(header.as_mut_ptr(), frame.as_ptr().cast(), frame.len())
    })?;
    // SAFETY: numbers, and a type of which zero is one; the library writes no other values of it than it has.
    let header = unsafe { header.assume_init() };
    Ok(FrameHeader {
        content: (header.frameContentSize != NO_SIZE).then_some(header.frameContentSize),
        window: header.windowSize,
        largest_block: header.blockSizeMax,
        skippable: header.frameType != z::ZSTD_FrameType_e::ZSTD_frame,
        size: header.headerSize,
        dictionary: header.dictID,
        checksum: header.checksumFlag != 0,
    })
}
