//! `zlib`: compression. Follows `zlib.erl`, which feeds the streams and collects what they give.
//!
//! The library is the one that OTP uses, so that what is compressed is the same byte for byte.

use crate::bytes::{ByteQueue, iolist};
use crate::sys::zlib::{Code, Direction, NO_FLUSH, Settings, Stream, adler32, crc32};
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::Message;
use parking_lot::{Mutex, MutexGuard};

/// The library.
pub(crate) const NIF: StaticNif = StaticNif {
    name: "zlib",
    natives: NATIVES,
    load: None,
};

natives! { NATIVES: "zlib";
    "open_nif"                 / 0 Plain => open_0;
    "close_nif"                / 1 Plain => close_1;
    "set_controller_nif"       / 2 Plain => set_controller_2;

    "deflateInit_nif"          / 6 Plain => deflate_init_6;
    "deflateSetDictionary_nif" / 2 Plain => deflate_set_dictionary_2;
    "deflateReset_nif"         / 1 Plain => deflate_reset_1;
    "deflateParams_nif"        / 3 Plain => deflate_params_3;
    "deflate_nif"              / 4 Plain => deflate_4;
    "deflateEnd_nif"           / 1 Plain => deflate_end_1;

    "inflateInit_nif"          / 3 Plain => inflate_init_3;
    "inflateSetDictionary_nif" / 2 Plain => inflate_set_dictionary_2;
    "inflateGetDictionary_nif" / 1 Plain => inflate_get_dictionary_1;
    "inflateReset_nif"         / 1 Plain => inflate_reset_1;
    "inflate_nif"              / 4 Plain => inflate_4;
    "inflateEnd_nif"           / 1 Plain => inflate_end_1;

    "enqueue_nif"              / 2 Plain => enqueue_2;
    "getStash_nif"             / 1 Plain => get_stash_1;
    "clearStash_nif"           / 1 Plain => clear_stash_1;
    "setStash_nif"             / 2 Plain => set_stash_2;

    "crc32_nif"                / 1 Plain [0 ..= 25] => crc32_1;
    "getBufSize_nif"           / 1 Plain [0 ..= 25] => get_buffer_size_1;
    "setBufSize_nif"           / 2 Plain [0 ..= 25] => set_buffer_size_2;
}

/// Reductions that a chunk of input costs: the time of a whole turn, as OTP counts it.
const REDUCTIONS_A_CHUNK: usize = 4_000;
/// Binaries that one call puts into the queue.
const MAX_ENQUEUED: usize = 256;
/// Room that one step may ask for.
const MAX_OUTPUT: usize = 16 << 20;

/// What happens to data behind the end of a compressed stream.
#[derive(Copy, Clone, PartialEq, Eq)]
enum AtEnd {
    /// It is an error.
    Error,
    /// It is another stream.
    Reset,
    /// It is dropped.
    Cut,
}

struct State {
    stream: Option<Stream>,
    closed: bool,
    at_end: AtEnd,
    end_seen: bool,
    /// The stream has neither header nor checksum.
    raw: bool,
    input_crc: u32,
    output_crc: u32,
    queue: ByteQueue,
    stash: Option<Message>,
    /// Of `inflateChunk`, which OTP 25 still has.
    buffer_size: i32,
    owner: u64,
}

struct Zlib(Mutex<State>);

impl State {
    fn reset_input(&mut self) {
        self.queue.clear();
        self.stash = None;
    }
    fn begin(&mut self, stream: Stream, raw: bool) {
        self.stream = Some(stream);
        self.end_seen = false;
        self.raw = raw;
        self.input_crc = 0;
        self.output_crc = 0;
    }
}

fn raise<'p>(cx: &mut Cx<'p>, reason: &str) -> Raise {
    cx.error(Term::atom(Atom::of(reason)))
}

fn stream_of<'p>(term: Term<'p>) -> Result<&'p Zlib, Raise> {
    term.as_reference()
        .and_then(|reference| reference.magic_value::<Zlib>())
        .ok_or(Raise::Badarg)
}

/// The stream of the first argument, for its owner. Whether the other arguments are right is asked before.
fn owned<'p>(cx: &mut Cx<'p>) -> Result<MutexGuard<'p, State>, Raise> {
    let state = stream_of(cx.arg(0))?.0.lock();
    if cx.self_pid().as_local_pid() != Some(state.owner) {
        return Err(raise(cx, "not_on_controlling_process"));
    }
    Ok(state)
}

/// Like [`owned`], of a stream that goes this way.
fn going<'p>(cx: &mut Cx<'p>, direction: Direction) -> Result<MutexGuard<'p, State>, Raise> {
    let state = owned(cx)?;
    match &state.stream {
        Some(stream) if stream.direction == direction => Ok(state),
        _ => Err(raise(cx, "not_initialized")),
    }
}

