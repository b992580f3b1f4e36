//! `zstd` of OTP 28 and later: compression. Follows `zstd.erl`, which cuts input into binaries and goes on until a call says `done`.
//!
//! The library is the one that OTP uses, of the same version, so that what is compressed is the same byte for byte.

use crate::bytes::iolist;
use crate::sys::zstd::{
    CompressDictionary, Compressor, DecompressDictionary, Decompressor, Directive, Fault,
    Parameter, Step, claimed_size, frame_header, number_of_dictionary, number_of_frame,
};
use oxbeam_term::binary::Bits;
use oxbeam_vm::native::prelude::*;
use parking_lot::{MappedMutexGuard, Mutex, MutexGuard};
use std::any::Any;
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The library.
pub(crate) const NIF: StaticNif = StaticNif {
    name: "zstd",
    natives: NATIVES,
    load: None,
};

natives! { NATIVES: "zstd";
    "init_compress_nif"              / 0 Plain    [28 ..= 255] => init_compress_0;
    "load_compress_dictionary_nif"   / 2 DirtyCpu [28 ..= 255] => load_compress_dictionary_2;
    "ref_compress_dictionary_nif"    / 2 Plain    [28 ..= 255] => ref_compress_dictionary_2;
    "set_compress_parameter_nif"     / 3 Plain    [28 ..= 255] => set_compress_parameter_3;
    "get_compress_parameter_nif"     / 2 Plain    [28 ..= 255] => get_compress_parameter_2;
    "set_pledged_src_size_nif"       / 2 Plain    [28 ..= 255] => set_pledged_src_size_2;
    "compress_stream_nif"            / 3 Plain    [28 ..= 255] => compress_stream_3;
    "compress_reset_nif"             / 1 Plain    [28 ..= 255] => compress_reset_1;
    "compress_close_nif"             / 1 Plain    [28 ..= 255] => compress_close_1;

    "init_decompress_nif"            / 0 Plain    [28 ..= 255] => init_decompress_0;
    "load_decompress_dictionary_nif" / 2 DirtyCpu [28 ..= 255] => load_decompress_dictionary_2;
    "ref_decompress_dictionary_nif"  / 2 Plain    [28 ..= 255] => ref_decompress_dictionary_2;
    "set_decompress_parameter_nif"   / 3 Plain    [28 ..= 255] => set_decompress_parameter_3;
    "get_decompress_parameter_nif"   / 2 Plain    [28 ..= 255] => get_decompress_parameter_2;
    "decompress_stream_nif"          / 3 Plain    [28 ..= 255] => decompress_stream_3;
    "decompress_reset_nif"           / 1 Plain    [28 ..= 255] => decompress_reset_1;
    "decompress_close_nif"           / 1 Plain    [28 ..= 255] => decompress_close_1;

    "create_cdict_nif"               / 2 DirtyCpu [28 ..= 255] => create_cdict_2;
    "create_ddict_nif"               / 1 DirtyCpu [28 ..= 255] => create_ddict_1;
    "getDictId_fromCDict_nif"        / 1 Plain    [28 ..= 255] => get_dict_id_from_cdict_1;
    "getDictId_fromDDict_nif"        / 1 Plain    [28 ..= 255] => get_dict_id_from_ddict_1;
    "getDictId_fromDict_nif"         / 1 Plain    [28 ..= 255] => get_dict_id_from_dict_1;
    "getDictId_fromFrame_nif"        / 1 Plain    [28 ..= 255] => get_dict_id_from_frame_1;
    "get_frame_header_nif"           / 1 Plain    [28 ..= 255] => get_frame_header_1;
}

/// Bytes of input that cost a hundredth of a turn, as OTP counts it.
const BYTES_A_HUNDREDTH: usize = 1024;
/// Reductions of a hundredth of a turn.
const HUNDREDTH: usize = 40;

/// What a context's reference refers to. The lock is taken by its owner only, so nobody waits for one that takes in a large dictionary.
struct Context<C> {
    owner: u64,
    open: AtomicBool,
    codec: Mutex<Option<C>>,
}

/// What decompresses.
struct Inflater {
    codec: Decompressor,
    /// Data has come since it was last at a beginning.
    in_use: bool,
}

impl Inflater {
    fn reset(&mut self) {
        self.codec.reset();
        self.in_use = false;
    }
}

