//! What `phash2` is made of: Bob Jenkins' 96-bit mix ("Hash Functions", Dr. Dobb's Journal, 1997), and the hash values
//! of atoms.

/// 2^32 divided by the golden ratio.
const GOLDEN: u32 = 0x9e37_79b9;

/// The constant of a kind of term: a multiple of 2^32 divided by the golden ratio.
pub const fn golden(multiple: u32) -> u32 {
    GOLDEN.wrapping_mul(multiple)
}

/// Mixes three words so that each bit of them affects all bits of `c`.
#[inline(always)]
pub const fn mix(mut a: u32, mut b: u32, mut c: u32) -> [u32; 3] {
    /// `x - y - z`, xored with what the caller shifts out of `z`.
    #[inline(always)]
    const fn less(x: u32, y: u32, z: u32) -> u32 {
        x.wrapping_sub(y).wrapping_sub(z)
    }
    a = less(a, b, c) ^ c >> 13;
    b = less(b, c, a) ^ a << 8;
    c = less(c, a, b) ^ b >> 13;
    a = less(a, b, c) ^ c >> 12;
    b = less(b, c, a) ^ a << 16;
    c = less(c, a, b) ^ b >> 5;
    a = less(a, b, c) ^ c >> 3;
    b = less(b, c, a) ^ a << 10;
    c = less(c, a, b) ^ b >> 15;
    [a, b, c]
}

/// The hash after two more words of a kind of term that has `constant`.
#[inline(always)]
pub const fn combine(hash: u32, first: u32, second: u32, constant: u32) -> u32 {
    let [_, _, hash] = mix(
        constant.wrapping_add(first),
        constant.wrapping_add(second),
        hash,
    );
    hash
}

/// Hash of bytes that come in pieces.
#[derive(Clone, Copy, Debug)]
pub struct BlockHash {
    state: [u32; 3],
    /// Bytes that do not fill a block yet.
    pending: [u8; Self::BLOCK],
    pending_len: u8,
    /// Only its low 32 bits count.
    length: u32,
}

impl BlockHash {
    const BLOCK: usize = 12;

    /// Begins; `initial` is the hash so far.
    pub fn new(initial: u32) -> Self {
        Self {
            state: [GOLDEN, GOLDEN, initial],
            pending: [0; Self::BLOCK],
            pending_len: 0,
            length: 0,
        }
    }

    /// The next bytes.
    pub fn update(&mut self, mut bytes: &[u8]) {
        self.length = self.length.wrapping_add(bytes.len() as u32);
        let pending = usize::from(self.pending_len);
        if pending > 0 {
            let (fill, rest) = bytes.split_at(bytes.len().min(Self::BLOCK - pending));
            self.pending[pending..pending + fill.len()].copy_from_slice(fill);
            self.pending_len += fill.len() as u8;
            if usize::from(self.pending_len) < Self::BLOCK {
                return;
            }
            let block = self.pending;
            self.block(&block);
            self.pending_len = 0;
            bytes = rest;
        }
        let (blocks, rest) = bytes.as_chunks();
        for block in blocks {
            self.block(block);
        }
        self.pending[..rest.len()].copy_from_slice(rest);
        self.pending_len = rest.len() as u8;
    }

    #[inline]
    fn block(&mut self, block: &[u8; Self::BLOCK]) {
        let (words, _) = block.as_chunks::<4>();
        let [a, b, c] = self.state;
        self.state = mix(
            a.wrapping_add(u32::from_le_bytes(words[0])),
            b.wrapping_add(u32::from_le_bytes(words[1])),
            c.wrapping_add(u32::from_le_bytes(words[2])),
        );
    }

    /// The hash.
    pub fn finish(mut self) -> u32 {
        let last = last_block(&self.pending[..usize::from(self.pending_len)]);
        self.state[2] = self.state[2].wrapping_add(self.length);
        self.block(&last);
        self.state[2]
    }
}

/// Hash of bytes; `initial` is the hash so far.
pub fn block_hash(bytes: &[u8], initial: u32) -> u32 {
    let (mut a, mut b, mut c) = (GOLDEN, GOLDEN, initial);
    let (blocks, rest) = bytes.as_chunks::<{ BlockHash::BLOCK }>();
    let mut add = |block: &[u8; BlockHash::BLOCK], length: u32| {
        let (words, _) = block.as_chunks::<4>();
        [a, b, c] = mix(
            a.wrapping_add(u32::from_le_bytes(words[0])),
            b.wrapping_add(u32::from_le_bytes(words[1])),
            c.wrapping_add(u32::from_le_bytes(words[2]))
                .wrapping_add(length),
        );
        c
    };
    for block in blocks {
        add(block, 0);
    }
    add(&last_block(rest), bytes.len() as u32)
}

/// The last block, of what does not fill one. The lowest byte of its third word is the length's: bytes from the ninth on go one further.
#[inline]
fn last_block(rest: &[u8]) -> [u8; BlockHash::BLOCK] {
    // Bytes that are read twice overlap.
    let head = &rest[..rest.len().min(8)];
    let low = match (head.first_chunk::<4>(), head.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            let last = u64::from(u32::from_le_bytes(*last)) << (8 * (head.len() - 4));
            u64::from(u32::from_le_bytes(*first)) | last
        }
        _ => match *head {
            [] => 0,
            [a] => u64::from(a),
            [a, b] => u64::from(u16::from_le_bytes([a, b])),
            [a, b, c, ..] => u64::from(u32::from_le_bytes([a, b, c, 0])),
        },
    };
    let mut last = [0; BlockHash::BLOCK];
    last[..8].copy_from_slice(&low.to_le_bytes());
    for (&byte, place) in rest.iter().skip(8).zip(&mut last[9..]) {
        *place = byte;
    }
    last
}

/// The hash value of an atom with this name in UTF-8: P. J. Weinberger's hash over its characters where they are in
/// Latin-1, over the bytes of the encoding where they are not.
pub fn atom_hash(name: &[u8]) -> u32 {
    let mut hash = 0u32;
    let mut rest = name;
    while let [first, after @ ..] = rest {
        rest = after;
        let mut value = *first;
        if let (0xc2 | 0xc3, [second @ 0x80..=0xbf, after @ ..]) = (value, rest) {
            value = value << 6 | second & 0x3f;
            rest = after;
        }
        hash = (hash << 4).wrapping_add(u32::from(value));
        let top = hash & 0xf000_0000;
        hash ^= top >> 24 | top;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_any_size_give_the_same() {
        let bytes: Vec<u8> = (0..100u8).map(|byte| byte.wrapping_mul(37)).collect();
        for length in 0..bytes.len() {
            let whole = block_hash(&bytes[..length], 7);
            for piece in 1..30 {
                let mut hash = BlockHash::new(7);
                bytes[..length]
                    .chunks(piece)
                    .for_each(|piece| hash.update(piece));
                assert_eq!(hash.finish(), whole);
            }
        }
    }
}
