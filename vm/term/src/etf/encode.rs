//! Terms to bytes.
//!
//! One pass with a list of what is still to be written; lengths that are known only later are filled in behind. The same pass runs
//! over three kinds of [`Sink`]: one that counts, one that writes everything into one piece, and one that leaves large binaries out
//! and refers to them, for `term_to_iovec/1` and the distribution.

use super::{VERSION, local_hash_step, tag};
use crate::atom::Atom;
use crate::binary::refc::SharedBytes;
use crate::binary::{Bits, HEAP_LIMIT};
use crate::boxed::external::{Node, max_local_port, split_pid, this_node};
use crate::boxed::fun::{Fun, FunKind};
use crate::boxed::record::Record;
use crate::boxed::reference::{Reference, keep_hidden};
use crate::number::BigRef;
use crate::number::float::{DEFAULT_DECIMALS, scientific};
use crate::rules::{Rules, rules};
use crate::term::{Term, View};
use std::io::Write;

/// How to encode; [`EncodeOptions::default`] has the release's defaults.
#[derive(Copy, Clone, Debug)]
pub struct EncodeOptions {
    /// 0: floats as text; 1: atoms as Latin-1 where possible; 2: atoms as UTF-8.
    pub minor_version: u8,
    /// Level of compression, 0 (none) to 9. What would get larger stays as it is. The option `compressed` alone means 6.
    pub compressed: u32,
    /// Maps in the order of their keys.
    pub deterministic: bool,
    /// Only for this incarnation of this node (tag 121).
    pub local: bool,
    /// Bytes beyond which it is given up as too long; those of binaries count for little.
    pub limit: usize,
}

impl Default for EncodeOptions {
    fn default() -> EncodeOptions {
        EncodeOptions {
            minor_version: if rules().etf_utf8_atoms { 2 } else { 1 },
            compressed: 0,
            deterministic: false,
            local: false,
            limit: usize::MAX,
        }
    }
}

/// Why a term can't be encoded.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum EncodeError {
    /// Something is longer than the format can say (system_limit).
    TooLarge,
    /// It takes more work than [`EncodeOptions::limit`] allows.
    Long,
}

/// Atoms that stand in a message's table rather than in its terms.
pub trait AtomTable {
    /// Place of `atom` in the table, which may get it now; `None`: it is written out.
    fn place(&mut self, atom: Atom) -> Option<u8>;
}

/// Bytes that there is room for at first.
const FIRST_ROOM: usize = 480;

/// Work that bytes of binaries, which are only copied, count as: one for so many of them.
const COPIED: usize = 16;

/// Encodes `term`, [`VERSION`] first.
///
/// # Errors
/// See [`EncodeError`].
pub fn encode(term: Term<'_>, options: &EncodeOptions) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::with_capacity(FIRST_ROOM);
    out.push(VERSION);
    encode_term(term, options, &mut out)?;
    Ok(match options.compressed {
        0 => out,
        level => compress(&out, level).unwrap_or(out),
    })
}

/// Appends `term` without the version byte, uncompressed.
///
/// # Errors
/// See [`EncodeError`].
pub fn encode_term(
    term: Term<'_>,
    options: &EncodeOptions,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    Encoder::new(options, None, out).run(term)
}

/// Like [`encode_term`], with a table of atoms, as distribution messages have.
///
/// # Errors
/// See [`EncodeError`].
pub fn encode_term_with_atoms(
    term: Term<'_>,
    options: &EncodeOptions,
    atoms: &mut dyn AtomTable,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    Encoder::new(options, Some(atoms), out).run(term)
}

/// A piece of an encoded term.
pub enum Piece {
    /// Bytes of its own.
    Bytes(Vec<u8>),
    /// Bytes of a binary of the term.
    Shared {
        /// The block that has them.
        bytes: SharedBytes,
        /// Where they begin.
        start: usize,
        /// How many.
        len: usize,
    },
}