/// `{zstd_error, Text}`
fn raise<'p>(cx: &mut Cx<'p>, fault: Fault) -> Raise {
    let text = cx.binary(fault.text());
    cx.error_pair(Atom::of("zstd_error"), text)
}

/// `ok`, or what the library says.
fn answer<'p>(cx: &mut Cx<'p>, result: Result<(), Fault>) -> NativeResult<'p> {
    match result {
        Ok(()) => Ok(Term::atom(known::OK)),
        Err(fault) => Err(raise(cx, fault)),
    }
}

/// `{badarg, {What, Term}}`
fn refuse<'p>(cx: &mut Cx<'p>, what: &str, term: Term<'p>) -> Raise {
    let cause = cx.tuple(&[Term::atom(Atom::of(what)), term]);
    cx.error_pair(known::BADARG, cause)
}

fn magic<'p, T: Any>(term: Term<'p>) -> Result<&'p T, Raise> {
    term.as_reference()
        .and_then(|reference| reference.magic_value::<T>())
        .ok_or(Raise::Badarg)
}

fn make<'p, C: Send + 'static>(cx: &mut Cx<'p>, codec: Option<C>) -> NativeResult<'p> {
    let owner = cx.self_pid().as_local_pid().ok_or(Raise::Badarg)?;
    Ok(cx.make_magic(Box::new(Context {
        owner,
        open: AtomicBool::new(codec.is_some()),
        codec: Mutex::new(codec),
    })))
}

fn context<'p, C: 'static>(cx: &mut Cx<'p>) -> Result<&'p Context<C>, Raise> {
    let context = magic::<Context<C>>(cx.arg(0))?;
    if !context.open.load(Ordering::Acquire) {
        return Err(Raise::Badarg);
    }
    if cx.self_pid().as_local_pid() != Some(context.owner) {
        return Err(cx.error(Term::atom(Atom::of("not_on_controlling_process"))));
    }
    Ok(context)
}

/// The context of the first argument, for its owner, while it is open.
fn owned<'p, C: 'static>(cx: &mut Cx<'p>) -> Result<MappedMutexGuard<'p, C>, Raise> {
    let codec = context::<C>(cx)?.codec.lock();
    MutexGuard::try_map(codec, Option::as_mut).map_err(|_| Raise::Badarg)
}

fn close<'p, C: 'static>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let context = context::<C>(cx)?;
    context.open.store(false, Ordering::Release);
    *context.codec.lock() = None;
    Ok(Term::atom(known::OK))
}

/// A C `int`.
fn int(term: Term<'_>) -> Result<i32, Raise> {
    term.as_small()
        .and_then(|value| i32::try_from(value).ok())
        .ok_or(Raise::Badarg)
}

fn bytes<'p>(term: Term<'p>) -> Result<Cow<'p, [u8]>, Raise> {
    match term.as_binary() {
        Some(bytes) => Ok(bytes),
        None => iolist(term).map(Cow::Owned),
    }
}

fn init_compress_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    make(cx, Compressor::new())
}

fn init_decompress_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let codec = Decompressor::new();
    make(
        cx,
        codec.map(|codec| Inflater {
            codec,
            in_use: false,
        }),
    )
}

/// `load_compress_dictionary_nif(Context, Bytes)`
fn load_compress_dictionary_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut codec = owned::<Compressor>(cx)?;
    let result = codec.load(&bytes(cx.arg(1))?);
    answer(cx, result)
}

/// `load_decompress_dictionary_nif(Context, Bytes)`
fn load_decompress_dictionary_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut inflater = owned::<Inflater>(cx)?;
    let result = inflater.codec.load(&bytes(cx.arg(1))?);
    answer(cx, result)
}

/// `ref_compress_dictionary_nif(Context, Dictionary)`
fn ref_compress_dictionary_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut codec = owned::<Compressor>(cx)?;
    let result = codec.refer(magic::<Arc<CompressDictionary>>(cx.arg(1))?);
    answer(cx, result)
}

/// `ref_decompress_dictionary_nif(Context, Dictionary)`
fn ref_decompress_dictionary_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut inflater = owned::<Inflater>(cx)?;
    let result = inflater
        .codec
        .refer(magic::<Arc<DecompressDictionary>>(cx.arg(1))?);
    answer(cx, result)
}

