//! The queue of bytes that each port has: a vector of slices of binaries. The driver's thread and others may use it, one at a time.

use super::binary::Binary;
use super::entry::{Slice, Vector};
use std::collections::VecDeque;
use std::ffi::{c_char, c_int};

/// Where to put something.
#[derive(Copy, Clone, PartialEq, Eq)]
pub(crate) enum End {
    Back,
    Front,
}

/// The queue.
#[derive(Default)]
pub(crate) struct Queue {
    slices: VecDeque<Slice>,
    binaries: VecDeque<*mut Binary>,
    size: usize,
}

// SAFETY: each binary is a reference of the queue's own.
unsafe impl Send for Queue {}

/// The part of a binary that a slice shows, as a reference of its own.
struct Part {
    slice: Slice,
    binary: *mut Binary,
}

/// What is left of a vector behind `skip` bytes, as references; slices that belong to no binary are copied. `None`: there is no memory.
///
/// # Safety
/// The vector is as the driver says.
unsafe fn parts(vector: *const Vector, mut skip: usize) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    // SAFETY: the caller's promise.
    unsafe {
        for index in 0..(*vector).count.max(0) as usize {
            let slice = *(*vector).slices.add(index);
            if slice.len <= skip {
                skip -= slice.len;
                continue;
            }
            let rest = Slice {
                base: slice.base.add(skip),
                len: slice.len - skip,
            };
            skip = 0;
            let binary = match (*vector).binaries.is_null() {
                true => std::ptr::null_mut(),
                false => *(*vector).binaries.add(index),
            };
            parts.push(if binary.is_null() {
                copied(rest.base, rest.len)?
            } else {
                std::mem::forget(Binary::share(binary));
                Part {
                    slice: rest,
                    binary,
                }
            });
        }
    }
    Some(parts)
}

/// # Safety
/// There are so many bytes.
unsafe fn copied(base: *const c_char, len: usize) -> Option<Part> {
    // SAFETY: the caller's promise.
    unsafe {
        let binary = Binary::of(std::slice::from_raw_parts(base.cast(), len));
        if binary.is_null() {
            return None;
        }
        let base = Binary::data(binary);
        Some(Part {
            slice: Slice { base, len },
            binary,
        })
    }
}

impl Queue {
    pub(crate) fn size(&self) -> usize {
        self.size
    }
    fn add(&mut self, parts: Vec<Part>, end: End) {
        self.size += parts.iter().map(|part| part.slice.len).sum::<usize>();
        match end {
            End::Back => {
                for part in parts {
                    self.slices.push_back(part.slice);
                    self.binaries.push_back(part.binary);
                }
            }
            End::Front => {
                for part in parts.into_iter().rev() {
                    self.slices.push_front(part.slice);
                    self.binaries.push_front(part.binary);
                }
            }
        }
    }
    /// Adds what is left of a vector behind `skip` bytes. `false`: there is no memory.
    ///
    /// # Safety
    /// The vector is as the driver says.
    pub(crate) unsafe fn add_vector(
        &mut self,
        vector: *const Vector,
        skip: usize,
        end: End,
    ) -> bool {
        // SAFETY: the caller's promise.
        match unsafe { parts(vector, skip) } {
            Some(parts) => {
                self.add(parts, end);
                true
            }
            None => false,
        }
    }
    /// Adds a copy of bytes. `false`: there is no memory.
    ///
    /// # Safety
    /// There are so many bytes.
    pub(crate) unsafe fn add_bytes(&mut self, base: *const c_char, len: usize, end: End) -> bool {
        if len == 0 {
            return true;
        }
        // SAFETY: the caller's promise.
        match unsafe { copied(base, len) } {
            Some(part) => {
                self.add(vec![part], end);
                true
            }
            None => false,
        }
    }
    /// Adds a part of a binary.
    ///
    /// # Safety
    /// The binary is there and has so many bytes.
    pub(crate) unsafe fn add_binary(
        &mut self,
        binary: *mut Binary,
        offset: usize,
        len: usize,
        end: End,
    ) {
        if len == 0 {
            return;
        }
        // SAFETY: the caller's promise.
        let slice = unsafe {
            std::mem::forget(Binary::share(binary));
            Slice {
                base: Binary::data(binary).add(offset),
                len,
            }
        };
        self.add(vec![Part { slice, binary }], end);
    }
    /// Takes bytes off the front. `false`: there are not so many.
    pub(crate) fn take(&mut self, mut count: usize) -> bool {
        if count > self.size {
            return false;
        }
        self.size -= count;
        while count > 0
            && let Some(slice) = self.slices.front_mut()
        {
            if slice.len > count {
                // SAFETY: the slice goes on behind these bytes.
                slice.base = unsafe { slice.base.add(count) };
                slice.len -= count;
                break;
            }
            count -= slice.len;
            self.slices.pop_front();
            if let Some(binary) = self.binaries.pop_front() {
                // SAFETY: the queue's own reference.
                drop(unsafe { Binary::take(binary) });
            }
        }
        true
    }
    /// All slices, as one array that stays until the queue changes.
    pub(crate) fn look(&mut self) -> (*mut Slice, c_int) {
        let slices = self.slices.make_contiguous();
        (slices.as_mut_ptr(), slices.len() as c_int)
    }
    /// The same with the binaries.
    pub(crate) fn look_all(&mut self) -> Vector {
        let (slices, count) = self.look();
        Vector {
            count,
            size: self.size,
            slices,
            binaries: self.binaries.make_contiguous().as_mut_ptr(),
        }
    }
    /// Drops everything.
    pub(crate) fn clear(&mut self) {
        self.take(self.size);
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.clear();
    }
}
