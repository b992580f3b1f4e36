//! `ErlDrvBinary`: bytes that are counted by references, of which terms may hold some.

use oxbeam_term::binary::refc::SharedBytes;
use std::ffi::c_char;

/// `ErlDrvBinary`: the word in front of the bytes says how many they are.
#[repr(C)]
pub(crate) struct Binary {
    pub(crate) size: isize,
    bytes: [c_char; 1],
}

impl Binary {
    /// So many bytes, zeroed; null if there is no memory.
    pub(crate) fn zeroed(size: usize) -> *mut Binary {
        match SharedBytes::try_filled(size, |_| ()) {
            Some(bytes) => bytes.into_sized().cast(),
            None => std::ptr::null_mut(),
        }
    }
    /// A copy of these bytes; null if there is no memory.
    pub(crate) fn of(bytes: &[u8]) -> *mut Binary {
        match SharedBytes::try_filled(bytes.len(), |room| room.copy_from_slice(bytes)) {
            Some(bytes) => bytes.into_sized().cast(),
            None => std::ptr::null_mut(),
        }
    }
    /// Where the bytes begin.
    ///
    /// # Safety
    /// It is a binary that is there.
    pub(crate) unsafe fn data(binary: *mut Binary) -> *mut c_char {
        // SAFETY: the caller's promise.
        unsafe { (&raw mut (*binary).bytes).cast() }
    }
    /// One more reference.
    ///
    /// # Safety
    /// It is a binary that is there.
    pub(crate) unsafe fn share(binary: *mut Binary) -> SharedBytes {
        // SAFETY: the driver's reference stays: the copy is forgotten, not dropped.
        unsafe {
            let own = std::mem::ManuallyDrop::new(SharedBytes::from_sized(binary.cast()));
            SharedBytes::clone(&own)
        }
    }
    /// The driver's reference, which it has no longer.
    ///
    /// # Safety
    /// The driver has one.
    pub(crate) unsafe fn take(binary: *mut Binary) -> SharedBytes {
        // SAFETY: the caller's promise.
        unsafe { SharedBytes::from_sized(binary.cast()) }
    }
}