/// A C `int`.
fn int(term: Term<'_>) -> Result<i32, Raise> {
    term.as_small()
        .and_then(|value| i32::try_from(value).ok())
        .ok_or(Raise::Badarg)
}

/// What the library's answer is in Erlang: some are values, some are raised.
fn answer<'p>(cx: &mut Cx<'p>, result: Result<(), Code>) -> NativeResult<'p> {
    let code = match result {
        Ok(()) => return Ok(Term::atom(known::OK)),
        Err(code) => code,
    };
    let name = match code {
        Code::STREAM_ERROR => return Err(raise(cx, "stream_error")),
        Code::DATA_ERROR => return Err(raise(cx, "data_error")),
        Code::STREAM_END => "stream_end",
        Code::MEMORY_ERROR => "mem_error",
        Code::BUFFER_ERROR => "buf_error",
        Code::VERSION_ERROR => "version_error",
        _ => "unknown_error",
    };
    Ok(Term::atom(Atom::of(name)))
}

/// A checksum, which OTP 25 gives as a signed number in places.
fn checksum_term(cx: &Cx<'_>, checksum: u32) -> Term<'static> {
    if cx.machine().release.io.signed_checksums {
        Term::small((checksum as i32).into())
    } else {
        Term::small(checksum.into())
    }
}

fn open_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let owner = cx.self_pid().as_local_pid().ok_or(Raise::Badarg)?;
    Ok(cx.make_magic(Box::new(Zlib(Mutex::new(State {
        stream: None,
        closed: false,
        at_end: AtEnd::Cut,
        end_seen: false,
        raw: false,
        input_crc: 0,
        output_crc: 0,
        queue: ByteQueue::default(),
        stash: None,
        buffer_size: 4000,
        owner,
    })))))
}

fn close_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut state = owned(cx)?;
    if state.closed {
        return Err(raise(cx, "not_initialized"));
    }
    state.stream = None;
    state.reset_input();
    state.closed = true;
    Ok(Term::atom(known::OK))
}

/// `set_controller_nif(Stream, Pid)`
fn set_controller_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    stream_of(cx.arg(0))?;
    let owner = cx.arg(1).as_local_pid().ok_or(Raise::Badarg)?;
    owned(cx)?.owner = owner;
    Ok(Term::atom(known::OK))
}

fn begin<'p>(
    cx: &mut Cx<'p>,
    mut state: MutexGuard<'p, State>,
    made: Result<Stream, Code>,
    raw: bool,
) -> NativeResult<'p> {
    let result = made.map(|stream| state.begin(stream, raw));
    answer(cx, result)
}

fn blank<'p>(cx: &mut Cx<'p>) -> Result<MutexGuard<'p, State>, Raise> {
    let state = owned(cx)?;
    if state.stream.is_some() || state.closed {
        return Err(raise(cx, "already_initialized"));
    }
    Ok(state)
}

/// `deflateInit_nif(Stream, Level, Method, WindowBits, MemoryLevel, Strategy)`
fn deflate_init_6<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    stream_of(cx.arg(0))?;
    let settings = Settings {
        level: int(cx.arg(1))?,
        method: int(cx.arg(2))?,
        window_bits: int(cx.arg(3))?,
        memory_level: int(cx.arg(4))?,
        strategy: int(cx.arg(5))?,
    };
    let state = blank(cx)?;
    begin(
        cx,
        state,
        Stream::deflate(settings),
        settings.window_bits < 0,
    )
}

/// `inflateInit_nif(Stream, WindowBits, AtEnd)`
fn inflate_init_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    stream_of(cx.arg(0))?;
    let window_bits = int(cx.arg(1))?;
    let at_end = match int(cx.arg(2))? {
        0 => AtEnd::Error,
        1 => AtEnd::Reset,
        _ => AtEnd::Cut,
    };
    let mut state = blank(cx)?;
    let made = Stream::inflate(window_bits);
    if made.is_ok() {
        state.at_end = at_end;
    }
    begin(cx, state, made, window_bits < 0)
}

/// `deflateSetDictionary_nif(Stream, Dictionary)`: its checksum.
fn deflate_set_dictionary_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    stream_of(cx.arg(0))?;
    let dictionary = iolist(cx.arg(1))?;
    let mut state = going(cx, Direction::Deflate)?;
    let raw = state.raw;
    let Some(stream) = &mut state.stream else {
        return Err(Raise::Badarg);
    };
    match stream.set_dictionary(&dictionary) {
        // The library counts none for a raw stream.
        Ok(()) if raw => Ok(checksum_term(cx, adler32(0, &dictionary))),
        Ok(()) => Ok(checksum_term(cx, stream.checksum())),
        Err(code) => answer(cx, Err(code)),
    }
}

