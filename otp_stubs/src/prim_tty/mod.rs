//! `prim_tty`: the terminal, or whatever stands where one would be. Follows `prim_tty.erl` of OTP 26 and later, whose functions changed
//! in OTP 28: the rows say which release has which.

mod capabilities;
mod parameters;
pub(crate) mod terminfo;

use crate::errors::ok_tuple;
use crate::sys;
use oxbeam_term::boxed::reference::{Magic, RefNumbers};
use oxbeam_vm::environment;
use oxbeam_vm::io::poll::{self, Interest};
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::port::iolist_bytes;
use oxbeam_vm::posix;
use oxbeam_vm::process::{Message, Owned, Process};
use oxbeam_vm::signal::{self, Signal};
use oxbeam_vm::tty as vm_tty;
use parking_lot::Mutex;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, OutputModes, SpecialCodeIndex, Termios,
};
use std::io::IoSlice;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Weak};

/// The library.
pub(crate) const NIF: StaticNif = StaticNif {
    name: "prim_tty",
    natives: NATIVES,
    load: None,
};

natives! { NATIVES: "prim_tty";
    "isatty"          / 1 Plain   => isatty_1;
    "tty_create"      / 0 Plain   [26 ..= 27] => tty_create_0;
    "tty_create"      / 1 Plain   [28 ..= 255] => tty_create_1;
    "tty_init"        / 3 Plain   [26 ..= 27] => tty_init_3;
    "tty_init"        / 2 Plain   [28 ..= 255] => tty_init_2;
    "tty_set"         / 1 Plain   [26 ..= 27] => tty_set_1;
    "tty_read_signal" / 2 Plain   [26 ..= 27] => tty_read_signal_2;
    "tty_select"      / 3 Plain   [26 ..= 27] => tty_select_3;
    "tty_select"      / 2 Plain   [28 ..= 255] => tty_select_2;
    "tty_is_open"     / 2 Plain   [28 ..= 255] => tty_is_open_2;
    "tty_window_size" / 1 Plain   => tty_window_size_1;
    "tty_encoding"    / 1 Plain   => tty_encoding_1;
    "setlocale"       / 1 Plain   => setlocale_1;
    "write_nif"       / 2 DirtyIo => write_2;
    "read_nif"        / 2 DirtyIo [26 ..= 27] => read_2;
    "read_nif"        / 3 DirtyIo [28 ..= 255] => read_3;
    "isprint"         / 1 Plain   => isprint_1;
    "wcwidth"         / 1 Plain   => wcwidth_1;
    "wcswidth"        / 1 Plain   => wcswidth_1;
    "sizeof_wchar"    / 0 Plain   => sizeof_wchar_0;
    "tgetent_nif"     / 1 Plain   [26 ..= 27] => tgetent_1;
    "tgetnum_nif"     / 1 Plain   [26 ..= 27] => tgetnum_1;
    "tgetflag_nif"    / 1 Plain   [26 ..= 27] => tgetflag_1;
    "tgetstr_nif"     / 1 Plain   [26 ..= 27] => tgetstr_1;
    "tgoto_nif"       / 1 Plain   [26 ..= 27] => tgoto;
    "tgoto_nif"       / 2 Plain   [26 ..= 27] => tgoto;
    "tgoto_nif"       / 3 Plain   [26 ..= 27] => tgoto;
    "setupterm_nif"   / 0 Plain   [28 ..= 255] => setupterm_0;
    "tigetnum_nif"    / 1 Plain   [28 ..= 255] => tgetnum_1;
    "tigetflag_nif"   / 1 Plain   [28 ..= 255] => tgetflag_1;
    "tigetstr_nif"    / 1 Plain   [28 ..= 255] => tigetstr_1;
    "tinfo_nif"       / 0 Plain   [28 ..= 255] => tinfo_0;
    "tputs_nif"       / 2 Plain   [28 ..= 255] => tputs_2;
}

/// Bytes that are read at once.
const READ: usize = 1024;
/// Binaries that are written at once.
const SLICES: usize = 64;

/// Descriptors of the terminal.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Standard {
    Input,
    Output,
    Error,
}

