//! Memory, and binaries, which are counted.

use crate::abi::abi;
use crate::driver::binary::Binary;
use std::ffi::c_void;
use std::ptr;

abi! {
    fn driver_alloc(size: usize) -> *mut c_void {
        libc::malloc(size)
    }
    fn driver_realloc(memory: *mut c_void, size: usize) -> *mut c_void {
        libc::realloc(memory, size)
    }
    fn driver_free(memory: *mut c_void) {
        libc::free(memory);
    }
    fn driver_alloc_binary(size: usize) -> *mut Binary {
        Binary::zeroed(size)
    }
    /// The binary as long as `size` says, perhaps elsewhere; null, and the binary as it was, if there is no memory.
    fn driver_realloc_binary(binary: *mut Binary, size: usize) -> *mut Binary {
        if binary.is_null() {
            return Binary::zeroed(size);
        }
        let made = Binary::zeroed(size);
        if !made.is_null() {
            let kept = ((*binary).size as usize).min(size);
            ptr::copy_nonoverlapping(Binary::data(binary), Binary::data(made), kept);
            drop(Binary::take(binary));
        }
        made
    }
    fn driver_free_binary(binary: *mut Binary) {
        if !binary.is_null() {
            drop(Binary::take(binary));
        }
    }
    fn driver_binary_get_refc(binary: *mut Binary) -> isize {
        // One for the look itself.
        Binary::share(binary).references() as isize - 1
    }
    fn driver_binary_inc_refc(binary: *mut Binary) -> isize {
        let reference = Binary::share(binary);
        let count = reference.references() as isize;
        std::mem::forget(reference);
        count
    }
    /// It is not freed here, whatever the count: that is for `driver_free_binary`.
    fn driver_binary_dec_refc(binary: *mut Binary) -> isize {
        let reference = Binary::take(binary);
        let count = reference.references() as isize - 1;
        if count == 0 {
            std::mem::forget(reference);
        }
        count
    }
}
