//! Vectors of binaries, as `writev` takes them, and queues of them.

use oxbeam_term::binary::refc::SharedBytes;
use oxbeam_term::{Term, View};
use oxbeam_vm::machine::machine;
use std::collections::VecDeque;
use std::ffi::{c_int, c_void};
use std::ptr;

/// `SysIOVec`: bytes somewhere.
#[derive(Copy, Clone)]
#[repr(C)]
pub(crate) struct Slice {
    pub(crate) base: *mut c_void,
    pub(crate) len: usize,
}

/// Elements that lie within an `ErlNifIOVec`.
const FEW: usize = 16;
/// `flags` of one that is the library's own memory.
const LIBRARYS: c_int = 1;

/// `ErlNifIOVec`
#[repr(C)]
pub(crate) struct IoVec {
    count: c_int,
    pub(crate) size: usize,
    slices: *mut Slice,
    /// A counted reference to a block for each slice; null for bytes that are nobody's.
    blocks: *mut *mut c_void,
    flags: c_int,
    few_slices: [Slice; FEW],
    few_blocks: [*mut c_void; FEW],
}

/// Parts of a vector: where they are, and what keeps them.
struct Parts {
    slices: Vec<Slice>,
    kept: Vec<SharedBytes>,
}

/// A vector that an environment or the library keeps.
pub(crate) struct Vector {
    /// The structure that the library sees, if it has not given its own.
    whole: Option<Box<IoVec>>,
    slices: Box<[Slice]>,
    blocks: Box<[*mut c_void]>,
    _kept: Vec<SharedBytes>,
}

/// The binaries of a list, `most` of its elements at most; and what is left. `None`: it is no list of binaries.
fn parts(list: Term<'_>, most: usize) -> Option<(Parts, Term<'_>)> {
    let mut binaries = Vec::new();
    let (mut rest, mut copied, mut looked) = (list, 0, 0);
    // One at least, as in OTP.
    while looked < most.max(1)
        && let View::Cons(cell) = rest.view()
    {
        let bits = cell.head().as_bits()?;
        // To OTP before 27, less than a byte is nothing.
        let least = if machine().release.number < 27 { 8 } else { 1 };
        if bits.bit_len() >= least {
            if !bits.is_binary() {
                return None;
            }
            let in_place = bits.bit_offset().is_multiple_of(8);
            let shared = bits.shared().filter(|_| in_place);
            if shared.is_none() {
                copied += bits.byte_len();
            }
            binaries.push((bits, shared));
        }
        rest = cell.tail();
        looked += 1;
    }
    if !rest.is_nil() && rest.as_cons().is_none() {
        return None;
    }
    // What lies on a heap, or across bytes, is copied to one block.
    let block = (copied > 0).then(|| SharedBytes::zeroed(copied, copied));
    let mut found = Parts {
        slices: Vec::with_capacity(binaries.len()),
        kept: Vec::with_capacity(binaries.len()),
    };
    let mut at = 0;
    for (bits, shared) in binaries {
        let len = bits.byte_len();
        match (shared, &block) {
            (Some(shared), _) => {
                let base = bits.base().wrapping_add(bits.bit_offset() / 8);
                found.push(base.cast_mut(), len, shared.clone());
            }
            (None, Some(block)) => {
                let bytes = bits.bytes()?;
                // SAFETY: there is room for all that is copied, and the block is ours alone.
                let base = unsafe {
                    let base = block.data().add(at);
                    ptr::copy_nonoverlapping(bytes.as_ptr(), base, len);
                    base
                };
                at += len;
                found.push(base, len, block.clone());
            }
            (None, None) => {}
        }
    }
    Some((found, rest))
}

impl Parts {
    fn push(&mut self, base: *mut u8, len: usize, block: SharedBytes) {
        let base = base.cast();
        self.slices.push(Slice { base, len });
        self.kept.push(block);
    }
}

/// Looks at a list of binaries: `place` has the address of a vector of the library's, or null; then it gets that of another. `None`: it is no list of
/// binaries. What an environment is to keep, and what is left of the list.
///
/// # Safety
/// `place` may be read and written, and so may what it leads to.
pub(crate) unsafe fn inspect<'e>(
    list: Term<'e>,
    most: usize,
    place: *mut *mut IoVec,
    for_env: bool,
) -> Option<(Option<Vector>, Term<'e>)> {
    let (parts, rest) = parts(list, most)?;
    let count = c_int::try_from(parts.slices.len()).ok()?;
    let size = parts.slices.iter().map(|slice| slice.len).sum();
    let raw = |block: &SharedBytes| block.clone().into_raw() as *mut c_void;
    // SAFETY: the caller's promise.
    unsafe {
        let given = *place;
        if !given.is_null() && parts.slices.len() < FEW {
            let vector = &mut *given;
            vector.count = count;
            vector.size = size;
            vector.flags = LIBRARYS;
            vector.slices = vector.few_slices.as_mut_ptr();
            vector.blocks = vector.few_blocks.as_mut_ptr();
            for (index, (slice, block)) in parts.slices.iter().zip(&parts.kept).enumerate() {
                vector.few_slices[index] = *slice;
                vector.few_blocks[index] = if for_env {
                    SharedBytes::as_raw(block) as *mut c_void
                } else {
                    raw(block)
                };
            }
            let kept = for_env.then(|| Vector {
                whole: None,
                slices: Box::default(),
                blocks: Box::default(),
                _kept: parts.kept,
            });
            return Some((kept, rest));
        }
        let blocks = parts.kept.iter().map(|block| {
            if for_env {
                SharedBytes::as_raw(block) as *mut c_void
            } else {
                raw(block)
            }
        });
        let mut vector = Vector {
            whole: None,
            blocks: blocks.collect(),
            slices: parts.slices.into(),
            _kept: if for_env { parts.kept } else { Vec::new() },
        };
        let mut whole = Box::new(IoVec {
            count,
            size,
            slices: vector.slices.as_mut_ptr(),
            blocks: vector.blocks.as_mut_ptr(),
            flags: 0,
            few_slices: [Slice {
                base: ptr::null_mut(),
                len: 0,
            }; FEW],
            few_blocks: [ptr::null_mut(); FEW],
        });
        if for_env {
            *place = &raw mut *whole;
            vector.whole = Some(whole);
            return Some((Some(vector), rest));
        }
        // The library gives it back by `free`.
        std::mem::forget(vector);
        *place = Box::into_raw(whole);
        Some((None, rest))
    }
}

