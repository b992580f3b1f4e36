//! The algorithms: TABLE of what `crypto` calls them, since which release, their numbers in OpenSSL and sizes, and how they are begun.

use hmac::{Mac, SimpleHmac};
use oxbeam_vm::native::prelude::*;
use sha3::digest::core_api::BlockSizeUser;
use sha3::digest::{Digest, ExtendableOutput, KeyInit, Update};

/// A hash under way.
pub(super) trait Hasher: Send + Sync {
    fn update(&mut self, data: &[u8]);
    fn copy(&self) -> Box<dyn Hasher>;
    /// The hash of what has come; of `length` bytes where that may be chosen.
    fn result(&self, length: Option<usize>) -> Option<Vec<u8>>;
}

/// A hash with a key, under way.
pub(super) trait Keyed: Send + Sync {
    fn update(&mut self, data: &[u8]);
    fn result(&self) -> Vec<u8>;
}

/// Begins a hash with a key.
type Key = fn(key: &[u8]) -> Box<dyn Keyed>;

/// Makes a key of a password: PBKDF2.
type Derive = fn(password: &[u8], salt: &[u8], rounds: u32, key: &mut [u8]);

/// A row.
pub(super) struct Algorithm {
    pub(super) name: &'static str,
    /// The first release that has it.
    since: u32,
    /// OpenSSL's number.
    pub(super) number: i64,
    /// Bytes of the hash, and of the blocks that it works on.
    pub(super) size: usize,
    pub(super) block: usize,
    pub(super) start: fn() -> Box<dyn Hasher>,
    /// HMAC.
    pub(super) keyed: Option<Key>,
    /// PBKDF2, which OTP allows for some only.
    pub(super) derive: Option<Derive>,
}

macro_rules! fixed {
    ($name:literal $hash:ty, $since:literal $number:literal $size:literal $block:literal) => {
        Algorithm {
            name: $name,
            since: $since,
            number: $number,
            size: $size,
            block: $block,
            start: || Box::new(Fixed(<$hash>::new())),
            keyed: Some(keyed::<$hash>),
            derive: None,
        }
    };
}

macro_rules! deriving {
    ($name:literal $hash:ty, $since:literal $number:literal $size:literal $block:literal) => {
        Algorithm {
            derive: Some(derive::<$hash>),
            ..fixed!($name $hash, $since $number $size $block)
        }
    };
}

macro_rules! open {
    ($name:literal $hash:ty, $since:literal $number:literal $size:literal $block:literal) => {
        Algorithm {
            name: $name,
            since: $since,
            number: $number,
            size: $size,
            block: $block,
            start: || Box::new(Open::<$hash, $size>(<$hash>::default())),
            keyed: None,
            derive: None,
        }
    };
}

/// All, in OTP's order.
const ALGORITHMS: &[Algorithm] = &[
    fixed!("md4" md4::Md4, 25 257 16 64),
    fixed!("md5" md5::Md5, 25 4 16 64),
    fixed!("ripemd160" ripemd::Ripemd160, 25 117 20 64),
    deriving!("sha" sha1::Sha1, 25 64 20 64),
    deriving!("sha224" sha2::Sha224, 25 675 28 64),
    deriving!("sha256" sha2::Sha256, 25 672 32 64),
    deriving!("sha384" sha2::Sha384, 25 673 48 128),
    deriving!("sha512" sha2::Sha512, 25 674 64 128),
    deriving!("sha512_224" sha2::Sha512_224, 29 1094 28 128),
    deriving!("sha512_256" sha2::Sha512_256, 29 1095 32 128),
    fixed!("sha3_224" sha3::Sha3_224, 25 1096 28 144),
    fixed!("sha3_256" sha3::Sha3_256, 25 1097 32 136),
    fixed!("sha3_384" sha3::Sha3_384, 25 1098 48 104),
    fixed!("sha3_512" sha3::Sha3_512, 25 1099 64 72),
    open!("shake128" sha3::Shake128, 27 1100 16 168),
    open!("shake256" sha3::Shake256, 27 1101 32 136),
    fixed!("sm3" sm3::Sm3, 27 1143 32 64),
    fixed!("blake2b" blake2::Blake2b512, 25 1056 64 128),
    fixed!("blake2s" blake2::Blake2s256, 25 1057 32 64),
];

impl Algorithm {
    /// May the length of its hash be chosen?
    pub(super) fn is_open(&self) -> bool {
        self.keyed.is_none()
    }
}

/// Those of this release.
pub(super) fn all(cx: &Cx<'_>) -> impl Iterator<Item = &'static Algorithm> + use<> {
    let release = u32::from(cx.machine().release.number);
    ALGORITHMS.iter().filter(move |row| row.since <= release)
}

/// The one of that name.
pub(super) fn named(cx: &Cx<'_>, name: Term<'_>) -> Option<&'static Algorithm> {
    let name = name.as_atom()?;
    all(cx).find(|row| Atom::of(row.name) == name)
}

#[derive(Clone)]
struct Fixed<D>(D);

impl<D: Digest + Clone + Send + Sync + 'static> Hasher for Fixed<D> {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }
    fn copy(&self) -> Box<dyn Hasher> {
        Box::new(self.clone())
    }
    fn result(&self, length: Option<usize>) -> Option<Vec<u8>> {
        let whole = || self.0.clone().finalize().to_vec();
        length.is_none().then(whole)
    }
}

/// With a hash of any length, `USUAL` bytes if nothing is said.
#[derive(Clone)]
struct Open<D, const USUAL: usize>(D);

impl<D, const USUAL: usize> Hasher for Open<D, USUAL>
where
    D: ExtendableOutput + Update + Clone + Send + Sync + 'static,
{
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }
    fn copy(&self) -> Box<dyn Hasher> {
        Box::new(self.clone())
    }
    fn result(&self, length: Option<usize>) -> Option<Vec<u8>> {
        let mut bytes = super::zeros(length.unwrap_or(USUAL))?;
        self.0.clone().finalize_xof_into(&mut bytes);
        Some(bytes)
    }
}

impl<D: Digest + BlockSizeUser + Clone + Send + Sync> Keyed for SimpleHmac<D> {
    fn update(&mut self, data: &[u8]) {
        Mac::update(self, data);
    }
    fn result(&self) -> Vec<u8> {
        self.clone().finalize().into_bytes().to_vec()
    }
}

fn keyed<D>(key: &[u8]) -> Box<dyn Keyed>
where
    D: Digest + BlockSizeUser + Clone + Send + Sync + 'static,
{
    let begun = <SimpleHmac<D> as KeyInit>::new_from_slice(key);
    Box::new(begun.expect("a key of any length will do"))
}

fn derive<D>(password: &[u8], salt: &[u8], rounds: u32, key: &mut [u8])
where
    D: Digest + BlockSizeUser + Clone + Send + Sync,
{
    let done = pbkdf2::pbkdf2::<SimpleHmac<D>>(password, salt, rounds, key);
    done.expect("a password of any length will do");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_the_hashes() {
        for row in ALGORITHMS {
            let hash = (row.start)().result(None).expect("it has a usual length");
            assert_eq!(hash.len(), row.size, "{}", row.name);
            if let Some(keyed) = row.keyed {
                assert_eq!(keyed(b"key").result().len(), row.size, "{}", row.name);
            }
        }
    }
}
