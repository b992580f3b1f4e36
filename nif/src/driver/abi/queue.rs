//! The queue of a port.

use super::super::binary::Binary;
use super::super::entry::{PortId, Slice, Vector};
use super::super::port;
use super::super::queue::{End, Queue};
use crate::abi::abi;
use std::ffi::{c_char, c_int};
use std::ptr;

/// 0 if it is done; -1 if there is no such port, or no memory.
fn add(id: PortId, add: impl FnOnce(&mut Queue) -> bool) -> c_int {
    match port::find(id) {
        Some(shared) if add(&mut shared.queue.lock()) => 0,
        _ => -1,
    }
}

abi! {
    fn driver_enq(id: PortId, data: *const c_char, len: usize) -> c_int {
        add(id, |queue| queue.add_bytes(data, len, End::Back))
    }
    fn driver_pushq(id: PortId, data: *const c_char, len: usize) -> c_int {
        add(id, |queue| queue.add_bytes(data, len, End::Front))
    }
    fn driver_enq_bin(id: PortId, binary: *mut Binary, offset: usize, len: usize) -> c_int {
        add(id, |queue| { queue.add_binary(binary, offset, len, End::Back); true })
    }
    fn driver_pushq_bin(id: PortId, binary: *mut Binary, offset: usize, len: usize) -> c_int {
        add(id, |queue| { queue.add_binary(binary, offset, len, End::Front); true })
    }
    fn driver_enqv(id: PortId, vector: *const Vector, skip: usize) -> c_int {
        add(id, |queue| queue.add_vector(vector, skip, End::Back))
    }
    fn driver_pushqv(id: PortId, vector: *const Vector, skip: usize) -> c_int {
        add(id, |queue| queue.add_vector(vector, skip, End::Front))
    }
    /// How many bytes are left; the largest number if there were not so many, or there is no such port.
    fn driver_deq(id: PortId, size: usize) -> usize {
        let Some(shared) = port::find(id) else { return usize::MAX };
        let mut queue = shared.queue.lock();
        if queue.take(size) { queue.size() } else { usize::MAX }
    }
    fn driver_sizeq(id: PortId) -> usize {
        port::find(id).map_or(usize::MAX, |shared| shared.queue.lock().size())
    }
    fn driver_peekq(id: PortId, count: *mut c_int) -> *mut Slice {
        let Some(shared) = port::find(id) else {
            count.write(-1);
            return ptr::null_mut();
        };
        let (slices, found) = shared.queue.lock().look();
        count.write(found);
        if found == 0 { ptr::null_mut() } else { slices }
    }
    fn driver_peekqv(id: PortId, place: *mut Vector) -> usize {
        let Some(shared) = port::find(id) else { return usize::MAX };
        let seen = shared.queue.lock().look_all();
        let size = seen.size;
        if !place.is_null() {
            place.write(seen);
        }
        size
    }
}
