//! Bytes outside the heaps, counted by references.
//!
//! A block has room beyond the bits in use. Whoever holds the last bit in use may claim the bits behind it with one
//! compare-and-swap, so that appending to a binary copies nothing while there is room. Bits in use never change, so readers need
//! no lock and nothing has to be told that a binary grew. The end is counted in bits, since two parts of one block may end within
//! the same byte and only one of them may have what follows.
//!
//! The bytes lie behind the block's header, but for those that somebody else keeps ([`SharedBytes::outside`]): the lowest bit of a reference
//! tells which, so that the others pay for a test and no load.

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, handle_alloc_error};
use std::any::Any;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering, fence};

#[repr(C)]
struct Block {
    count: AtomicUsize,
    /// In bits.
    used: AtomicUsize,
    /// So many of the first bytes are known to be UTF-8.
    text: AtomicUsize,
    /// In bytes. Right before the bytes, as drivers in C have it.
    capacity: usize,
}

const HEADER: usize = size_of::<Block>();
const _: () = assert!(std::mem::offset_of!(Block, capacity) + size_of::<usize>() == HEADER);

/// A block whose bytes lie elsewhere.
#[repr(C)]
struct Outside {
    block: Block,
    data: *mut u8,
    /// What keeps them.
    _keeper: Arc<dyn Any + Send + Sync>,
}

/// Marks a reference to a block of that sort.
const OUTSIDE: usize = 1;

static TOTAL: AtomicUsize = AtomicUsize::new(0);

/// Bytes that all shared blocks take.
pub fn total_bytes() -> usize {
    TOTAL.load(Ordering::Relaxed)
}

/// A counted reference to a block of bytes.
#[repr(transparent)]
pub struct SharedBytes(NonNull<Block>);

// SAFETY: the count and the number of bytes in use are atomic; bytes in use never change.
unsafe impl Send for SharedBytes {}
// SAFETY: as above.
unsafe impl Sync for SharedBytes {}