/// `inflateSetDictionary_nif(Stream, Dictionary)`
fn inflate_set_dictionary_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    stream_of(cx.arg(0))?;
    let dictionary = iolist(cx.arg(1))?;
    let mut state = going(cx, Direction::Inflate)?;
    let result = match &mut state.stream {
        Some(stream) => stream.set_dictionary(&dictionary),
        None => Err(Code::STREAM_ERROR),
    };
    answer(cx, result)
}

fn inflate_get_dictionary_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut state = going(cx, Direction::Inflate)?;
    let result = match &mut state.stream {
        Some(stream) => stream.dictionary(),
        None => Err(Code::STREAM_ERROR),
    };
    match result {
        Ok(dictionary) => Ok(cx.binary(&dictionary)),
        Err(code) => answer(cx, Err(code)),
    }
}

fn reset<'p>(cx: &mut Cx<'p>, direction: Direction) -> NativeResult<'p> {
    let mut state = going(cx, direction)?;
    let result = match &mut state.stream {
        Some(stream) => stream.reset(),
        None => Err(Code::STREAM_ERROR),
    };
    match direction {
        Direction::Deflate => state.input_crc = 0,
        Direction::Inflate => state.output_crc = 0,
    }
    state.end_seen = false;
    state.reset_input();
    answer(cx, result)
}

fn deflate_reset_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    reset(cx, Direction::Deflate)
}

fn inflate_reset_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    reset(cx, Direction::Inflate)
}

/// `deflateParams_nif(Stream, Level, Strategy)`: `zlib.erl` has flushed before.
fn deflate_params_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    stream_of(cx.arg(0))?;
    let (level, strategy) = (int(cx.arg(1))?, int(cx.arg(2))?);
    let mut state = going(cx, Direction::Deflate)?;
    let result = match &mut state.stream {
        Some(stream) => stream.set_parameters(level, strategy),
        None => Err(Code::STREAM_ERROR),
    };
    answer(cx, result)
}

fn end<'p>(cx: &mut Cx<'p>, direction: Direction) -> NativeResult<'p> {
    let mut state = going(cx, direction)?;
    let whole = direction == Direction::Deflate || state.end_seen;
    let left = state.queue.len() > 0;
    let result = match state.stream.take() {
        Some(stream) => stream.end(),
        None => Err(Code::STREAM_ERROR),
    };
    state.reset_input();
    let result = result.and(if left || !whole {
        Err(Code::DATA_ERROR)
    } else {
        Ok(())
    });
    answer(cx, result)
}

fn deflate_end_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    end(cx, Direction::Deflate)
}

fn inflate_end_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    end(cx, Direction::Inflate)
}

/// What a call of [`run`] did.
struct Run {
    output: Vec<u8>,
    consumed: usize,
    code: Code,
}

/// Runs the queue through the stream: up to about `input_limit` bytes in, `output_limit` bytes out. Flushes when all is in.
fn run(state: &mut State, input_limit: usize, output_limit: usize, flush: i32) -> Run {
    let mut output = vec![0; output_limit];
    let (mut produced, mut consumed, mut code) = (0, 0, Code::OK);
    let Some(stream) = &mut state.stream else {
        return Run {
            output: Vec::new(),
            consumed,
            code: Code::STREAM_ERROR,
        };
    };
    let input_crc = state.raw && stream.direction == Direction::Deflate;
    for slice in state.queue.slices() {
        if code != Code::OK || consumed >= input_limit {
            break;
        }
        let slice = &slice[..slice.len().min(input_limit)];
        let step = stream.step(slice, &mut output[produced..], NO_FLUSH);
        if input_crc {
            state.input_crc = crc32(state.input_crc, &slice[..step.consumed]);
        }
        consumed += step.consumed;
        produced += step.produced;
        code = step.code;
        if step.consumed < slice.len() {
            break;
        }
    }
    state.queue.skip(consumed);
    if code == Code::OK && state.queue.len() == 0 && produced < output_limit {
        let step = stream.step(&[], &mut output[produced..], flush);
        produced += step.produced;
        code = step.code;
    }
    output.truncate(produced);
    if state.raw && stream.direction == Direction::Inflate {
        state.output_crc = crc32(state.output_crc, &output);
    }
    Run {
        output,
        consumed,
        code,
    }
}

