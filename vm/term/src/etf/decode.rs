//! Bytes to terms.
//!
//! Terms are built from the leaves up: what is decoded stands on a list of operands, and for each tuple, list, map, fun or record that
//! is not yet whole a frame says how many are missing. Every operand took at least one byte of input, and a count is refused when it
//! is larger than what is left of the input, so neither memory nor time depends on what a hostile count says.

use super::{VERSION, local_hash, tag};
use crate::atom::{Atom, AtomError, MAX_CHARACTERS};
use crate::binary::refc::SharedBytes;
use crate::boxed::external::{Node, join_pid, max_local_port, this_node};
use crate::boxed::fun::{Export, FunEntry, ON_ITS_OWN};
use crate::boxed::reference::{Magic, RefNumbers};
use crate::boxed::tuple::MAX_ARITY;
use crate::heap::arena::Builder;
use crate::number::Big;
use crate::rules::rules;
use crate::term::Term;
use crate::word::{SMALL_MAX, Word};
use std::cell::Cell;
use std::sync::Arc;

/// Why bytes are no term.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum DecodeError {
    /// They are not in the format; where.
    Malformed {
        /// Offset from the first byte given (from the first inflated byte for what was compressed).
        offset: usize,
    },
    /// They would make something that option `safe` forbids: a new atom or export.
    Unsafe,
    /// A number, tuple or atom larger than there may be.
    TooLarge,
    /// The atom table is full.
    AtomTableFull,
    /// They hold a term of another incarnation of a node (tag 121).
    ForeignLocal,
}

/// How to decode.
#[derive(Copy, Clone, Default, Debug)]
pub struct DecodeOptions {
    /// Make no atoms and exports that don't exist.
    pub safe: bool,
}

/// What a lambda is called in the external format.
#[derive(Copy, Clone, Debug)]
pub struct FunKey<'a> {
    /// Module.
    pub module: Atom,
    /// Position in the module's table.
    pub index: u32,
    /// MD5 of the module.
    pub uniq: &'a [u8; 16],
    /// The compiler's number.
    pub old_index: u32,
    /// The compiler's hash.
    pub old_uniq: u32,
    /// Arity that a caller sees.
    pub arity: u8,
    /// Number of free variables.
    pub num_free: u32,
}

/// What a reference of this node turns out to be.
pub enum LocalReference {
    /// Nothing but its numbers.
    Plain,
    /// It belongs to the process of this number.
    Pid(u64),
    /// It has an object behind it, which still lives.
    Magic(Arc<Magic>),
    /// This node never made it.
    Unknown,
}

/// What decoding needs from the machine.
pub trait DecodeContext {
    /// The atom of this text; with `existing`, only if there is one (`Err(Unsafe)` otherwise).
    ///
    /// # Errors
    /// It may not be made.
    fn atom(&mut self, text: &str, existing: bool) -> Result<Atom, DecodeError> {
        if existing {
            return crate::atom::exists(text).ok_or(DecodeError::Unsafe);
        }
        Atom::new(text).map_err(|error| match error {
            AtomError::TooLong => DecodeError::TooLarge,
            AtomError::Full => DecodeError::AtomTableFull,
        })
    }
    /// The atom at this place of the message's table (tag 82).
    fn cached_atom(&mut self, _index: u8) -> Option<Atom> {
        None
    }
    /// The input lies within these shared bytes, of which `bytes`, a binary's, are a part: where they begin. `None`: they are copied.
    fn shared(&mut self, _bytes: &[u8]) -> Option<(SharedBytes, usize)> {
        None
    }
    /// The export entry `module:function/arity`; with `existing`, only if there is one with code.
    fn export(
        &mut self,
        module: Atom,
        function: Atom,
        arity: u32,
        existing: bool,
    ) -> Option<&'static Export>;
    /// The entry of a lambda, made if it is not known.
    fn fun_entry(&mut self, key: FunKey<'_>) -> Option<&'static FunEntry>;
    /// This node.
    fn node(&self) -> &'static Node {
        this_node()
    }
    /// A reference of this node. From OTP 26 on the format has the pid that it belongs to, `pid`, if any.
    fn local_reference(&mut self, _numbers: RefNumbers, pid: Option<u64>) -> LocalReference {
        pid.map_or(LocalReference::Plain, LocalReference::Pid)
    }
    /// The literal that says the same as this definition of a native record; `None`: it stays on the heap.
    fn record_definition(&mut self, _definition: Term<'_>) -> Option<Term<'static>> {
        None
    }
}

/// Decodes a whole external term, [`VERSION`] first, perhaps compressed. Gives the term and the bytes used; there may be more.
///
/// # Errors
/// The bytes are no such term.
pub fn decode<'p>(
    bytes: &[u8],
    builder: &mut Builder<'p>,
    context: &mut dyn DecodeContext,
    options: DecodeOptions,
) -> Result<(Term<'p>, usize), DecodeError> {
    match bytes {
        [VERSION, tag::COMPRESSED, a, b, c, d, stream @ ..] => {
            let size = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
            let (inflated, used) =
                inflate(stream, size).ok_or(DecodeError::Malformed { offset: 6 })?;
            let (term, _) = decode_term(&inflated, builder, context, options)?;
            Ok((term, 6 + used))
        }
        [VERSION, ..] => Decoder::new(bytes, 1, builder, context, options).run(),
        _ => Err(DecodeError::Malformed { offset: 0 }),
    }
}

