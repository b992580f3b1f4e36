//! Binaries, iolists, and the external term format.

use super::abi;
use crate::env::{Env, Pending, Raw, term};
use oxbeam_term::binary::refc::SharedBytes;
use oxbeam_term::etf::{self, DecodeOptions, EncodeOptions};
use oxbeam_term::{Term, iolist};
use oxbeam_vm::code::load::CodeContext;
use oxbeam_vm::machine::machine;
use std::ffi::{c_int, c_uchar, c_uint, c_void};
use std::ptr;

/// `ErlNifBinary`
#[repr(C)]
pub(super) struct Binary {
    size: usize,
    data: *mut c_uchar,
    /// Bytes of the library's own, counted; null for those of a term.
    shared: *mut c_void,
    spare: [*mut c_void; 2],
}

impl Binary {
    fn seen(size: usize, data: *mut u8) -> Binary {
        Binary {
            size,
            data,
            shared: ptr::null_mut(),
            spare: [ptr::null_mut(); 2],
        }
    }
    fn owned(bytes: SharedBytes) -> Binary {
        let (size, data) = (bytes.used(), bytes.data());
        Binary {
            shared: bytes.into_raw() as *mut c_void,
            ..Binary::seen(size, data)
        }
    }
    /// The bytes of its own, which it has no longer.
    ///
    /// # Safety
    /// The library has not changed the fields that are not its.
    pub(super) unsafe fn take(&mut self) -> Option<SharedBytes> {
        let shared = std::mem::replace(&mut self.shared, ptr::null_mut());
        // SAFETY: it came from `into_raw`, and is taken once.
        (!shared.is_null()).then(|| unsafe { SharedBytes::from_raw(shared as u64) })
    }
    /// Where its bytes are, and how many.
    pub(super) fn place(&self) -> (*mut u8, usize) {
        (self.data, self.size)
    }
    /// # Safety
    /// Its bytes are there.
    unsafe fn bytes(&self) -> &[u8] {
        if self.size == 0 {
            return &[];
        }
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts(self.data, self.size) }
    }
}

/// So many bytes, zeroed; `None`: there is no memory.
fn zeroed(size: usize) -> Option<SharedBytes> {
    SharedBytes::try_filled(size, |_| ())
}

/// A look at a binary's bytes, which are copied where they don't begin with a byte.
fn inspect(env: &mut Env, of: Term<'_>) -> Option<Binary> {
    let bits = of.as_bits().filter(|bits| bits.is_binary())?;
    if let Some(bytes) = bits.as_bytes() {
        return Some(Binary::seen(bytes.len(), bytes.as_ptr().cast_mut()));
    }
    let bytes = bits.bytes()?.into_owned();
    let size = bytes.len();
    Some(Binary::seen(size, env.keep(bytes)))
}

fn store(binary: Option<Binary>, place: *mut Binary) -> c_int {
    match binary {
        Some(binary) => {
            // SAFETY: the library's place for the result.
            unsafe { place.write(binary) };
            1
        }
        None => 0,
    }
}

/// `ERL_NIF_BIN2TERM_SAFE`
const SAFE: c_uint = 0x2000_0000;

abi! {
    fn enif_is_binary(_env: *mut Env, raw: Raw) -> c_int {
        term(raw).is_binary().into()
    }
    fn enif_inspect_binary(env: *mut Env, raw: Raw, place: *mut Binary) -> c_int {
        store(inspect(&mut *env, term(raw)), place)
    }
    fn enif_inspect_iolist_as_binary(env: *mut Env, raw: Raw, place: *mut Binary) -> c_int {
        let of = term(raw);
        if of.is_bits() {
            return store(inspect(&mut *env, of), place);
        }
        let Ok(bytes) = iolist::bytes(of) else { return 0 };
        let size = bytes.len();
        store(Some(Binary::seen(size, (*env).keep(bytes))), place)
    }
    fn enif_alloc_binary(size: usize, place: *mut Binary) -> c_int {
        store(zeroed(size).map(Binary::owned), place)
    }
    fn enif_realloc_binary(binary: *mut Binary, size: usize) -> c_int {
        let Some(room) = zeroed(size) else { return 0 };
        let kept = (*binary).bytes();
        ptr::copy_nonoverlapping(kept.as_ptr(), room.data(), kept.len().min(size));
        drop((*binary).take());
        binary.write(Binary::owned(room));
        1
    }
    fn enif_release_binary(binary: *mut Binary) {
        drop((*binary).take());
    }
    /// What was the library's own belongs to the term from now on.
    fn enif_make_binary(env: *mut Env, binary: *mut Binary) -> Raw {
        let mut builder = (*env).builder();
        match (*binary).take() {
            Some(bytes) => builder.shared_prefix(bytes, (*binary).size).word().0,
            None => builder.binary((*binary).bytes()).word().0,
        }
    }
    fn enif_make_new_binary(env: *mut Env, size: usize, place: *mut Raw) -> *mut c_uchar {
        let Some(made) = (*env).builder().binary_with(size, |_| ()) else { return ptr::null_mut() };
        place.write(made.word().0);
        made.as_bits().map_or(ptr::null_mut(), |bits| bits.base().cast_mut())
    }
    fn enif_make_sub_binary(env: *mut Env, raw: Raw, position: usize, size: usize) -> Raw {
        // `raw` may be a part of another binary itself.
        let of = term(raw).as_bits();
        match of.filter(|of| position.checked_add(size).is_some_and(|end| end <= of.bit_len() / 8)) {
            Some(of) => (*env).builder().part(of, position * 8, size * 8).word().0,
            None => (*env).raise(Pending::Badarg),
        }
    }
    fn enif_term_to_binary(_env: *mut Env, raw: Raw, place: *mut Binary) -> c_int {
        let encoded = etf::encode(term(raw), &EncodeOptions::default()).ok();
        store(encoded.map(|bytes| Binary::owned(SharedBytes::new(&bytes))), place)
    }
    /// How many bytes were used; 0 if they are no term.
    fn enif_binary_to_term(env: *mut Env, data: *const c_uchar, size: usize, place: *mut Raw, options: c_uint) -> usize {
        if size == 0 || options & !SAFE != 0 {
            return 0;
        }
        let bytes = std::slice::from_raw_parts(data, size);
        let options = DecodeOptions { safe: options & SAFE != 0 };
        let mut context = CodeContext(&machine().code);
        match etf::decode(bytes, &mut (*env).builder(), &mut context, options) {
            Ok((decoded, used)) => {
                place.write(decoded.word().0);
                used
            }
            Err(_) => 0,
        }
    }
}