impl SharedBytes {
    /// A block with `bytes` in use and room for `capacity`.
    pub fn with_capacity(bytes: &[u8], capacity: usize) -> SharedBytes {
        let made = SharedBytes::reserve(bytes.len(), capacity.max(bytes.len()));
        // SAFETY: the block is ours alone and has room for these bytes.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), made.data(), bytes.len()) };
        made
    }
    /// A block that holds just `bytes`.
    pub fn new(bytes: &[u8]) -> SharedBytes {
        SharedBytes::with_capacity(bytes, bytes.len())
    }
    /// A block of `used` zeroes that may grow to `capacity`.
    pub fn zeroed(used: usize, capacity: usize) -> SharedBytes {
        let made = SharedBytes::reserve(used, capacity.max(used));
        // SAFETY: the block is ours alone.
        unsafe { std::ptr::write_bytes(made.data(), 0, used) };
        made
    }
    /// A block with room for `capacity` bytes, of which those are in use that `fill` says it has written, from the first on.
    ///
    /// # Errors
    /// What `fill` gives.
    pub fn filled<E>(
        capacity: usize,
        fill: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<SharedBytes, E> {
        let made = SharedBytes::zeroed(capacity, capacity);
        // SAFETY: the block is ours alone, and its bytes are initialised.
        let written = fill(unsafe { std::slice::from_raw_parts_mut(made.data(), capacity) })?;
        let written = written.min(capacity);
        if written < capacity / 2 {
            // Most of the block would lie idle as long as the binary lives.
            return Ok(SharedBytes::new(&made.bytes()[..written]));
        }
        made.block().used.store(written * 8, Ordering::Release);
        Ok(made)
    }
    /// A block of `len` bytes that `fill` writes; they are zero before. `None`: there is no memory for so many.
    pub fn try_filled(len: usize, fill: impl FnOnce(&mut [u8])) -> Option<SharedBytes> {
        let size = HEADER.checked_add(len)?;
        let layout = Layout::from_size_align(size, 8).ok()?;
        // SAFETY: the layout is not empty, for it holds a header.
        let block = NonNull::new(unsafe { alloc_zeroed(layout) }.cast::<Block>())?;
        // SAFETY: freshly allocated with room for a header and `len` bytes, all of them zero; nobody else knows the block yet.
        let made = unsafe {
            block.write(Block {
                count: AtomicUsize::new(1),
                used: AtomicUsize::new(len * 8),
                capacity: len,
                text: AtomicUsize::new(0),
            });
            SharedBytes(block)
        };
        TOTAL.fetch_add(len, Ordering::Relaxed);
        // SAFETY: as above.
        fill(unsafe { std::slice::from_raw_parts_mut(made.data(), len) });
        Some(made)
    }
    /// The bytes of all parts, one behind the other.
    pub fn joined<'b>(parts: impl Iterator<Item = &'b [u8]> + Clone) -> SharedBytes {
        let length = parts.clone().map(<[u8]>::len).sum();
        let made = SharedBytes::reserve(length, length);
        let mut at = 0;
        for part in parts {
            let part = &part[..part.len().min(length - at)];
            // SAFETY: the block is ours alone; the parts end where it does.
            unsafe {
                std::ptr::copy_nonoverlapping(part.as_ptr(), made.data().add(at), part.len())
            };
            at += part.len();
        }
        assert_eq!(at, length, "parts keep their lengths");
        made
    }
    fn layout(capacity: usize) -> Layout {
        Layout::from_size_align(HEADER + capacity, 8)
            .expect("a binary's size fits the address space")
    }
    fn reserve(used: usize, capacity: usize) -> SharedBytes {
        match SharedBytes::try_unwritten(used * 8, capacity) {
            Some(made) => made,
            None => handle_alloc_error(SharedBytes::layout(capacity)),
        }
    }
    /// A block with `bits` in use, which the caller must write before anyone reads them, and room for `capacity` bytes. `None` if
    /// there is no such memory.
    pub(crate) fn try_unwritten(bits: usize, capacity: usize) -> Option<SharedBytes> {
        debug_assert!(bits.div_ceil(8) <= capacity);
        let layout = Layout::from_size_align(HEADER.checked_add(capacity)?, 8).ok()?;
        // SAFETY: the layout is not empty, for it holds a header.
        let block = NonNull::new(unsafe { alloc(layout) }.cast::<Block>())?;
        // SAFETY: freshly allocated with room for a header.
        unsafe {
            block.write(Block {
                count: AtomicUsize::new(1),
                used: AtomicUsize::new(bits),
                capacity,
                text: AtomicUsize::new(0),
            })
        };
        TOTAL.fetch_add(capacity, Ordering::Relaxed);
        Some(SharedBytes(block))
    }
    /// Bytes that `keeper` keeps, and that do not change while it does.
    ///
    /// # Safety
    /// So many bytes are at `data` as long as `keeper` is there.
    pub unsafe fn outside(
        data: *const u8,
        len: usize,
        keeper: Arc<dyn Any + Send + Sync>,
    ) -> SharedBytes {
        let outside = Box::into_raw(Box::new(Outside {
            block: Block {
                count: AtomicUsize::new(1),
                used: AtomicUsize::new(len * 8),
                capacity: len,
                text: AtomicUsize::new(0),
            },
            data: data.cast_mut(),
            _keeper: keeper,
        }));
        let marked = outside.cast::<Block>().map_addr(|at| at | OUTSIDE);
        // SAFETY: an address of an allocation, and more.
        SharedBytes(unsafe { NonNull::new_unchecked(marked) })
    }
    #[inline(always)]
    fn address(&self) -> *mut Block {
        self.0.as_ptr().map_addr(|at| at & !OUTSIDE)
    }
    #[inline(always)]
    fn is_outside(&self) -> bool {
        self.0.as_ptr().addr() & OUTSIDE != 0
    }
    #[inline(always)]
    fn block(&self) -> &Block {
        // SAFETY: the block lives while a reference does.
        unsafe { &*self.address() }
    }
    /// Address of the first byte.
    #[inline(always)]
    pub fn data(&self) -> *mut u8 {
        if self.is_outside() {
            // SAFETY: the mark says of what sort the block is, which lives while a reference does.
            return unsafe { (*self.address().cast::<Outside>()).data };
        }
        // SAFETY: the data follow the header within one allocation.
        unsafe { self.0.as_ptr().cast::<u8>().add(HEADER) }
    }
    /// Bytes in use, the last perhaps in part.
    #[inline]
    pub fn used(&self) -> usize {
        self.block().used.load(Ordering::Acquire).div_ceil(8)
    }
    /// Bytes that there is room for.
    #[inline]
    pub fn capacity(&self) -> usize {
        self.block().capacity
    }
    /// References to the block.
    pub fn references(&self) -> usize {
        self.block().count.load(Ordering::Relaxed)
    }
    /// Is this the only reference? Then nobody else can come by one meanwhile.
    #[inline]
    pub fn is_unique(&self) -> bool {
        self.block().count.load(Ordering::Acquire) == 1
    }
    /// All bytes in use.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: bytes in use are initialised and never change.
        unsafe { std::slice::from_raw_parts(self.data(), self.used()) }
    }
    /// `len` bytes from `start` on as a text, if they are UTF-8. What has been found out is remembered.
    pub fn text(&self, start: usize, len: usize) -> Option<&str> {
        let bytes = self.bytes().get(start..start.checked_add(len)?)?;
        let end = start + len;
        let known = self.block().text.load(Ordering::Relaxed);
        if len > 0 && end <= known {
            let at_border = |at: usize| at == known || self.bytes()[at] & 0xc0 != 0x80;
            // SAFETY: the bytes lie within what is UTF-8, never change, and begin and end at borders of characters.
            return (at_border(start) && at_border(end))
                .then(|| unsafe { std::str::from_utf8_unchecked(bytes) });
        }
        let text = std::str::from_utf8(bytes).ok()?;
        if start == 0 {
            self.block().text.fetch_max(end, Ordering::Relaxed);
        }
        Some(text)
    }
    /// Claims `more` bytes behind byte `end`, if `end` is the last in use and there is room. True: they are the caller's to write,
    /// once, before anyone else is told of them.
    pub fn claim(&self, end: usize, more: usize) -> bool {
        match (end.checked_mul(8), more.checked_mul(8)) {
            (Some(end), Some(more)) => self.claim_bits(end, more, false),
            _ => false,
        }
    }
    /// The same in bits. Where `end` lies within a byte, the claim covers the rest of that byte, whose other bits may be read
    /// meanwhile: the caller makes sure that no other thread has a reference ([`SharedBytes::is_unique`]). `alone` says that none has,
    /// nor can come by one meanwhile: then nobody else can claim.
    #[inline]
    pub(crate) fn claim_bits(&self, end: usize, more: usize, alone: bool) -> bool {
        let Some(new_end) = end.checked_add(more) else {
            return false;
        };
        if new_end.div_ceil(8) > self.capacity() {
            return false;
        }
        let used = &self.block().used;
        if alone {
            let last = used.load(Ordering::Relaxed) == end;
            if last {
                used.store(new_end, Ordering::Release);
            }
            return last;
        }
        used.compare_exchange(end, new_end, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    }
    /// The address, for a heap object that holds this reference.
    #[inline]
    pub fn into_raw(self) -> u64 {
        let raw = self.0.as_ptr() as u64;
        std::mem::forget(self);
        raw
    }
    /// The address that [`SharedBytes::into_raw`] would give.
    pub fn as_raw(&self) -> u64 {
        self.0.as_ptr() as u64
    }
    /// Takes back a reference given by [`SharedBytes::into_raw`].
    ///
    /// # Safety
    /// `raw` came from `into_raw` and is taken back once.
    pub unsafe fn from_raw(raw: u64) -> SharedBytes {
        // SAFETY: the caller's promise.
        SharedBytes(unsafe { NonNull::new_unchecked(raw as *mut Block) })
    }
    /// The address of the word that says how many bytes there are, which lie right behind it. It holds this reference.
    pub fn into_sized(self) -> *mut usize {
        let data = self.data();
        std::mem::forget(self);
        data.cast::<usize>().wrapping_sub(1)
    }
    /// Takes back a reference given by [`SharedBytes::into_sized`].
    ///
    /// # Safety
    /// The address came from `into_sized`, and each reference that it holds is taken back once.
    pub unsafe fn from_sized(sized: *mut usize) -> SharedBytes {
        let block = sized
            .cast::<u8>()
            .wrapping_add(size_of::<usize>())
            .wrapping_sub(HEADER);
        // SAFETY: the caller's promise.
        SharedBytes(unsafe { NonNull::new_unchecked(block.cast()) })
    }
    /// A look at a reference that stays in its heap object.
    ///
    /// # Safety
    /// `raw` came from `into_raw` and its reference outlives the result.
    #[inline(always)]
    pub unsafe fn borrow_raw(raw: &u64) -> &SharedBytes {
        // SAFETY: `SharedBytes` is a transparent pointer, and so is the word.
        unsafe { &*std::ptr::from_ref(raw).cast::<SharedBytes>() }
    }
}