/// Decodes a term without the version byte, as they stand in distribution messages.
///
/// # Errors
/// The bytes are no such term.
pub fn decode_term<'p>(
    bytes: &[u8],
    builder: &mut Builder<'p>,
    context: &mut dyn DecodeContext,
    options: DecodeOptions,
) -> Result<(Term<'p>, usize), DecodeError> {
    Decoder::new(bytes, 0, builder, context, options).run()
}

/// Inflates to exactly `size` bytes; gives them and the length of the stream. Memory follows what really comes out.
fn inflate(stream: &[u8], size: usize) -> Option<(Vec<u8>, usize)> {
    // Deflate makes at most 1,032 bytes of one.
    if size / 1032 > stream.len() {
        return None;
    }
    let mut inflater = flate2::Decompress::new(true);
    let mut out = Vec::new();
    loop {
        let (taken, made) = (inflater.total_in() as usize, out.len());
        if made == out.capacity() {
            // One byte too many is enough to tell that the size was wrong.
            out.reserve_exact(made.max(4096).min(size + 1 - made));
        }
        let status = inflater
            .decompress_vec(
                stream.get(taken..)?,
                &mut out,
                flate2::FlushDecompress::None,
            )
            .ok()?;
        if out.len() > size {
            return None;
        }
        let taken_now = inflater.total_in() as usize;
        if status == flate2::Status::StreamEnd {
            return (out.len() == size).then_some((out, taken_now));
        }
        if taken_now == taken && out.len() == made && made < out.capacity() {
            return None;
        }
    }
}

/// What the operands of a frame become.
enum Kind<'p> {
    Tuple,
    /// Elements and tail.
    List,
    /// Keys and values in turn.
    Map,
    /// Free variables.
    Fun {
        entry: &'static FunEntry,
        creator: Term<'p>,
    },
    /// Values.
    Record {
        definition: Term<'p>,
    },
    /// A single term of this node only; what its bytes, from `start` on, must hash to.
    Local {
        hash: u32,
        start: usize,
    },
}

struct Frame<'p> {
    kind: Kind<'p>,
    count: usize,
    missing: usize,
}

const RECENT_ATOMS: usize = 256;

thread_local! {
    /// Atoms that were decoded on this thread, by their texts: those need no look at the table, which has a lock.
    static RECENT: [Cell<Atom>; RECENT_ATOMS] =
        const { [const { Cell::new(Atom::from_index(0)) }; RECENT_ATOMS] };
}

/// A node as the format names it; `None` is this one, within tag 121.
type Sysname = Option<Atom>;