/// Gives back a vector that no environment keeps.
///
/// # Safety
/// From [`inspect`], once.
pub(crate) unsafe fn free(vector: *mut IoVec) {
    // SAFETY: the caller's promise: the blocks have a reference each, and the rest is boxes unless it lies within.
    unsafe {
        let count = (*vector).count as usize;
        for index in 0..count {
            let block = *(*vector).blocks.add(index);
            if !block.is_null() {
                drop(SharedBytes::from_raw(block as u64));
            }
        }
        if (*vector).flags & LIBRARYS == 0 {
            let slices = ptr::slice_from_raw_parts_mut((*vector).slices, count);
            let blocks = ptr::slice_from_raw_parts_mut((*vector).blocks, count);
            drop(Box::from_raw(slices));
            drop(Box::from_raw(blocks));
            drop(Box::from_raw(vector));
        }
    }
}

/// Bytes in a queue.
struct Queued {
    base: *mut u8,
    len: usize,
    block: SharedBytes,
}

/// `ErlNifIOQueue`
#[derive(Default)]
pub(crate) struct Queue {
    parts: VecDeque<Queued>,
    size: usize,
    /// What the library has been shown.
    shown: Vec<Slice>,
}

impl Queue {
    pub(crate) fn size(&self) -> usize {
        self.size
    }
    /// Appends bytes; without a block they are copied.
    ///
    /// # Safety
    /// They are there as long as the block.
    pub(crate) unsafe fn push(&mut self, base: *mut u8, len: usize, block: Option<SharedBytes>) {
        if len == 0 {
            return;
        }
        let (base, block) = match block {
            Some(block) => (base, block),
            None => {
                // SAFETY: the caller's promise.
                let block = SharedBytes::new(unsafe { std::slice::from_raw_parts(base, len) });
                (block.data(), block)
            }
        };
        self.size += len;
        self.parts.push_back(Queued { base, len, block });
    }
    /// Appends a vector without its first `skip` bytes. `false`: it has not so many.
    ///
    /// # Safety
    /// It is whole.
    pub(crate) unsafe fn push_vector(&mut self, vector: &IoVec, mut skip: usize) -> bool {
        if skip > vector.size {
            return false;
        }
        for index in 0..vector.count as usize {
            // SAFETY: the caller's promise; a block has a reference of its own, and this one is another.
            unsafe {
                let slice = *vector.slices.add(index);
                let raw = *vector.blocks.add(index) as u64;
                let passed = skip.min(slice.len);
                skip -= passed;
                let block = (raw != 0).then(|| SharedBytes::borrow_raw(&raw).clone());
                let base = slice.base.cast::<u8>().add(passed);
                self.push(base, slice.len - passed, block);
            }
        }
        true
    }
    /// Drops bytes from the front. `false`: there are not so many.
    pub(crate) fn pop(&mut self, mut count: usize) -> bool {
        if count > self.size {
            return false;
        }
        self.size -= count;
        while count > 0
            && let Some(first) = self.parts.front_mut()
        {
            if count < first.len {
                first.base = first.base.wrapping_add(count);
                first.len -= count;
                break;
            }
            count -= first.len;
            self.parts.pop_front();
        }
        true
    }
    /// All of it, as `writev` takes it; null if there is nothing. It stays until the queue changes.
    pub(crate) fn peek(&mut self) -> (*mut Slice, usize) {
        self.shown.clear();
        self.shown.extend(self.parts.iter().map(|part| Slice {
            base: part.base.cast(),
            len: part.len,
        }));
        match self.shown.len() {
            0 => (ptr::null_mut(), 0),
            count => (self.shown.as_mut_ptr(), count),
        }
    }
    /// The first bytes: where they are, how many, and their block.
    pub(crate) fn head(&self) -> Option<(*const u8, usize, &SharedBytes)> {
        let first = self.parts.front()?;
        Some((first.base, first.len, &first.block))
    }
}