/// Encodes `term`, [`VERSION`] first, without copying large binaries (`term_to_iovec/1,2`). Never compresses.
///
/// # Errors
/// See [`EncodeError`].
pub fn encode_pieces(term: Term<'_>, options: &EncodeOptions) -> Result<Vec<Piece>, EncodeError> {
    let mut sink = Encoded::new(HEAP_LIMIT + 1);
    sink.out.push(VERSION);
    Encoder::new(options, None, &mut sink).run(term)?;
    let mut pieces = Vec::with_capacity(sink.cuts.len() * 2 + 1);
    let mut rest = sink.out;
    for cut in sink.cuts.into_iter().rev() {
        let tail = rest.split_off(cut.at);
        if !tail.is_empty() {
            pieces.push(Piece::Bytes(tail));
        }
        pieces.push(Piece::Shared {
            bytes: cut.bytes,
            start: cut.start,
            len: cut.len,
        });
    }
    if !rest.is_empty() {
        pieces.push(Piece::Bytes(rest));
    }
    pieces.reverse();
    Ok(pieces)
}

/// Size of the uncompressed form, version byte included (`erlang:external_size/1,2`).
pub fn external_size(term: Term<'_>, options: &EncodeOptions) -> usize {
    let mut size = Count(1);
    // What is too large for the format has a size all the same.
    let _ = Encoder::new(options, None, &mut size).run(term);
    size.0
}

/// The compressed form of an encoded term, if it is not larger.
fn compress(plain: &[u8], level: u32) -> Option<Vec<u8>> {
    let size = u32::try_from(plain.len() - 1).ok()?;
    let mut out = vec![VERSION, tag::COMPRESSED];
    out.extend_from_slice(&size.to_be_bytes());
    let level = flate2::Compression::new(level.min(9));
    let mut deflater = flate2::write::ZlibEncoder::new(out, level);
    deflater.write_all(&plain[1..]).ok()?;
    deflater
        .finish()
        .ok()
        .filter(|out| out.len() <= plain.len())
}

/// Where the bytes go.
trait Sink {
    /// Only the size counts.
    const COUNTS: bool = false;
    fn put(&mut self, bytes: &[u8]);
    /// The first `used` of these bytes.
    #[inline(always)]
    fn put_first<const N: usize>(&mut self, bytes: &[u8; N], used: usize) {
        self.put(&bytes[..used]);
    }
    /// Bytes so far, those left out too.
    fn position(&self) -> usize;
    /// Where [`Sink::patch`] finds the next four bytes.
    fn mark(&self) -> usize;
    fn patch(&mut self, mark: usize, value: u32);
    /// May refer to `len` whole bytes of a binary rather than copy them; whether it did.
    fn refer(&mut self, _bits: Bits<'_>, _len: usize) -> bool {
        false
    }
    /// Hash, for tag 121, of all bytes from `mark` on.
    fn hash_from(&self, mark: usize) -> u32;
}

struct Count(usize);

impl Sink for Count {
    const COUNTS: bool = true;
    fn put(&mut self, bytes: &[u8]) {
        self.0 += bytes.len();
    }
    fn position(&self) -> usize {
        self.0
    }
    fn mark(&self) -> usize {
        0
    }
    fn patch(&mut self, _mark: usize, _value: u32) {}
    fn refer(&mut self, _bits: Bits<'_>, len: usize) -> bool {
        self.0 += len;
        true
    }
    fn hash_from(&self, _mark: usize) -> u32 {
        0
    }
}

fn patch(out: &mut [u8], mark: usize, value: u32) {
    if let Some(place) = out.get_mut(mark..mark + 4) {
        place.copy_from_slice(&value.to_be_bytes());
    }
}

impl Sink for Vec<u8> {
    #[inline(always)]
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
    #[inline(always)]
    fn put_first<const N: usize>(&mut self, bytes: &[u8; N], used: usize) {
        // Of a size that is known, all of them are copied faster than some.
        let end = self.len() + used.min(N);
        self.extend_from_slice(bytes);
        self.truncate(end);
    }
    #[inline(always)]
    fn position(&self) -> usize {
        self.len()
    }
    fn mark(&self) -> usize {
        self.len()
    }
    fn patch(&mut self, mark: usize, value: u32) {
        patch(self, mark, value);
    }
    fn hash_from(&self, mark: usize) -> u32 {
        super::local_hash(&self[mark..])
    }
}

struct Cut {
    /// Where it stands among the bytes of their own.
    at: usize,
    /// Bytes left out before it.
    before: usize,
    bytes: SharedBytes,
    start: usize,
    len: usize,
}