struct Decoder<'a, 'b, 'p> {
    bytes: &'a [u8],
    at: usize,
    builder: &'b mut Builder<'p>,
    context: &'b mut dyn DecodeContext,
    safe: bool,
    operands: Vec<Term<'p>>,
    frames: Vec<Frame<'p>>,
    /// Frames of tag 121 that are open.
    local: usize,
}

impl<'a, 'b, 'p> Decoder<'a, 'b, 'p> {
    fn new(
        bytes: &'a [u8],
        at: usize,
        builder: &'b mut Builder<'p>,
        context: &'b mut dyn DecodeContext,
        options: DecodeOptions,
    ) -> Decoder<'a, 'b, 'p> {
        Decoder {
            bytes,
            at,
            builder,
            context,
            safe: options.safe,
            operands: Vec::new(),
            frames: Vec::new(),
            local: 0,
        }
    }

    fn malformed<T>(&self) -> Result<T, DecodeError> {
        Err(DecodeError::Malformed { offset: self.at })
    }
    #[inline(always)]
    fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        match self.bytes.get(self.at..).and_then(|rest| rest.get(..count)) {
            Some(bytes) => {
                self.at += count;
                Ok(bytes)
            }
            None => self.malformed(),
        }
    }
    #[inline(always)]
    fn array<const N: usize>(&mut self) -> Result<&'a [u8; N], DecodeError> {
        match self.bytes.get(self.at..).and_then(<[u8]>::first_chunk::<N>) {
            Some(bytes) => {
                self.at += N;
                Ok(bytes)
            }
            None => self.malformed(),
        }
    }
    #[inline(always)]
    fn u8(&mut self) -> Result<u8, DecodeError> {
        self.array::<1>().map(|bytes| bytes[0])
    }
    fn u16(&mut self) -> Result<u16, DecodeError> {
        self.array().map(|bytes| u16::from_be_bytes(*bytes))
    }
    #[inline(always)]
    fn u32(&mut self) -> Result<u32, DecodeError> {
        self.array().map(|bytes| u32::from_be_bytes(*bytes))
    }
    fn u64(&mut self) -> Result<u64, DecodeError> {
        self.array().map(|bytes| u64::from_be_bytes(*bytes))
    }
    /// A 32-bit count of things that take at least `least` bytes each.
    fn count(&mut self, least: usize) -> Result<usize, DecodeError> {
        let count = self.u32()? as usize;
        if count > (self.bytes.len() - self.at) / least {
            return self.malformed();
        }
        Ok(count)
    }

    fn run(mut self) -> Result<(Term<'p>, usize), DecodeError> {
        loop {
            let Some(mut term) = self.item()? else {
                continue;
            };
            loop {
                let Some(frame) = self.frames.last_mut() else {
                    return Ok((term, self.at));
                };
                self.operands.push(term);
                frame.missing -= 1;
                if frame.missing > 0 {
                    break;
                }
                term = self.finish()?;
            }
        }
    }

    fn open(&mut self, kind: Kind<'p>, count: usize) -> Option<Term<'p>> {
        self.frames.push(Frame {
            kind,
            count,
            missing: count,
        });
        None
    }

    /// Builds what the topmost frame stands for; all its operands are there.
    fn finish(&mut self) -> Result<Term<'p>, DecodeError> {
        let Some(frame) = self.frames.pop() else {
            return self.malformed();
        };
        let first = self.operands.len() - frame.count;
        let operands = &self.operands[first..];
        let term = match frame.kind {
            Kind::Tuple => self.builder.tuple(operands),
            Kind::List => list(self.builder, operands),
            Kind::Map => {
                let pairs = operands.chunks_exact(2).map(|pair| (pair[0], pair[1]));
                match self.builder.map_from_unique_pairs(pairs) {
                    Some(map) => map,
                    None => return self.malformed(),
                }
            }
            Kind::Fun { entry, creator } => self.builder.local_fun(entry, creator, operands),
            Kind::Record { definition } => self.builder.record_in_order(definition, operands),
            Kind::Local { hash, start } => {
                self.local -= 1;
                if local_hash(&self.bytes[start..self.at]) != hash {
                    return Err(DecodeError::ForeignLocal);
                }
                operands[0]
            }
        };
        self.operands.truncate(first);
        Ok(term)
    }

    /// The next leaf, or `None` after a frame was opened.
    #[inline]
    fn item(&mut self) -> Result<Option<Term<'p>>, DecodeError> {
        let code = self.u8()?;
        Ok(Some(match code {
            tag::SMALL_INTEGER => Term::small(i64::from(self.u8()?)),
            tag::INTEGER => Term::small(i64::from(self.u32()? as i32)),
            tag::ATOM | tag::SMALL_ATOM | tag::ATOM_UTF8 | tag::SMALL_ATOM_UTF8 => {
                Term::atom(self.atom(code)?)
            }
            tag::ATOM_CACHE_REF => Term::atom(self.atom(code)?),
            tag::NIL => Term::NIL,
            tag::SMALL_TUPLE => {
                let count = usize::from(self.u8()?);
                return Ok(self.tuple(count));
            }
            tag::LARGE_TUPLE => {
                let count = self.count(1)?;
                if count > MAX_ARITY {
                    return Err(DecodeError::TooLarge);
                }
                return Ok(self.tuple(count));
            }
            tag::LIST => {
                let count = self.count(1)?;
                return match count {
                    // The tail is all there is.
                    0 => self.item_again(),
                    _ => Ok(self.open(Kind::List, count + 1)),
                };
            }
            tag::STRING => {
                let count = usize::from(self.u16()?);
                let bytes = self.take(count)?;
                self.builder.byte_list(bytes)
            }
            tag::BINARY => {
                let count = self.count(1)?;
                let bytes = self.take(count)?;
                match self.context.shared(bytes) {
                    Some((shared, start)) => {
                        let whole = self.builder.shared_binary(shared);
                        self.builder.sub_bits(whole, start * 8, count * 8)
                    }
                    None => self.builder.binary(bytes),
                }
            }
            tag::BIT_BINARY => {
                let count = self.u32()? as usize;
                let last = usize::from(self.u8()?);
                // Later releases take no empty one.
                let empty = count == 0 && !rules().uniform_bitstrings;
                if (last == 0) != empty || last > 8 || (count == 0) != empty {
                    return self.malformed();
                }
                let bytes = self.take(count)?;
                self.bitstring(bytes, (count * 8).saturating_sub(8 - last))
            }
            tag::MAP => {
                let count = self.count(2)?;
                if count == 0 {
                    self.builder.empty_map()
                } else {
                    return Ok(self.open(Kind::Map, count * 2));
                }
            }
            tag::NEW_FLOAT => {
                let float = f64::from_bits(self.u64()?);
                self.float(float)?
            }
            _ => return self.rare(code),
        }))
    }

    #[cold]
    fn item_again(&mut self) -> Result<Option<Term<'p>>, DecodeError> {
        // Nested empty lists with tails are skipped here rather than by calling `item` from itself.
        while self
            .bytes
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(&[tag::LIST, 0, 0, 0, 0]))
        {
            self.at += 5;
        }
        if self.bytes.get(self.at) == Some(&tag::LIST) {
            self.at += 1;
            let count = self.count(1)?;
            return Ok(self.open(Kind::List, count + 1));
        }
        self.item()
    }

    fn tuple(&mut self, count: usize) -> Option<Term<'p>> {
        if count == 0 {
            Some(self.builder.tuple(&[]))
        } else {
            self.open(Kind::Tuple, count)
        }
    }

    fn float(&mut self, float: f64) -> Result<Term<'p>, DecodeError> {
        if float.is_finite() {
            Ok(self.builder.float(float))
        } else {
            self.malformed()
        }
    }

    /// The bits behind the last one must be zero on the heap, whatever the input has there.
    fn bitstring(&mut self, bytes: &[u8], bits: usize) -> Term<'p> {
        if bits.is_multiple_of(8) {
            return self.builder.binary(bytes);
        }
        let mut clean = bytes.to_vec();
        if let Some(last) = clean.last_mut() {
            *last &= 0xff << (8 - bits % 8);
        }
        self.builder.bitstring(&clean, bits)
    }

    fn rare(&mut self, code: u8) -> Result<Option<Term<'p>>, DecodeError> {
        Ok(Some(match code {
            tag::SMALL_BIG => {
                let count = usize::from(self.u8()?);
                self.big(count)?
            }
            tag::LARGE_BIG => {
                let count = self.count(1)?;
                self.big(count)?
            }
            tag::FLOAT => {
                // A text that ends with a zero, though OTP does not look whether it is within the 31 bytes.
                let text = self.take(31)?;
                let end = text.iter().position(|&byte| byte == 0);
                let goes_on =
                    end.is_none() && self.bytes.get(self.at).is_some_and(|&byte| byte != 0);
                match crate::number::float::parse_prefix(text) {
                    Some((float, length)) if length == end.unwrap_or(31) && !goes_on => {
                        self.float(float)?
                    }
                    _ => return self.malformed(),
                }
            }
            tag::PID | tag::NEW_PID => self.pid(code)?,
            tag::PORT | tag::NEW_PORT | tag::V4_PORT => self.port(code)?,
            tag::REFERENCE | tag::NEW_REFERENCE | tag::NEWER_REFERENCE => self.reference(code)?,
            tag::EXPORT => self.export()?,
            tag::NEW_FUN => return self.fun(),
            tag::NATIVE_RECORD if rules().native_records => return self.record(),
            tag::LOCAL if rules().etf_local => {
                let hash = self.u32()?;
                self.local += 1;
                let start = self.at;
                return Ok(self.open(Kind::Local { hash, start }, 1));
            }
            _ => {
                self.at -= 1;
                return self.malformed();
            }
        }))
    }

    fn atom_here(&mut self) -> Result<Atom, DecodeError> {
        let code = self.u8()?;
        self.atom(code)
    }

    fn atom(&mut self, code: u8) -> Result<Atom, DecodeError> {
        let length = match code {
            tag::SMALL_ATOM | tag::SMALL_ATOM_UTF8 => usize::from(self.u8()?),
            tag::ATOM | tag::ATOM_UTF8 => usize::from(self.u16()?),
            tag::ATOM_CACHE_REF => {
                let index = self.u8()?;
                return match self.context.cached_atom(index) {
                    Some(atom) => Ok(atom),
                    None => self.malformed(),
                };
            }
            _ => {
                self.at -= 1;
                return self.malformed();
            }
        };
        if length > MAX_CHARACTERS * 4 {
            return self.malformed();
        }
        let bytes = self.take(length)?;
        let utf8 = matches!(code, tag::ATOM_UTF8 | tag::SMALL_ATOM_UTF8);
        if utf8 || bytes.is_ascii() {
            return self.atom_of_text(bytes);
        }
        let text: String = bytes.iter().copied().map(char::from).collect();
        self.context.atom(&text, self.safe)
    }

    /// The atom of a text. The same few come again and again.
    fn atom_of_text(&mut self, bytes: &[u8]) -> Result<Atom, DecodeError> {
        let (first, last) = match bytes {
            [first, .., last] => (*first, *last),
            _ => (0, 0),
        };
        let middle = bytes.get(bytes.len() / 2).copied().unwrap_or(0);
        let place = usize::from(first) * 7 + usize::from(last) * 31 + usize::from(middle) * 3;
        let place = (place + bytes.len()) % RECENT_ATOMS;
        let recent = RECENT.with(|atoms| atoms[place].get());
        if recent.text().as_bytes() == bytes {
            return Ok(recent);
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return self.malformed();
        };
        let atom = self.context.atom(text, self.safe)?;
        RECENT.with(|atoms| atoms[place].set(atom));
        Ok(atom)
    }

    fn sysname(&mut self) -> Result<Sysname, DecodeError> {
        if self.local > 0 && self.bytes.get(self.at) == Some(&tag::NIL) {
            self.at += 1;
            return Ok(None);
        }
        self.atom_here().map(Some)
    }

    /// The creation: one byte of two bits in the old tags.
    fn creation(&mut self, old: bool) -> Result<u32, DecodeError> {
        if !old {
            return self.u32();
        }
        match self.u8()? {
            creation @ 0..=3 => Ok(u32::from(creation)),
            _ => self.malformed(),
        }
    }

    /// The other node that this names, or `None` for this one.
    fn other_node(&self, name: Sysname, creation: u32) -> Option<&'static Node> {
        let name = name?;
        let this = self.context.node();
        (name != this.name || creation != this.creation).then(|| Node::of(name, creation))
    }

    fn pid(&mut self, code: u8) -> Result<Term<'p>, DecodeError> {
        let name = self.sysname()?;
        let (id, serial) = (self.u32()?, self.u32()?);
        let creation = self.creation(code == tag::PID)?;
        match self.other_node(name, creation) {
            Some(node) => Ok(self
                .builder
                .external_pid(node, u64::from(id) | u64::from(serial) << 32)),
            None => match join_pid(id, serial) {
                Some(number) => Ok(Term::local_pid(number)),
                None => self.malformed(),
            },
        }
    }

    fn port(&mut self, code: u8) -> Result<Term<'p>, DecodeError> {
        let name = self.sysname()?;
        let number = if code == tag::V4_PORT {
            self.u64()?
        } else {
            u64::from(self.u32()?)
        };
        let creation = self.creation(code == tag::PORT)?;
        match self.other_node(name, creation) {
            Some(node) => Ok(self.builder.external_port(node, number)),
            None if number <= max_local_port() => Ok(Term::local_port(number)),
            None => self.malformed(),
        }
    }

    fn reference(&mut self, code: u8) -> Result<Term<'p>, DecodeError> {
        const MOST: usize = 5;
        let count = if code == tag::REFERENCE {
            1
        } else {
            usize::from(self.u16()?)
        };
        if count == 0 || count > MOST {
            return self.malformed();
        }
        let name = self.sysname()?;
        let mut numbers = [0_u32; MOST];
        let creation;
        if code == tag::REFERENCE {
            numbers[0] = self.u32()?;
            creation = self.creation(true)?;
        } else {
            creation = self.creation(code == tag::NEW_REFERENCE)?;
            for number in &mut numbers[..count] {
                *number = self.u32()?;
            }
        }
        let node = self.other_node(name, creation);
        // The first number has 18 bits in the old tags and at home.
        if numbers[0] >= 1 << 18 && (node.is_none() || code != tag::NEWER_REFERENCE) {
            return self.malformed();
        }
        let Some(node) = node else {
            if count > 3 && !rules().long_references {
                return self.malformed();
            }
            return self.local_reference(numbers);
        };
        Ok(self.builder.external_reference(node, &numbers[..count]))
    }

    fn local_reference(&mut self, words: [u32; 5]) -> Result<Term<'p>, DecodeError> {
        let numbers = RefNumbers::from_numbers([words[0], words[1], words[2]]);
        let owner = Word(u64::from(words[3]) | u64::from(words[4]) << 32);
        let pid = owner.is_local_pid().then(|| owner.local_number());
        match self.context.local_reference(numbers, pid) {
            LocalReference::Plain => Ok(self.builder.reference(numbers)),
            LocalReference::Pid(number) => Ok(self.builder.pid_reference(numbers, number)),
            LocalReference::Magic(object) => Ok(self.builder.magic_reference(numbers, object)),
            LocalReference::Unknown => self.malformed(),
        }
    }

    fn big(&mut self, count: usize) -> Result<Term<'p>, DecodeError> {
        let negative = self.u8()? != 0;
        let bytes = self.take(count)?;
        if count > rules().big_limbs.saturating_mul(8) {
            return Err(DecodeError::TooLarge);
        }
        if count <= 8 {
            let limb = bytes
                .iter()
                .rev()
                .fold(0, |limb, &byte| limb << 8 | u64::from(byte));
            if limb <= SMALL_MAX as u64 {
                let value = limb as i64;
                return Ok(Term::small(if negative { -value } else { value }));
            }
            return Ok(self.builder.big(negative, &[limb]));
        }
        let big = Big::from_magnitude(negative, bytes);
        Ok(self.builder.big(negative, big.as_ref().limbs))
    }

    /// An integer that must be small and not negative.
    fn natural(&mut self) -> Result<u64, DecodeError> {
        let code = self.u8()?;
        let term = match code {
            tag::SMALL_INTEGER | tag::INTEGER => {
                self.at -= 1;
                self.item()?
            }
            tag::SMALL_BIG | tag::LARGE_BIG => self.rare(code)?,
            _ => return self.malformed(),
        };
        match term.and_then(Term::as_small).map(u64::try_from) {
            Some(Ok(value)) => Ok(value),
            _ => self.malformed(),
        }
    }

    fn export(&mut self) -> Result<Term<'p>, DecodeError> {
        let module = self.atom_here()?;
        let function = self.atom_here()?;
        let Ok(arity) = u32::try_from(self.natural()?) else {
            return self.malformed();
        };
        match self.context.export(module, function, arity, self.safe) {
            Some(export) => Ok(self.builder.external_fun(export)),
            None if self.safe => Err(DecodeError::Unsafe),
            None => self.malformed(),
        }
    }

    fn fun(&mut self) -> Result<Option<Term<'p>>, DecodeError> {
        // The size that comes first was wrong in OTP 23, so OTP ignores it, and so do we.
        self.u32()?;
        let arity = self.u8()?;
        let uniq = self.array::<16>()?;
        let index = self.u32()?;
        let num_free = self.u32()?;
        if num_free > 255 {
            return self.malformed();
        }
        let module = self.atom_here()?;
        // The compiler's numbers are 32 bits wide; OTP takes the low ones of whatever comes.
        let old_index = self.natural()? as u32;
        let old_uniq = self.natural()? as u32;
        let creator = match self.u8()? {
            code @ (tag::PID | tag::NEW_PID) => self.pid(code)?,
            _ => return self.malformed(),
        };
        let creator = if rules().fun_creators {
            creator
        } else {
            ON_ITS_OWN
        };
        let key = FunKey {
            module,
            index,
            uniq,
            old_index,
            old_uniq,
            arity,
            num_free,
        };
        let Some(entry) = self.context.fun_entry(key) else {
            return self.malformed();
        };
        if num_free == 0 {
            return Ok(Some(self.builder.local_fun(entry, creator, &[])));
        }
        Ok(self.open(Kind::Fun { entry, creator }, num_free as usize))
    }

    fn record(&mut self) -> Result<Option<Term<'p>>, DecodeError> {
        let count = self.count(2)?;
        let exported = match self.u8()? {
            0 => false,
            1 => true,
            _ => return self.malformed(),
        };
        let module = self.atom_here()?;
        let name = self.atom_here()?;
        let mut fields = Vec::new();
        for _ in 0..count {
            fields.push(self.atom_here()?);
        }
        let Some(definition) = self
            .builder
            .record_definition(module, name, exported, &fields)
        else {
            return self.malformed();
        };
        let definition = self
            .context
            .record_definition(definition)
            .unwrap_or(definition);
        if count == 0 {
            return Ok(Some(self.builder.record(definition, &[])));
        }
        Ok(self.open(Kind::Record { definition }, count))
    }
}

/// A list of all but the last of `operands`, which is the tail; its cells lie one behind the other.
fn list<'p>(builder: &mut Builder<'p>, operands: &[Term<'p>]) -> Term<'p> {
    let Some((tail, elements)) = operands.split_last() else {
        return Term::NIL;
    };
    if elements.is_empty() {
        return *tail;
    }
    let cells = builder.alloc(elements.len() * 2);
    // SAFETY: fresh room for the cells; each gets its head, and the next one, or the tail, behind it.
    unsafe {
        for (index, element) in elements.iter().enumerate() {
            *cells.add(index * 2) = element.word();
            *cells.add(index * 2 + 1) = Word::cons(cells.add(index * 2 + 2));
        }
        *cells.add(elements.len() * 2 - 1) = tail.word();
        Term::from_word(Word::cons(cells))
    }
}