/// How the values of a parameter are written.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Form {
    Integer,
    Boolean,
    Strategy,
}

/// The parameters of compressing.
const PARAMETERS: &[(&str, Parameter, Form)] = &[
    (
        "compressionLevel",
        Parameter::ZSTD_c_compressionLevel,
        Form::Integer,
    ),
    ("windowLog", Parameter::ZSTD_c_windowLog, Form::Integer),
    ("hashLog", Parameter::ZSTD_c_hashLog, Form::Integer),
    ("chainLog", Parameter::ZSTD_c_chainLog, Form::Integer),
    ("searchLog", Parameter::ZSTD_c_searchLog, Form::Integer),
    ("minMatch", Parameter::ZSTD_c_minMatch, Form::Integer),
    (
        "targetLength",
        Parameter::ZSTD_c_targetLength,
        Form::Integer,
    ),
    ("strategy", Parameter::ZSTD_c_strategy, Form::Strategy),
    (
        "targetCBlockSize",
        Parameter::ZSTD_c_targetCBlockSize,
        Form::Integer,
    ),
    (
        "enableLongDistanceMatching",
        Parameter::ZSTD_c_enableLongDistanceMatching,
        Form::Boolean,
    ),
    ("ldmHashLog", Parameter::ZSTD_c_ldmHashLog, Form::Integer),
    ("ldmMinMatch", Parameter::ZSTD_c_ldmMinMatch, Form::Integer),
    (
        "ldmBucketSizeLog",
        Parameter::ZSTD_c_ldmBucketSizeLog,
        Form::Integer,
    ),
    (
        "ldmHashRateLog",
        Parameter::ZSTD_c_ldmHashRateLog,
        Form::Integer,
    ),
    (
        "contentSizeFlag",
        Parameter::ZSTD_c_contentSizeFlag,
        Form::Boolean,
    ),
    (
        "checksumFlag",
        Parameter::ZSTD_c_checksumFlag,
        Form::Boolean,
    ),
    ("dictIDFlag", Parameter::ZSTD_c_dictIDFlag, Form::Boolean),
];

/// The strategies, by their numbers.
const STRATEGIES: &[&str] = &[
    "default", "fast", "dfast", "greedy", "lazy", "lazy2", "btlazy2", "btopt", "btultra",
    "btultra2",
];

/// The parameter that is the second argument. OTP makes the names atoms in this order too, which that of a map's keys tells.
fn parameter<'p>(cx: &mut Cx<'p>) -> Result<(Parameter, Form), Raise> {
    let key = cx.arg(1);
    match PARAMETERS
        .iter()
        .find(|(name, _, _)| key.is(Atom::of(name)))
    {
        Some((_, parameter, form)) => Ok((*parameter, *form)),
        None => Err(refuse(cx, "invalid_key", key)),
    }
}

/// A value as the library takes it.
fn number(form: Form, value: Term<'_>) -> Option<i32> {
    match form {
        Form::Integer => int(value).ok(),
        Form::Boolean => value.as_boolean().map(i32::from),
        Form::Strategy => {
            let name = value.as_atom()?.text();
            let at = STRATEGIES.iter().position(|strategy| *strategy == name)?;
            i32::try_from(at).ok()
        }
    }
}

/// `set_compress_parameter_nif(Context, Key, Value)`
fn set_compress_parameter_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut codec = owned::<Compressor>(cx)?;
    let (parameter, form) = parameter(cx)?;
    let value = cx.arg(2);
    let Some(number) = number(form, value) else {
        return Err(refuse(cx, "invalid_value", value));
    };
    let result = codec.set(parameter, number);
    answer(cx, result)
}

/// `get_compress_parameter_nif(Context, Key)`
fn get_compress_parameter_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let codec = owned::<Compressor>(cx)?;
    let (parameter, form) = parameter(cx)?;
    let value = match codec.get(parameter) {
        Ok(value) => value,
        Err(fault) => return Err(raise(cx, fault)),
    };
    match form {
        Form::Integer => Ok(Term::small(value.into())),
        // OTP's library gives whether asking failed, not what is set.
        Form::Boolean => Ok(Term::atom(known::FALSE)),
        Form::Strategy => {
            let at = usize::try_from(value).map_err(|_| Raise::Badarg)?;
            let name = STRATEGIES.get(at).ok_or(Raise::Badarg)?;
            Ok(Term::atom(Atom::of(name)))
        }
    }
}