impl Standard {
    fn of(term: Term<'_>) -> Result<Standard, Raise> {
        match term.as_atom().map(Atom::text) {
            Some("stdin") => Ok(Standard::Input),
            Some("stdout") => Ok(Standard::Output),
            Some("stderr") => Ok(Standard::Error),
            _ => Err(Raise::Badarg),
        }
    }
    fn fd(self) -> BorrowedFd<'static> {
        match self {
            Standard::Input => rustix::stdio::stdin(),
            Standard::Output => rustix::stdio::stdout(),
            Standard::Error => rustix::stdio::stderr(),
        }
    }
}

#[derive(Default)]
struct State {
    /// How the terminal was found; `None` where there is no terminal.
    found: Option<Termios>,
    /// How it is to be.
    wanted: Option<Termios>,
    /// Keys come as they are typed (since OTP 28).
    raw: bool,
    /// The process that has set it; when that exits, it is set back.
    owner: Option<u64>,
    /// The process that reads.
    reader: Option<u64>,
    /// Signals of the terminal (to OTP 27).
    signals: Option<OwnedFd>,
}

struct Tty {
    output: Standard,
    state: Mutex<State>,
}

/// All that were made, to set them back.
static ALL: Mutex<Vec<Weak<Magic>>> = Mutex::new(Vec::new());

fn tty_of<'p>(term: Term<'p>) -> Result<&'p Tty, Raise> {
    term.as_reference()
        .and_then(|reference| reference.magic_value::<Tty>())
        .ok_or(Raise::Badarg)
}

fn error<'p>(cx: &mut Cx<'p>, reason: &str) -> Term<'p> {
    cx.tuple(&[Term::atom(known::ERROR), Term::atom(Atom::of(reason))])
}

/// `{error, {Function, Posix}}`
fn error_of<'p>(cx: &mut Cx<'p>, function: &str, errno: Errno) -> Term<'p> {
    let name = posix::error_atom(errno.raw_os_error());
    let reason = cx.tuple(&[Term::atom(Atom::of(function)), Term::atom(name)]);
    cx.tuple(&[Term::atom(known::ERROR), reason])
}

/// `isatty(stdin | stdout | stderr)`: a boolean, or `ebadf`.
fn isatty_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(
        match rustix::termios::tcgetattr(Standard::of(cx.arg(0))?.fd()) {
            Ok(_) => Term::TRUE,
            Err(Errno::NOTTY | Errno::INVAL) => Term::FALSE,
            Err(_) => Term::atom(Atom::of("ebadf")),
        },
    )
}

fn create<'p>(cx: &mut Cx<'p>, output: Standard, state: State) -> NativeResult<'p> {
    let tty = Tty {
        output,
        state: Mutex::new(state),
    };
    let reference = cx.make_magic(Box::new(tty));
    if let Some(object) = reference.as_reference().and_then(|each| each.magic_arc()) {
        let mut all = ALL.lock();
        all.retain(|each| each.strong_count() > 0);
        all.push(Arc::downgrade(&object));
    }
    Ok(ok_tuple(cx, reference))
}

fn tty_create_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    create(cx, Standard::Output, State::default())
}

/// `tty_create(stdout | stderr)`
fn tty_create_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let output = Standard::of(cx.arg(0))?;
    if output == Standard::Input {
        return Err(Raise::Badarg);
    }
    let found = rustix::termios::tcgetattr(output.fd()).ok();
    let state = State {
        wanted: found.clone(),
        found,
        ..State::default()
    };
    create(cx, output, state)
}

/// Characters as they are typed, not echoed, nor output changed.
fn make_raw(mode: &mut Termios) {
    mode.input_modes.remove(InputModes::ICRNL);
    mode.local_modes.remove(LocalModes::ICANON);
    mode.output_modes.remove(OutputModes::OPOST);
    mode.special_codes[SpecialCodeIndex::VMIN] = 1;
    mode.special_codes[SpecialCodeIndex::VTIME] = 0;
}

