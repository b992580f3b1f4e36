//! A bit string that need not begin at a byte.

/// Bits within bytes, the most significant bit of a byte first.
#[derive(Clone, Copy, Debug)]
pub struct Bits<'a> {
    bytes: &'a [u8],
    offset: u32,
    length: u64,
}

impl<'a> Bits<'a> {
    /// `length` bits that begin `offset` bits into `bytes`; the offset is below 8, and the bytes are enough.
    pub fn new(bytes: &'a [u8], offset: u32, length: u64) -> Self {
        assert!(offset < 8 && u64::from(offset) + length <= bytes.len() as u64 * 8);
        Self {
            bytes,
            offset,
            length,
        }
    }

    /// A binary.
    pub fn whole(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            offset: 0,
            length: bytes.len() as u64 * 8,
        }
    }

    /// How many bits.
    pub fn len(self) -> u64 {
        self.length
    }

    /// Whether there is no bit.
    pub fn is_empty(self) -> bool {
        self.length == 0
    }

    /// How many whole bytes.
    pub fn byte_len(self) -> usize {
        (self.length / 8) as usize
    }

    /// How many bits follow the last whole byte.
    pub fn tail_len(self) -> u32 {
        (self.length % 8) as u32
    }

    /// The byte at `index`, or the bits after the last whole one, from the top; what does not belong is zero.
    pub fn byte(self, index: usize) -> u8 {
        let valid = (self.length.saturating_sub(index as u64 * 8)).min(8) as u32;
        if valid == 0 {
            return 0;
        }
        let high = self.bytes[index];
        let low = self.bytes.get(index + 1).copied().unwrap_or(0);
        let joined = (u16::from(high) << 8 | u16::from(low)) << self.offset;
        (joined >> 8) as u8 & (0xff00u32 >> valid) as u8
    }

    /// The bits after the last whole byte, as a number.
    pub fn tail(self) -> u8 {
        match self.tail_len() {
            0 => 0,
            length => self.byte(self.byte_len()) >> (8 - length),
        }
    }

    /// Hands the whole bytes `from..to` to `sink`, piece by piece; as they are if they begin at a byte.
    pub fn for_each_piece(self, from: usize, to: usize, mut sink: impl FnMut(&[u8])) {
        debug_assert!(to <= self.byte_len());
        if self.offset == 0 {
            return sink(&self.bytes[from..to]);
        }
        let mut piece = [0; 192];
        let mut at = from;
        while at < to {
            let length = piece.len().min(to - at);
            let source = &self.bytes[at..=at + length];
            for (byte, pair) in piece.iter_mut().zip(source.windows(2)) {
                *byte = pair[0] << self.offset | pair[1] >> (8 - self.offset);
            }
            sink(&piece[..length]);
            at += length;
        }
    }
}