/// Encoded terms: bytes of their own, between which large binaries are referred to.
pub struct Encoded {
    out: Vec<u8>,
    cuts: Vec<Cut>,
    left_out: usize,
    least: usize,
}

impl Default for Encoded {
    fn default() -> Encoded {
        Encoded::new(usize::MAX)
    }
}

impl From<Vec<u8>> for Encoded {
    fn from(out: Vec<u8>) -> Encoded {
        Encoded {
            out,
            ..Encoded::default()
        }
    }
}

/// A part of [`Encoded`] terms, from one byte to another.
pub enum Part<'e> {
    /// Of [`Encoded::own`].
    Own(usize, usize),
    /// Of a binary.
    Shared(&'e SharedBytes, usize, usize),
}

impl Encoded {
    /// Nothing yet. Binaries of `least` bytes and more will be referred to.
    pub fn new(least: usize) -> Encoded {
        Encoded {
            out: Vec::new(),
            cuts: Vec::new(),
            left_out: 0,
            least,
        }
    }
    /// Appends a term without the version byte, uncompressed; atoms may go into a table.
    ///
    /// # Errors
    /// See [`EncodeError`].
    pub fn append<'o>(
        &'o mut self,
        term: Term<'o>,
        options: &'o EncodeOptions,
        atoms: Option<&'o mut dyn AtomTable>,
    ) -> Result<(), EncodeError> {
        Encoder::new(options, atoms, self).run(term)
    }
    /// Appends bytes.
    pub fn append_bytes(&mut self, bytes: &[u8]) {
        self.put(bytes);
    }
    /// All but the binaries that are referred to.
    pub fn own(&self) -> &[u8] {
        &self.out
    }
    /// Bytes, those of the binaries too.
    pub fn len(&self) -> usize {
        self.position()
    }
    /// Nothing at all?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Passes the bytes from `from` to `to`, those of the binaries counted, part by part.
    pub fn parts<'e>(&'e self, mut from: usize, to: usize, mut take: impl FnMut(Part<'e>)) {
        let to = to.min(self.len());
        let first = self
            .cuts
            .partition_point(|cut| cut.at + cut.before + cut.len <= from);
        let mut before = self.cuts.get(first).map_or(self.left_out, |cut| cut.before);
        for cut in &self.cuts[first..] {
            let begin = cut.at + cut.before;
            if from < to.min(begin) {
                take(Part::Own(from - before, to.min(begin) - before));
                from = begin;
            }
            if from >= to {
                return;
            }
            let end = to.min(begin + cut.len);
            let (start, stop) = (cut.start + from - begin, cut.start + end - begin);
            take(Part::Shared(&cut.bytes, start, stop));
            from = end;
            before = cut.before + cut.len;
        }
        if from < to {
            take(Part::Own(from - before, to - before));
        }
    }
    /// Copies the bytes from `from` to `to` behind others.
    pub fn copy_to(&self, from: usize, to: usize, out: &mut Vec<u8>) {
        self.parts(from, to, |part| match part {
            Part::Own(from, to) => out.extend_from_slice(&self.out[from..to]),
            Part::Shared(bytes, from, to) => out.extend_from_slice(&bytes.bytes()[from..to]),
        });
    }
}

impl Sink for Encoded {
    fn put(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }
    fn position(&self) -> usize {
        self.out.len() + self.left_out
    }
    fn mark(&self) -> usize {
        self.out.len()
    }
    fn patch(&mut self, mark: usize, value: u32) {
        patch(&mut self.out, mark, value);
    }
    fn refer(&mut self, bits: Bits<'_>, len: usize) -> bool {
        let Some(bytes) = bits.shared() else {
            return false;
        };
        if len < self.least || !bits.bit_offset().is_multiple_of(8) {
            return false;
        }
        self.cuts.push(Cut {
            at: self.out.len(),
            before: self.left_out,
            bytes: bytes.clone(),
            start: bits.bit_offset() / 8,
            len,
        });
        self.left_out += len;
        true
    }
    fn hash_from(&self, mark: usize) -> u32 {
        let mut hash = super::local_hash(&[]);
        let mut from = mark;
        for cut in self.cuts.iter().filter(|cut| cut.at >= mark) {
            hash = local_hash_step(hash, &self.out[from..cut.at]);
            hash = local_hash_step(hash, &cut.bytes.bytes()[cut.start..cut.start + cut.len]);
            from = cut.at;
        }
        local_hash_step(hash, &self.out[from..])
    }
}