/// `tty_init(Tty, Descriptor, #{canon, echo, sig})`: what `tty_set/1` will set.
fn tty_init_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let fd = Standard::of(cx.arg(1))?.fd();
    let options = cx.arg(2).as_map().ok_or(Raise::Badarg)?;
    let tty = tty_of(cx.arg(0))?;
    let option = |name: &str| options.get(Term::atom(Atom::of(name)))?.as_boolean();
    let found = match rustix::termios::tcgetattr(fd) {
        Ok(found) => found,
        Err(errno) => return Ok(error_of(cx, "tcgetattr", errno)),
    };
    let mut wanted = found.clone();
    wanted.input_modes.remove(InputModes::ISTRIP);
    match option("canon") {
        Some(true) => {
            wanted.input_modes |= InputModes::ICRNL;
            wanted.local_modes |= LocalModes::ICANON;
            wanted.output_modes |= OutputModes::OPOST;
        }
        Some(false) => make_raw(&mut wanted),
        None => {}
    }
    if let Some(echo) = option("echo") {
        wanted.local_modes.set(LocalModes::ECHO, echo);
    }
    if let Some(signals) = option("sig") {
        let input = InputModes::BRKINT
            | InputModes::IGNPAR
            | InputModes::ICRNL
            | InputModes::IXON
            | InputModes::IXANY;
        wanted.input_modes.set(input, signals);
        let local = LocalModes::ISIG | LocalModes::IEXTEN;
        wanted.local_modes.set(local, signals);
    }
    let mut state = tty.state.lock();
    state.found = Some(found);
    state.wanted = Some(wanted);
    Ok(Term::atom(known::OK))
}

/// `tty_set(Tty)`
fn tty_set_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let tty = tty_of(cx.arg(0))?;
    let mut state = tty.state.lock();
    if let Some(wanted) = &state.wanted {
        let input = Standard::Input.fd();
        if let Err(errno) = rustix::termios::tcsetattr(input, OptionalActions::Now, wanted) {
            return Ok(error_of(cx, "tcsetattr", errno));
        }
    }
    state.owner = Some(cx.process().number);
    Ok(Term::atom(known::OK))
}

/// `tty_init(Tty, #{input := raw | cooked | disabled})`
fn tty_init_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let options = cx.arg(1).as_map().ok_or(Raise::Badarg)?;
    let tty = tty_of(cx.arg(0))?;
    let input = options.get(Term::atom(known::INPUT)).ok_or(Raise::Badarg)?;
    let raw = input.as_atom().is_some_and(|atom| atom.text() == "raw");
    let mut state = tty.state.lock();
    let Some(found) = state.found.clone() else {
        return Ok(if raw {
            error(cx, "enotsup")
        } else {
            Term::atom(known::OK)
        });
    };
    let mut wanted = found;
    if raw {
        wanted.input_modes.remove(InputModes::ISTRIP);
        make_raw(&mut wanted);
        wanted.local_modes.remove(LocalModes::ECHO);
    }
    // A terminal that we have not changed is left alone: we may not even be its foreground program.
    if raw || state.raw {
        let output = tty.output.fd();
        if let Err(errno) = rustix::termios::tcsetattr(output, OptionalActions::Now, &wanted) {
            return Ok(error_of(cx, "tcsetattr", errno));
        }
    }
    state.raw = raw;
    state.wanted = Some(wanted);
    state.owner = Some(cx.process().number);
    Ok(Term::atom(known::OK))
}

/// Sends `{select, Tty, Reference, ready_input}` to the caller when `fd` can be read.
fn select<'p>(
    cx: &mut Cx<'p>,
    fd: BorrowedFd<'_>,
    tty: Term<'p>,
    reference: Term<'p>,
) -> Result<(), Raise> {
    let (numbers, object) = magic_of(tty)?;
    let message = Message::build(|builder| {
        let tty = builder.magic_reference(numbers, object);
        let reference = oxbeam_term::copy::copy(reference, builder);
        let ready = Term::atom(Atom::of("ready_input"));
        builder.tuple(&[Term::atom(known::SELECT), tty, reference, ready])
    });
    let to = cx.process().number;
    let notice: poll::Notice =
        Box::new(move || drop(signal::deliver(to, Signal::Message(message))));
    poll::when_ready(fd, Interest::Read, notice).map_err(|_| Raise::Badarg)
}

fn magic_of(term: Term<'_>) -> Result<(RefNumbers, Arc<Magic>), Raise> {
    let reference = term.as_reference().ok_or(Raise::Badarg)?;
    let object = reference.magic_arc().ok_or(Raise::Badarg)?;
    Ok((reference.numbers(), object))
}

