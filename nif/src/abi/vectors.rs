//! Vectors of binaries, and queues of them.

use super::abi;
use super::binaries::Binary;
use crate::env::{Env, Raw, term};
use crate::iovec::{self, IoVec, Queue, Slice};
use oxbeam_term::binary::HEAP_LIMIT;
use std::ffi::c_int;
use std::ptr;

/// `ERL_NIF_IOQ_NORMAL`
const NORMAL: c_int = 1;

abi! {
    fn enif_inspect_iovec(env: *mut Env, most: usize, list: Raw, rest: *mut Raw, place: *mut *mut IoVec) -> c_int {
        let Some((kept, tail)) = iovec::inspect(term(list), most, place, !env.is_null()) else { return 0 };
        if let Some(kept) = kept {
            (*env).keep_vector(kept);
        }
        rest.write(tail.word().0);
        1
    }
    fn enif_free_iovec(vector: *mut IoVec) {
        iovec::free(vector);
    }
    fn enif_ioq_create(options: c_int) -> *mut Queue {
        if options != NORMAL {
            return ptr::null_mut();
        }
        Box::into_raw(Box::default())
    }
    fn enif_ioq_destroy(queue: *mut Queue) {
        drop(Box::from_raw(queue));
    }
    fn enif_ioq_enqv(queue: *mut Queue, vector: *const IoVec, skip: usize) -> c_int {
        (*queue).push_vector(&*vector, skip).into()
    }
    /// What was the library's own belongs to the queue from now on.
    fn enif_ioq_enq_binary(queue: *mut Queue, binary: *mut Binary, skip: usize) -> c_int {
        let (data, size) = (*binary).place();
        let block = (*binary).take();
        if skip > size {
            return 0;
        }
        (*queue).push(data.add(skip), size - skip, block);
        1
    }
    fn enif_ioq_size(queue: *const Queue) -> usize {
        (*queue).size()
    }
    fn enif_ioq_deq(queue: *mut Queue, count: usize, left: *mut usize) -> c_int {
        if !(*queue).pop(count) {
            return 0;
        }
        if !left.is_null() {
            left.write((*queue).size());
        }
        1
    }
    fn enif_ioq_peek(queue: *mut Queue, count: *mut c_int) -> *mut Slice {
        let (slices, found) = (*queue).peek();
        count.write(found as c_int);
        slices
    }
    /// A binary of the first bytes, which are not copied if they are many.
    fn enif_ioq_peek_head(env: *mut Env, queue: *const Queue, size: *mut usize, place: *mut Raw) -> c_int {
        let Some((data, len, block)) = (*queue).head() else { return 0 };
        if !size.is_null() {
            size.write(len);
        }
        let mut builder = (*env).builder();
        let made = if len <= HEAP_LIMIT {
            builder.binary(std::slice::from_raw_parts(data, len))
        } else {
            let whole = builder.shared_binary(block.clone());
            let before = data.addr() - block.data().addr();
            match whole.as_bits() {
                Some(bits) => builder.part(bits, before * 8, len * 8),
                None => whole,
            }
        };
        place.write(made.word().0);
        1
    }
}