impl Clone for SharedBytes {
    fn clone(&self) -> SharedBytes {
        self.block().count.fetch_add(1, Ordering::Relaxed);
        SharedBytes(self.0)
    }
}

impl Drop for SharedBytes {
    fn drop(&mut self) {
        if self.block().count.fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
            if self.is_outside() {
                // SAFETY: this was the last reference; it was a box.
                drop(unsafe { Box::from_raw(self.address().cast::<Outside>()) });
                return;
            }
            let capacity = self.capacity();
            TOTAL.fetch_sub(capacity, Ordering::Relaxed);
            // SAFETY: this was the last reference, and the layout is the one that it was allocated with.
            unsafe { dealloc(self.0.as_ptr().cast(), SharedBytes::layout(capacity)) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_somebody_else_keeps_are_kept_as_long_as_they_are_referred_to() {
        let keeper: Arc<Vec<u8>> = Arc::new(vec![7; 100]);
        // SAFETY: the vector keeps its bytes.
        let bytes = unsafe { SharedBytes::outside(keeper.as_ptr(), 100, Arc::clone(&keeper) as _) };
        let other = bytes.clone();
        drop(bytes);
        assert_eq!(other.data(), keeper.as_ptr().cast_mut());
        assert_eq!((other.bytes(), other.used()), (&keeper[..], 100));
        assert!(other.is_unique() && !other.claim(100, 1));
        assert_eq!(Arc::strong_count(&keeper), 2);
        // SAFETY: from `into_raw`.
        drop(unsafe { SharedBytes::from_raw(other.into_raw()) });
        assert_eq!(Arc::strong_count(&keeper), 1);
    }

    #[test]
    fn what_is_known_of_a_text_does_not_hide_faults() {
        let bytes = SharedBytes::with_capacity("aåb".as_bytes(), 16);
        for _ in 0..2 {
            assert_eq!(bytes.text(0, 4), Some("aåb"));
            assert_eq!(bytes.text(1, 2), Some("å"));
            assert_eq!(bytes.text(0, 2), None);
            assert_eq!(bytes.text(2, 2), None);
            assert_eq!(bytes.text(4, 0), Some(""));
            assert_eq!(bytes.text(4, 1), None);
        }
    }
}