/// `set_pledged_src_size_nif(Context, Size)`
fn set_pledged_src_size_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut codec = owned::<Compressor>(cx)?;
    let size = cx.arg(1).as_u64().ok_or(Raise::Badarg)?;
    let result = codec.pledge(size);
    answer(cx, result)
}

/// The second argument must be the one parameter that there is.
fn window_parameter<'p>(cx: &mut Cx<'p>) -> Result<(), Raise> {
    let key = cx.arg(1);
    match key.as_atom().map(Atom::text) {
        Some("windowLogMax") => Ok(()),
        _ => Err(refuse(cx, "invalid_key", key)),
    }
}

/// `set_decompress_parameter_nif(Context, Key, Value)`
fn set_decompress_parameter_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut inflater = owned::<Inflater>(cx)?;
    let value = int(cx.arg(2))?;
    window_parameter(cx)?;
    let result = inflater.codec.set_window(value);
    answer(cx, result)
}

/// `get_decompress_parameter_nif(Context, Key)`
fn get_decompress_parameter_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut inflater = owned::<Inflater>(cx)?;
    window_parameter(cx)?;
    match inflater.codec.window() {
        Ok(log) => Ok(Term::small(log.into())),
        Err(fault) => Err(raise(cx, fault)),
    }
}

/// What to do with input that the library has taken in.
fn directive(term: Term<'_>) -> Result<Directive, Raise> {
    match int(term)? {
        0 => Ok(Directive::ZSTD_e_continue),
        1 => Ok(Directive::ZSTD_e_flush),
        2 => Ok(Directive::ZSTD_e_end),
        _ => Err(Raise::Badarg),
    }
}

fn binary<'p>(term: Term<'p>) -> Result<Bits<'p>, Raise> {
    term.as_bits()
        .filter(|bits| bits.is_binary())
        .ok_or(Raise::Badarg)
}

/// Runs a binary through `step` until `limit` bytes have come out or all is in: `{continue, Rest, Output}`, `{continue, Output}`, and where
/// the frame is to be flushed `{flush, Output}` or `{done, Output}`. What the frames claim is not taken for a length: `limit` is.
fn run<'p>(
    cx: &mut Cx<'p>,
    input: Bits<'p>,
    flush: bool,
    limit: usize,
    mut step: impl FnMut(&[u8], &mut Vec<u8>) -> Result<Step, Fault>,
) -> NativeResult<'p> {
    let bytes = input.bytes().ok_or(Raise::Badarg)?;
    let mut output = Vec::new();
    let mut consumed = 0;
    let left = loop {
        match step(&bytes[consumed..], &mut output) {
            Ok(did) => {
                consumed += did.consumed;
                if consumed == bytes.len() || output.len() == limit {
                    break did.left;
                }
            }
            Err(fault) => return Err(raise(cx, fault)),
        }
    };
    cx.bump_reductions((consumed / BYTES_A_HUNDREDTH).clamp(1, 100) * HUNDREDTH);
    let data = cx.binary(&output);
    if consumed < bytes.len() {
        let rest = cx.part(input, consumed * 8, (bytes.len() - consumed) * 8);
        return Ok(cx.tuple(&[Term::atom(known::CONTINUE), rest, data]));
    }
    let tag = match (flush, output.len() == limit && left > 0) {
        (true, true) => Atom::of("flush"),
        (true, false) => Atom::of("done"),
        (false, _) => known::CONTINUE,
    };
    Ok(cx.tuple(&[Term::atom(tag), data]))
}

/// `compress_stream_nif(Context, Binary, Directive)`
fn compress_stream_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut codec = owned::<Compressor>(cx)?;
    let result = compress(cx, &mut codec);
    if result.is_err() {
        codec.reset();
    }
    result
}

fn compress<'p>(cx: &mut Cx<'p>, codec: &mut Compressor) -> NativeResult<'p> {
    let directive = directive(cx.arg(2))?;
    let input = binary(cx.arg(1))?;
    let limit = Compressor::chunk();
    let flush = directive != Directive::ZSTD_e_continue;
    run(cx, input, flush, limit, |input, output| {
        codec.step(input, output, limit, directive)
    })
}