/// `{continue | finished, [Output]}`, or `{need_dictionary, Checksum, [Output]}`.
fn codec<'p>(cx: &mut Cx<'p>, direction: Direction) -> NativeResult<'p> {
    stream_of(cx.arg(0))?;
    let (input, output) = (int(cx.arg(1))?, int(cx.arg(2))?);
    let flush = int(cx.arg(3))?;
    let size = |value: i32| usize::try_from(value).map_err(|_| Raise::Badarg);
    let (input, output) = (size(input)?.max(1), size(output)?.clamp(1, MAX_OUTPUT));
    let mut state = going(cx, direction)?;
    if direction == Direction::Inflate && state.end_seen && state.queue.len() > 0 {
        match state.at_end {
            AtEnd::Error => return answer(cx, Err(Code::DATA_ERROR)),
            AtEnd::Reset => {
                if let Some(Err(code)) = state.stream.as_mut().map(Stream::reset) {
                    return answer(cx, Err(code));
                }
                state.end_seen = false;
            }
            AtEnd::Cut => state.reset_input(),
        }
    }
    let run = run(&mut state, input, output, flush);
    cx.bump_reductions(REDUCTIONS_A_CHUNK * run.consumed.min(input) / input);
    if run.code.0 < 0 && run.code != Code::BUFFER_ERROR {
        return answer(cx, Err(run.code));
    }
    if run.code == Code::STREAM_END {
        state.end_seen = true;
    }
    let left = state.queue.len();
    if run.consumed == 0 && run.output.is_empty() && left != 0 {
        // No progress, which happens on damaged data only.
        return answer(cx, Err(Code::DATA_ERROR));
    }
    let data = if run.output.is_empty() {
        Term::NIL
    } else {
        let binary = cx.binary(&run.output);
        cx.cons(binary, Term::NIL)
    };
    let tag = if left == 0 && run.output.len() < output {
        "finished"
    } else if run.code != Code::NEED_DICTIONARY {
        "continue"
    } else {
        let checksum = state.stream.as_ref().map_or(0, Stream::checksum);
        let checksum = checksum_term(cx, checksum);
        return Ok(cx.tuple(&[Term::atom(Atom::of("need_dictionary")), checksum, data]));
    };
    Ok(cx.tuple(&[Term::atom(Atom::of(tag)), data]))
}

/// `deflate_nif(Stream, InputSize, OutputSize, Flush)`
fn deflate_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    codec(cx, Direction::Deflate)
}

/// `inflate_nif(Stream, InputSize, OutputSize, Flush)`
fn inflate_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    codec(cx, Direction::Inflate)
}

/// `enqueue_nif(Stream, Binaries)`: `ok`, or `{continue, Rest}`.
fn enqueue_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut state = owned(cx)?;
    if state.stream.is_none() {
        return Err(raise(cx, "not_initialized"));
    }
    if !cx.arg(1).is_list() {
        return Err(Raise::Badarg);
    }
    let mut elements = cx.arg(1).list_iter();
    let mut binaries = Vec::new();
    for element in elements.by_ref().take(MAX_ENQUEUED) {
        let binary = element.as_bits().filter(|bits| bits.is_binary());
        binaries.push(binary.ok_or(Raise::Badarg)?);
    }
    for binary in binaries {
        state.queue.push(binary);
    }
    if elements.rest().is_nil() {
        return Ok(Term::atom(known::OK));
    }
    Ok(cx.tuple(&[Term::atom(known::CONTINUE), elements.rest()]))
}

/// `getStash_nif(Stream)`: `{ok, Term}` or `empty`.
fn get_stash_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let state = owned(cx)?;
    Ok(match &state.stash {
        Some(stash) => {
            let term = oxbeam_term::copy::copy(stash.term(), cx);
            cx.tuple(&[Term::atom(known::OK), term])
        }
        None => Term::atom(Atom::of("empty")),
    })
}

fn clear_stash_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if owned(cx)?.stash.take().is_none() {
        return Err(raise(cx, "error"));
    }
    Ok(Term::atom(known::OK))
}

/// `setStash_nif(Stream, Term)`
fn set_stash_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut state = owned(cx)?;
    if state.stash.is_some() {
        return Err(raise(cx, "error"));
    }
    state.stash = Some(Message::copy_of(cx.arg(1)));
    Ok(Term::atom(known::OK))
}

/// `crc32_nif(Stream)`: of the plain data of a raw stream.
fn crc32_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let state = owned(cx)?;
    match &state.stream {
        Some(stream) if stream.direction == Direction::Deflate => {
            Ok(Term::small(state.input_crc.into()))
        }
        Some(_) => Ok(Term::small(state.output_crc.into())),
        None => Err(raise(cx, "not_initialized")),
    }
}

fn get_buffer_size_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::small(owned(cx)?.buffer_size.into()))
}

/// `setBufSize_nif(Stream, Size)`
fn set_buffer_size_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut state = owned(cx)?;
    state.buffer_size = int(cx.arg(1))?;
    Ok(Term::atom(known::OK))
}

#[cfg(test)]
mod tests;