/// `tty_select(Tty, SignalReference, ReadReference)`
fn tty_select_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let tty = tty_of(cx.arg(0))?;
    let signals = match sys::signals::terminal_pipe() {
        Ok(signals) => signals,
        Err(errno) => return Ok(error_of(cx, "pipe", errno)),
    };
    select(cx, signals.as_fd(), cx.arg(0), cx.arg(1))?;
    tty.state.lock().signals = Some(signals);
    vm_tty::used();
    select(cx, Standard::Input.fd(), cx.arg(0), cx.arg(2))?;
    tty.state.lock().reader = Some(cx.process().number);
    Ok(Term::atom(known::OK))
}

/// `tty_select(Tty, ReadReference)`
fn tty_select_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let tty = tty_of(cx.arg(0))?;
    vm_tty::used();
    select(cx, Standard::Input.fd(), cx.arg(0), cx.arg(1))?;
    tty.state.lock().reader = Some(cx.process().number);
    Ok(Term::atom(known::OK))
}

/// `tty_read_signal(Tty, SignalReference)`: `{ok, winch | cont}`
fn tty_read_signal_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let tty = tty_of(cx.arg(0))?;
    let state = tty.state.lock();
    let Some(signals) = &state.signals else {
        return Ok(error(cx, "empty"));
    };
    let mut byte = [0];
    let read = rustix::io::retry_on_intr(|| rustix::io::read(signals, &mut byte));
    match read {
        Ok(0) => return Ok(error(cx, "empty")),
        Ok(_) => {}
        Err(errno) => return Ok(error_of(cx, "read", errno)),
    }
    select(cx, signals.as_fd(), cx.arg(0), cx.arg(1))?;
    let name = if byte == *b"w" { "winch" } else { "cont" };
    let name = Term::atom(Atom::of(name));
    Ok(ok_tuple(cx, name))
}

/// `tty_is_open(Tty, Descriptor)`: has the other side not hung up?
fn tty_is_open_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    tty_of(cx.arg(0))?;
    let fd = Standard::of(cx.arg(1))?.fd();
    let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::HUP)];
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    match rustix::event::poll(&mut fds, Some(&now)) {
        Ok(0) => Ok(Term::TRUE),
        Ok(_) if fds[0].revents().contains(PollFlags::HUP) => Ok(Term::FALSE),
        Ok(_) => Err(Raise::Badarg),
        Err(errno) => Ok(error_of(cx, "tty_is_open", errno)),
    }
}

/// `tty_window_size(Tty)`: `{ok, {Columns, Rows}}`
fn tty_window_size_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let output = tty_of(cx.arg(0))?.output.fd();
    let size = [Standard::Input.fd(), output]
        .into_iter()
        .find_map(|fd| rustix::termios::tcgetwinsize(fd).ok())
        .filter(|size| size.ws_col > 0 || size.ws_row > 0);
    let Some(size) = size else {
        return Ok(error(cx, "enotsup"));
    };
    let number = |value: u16| Term::small(if value > 0 { value.into() } else { -1 });
    let pair = cx.tuple(&[number(size.ws_col), number(size.ws_row)]);
    Ok(ok_tuple(cx, pair))
}

fn tty_encoding_1<'p>(_: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::atom(known::UTF8))
}

/// `setlocale(Tty)`: is the locale's encoding UTF-8?
fn setlocale_1<'p>(_: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::boolean(crate::locale_is_utf8()))
}

/// `write_nif(Tty, Binaries)`
fn write_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let fd = tty_of(cx.arg(0))?.output.fd();
    let mut elements = cx.arg(1).list_iter();
    loop {
        let mut binaries = Vec::new();
        for element in elements.by_ref().take(SLICES) {
            binaries.push(element.as_binary().ok_or(Raise::Badarg)?);
        }
        if binaries.is_empty() {
            break;
        }
        let mut slices: Vec<IoSlice<'_>> =
            binaries.iter().map(|binary| IoSlice::new(binary)).collect();
        if let Err(errno) = write_all(fd, &mut slices) {
            let name = posix::error_name(errno.raw_os_error());
            return Ok(error(cx, name));
        }
    }
    if elements.rest().is_nil() {
        Ok(Term::atom(known::OK))
    } else {
        Err(Raise::Badarg)
    }
}

