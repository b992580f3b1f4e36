//! `erlang:decode_packet/3`

use oxbeam_vm::native::prelude::*;
use oxbeam_vm::packet::{Length, Limits, PacketType, http, tls_record};

natives! { NATIVES: "erlang";
    "decode_packet" / 3 Plain => decode_packet_3;
}

fn packet_type(term: Term<'_>) -> Option<PacketType> {
    match term.view() {
        View::Small(bytes) => PacketType::numbered(bytes),
        View::Atom(name) => PacketType::named(name.text()),
        _ => None,
    }
}

fn limits_of(list: Term<'_>, packet_type: PacketType) -> Option<Limits> {
    let mut limits = Limits::default();
    for option in list.proper_list()? {
        let [key, value] = option.as_tuple_of()?;
        let value = u32::try_from(value.as_u64()?).ok()?;
        match key.as_atom()?.text() {
            "packet_size" => limits.size = value,
            "line_length" => limits.line = value,
            "line_delimiter" if packet_type == PacketType::Line => {
                limits.delimiter = u8::try_from(value).ok()?;
            }
            _ => return None,
        }
    }
    Some(limits)
}

/// `{ok, Packet, Rest}`, `{more, Length | undefined}` or `{error, invalid}`
fn decode_packet_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let Some(packet_type) = packet_type(cx.arg(0)) else {
        return Err(cx.badarg_because(Atom::of("badopt")));
    };
    let bits = cx.arg(1).as_bits().ok_or(Raise::Badarg)?;
    let limits = limits_of(cx.arg(2), packet_type).ok_or(Raise::Badarg)?;
    if !bits.is_binary() && !cx.machine().release.packets_of_bits {
        return Err(Raise::Badarg);
    }
    let padded = bits.bytes_padded();
    let bytes = &padded[..bits.bit_len() / 8];
    let more =
        |cx: &mut Cx<'p>, length: Term<'p>| Ok(cx.tuple(&[Term::atom(Atom::of("more")), length]));
    let length = match packet_type.length(bytes, &limits, packet_type.is_header()) {
        Length::Bytes(length) if length > bytes.len() => {
            return more(cx, Term::small(length as i64));
        }
        // What is empty needs more, even if nothing is what it is to hold.
        Length::Bytes(0) | Length::Unknown => return more(cx, Term::atom(known::UNDEFINED)),
        Length::Invalid => {
            let invalid = Term::atom(Atom::of("invalid"));
            return Ok(cx.tuple(&[Term::atom(known::ERROR), invalid]));
        }
        Length::Bytes(length) => length,
    };
    let packet = &bytes[..length];
    let term = if packet_type.is_http() {
        let line = http::parse(packet, packet_type.is_header());
        let as_binaries = matches!(packet_type, PacketType::HttpBin | PacketType::HttphBin);
        line.term(cx.builder(), |builder, text| {
            if as_binaries {
                builder.binary(text)
            } else {
                builder.byte_list(text)
            }
        })
    } else if packet_type == PacketType::SslTls {
        let (content, (major, minor), body) = tls_record(packet).ok_or(Raise::Badarg)?;
        let small = |byte: u8| Term::small(i64::from(byte));
        let version = cx.tuple(&[small(major), small(minor)]);
        let body = cx.binary(&body);
        let tag = Term::atom(Atom::of("ssl_tls"));
        cx.tuple(&[tag, Term::NIL, small(content), version, body])
    } else {
        let body = packet_type.body(packet);
        cx.part(bits, body.start * 8, body.len() * 8)
    };
    let rest = cx.part(bits, length * 8, bits.bit_len() - length * 8);
    Ok(cx.tuple(&[Term::atom(known::OK), term, rest]))
}