/// What is still to be written.
enum Task<'p> {
    /// These terms.
    Terms(&'p [Term<'p>]),
    /// The rest of a list, and its tail.
    List(Term<'p>),
    /// These pairs, the last one first.
    Pairs(Vec<(Term<'p>, Term<'p>)>),
    /// The value of a map's key, or of a record's field.
    Value(Term<'p>),
    /// The size of a fun that begins here.
    FunSize { mark: usize, start: usize },
    /// The hash of a local term.
    Hash { mark: usize },
}

struct Encoder<'o, 'p, S> {
    sink: &'o mut S,
    atoms: Option<&'o mut dyn AtomTable>,
    options: &'o EncodeOptions,
    rules: &'static Rules,
    tasks: Vec<Task<'p>>,
    /// Where the sink may be before this is too long.
    limit: usize,
}

impl<'o, 'p, S: Sink> Encoder<'o, 'p, S> {
    fn new(
        options: &'o EncodeOptions,
        atoms: Option<&'o mut dyn AtomTable>,
        sink: &'o mut S,
    ) -> Self {
        Encoder {
            sink,
            atoms,
            options,
            rules: rules(),
            tasks: Vec::new(),
            limit: options.limit,
        }
    }

    /// Gives up if there has been more work than was asked for.
    #[inline(always)]
    fn go_on(&self) -> Result<(), EncodeError> {
        if self.sink.position() > self.limit {
            Err(EncodeError::Long)
        } else {
            Ok(())
        }
    }

    /// Elements of a byte each that there may still be.
    fn most_elements(&self) -> usize {
        self.limit.saturating_sub(self.sink.position())
    }

    fn run(mut self, term: Term<'p>) -> Result<(), EncodeError> {
        if self.options.local {
            self.u8(tag::LOCAL);
            let mark = self.sink.mark();
            self.u32(0);
            self.tasks.push(Task::Hash { mark });
        }
        self.term(term)?;
        while let Some(task) = self.tasks.last_mut() {
            if self.sink.position() > self.limit {
                return Err(EncodeError::Long);
            }
            match task {
                Task::Terms(terms) => {
                    let terms = *terms;
                    self.terms(terms)?;
                }
                Task::List(list) => {
                    let list = *list;
                    self.cells(list)?;
                }
                Task::Pairs(pairs) => {
                    let pairs = std::mem::take(pairs);
                    self.pairs(pairs)?;
                }
                Task::Value(value) => {
                    let value = *value;
                    self.tasks.pop();
                    self.term(value)?;
                }
                &mut Task::FunSize { mark, start } => {
                    self.tasks.pop();
                    let size = self.sink.position() - start;
                    self.sink.patch(mark, length(size)?);
                }
                &mut Task::Hash { mark } => {
                    self.tasks.pop();
                    let hash = self.sink.hash_from(mark + 4);
                    self.sink.patch(mark, hash);
                }
            }
        }
        Ok(())
    }

    /// Goes on with the task on top, which is these terms.
    fn terms(&mut self, terms: &'p [Term<'p>]) -> Result<(), EncodeError> {
        for (index, &term) in terms.iter().enumerate() {
            if !self.leaf(term) {
                if let Some(Task::Terms(left)) = self.tasks.last_mut() {
                    *left = &terms[index + 1..];
                }
                return self.term(term);
            }
            self.go_on()?;
        }
        self.tasks.pop();
        Ok(())
    }

    /// Goes on with the task on top, which is these pairs.
    fn pairs(&mut self, mut pairs: Vec<(Term<'p>, Term<'p>)>) -> Result<(), EncodeError> {
        while let Some((key, value)) = pairs.pop() {
            let key_done = self.leaf(key);
            if key_done && self.leaf(value) {
                self.go_on()?;
                continue;
            }
            if let Some(Task::Pairs(left)) = self.tasks.last_mut() {
                *left = pairs;
            }
            if key_done {
                return self.term(value);
            }
            self.tasks.push(Task::Value(value));
            return self.term(key);
        }
        self.tasks.pop();
        Ok(())
    }

    /// Goes on with the task on top, which is this list.
    fn cells(&mut self, mut list: Term<'p>) -> Result<(), EncodeError> {
        while let Some(cell) = list.as_cons() {
            list = cell.tail();
            if !self.leaf(cell.head()) {
                if let Some(Task::List(left)) = self.tasks.last_mut() {
                    *left = list;
                }
                return self.term(cell.head());
            }
            self.go_on()?;
        }
        self.tasks.pop();
        self.term(list)
    }

    /// Writes one of the commonest terms that have no others inside; false if it is none.
    #[inline(always)]
    fn leaf(&mut self, term: Term<'p>) -> bool {
        let word = term.word();
        if word.is_small() {
            self.small(word.small_value());
        } else if word.is_atom() {
            self.atom(word.atom_value());
        } else if word.is_nil() {
            self.u8(tag::NIL);
        } else {
            return false;
        }
        true
    }

    #[inline(always)]
    fn u8(&mut self, value: u8) {
        self.sink.put(&[value]);
    }
    fn u16(&mut self, value: u16) {
        self.sink.put(&value.to_be_bytes());
    }
    #[inline(always)]
    fn u32(&mut self, value: u32) {
        self.sink.put(&value.to_be_bytes());
    }
    fn tagged_length(&mut self, code: u8, count: usize) -> Result<(), EncodeError> {
        let [a, b, c, d] = length(count)?.to_be_bytes();
        self.sink.put(&[code, a, b, c, d]);
        Ok(())
    }

    /// Writes a leaf, or the beginning of what has others within it.
    fn term(&mut self, term: Term<'p>) -> Result<(), EncodeError> {
        match term.view() {
            View::Small(value) => self.small(value),
            View::Big(big) => self.big(big)?,
            View::Float(float) => self.float(float),
            View::Atom(atom) => self.atom(atom),
            View::Nil => self.u8(tag::NIL),
            View::Cons(_) => self.list(term)?,
            View::Tuple(tuple) => {
                match u8::try_from(tuple.len()) {
                    Ok(count) => self.sink.put(&[tag::SMALL_TUPLE, count]),
                    Err(_) => self.tagged_length(tag::LARGE_TUPLE, tuple.len())?,
                }
                self.tasks.push(Task::Terms(tuple.elements()));
            }
            View::Map(map) => {
                if map.len() > self.most_elements() / 2 {
                    return Err(EncodeError::Long);
                }
                self.tagged_length(tag::MAP, map.len())?;
                let mut pairs: Vec<_> = map.iter().collect();
                if self.options.deterministic {
                    pairs.sort_by(|(one, _), (other, _)| other.cmp_exact(*one));
                } else if map.is_flat() {
                    pairs.reverse();
                }
                // A hash map is written against the order of its iterator, as OTP's order of pushing has it.
                self.tasks.push(Task::Pairs(pairs));
            }
            View::Bits(bits) => self.bits(bits)?,
            View::Fun(fun) => self.fun(fun)?,
            View::Pid(number) => {
                let (number, serial) = split_pid(number);
                self.pid(None, number, serial);
            }
            View::ExternalPid(pid) => {
                let number = pid.number();
                self.pid(Some(pid.node()), number as u32, (number >> 32) as u32);
            }
            View::Port(number) => self.port(None, number),
            View::ExternalPort(port) => self.port(Some(port.node()), port.number()),
            View::Reference(reference) => self.local_reference(reference),
            View::ExternalReference(reference) => {
                self.reference(Some(reference.node()), &reference.numbers());
            }
            View::Record(record) => self.record(record)?,
        }
        Ok(())
    }

    #[inline]
    fn small(&mut self, value: i64) {
        if let Ok(byte) = u8::try_from(value) {
            self.sink.put(&[tag::SMALL_INTEGER, byte]);
        } else if let Ok(value) = i32::try_from(value) {
            let [a, b, c, d] = value.to_be_bytes();
            self.sink.put(&[tag::INTEGER, a, b, c, d]);
        } else {
            let used = 8 - (value.unsigned_abs().leading_zeros() / 8) as usize;
            let mut bytes = [0; 11];
            bytes[..3].copy_from_slice(&[tag::SMALL_BIG, used as u8, u8::from(value < 0)]);
            bytes[3..].copy_from_slice(&value.unsigned_abs().to_le_bytes());
            self.sink.put_first(&bytes, 3 + used);
        }
    }

    fn big(&mut self, big: BigRef<'_>) -> Result<(), EncodeError> {
        let count = big.magnitude_len();
        match u8::try_from(count) {
            Ok(count) => self.sink.put(&[tag::SMALL_BIG, count]),
            Err(_) => self.tagged_length(tag::LARGE_BIG, count)?,
        }
        self.u8(u8::from(big.negative));
        let mut left = count;
        for limb in big.limbs {
            self.sink.put(&limb.to_le_bytes()[..left.min(8)]);
            left = left.saturating_sub(8);
        }
        Ok(())
    }

    fn float(&mut self, float: f64) {
        if self.options.minor_version > 0 {
            self.u8(tag::NEW_FLOAT);
            self.sink.put(&float.to_bits().to_be_bytes());
            return;
        }
        let mut text = [0_u8; 31];
        if let Some(digits) = scientific(float, DEFAULT_DECIMALS) {
            let used = digits.len().min(text.len());
            text[..used].copy_from_slice(&digits[..used]);
        }
        self.u8(tag::FLOAT);
        self.sink.put(&text);
    }

    fn atom(&mut self, atom: Atom) {
        if let Some(place) = self.atoms.as_mut().and_then(|atoms| atoms.place(atom)) {
            self.sink.put(&[tag::ATOM_CACHE_REF, place]);
            return;
        }
        let text = atom.text();
        if self.options.minor_version < 2 && text.is_ascii() {
            let [a, b] = (text.len() as u16).to_be_bytes();
            self.sink.put(&[tag::ATOM, a, b]);
            return self.sink.put(text.as_bytes());
        }
        if self.options.minor_version < 2 && text.chars().all(|character| character <= '\u{ff}') {
            self.u8(tag::ATOM);
            // An atom has 255 characters at most.
            self.u16(text.chars().count() as u16);
            text.chars()
                .for_each(|character| self.u8(u32::from(character) as u8));
            return;
        }
        match u8::try_from(text.len()) {
            Ok(count) => self.sink.put(&[tag::SMALL_ATOM_UTF8, count]),
            Err(_) => {
                self.u8(tag::ATOM_UTF8);
                // At most 255 characters of four bytes.
                self.u16(text.len() as u16);
            }
        }
        self.sink.put(text.as_bytes());
    }

    fn list(&mut self, list: Term<'p>) -> Result<(), EncodeError> {
        if let Some(count) = string_length(list) {
            self.u8(tag::STRING);
            self.u16(count);
            let mut rest = list;
            while let Some(cell) = rest.as_cons() {
                self.u8(cell.head().as_small().unwrap_or(0) as u8);
                rest = cell.tail();
            }
            return Ok(());
        }
        // Each element takes a byte at least.
        let most = self.most_elements();
        let count = list.list_iter().take(most.saturating_add(1)).count();
        if count > most {
            return Err(EncodeError::Long);
        }
        self.tagged_length(tag::LIST, count)?;
        self.tasks.push(Task::List(list));
        Ok(())
    }

    fn bits(&mut self, bits: Bits<'_>) -> Result<(), EncodeError> {
        let (whole, odd) = (bits.bit_len() / 8, bits.bit_len() % 8);
        if odd == 0 {
            self.tagged_length(tag::BINARY, whole)?;
        } else {
            self.tagged_length(tag::BIT_BINARY, whole + 1)?;
            self.u8(odd as u8);
        }
        self.limit = self.limit.saturating_add(whole - whole / COPIED);
        if !self.sink.refer(bits, whole) {
            self.sink.put(&bits.bytes_padded());
        } else if odd != 0 {
            let (window, shift) = bits.window();
            let next = window.get(whole + 1).map_or(0, |&byte| u16::from(byte));
            let pair = u16::from(window[whole]) << 8 | next;
            self.u8(((pair << shift) >> 8) as u8 & (0xff << (8 - odd)));
        }
        Ok(())
    }

    /// The name of a node and, for the caller to write, its creation; `None` is this one.
    fn node(&mut self, node: Option<&'static Node>) -> u32 {
        if node.is_none() && self.options.local {
            self.u8(tag::NIL);
            return 0;
        }
        let node = node.unwrap_or_else(this_node);
        self.atom(node.name);
        node.creation
    }

    fn pid(&mut self, node: Option<&'static Node>, number: u32, serial: u32) {
        self.u8(tag::NEW_PID);
        let creation = self.node(node);
        self.u32(number);
        self.u32(serial);
        self.u32(creation);
    }

    fn port(&mut self, node: Option<&'static Node>, number: u64) {
        // To OTP 25 the wide form is for what does not fit the old one.
        let wide = self.rules.wide_ports || number > max_local_port();
        self.u8(if wide { tag::V4_PORT } else { tag::NEW_PORT });
        let creation = self.node(node);
        if wide {
            self.sink.put(&number.to_be_bytes());
        } else {
            self.u32(number as u32);
        }
        self.u32(creation);
    }

    fn local_reference(&mut self, reference: Reference<'_>) {
        keep_hidden(reference);
        let (numbers, count) = reference.external_numbers();
        self.reference(None, &numbers[..count]);
    }

    fn reference(&mut self, node: Option<&'static Node>, numbers: &[u32]) {
        self.u8(tag::NEWER_REFERENCE);
        self.u16(numbers.len() as u16);
        let creation = self.node(node);
        self.u32(creation);
        numbers.iter().for_each(|&number| self.u32(number));
    }

    fn fun(&mut self, fun: Fun<'p>) -> Result<(), EncodeError> {
        match fun.kind() {
            FunKind::External(export) => {
                self.u8(tag::EXPORT);
                self.atom(export.module());
                self.atom(export.function());
                self.small(i64::from(export.arity()));
            }
            FunKind::Local {
                entry,
                creator,
                free,
            } => {
                self.u8(tag::NEW_FUN);
                let (mark, start) = (self.sink.mark(), self.sink.position());
                self.u32(0);
                self.u8(entry.arity as u8);
                self.sink.put(&entry.uniq);
                self.u32(entry.index);
                self.u32(length(free.len())?);
                self.atom(entry.module);
                if S::COUNTS && self.rules.fun_creators {
                    // OTP 25 reckons with five bytes for each.
                    self.sink.put(&[0; 10]);
                } else {
                    self.small(i64::from(entry.old_index));
                    self.small(i64::from(entry.old_uniq));
                }
                self.tasks.push(Task::FunSize { mark, start });
                self.tasks.push(Task::Terms(free));
                if self.rules.fun_creators {
                    self.term(creator)?;
                } else {
                    self.pid(None, 0, 0);
                }
            }
        }
        Ok(())
    }

    fn record(&mut self, record: Record<'p>) -> Result<(), EncodeError> {
        let values = record.values();
        self.tagged_length(tag::NATIVE_RECORD, values.len())?;
        let definition = record.definition();
        self.u8(u8::from(definition.exported().as_boolean() == Some(true)));
        let head = [definition.module(), definition.name()];
        for name in head
            .into_iter()
            .chain(record.fields().map(|(name, _)| name))
        {
            if let Some(atom) = name.as_atom() {
                self.atom(atom);
            }
        }
        if definition.is_in_order() {
            self.tasks.push(Task::Terms(values));
        } else {
            let values = record.fields().rev().map(|(_, value)| Task::Value(value));
            self.tasks.extend(values);
        }
        Ok(())
    }
}

/// Length of a list of bytes that is written as a string.
fn string_length(list: Term<'_>) -> Option<u16> {
    let mut count = 0_u16;
    let mut rest = list;
    while let Some(cell) = rest.as_cons() {
        if !matches!(cell.head().as_small(), Some(0..256)) {
            return None;
        }
        count = count.checked_add(1)?;
        rest = cell.tail();
    }
    rest.is_nil().then_some(count)
}

fn length(count: usize) -> Result<u32, EncodeError> {
    u32::try_from(count).map_err(|_| EncodeError::TooLarge)
}
