//! What comes from another node: headers, fragments, control messages and terms. The input is a list of packets with two bytes of length.
#![no_main]

mod context;

use context::{Context, set_release};
use libfuzzer_sys::fuzz_target;
use oxbeam_term::etf::{DecodeError, DecodeOptions, decode_term};
use oxbeam_vm::dist::Reader;
use oxbeam_vm::process::Message;

fuzz_target!(|bytes: &[u8]| {
    set_release();
    let Some((&headers, mut bytes)) = bytes.split_first() else {
        return;
    };
    let mut reader = Reader::new(headers & 1 == 0);
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (packet, rest) = rest.split_at(length);
        bytes = rest;
        let Ok(whole) = reader.packet(packet.to_vec(), 0) else {
            return;
        };
        let Some(whole) = whole else { continue };
        let mut bytes = whole.bytes();
        // The control message and what goes with it.
        for _ in 0..2 {
            let mut context = Context {
                atoms: &whole.atoms,
                within: None,
            };
            let mut used = 0;
            let decoded = Message::try_build(|builder| {
                let options = DecodeOptions::default();
                let (term, length) = decode_term(bytes, builder, &mut context, options)?;
                used = length;
                Ok::<_, DecodeError>(term)
            });
            if decoded.is_err() {
                return;
            }
            bytes = &bytes[used..];
        }
    }
});