fn write_all(fd: BorrowedFd<'_>, mut slices: &mut [IoSlice<'_>]) -> Result<(), Errno> {
    IoSlice::advance_slices(&mut slices, 0);
    while !slices.is_empty() {
        match rustix::io::writev(fd, slices) {
            Ok(count) => IoSlice::advance_slices(&mut slices, count),
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => {
                // Somebody has made it non-blocking.
                let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::OUT)];
                let _ = rustix::event::poll(&mut fds, None);
            }
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// Reads once, and asks to be told when there is more.
fn read<'p>(cx: &mut Cx<'p>, limit: usize) -> NativeResult<'p> {
    tty_of(cx.arg(0))?;
    let input = Standard::Input.fd();
    let mut buffer = [0; READ];
    let count = match rustix::io::read(input, &mut buffer[..limit]) {
        Ok(0) => return Ok(error(cx, "closed")),
        Ok(count) => count,
        Err(Errno::AGAIN | Errno::INTR) => 0,
        Err(errno) => return Ok(error_of(cx, "read", errno)),
    };
    select(cx, input, cx.arg(0), cx.arg(1))?;
    let bytes = cx.binary(&buffer[..count]);
    Ok(ok_tuple(cx, bytes))
}

/// `read_nif(Tty, ReadReference)`
fn read_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    read(cx, READ)
}

/// `read_nif(Tty, ReadReference, Count)`
fn read_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let limit = cx.arg(2).as_usize().ok_or(Raise::Badarg)?;
    read(cx, limit.clamp(1, READ))
}

/// A C `int`.
fn int(term: Term<'_>) -> Result<i32, Raise> {
    term.as_small()
        .and_then(|value| i32::try_from(value).ok())
        .ok_or(Raise::Badarg)
}

fn isprint_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let byte = u8::try_from(int(cx.arg(0))?);
    Ok(Term::boolean(byte.is_ok_and(sys::locale::is_printable)))
}

/// `wcwidth(Character)`: columns, or `{error, not_printable}`.
fn wcwidth_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let character = int(cx.arg(0))?;
    Ok(match sys::locale::width(character as u32) {
        Some(width) => Term::small(width.into()),
        None => error(cx, "not_printable"),
    })
}

/// `wcswidth(Characters)`: they are numbers of the machine's own form.
fn wcswidth_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let bytes = iolist_bytes(cx.arg(0)).ok_or(Raise::Badarg)?;
    let (characters, _) = bytes.as_chunks::<4>();
    let width = characters
        .iter()
        .map(|bytes| u32::from_ne_bytes(*bytes))
        .take_while(|&character| character != 0)
        .try_fold(0, |sum: i32, character| {
            Some(sum.saturating_add(sys::locale::width(character)?))
        });
    Ok(match width {
        Some(width) => ok_tuple(cx, Term::small(width.into())),
        None => error(cx, "not_printable"),
    })
}

fn sizeof_wchar_0<'p>(_: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::small(size_of::<u32>() as i64))
}

/// A text that ends in zero, without that.
fn text(term: Term<'_>) -> Result<Vec<u8>, Raise> {
    let mut bytes = iolist_bytes(term).ok_or(Raise::Badarg)?;
    if let Some(end) = bytes.iter().position(|&byte| byte == 0) {
        bytes.truncate(end);
    }
    Ok(bytes)
}

fn set_up<'p>(cx: &mut Cx<'p>, name: &[u8], function: &str) -> NativeResult<'p> {
    let result = std::str::from_utf8(name)
        .map_err(|_| Errno::NOENT)
        .and_then(terminfo::set_up);
    Ok(match result {
        Ok(()) => Term::atom(known::OK),
        Err(errno) => error_of(cx, function, errno),
    })
}

/// `tgetent_nif(Terminal)`
fn tgetent_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = text(cx.arg(0))?;
    set_up(cx, &name, "tgetent")
}

/// `setupterm_nif()`: the terminal that the environment names.
fn setupterm_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = environment::text("TERM").unwrap_or_default();
    set_up(cx, name.as_bytes(), "setupterm")
}

/// `tgetnum_nif(Code)`: -1 if the terminal does not say.
fn tgetnum_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let number = terminfo::number(&text(cx.arg(0))?);
    Ok(Term::small(number.map_or(-1, i64::from)))
}

fn tgetflag_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::boolean(terminfo::flag(&text(cx.arg(0))?)))
}

