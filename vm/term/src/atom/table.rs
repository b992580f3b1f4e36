//! The table: chunks of entries, read without a lock, and a hash index behind one.

use super::{Atom, known};
use crate::hashing::atom_hash;
use hashbrown::HashMap;
use parking_lot::RwLock;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// Longest atom, in characters.
pub const MAX_CHARACTERS: usize = 255;

/// Why an atom could not be made.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum AtomError {
    /// More than [`MAX_CHARACTERS`].
    TooLong,
    /// The table holds as many atoms as it may (`+t`).
    Full,
}

const CHUNK: usize = 4096;
const CHUNKS: usize = 1 << 16;

type Chunk = [OnceLock<Entry>; CHUNK];

/// An atom's text, as address and length, and the hash of it that `phash2` knows: no larger than the text alone.
struct Entry {
    text: &'static u8,
    length: u16,
    hash: u32,
}

const _: () = assert!(size_of::<OnceLock<Entry>>() == 24);

impl Entry {
    fn new(text: &'static str) -> Entry {
        // The empty text's address is never read.
        Entry {
            text: text.as_bytes().first().unwrap_or(&0),
            length: text.len() as u16,
            hash: atom_hash(text.as_bytes()),
        }
    }
    #[inline]
    fn text(&self) -> &'static str {
        // SAFETY: made of a text of this length, which is there for ever.
        unsafe {
            std::str::from_utf8_unchecked(std::slice::from_raw_parts(self.text, self.length.into()))
        }
    }
}

static CHUNK_TABLE: [AtomicPtr<Chunk>; CHUNKS] =
    [const { AtomicPtr::new(std::ptr::null_mut()) }; CHUNKS];
static LIMIT: AtomicU32 = AtomicU32::new(1_048_576);
static COUNT: AtomicU32 = AtomicU32::new(0);
static INDEX: OnceLock<RwLock<HashMap<&'static str, u32>>> = OnceLock::new();

fn index() -> &'static RwLock<HashMap<&'static str, u32>> {
    INDEX.get_or_init(|| {
        let mut map = HashMap::with_capacity(16_384);
        let mut count = 0;
        for (position, text) in known::first().enumerate() {
            place(position as u32, text);
            let previous = map.insert(text, position as u32);
            count = position as u32 + 1;
            assert!(
                previous.is_none(),
                "the atom {text} stands twice in the table of known atoms"
            );
        }
        COUNT.store(count, Ordering::Release);
        RwLock::new(map)
    })
}

fn place(position: u32, text: &'static str) {
    let slot = &CHUNK_TABLE[position as usize / CHUNK];
    let mut chunk = slot.load(Ordering::Acquire);
    if chunk.is_null() {
        // Only ever under the index's write lock, or while it is made.
        chunk = Box::into_raw(Box::new([const { OnceLock::new() }; CHUNK]));
        slot.store(chunk, Ordering::Release);
    }
    // SAFETY: a chunk, once published, is never freed.
    let cell = unsafe { &(&*chunk)[position as usize % CHUNK] };
    assert!(
        cell.set(Entry::new(text)).is_ok(),
        "an atom's entry is written once"
    );
}

#[inline]
fn entry(position: u32) -> Option<&'static Entry> {
    let chunk = CHUNK_TABLE[position as usize / CHUNK].load(Ordering::Acquire);
    if !chunk.is_null() {
        // SAFETY: as in `place`.
        let entry = unsafe { &(&*chunk)[position as usize % CHUNK] };
        if let Some(entry) = entry.get() {
            return Some(entry);
        }
    }
    late_entry(position)
}

/// A known atom before the first look-up by name, or while another thread writes the known atoms.
#[cold]
#[inline(never)]
fn late_entry(position: u32) -> Option<&'static Entry> {
    index();
    let chunk = CHUNK_TABLE[position as usize / CHUNK].load(Ordering::Acquire);
    // SAFETY: as in `place`.
    let chunk = unsafe { chunk.as_ref()? };
    chunk[position as usize % CHUNK].get()
}

#[inline]
pub(super) fn text(position: u32) -> &'static str {
    entry(position).map_or("", Entry::text)
}

#[inline]
pub(super) fn hash(position: u32) -> u32 {
    entry(position).map_or(0, |entry| entry.hash)
}

pub(super) fn intern(text: &str) -> Result<Atom, AtomError> {
    if let Some(&position) = index().read().get(text) {
        return Ok(Atom::from_index(position));
    }
    if text.len() > MAX_CHARACTERS && text.chars().count() > MAX_CHARACTERS {
        return Err(AtomError::TooLong);
    }
    let mut map = index().write();
    if let Some(&position) = map.get(text) {
        return Ok(Atom::from_index(position));
    }
    let position = COUNT.load(Ordering::Relaxed);
    if position >= LIMIT.load(Ordering::Relaxed) || position as usize >= CHUNK * CHUNKS {
        return Err(AtomError::Full);
    }
    let kept: &'static str = Box::leak(text.to_owned().into_boxed_str());
    place(position, kept);
    map.insert(kept, position);
    COUNT.store(position + 1, Ordering::Release);
    Ok(Atom::from_index(position))
}

/// The atom of this text if it exists.
pub fn exists(text: &str) -> Option<Atom> {
    index()
        .read()
        .get(text)
        .map(|&position| Atom::from_index(position))
}

/// Number of atoms.
pub fn count() -> u32 {
    index();
    COUNT.load(Ordering::Acquire)
}

/// Most atoms that there may be.
pub fn limit() -> u32 {
    LIMIT.load(Ordering::Relaxed)
}

/// Sets the limit (`+t`), before the machine starts.
pub fn set_limit(limit: u32) {
    LIMIT.store(limit, Ordering::Relaxed);
}