/// `decompress_stream_nif(Context, Binary, Directive)`
fn decompress_stream_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut inflater = owned::<Inflater>(cx)?;
    let mut limit = Decompressor::chunk();
    if !inflater.in_use {
        // At a beginning: less room will do where the whole is known to be small.
        let input = binary(cx.arg(1))?.bytes_padded();
        if let Some(size) = claimed_size(&input) {
            limit = limit.min(usize::try_from(size).unwrap_or(limit));
        }
        inflater.in_use = true;
    }
    let result = decompress(cx, &mut inflater.codec, limit);
    if result.is_err() {
        inflater.reset();
    }
    result
}

fn decompress<'p>(cx: &mut Cx<'p>, codec: &mut Decompressor, limit: usize) -> NativeResult<'p> {
    let flush = directive(cx.arg(2))? != Directive::ZSTD_e_continue;
    let input = binary(cx.arg(1))?;
    run(cx, input, flush, limit, |input, output| {
        codec.step(input, output, limit)
    })
}

fn compress_reset_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    owned::<Compressor>(cx)?.reset();
    Ok(Term::atom(known::OK))
}

fn decompress_reset_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    owned::<Inflater>(cx)?.reset();
    Ok(Term::atom(known::OK))
}

fn compress_close_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    close::<Compressor>(cx)
}

fn decompress_close_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    close::<Inflater>(cx)
}

/// A reference to a dictionary, or `{error, Reason}`.
fn dictionary<'p, D: Send + Sync + 'static>(
    cx: &mut Cx<'p>,
    made: Option<D>,
    reason: &str,
) -> NativeResult<'p> {
    Ok(match made {
        Some(dictionary) => cx.make_magic(Box::new(Arc::new(dictionary))),
        None => cx.tuple(&[Term::atom(known::ERROR), Term::atom(Atom::of(reason))]),
    })
}

/// `create_cdict_nif(Binary, Level)`
fn create_cdict_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let content = binary(cx.arg(0))?.bytes_padded();
    let made = CompressDictionary::new(&content, int(cx.arg(1))?);
    dictionary(cx, made, "invalid_compress_dict")
}

/// `create_ddict_nif(Binary)`
fn create_ddict_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let content = binary(cx.arg(0))?.bytes_padded();
    let made = DecompressDictionary::new(&content);
    dictionary(cx, made, "invalid_decompress_dict")
}

fn get_dict_id_from_cdict_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let dictionary = magic::<Arc<CompressDictionary>>(cx.arg(0))?;
    Ok(Term::small(dictionary.number().into()))
}

fn get_dict_id_from_ddict_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let dictionary = magic::<Arc<DecompressDictionary>>(cx.arg(0))?;
    Ok(Term::small(dictionary.number().into()))
}

/// `getDictId_fromDict_nif(Bytes)`
fn get_dict_id_from_dict_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let number = number_of_dictionary(&bytes(cx.arg(0))?);
    Ok(Term::small(number.into()))
}

/// `getDictId_fromFrame_nif(Bytes)`
fn get_dict_id_from_frame_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let number = number_of_frame(&bytes(cx.arg(0))?);
    Ok(Term::small(number.into()))
}

/// `get_frame_header_nif(Bytes)`: `{ok, Map}`.
fn get_frame_header_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let header = match frame_header(&bytes(cx.arg(0))?) {
        Ok(header) => header,
        Err(fault) => return Err(raise(cx, fault)),
    };
    let kind = if header.skippable {
        "ZSTD_skippableFrame"
    } else {
        "ZSTD_frame"
    };
    let content = match header.content {
        Some(size) => cx.unsigned(size),
        None => Term::atom(known::UNDEFINED),
    };
    let pairs = [
        ("frameContentSize", content),
        ("windowSize", cx.unsigned(header.window)),
        ("blockSizeMax", Term::small(header.largest_block.into())),
        ("frameType", Term::atom(Atom::of(kind))),
        ("headerSize", Term::small(header.size.into())),
        ("dictID", Term::small(header.dictionary.into())),
        ("checksumFlag", Term::boolean(header.checksum)),
    ];
    let pairs = pairs.map(|(key, value)| (Term::atom(Atom::of(key)), value));
    let map = cx.map_from_pairs(pairs);
    Ok(cx.tuple(&[Term::atom(known::OK), map]))
}

#[cfg(test)]
mod tests;