fn ok_or_false<'p>(cx: &mut Cx<'p>, string: Option<Vec<u8>>) -> NativeResult<'p> {
    Ok(match string {
        Some(string) => {
            let binary = cx.binary(&string);
            ok_tuple(cx, binary)
        }
        None => Term::FALSE,
    })
}

/// `tgetstr_nif(Code)`: `{ok, String}` or `false`.
fn tgetstr_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let string = terminfo::string(&text(cx.arg(0))?);
    ok_or_false(cx, string)
}

/// `tigetstr_nif(Name)`: `{ok, String}`, `false`, or `badarg` for a name that is none.
fn tigetstr_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let string = terminfo::string_by_name(&text(cx.arg(0))?)?;
    ok_or_false(cx, string)
}

fn expanded<'p>(cx: &mut Cx<'p>, string: &[u8], parameters: &[i32]) -> Term<'p> {
    let binary = cx.binary(&terminfo::expand(string, parameters));
    ok_tuple(cx, binary)
}

/// `tgoto_nif(String)`, `(String, Column)`, `(String, Column, Row)`
fn tgoto<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let string = text(cx.arg(0))?;
    let number = |index: usize| {
        if index < cx.arity() {
            int(cx.arg(index))
        } else {
            Ok(0)
        }
    };
    let (column, row) = (number(1)?, number(2)?);
    Ok(expanded(cx, &string, &[row, column]))
}

/// `tputs_nif(String, Parameters)`
fn tputs_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let string = text(cx.arg(0))?;
    let list = cx.arg(1).proper_list().ok_or(Raise::Badarg)?;
    if list.len() > 9 {
        return Err(Raise::Badarg);
    }
    let mut parameters = Vec::new();
    for parameter in list {
        // Of a larger one the low half counts.
        let parameter = parameter.as_i64().ok_or(Raise::Badarg)?;
        parameters.push(parameter as i32);
    }
    Ok(expanded(cx, &string, &parameters))
}

/// `tinfo_nif()`: `#{bool, num, str}`, each a list of `#{name, code, full_name}`.
fn tinfo_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let key = |name: &str| Term::atom(Atom::of(name));
    let mut lists = [Term::NIL; 3];
    let tables = [
        capabilities::BOOLEANS,
        capabilities::NUMBERS,
        capabilities::STRINGS,
    ];
    for (list, table) in lists.iter_mut().zip(tables) {
        for (name, code, full_name) in table {
            let name = cx.char_list(name);
            let code = cx.char_list(code);
            let full_name = cx.char_list(full_name);
            let row = cx.map_from_pairs([
                (key("name"), name),
                (key("code"), code),
                (key("full_name"), full_name),
            ]);
            *list = cx.cons(row, *list);
        }
    }
    let [booleans, numbers, strings] = lists;
    Ok(cx.map_from_pairs([
        (key("bool"), booleans),
        (key("num"), numbers),
        (key("str"), strings),
    ]))
}

impl Tty {
    /// Sets the terminal back to how it was found.
    fn set_back(&self, state: &State) {
        if let Some(found) = &state.found {
            let _ = rustix::termios::tcsetattr(self.output.fd(), OptionalActions::Now, found);
        }
    }
    fn process_exits(&self, process: u64) {
        let mut state = self.state.lock();
        if state.owner == Some(process) {
            state.owner = None;
            self.set_back(&state);
        }
        if state.reader == Some(process) {
            state.reader = None;
            poll::cancel(Standard::Input.fd(), Interest::Read);
            if let Some(signals) = state.signals.take() {
                poll::forget(signals.as_fd());
            }
        }
    }
}

fn each(call: impl Fn(&Tty)) {
    let all: Vec<Arc<Magic>> = ALL.lock().iter().filter_map(Weak::upgrade).collect();
    for object in all {
        if let Some(tty) = object.value::<Tty>() {
            call(tty);
        }
    }
}

/// A process exits: what it has set is set back, and it reads no more.
pub(crate) fn process_exits(process: &Process, _: &mut Owned) {
    each(|tty| tty.process_exits(process.number));
}

/// The machine halts: the terminal is as it was found.
pub(crate) fn halts(_: i32) {
    each(|tty| {
        let state = tty.state.lock();
        if state.owner.is_some() {
            tty.set_back(&state);
        }
    });
}
