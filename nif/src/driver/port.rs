//! What there is of a port on the driver's side, and calling the driver's functions.

use super::binary::Binary;
use super::entry::{Data, Entry, Library, Monitor, PortId, Served, Slice, Vector};
use super::jobs::Finished;
use super::list;
use super::queue::Queue;
use super::select::{Ready, Selected};
use oxbeam_term::Term;
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_vm::port::{self, Driver, Event, OpenError, Port, PortCx, Remote, Reply, Started};
use oxbeam_vm::signal::{Signal, deliver};
use oxbeam_vm::timer::service::TimerId;
use parking_lot::{Mutex, RwLock};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::{CString, c_char, c_int, c_uint};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, Ordering};
use std::sync::{Arc, OnceLock};

/// `set_port_control_flags`: answers are binaries.
const CONTROL_BINARY: c_int = 1 << 0;
/// `call`: the answer's memory stays the driver's.
const KEEP_BUFFER: c_uint = 1 << 0;
/// Room that drivers get for their answers.
const CONTROL_ROOM: usize = 64;
const CALL_ROOM: usize = 256;
/// Answers of `start`.
const ERROR_GENERAL: isize = -1;
const ERROR_ERRNO: isize = -2;
const ERROR_BADARG: isize = -3;
/// What there is instead of a port.
pub(crate) const NO_PORT: PortId = usize::MAX;

/// What a driver knows the port of this number by.
pub(crate) fn id(number: u64) -> PortId {
    number as usize + 1
}

/// A timer that is set.
#[derive(Copy, Clone)]
struct Timer {
    number: u64,
    id: TimerId,
}

/// [`Driver::event`]: the timer of this number.
struct Timeout(u64);

/// What there is of a port on the driver's side.
pub(crate) struct Shared {
    pub(crate) library: Arc<Library>,
    remote: OnceLock<Remote>,
    number: OnceLock<u64>,
    data: AtomicPtr<std::ffi::c_void>,
    control_flags: AtomicI32,
    stopped: AtomicBool,
    /// The port was closed while bytes waited: nobody gets anything from it any more.
    flushing: AtomicBool,
    /// Data come as binaries.
    binary: AtomicBool,
    pub(crate) queue: Mutex<Queue>,
    timer: Mutex<(u64, Option<Timer>)>,
    pub(crate) selected: Mutex<Selected>,
    watching: Mutex<HashMap<RefNumbers, u64>>,
    /// The lock that the driver has made for its data.
    pub(crate) data_lock: AtomicPtr<super::abi::locks::DataLock>,
    /// `erl_drv_busy_msgq_limits`: nothing ever waits before a port, so that they are only kept.
    pub(crate) limits: Mutex<(usize, usize)>,
}

/// `{busy_limits_msgq, {Low, High}}` if nobody says anything.
const LIMITS: (usize, usize) = (4096, 8192);

static PORTS: RwLock<Option<HashMap<u64, Arc<Shared>>>> = RwLock::new(None);

/// A call of a driver's function on this thread.
struct Call {
    shared: Arc<Shared>,
    /// Null where the driver is told of the end.
    cx: *mut PortCx<'static>,
    caller: Option<u64>,
    /// Of its time slice that the driver says to have used.
    percent: c_int,
}

thread_local! {
    static CALLS: RefCell<Vec<Call>> = const { RefCell::new(Vec::new()) };
}

/// The call ends.
struct Leave;

impl Drop for Leave {
    fn drop(&mut self) {
        let call = CALLS.with_borrow_mut(Vec::pop);
        drop(call);
    }
}

/// The port that a driver means.
pub(crate) fn find(id: PortId) -> Option<Arc<Shared>> {
    let number = (id as u64).wrapping_sub(1);
    let here = CALLS.with_borrow(|calls| {
        let mut calls = calls.iter().rev();
        let call = calls.find(|call| call.shared.is(number))?;
        Some(Arc::clone(&call.shared))
    });
    here.or_else(|| PORTS.read().as_ref()?.get(&number).cloned())
}

/// The port of this number, if this thread is telling its driver of the end: what the driver sends then still arrives.
pub(crate) fn ending(number: u64) -> Option<Arc<Shared>> {
    CALLS.with_borrow(|calls| {
        let call = calls.iter().rev().find(|call| call.shared.is(number))?;
        let ending = call.cx.is_null() && !call.shared.flushing.load(Ordering::Acquire);
        ending.then(|| Arc::clone(&call.shared))
    })
}

/// Ports of the driver that this record is about.
pub(crate) fn ports_of(record: u64) -> Vec<Arc<Shared>> {
    let ports = PORTS.read();
    let ports = ports.iter().flat_map(HashMap::values);
    let of = ports.filter(|shared| shared.library.record == Some(record));
    of.cloned().collect()
}

impl Shared {
    pub(crate) fn new(library: Arc<Library>, remote: Remote) -> Arc<Shared> {
        let shared = Shared::unopened(library);
        let _ = shared.remote.set(remote);
        shared
    }
    fn unopened(library: Arc<Library>) -> Arc<Shared> {
        Arc::new(Shared {
            library,
            remote: OnceLock::new(),
            number: OnceLock::new(),
            data: AtomicPtr::new(ptr::null_mut()),
            control_flags: AtomicI32::new(0),
            stopped: AtomicBool::new(false),
            flushing: AtomicBool::new(false),
            binary: AtomicBool::new(false),
            queue: Mutex::new(Queue::default()),
            timer: Mutex::new((0, None)),
            selected: Mutex::new(Selected::default()),
            watching: Mutex::new(HashMap::new()),
            data_lock: AtomicPtr::new(ptr::null_mut()),
            limits: Mutex::new(LIMITS),
        })
    }
    fn is(&self, number: u64) -> bool {
        self.number.get() == Some(&number)
    }
    /// The port's number.
    pub(crate) fn number(&self) -> u64 {
        self.number.get().copied().unwrap_or(u64::MAX)
    }
    /// The port as it is printed.
    pub(crate) fn text(&self) -> String {
        let port = Term::local_port(self.number());
        oxbeam_term::print::port_to_text(port).unwrap_or_default()
    }
    /// The port, if it is there.
    pub(crate) fn port(&self) -> Option<Arc<Port>> {
        self.remote.get()?.port()
    }
    /// Calls the driver with `event` from wherever this is called.
    pub(crate) fn send(&self, event: Event) {
        if let Some(remote) = self.remote.get() {
            remote.send(event);
        }
    }
    pub(crate) fn driver_data(&self) -> Data {
        self.data.load(Ordering::Acquire)
    }
    pub(crate) fn set_data(&self, data: Data) {
        self.data.store(data, Ordering::Release);
    }
    pub(crate) fn entry(&self) -> &Entry {
        self.library.entry()
    }
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }
    pub(crate) fn set_control_flags(&self, flags: c_int) {
        self.control_flags.store(flags, Ordering::Release);
    }
    pub(crate) fn is_binary(&self) -> bool {
        self.binary.load(Ordering::Acquire)
    }
    fn answers_with_binaries(&self) -> bool {
        self.control_flags.load(Ordering::Acquire) & CONTROL_BINARY != 0
    }
    /// Does something with the port as its driver's function may: on a thread that is within such a function, with its own context. `None`: the
    /// port is gone.
    pub(crate) fn with_cx<R>(&self, work: impl FnOnce(&mut PortCx<'_>) -> R) -> Option<R> {
        let number = self.number();
        let here = CALLS.with_borrow(|calls| {
            let mut calls = calls.iter().rev();
            calls
                .find(|call| call.shared.is(number))
                .map(|call| call.cx)
        });
        match here {
            Some(cx) if cx.is_null() => None,
            Some(cx) => {
                // SAFETY: the call of the driver's function that has put it there has not returned, and does not touch it meanwhile.
                let cx = unsafe { &mut *cx };
                (!cx.has_ended()).then(|| work(cx))
            }
            None => self.port()?.with_cx(work),
        }
    }
    /// Ends the port as `how` says, at once: the driver is told before this returns. `None`: it is gone.
    pub(crate) fn end(&self, how: impl FnOnce(&mut PortCx<'_>)) -> Option<()> {
        let ended = self.with_cx(|cx| {
            cx.acknowledge(Ok(()));
            self.queue.lock().clear();
            how(cx);
            cx.end_now();
            cx.has_ended()
        })?;
        if ended && let Some(shared) = find(id(self.number())) {
            shared.stop();
        }
        Some(())
    }
    /// The process that commands the port now, on the thread where it does.
    pub(crate) fn caller(&self) -> Option<u64> {
        let number = self.number();
        CALLS.with_borrow(|calls| {
            let mut calls = calls.iter().rev();
            calls.find(|call| call.shared.is(number))?.caller
        })
    }
    /// More of the call's time slice is used; the sum, in percent.
    pub(crate) fn consume(&self, percent: c_int) -> c_int {
        let number = self.number();
        CALLS.with_borrow_mut(|calls| {
            let mut calls = calls.iter_mut().rev();
            match calls.find(|call| call.shared.is(number)) {
                Some(call) => {
                    call.percent = call.percent.saturating_add(percent);
                    call.percent
                }
                None => percent,
            }
        })
    }

    pub(crate) fn set_timer(self: &Arc<Shared>, milliseconds: u64) {
        let Some(remote) = self.remote.get() else {
            return;
        };
        let mut timer = self.timer.lock();
        let number = timer.0 + 1;
        let milliseconds = u32::try_from(milliseconds).unwrap_or(u32::MAX);
        let id = remote.after(milliseconds, Box::new(Timeout(number)));
        let before = std::mem::replace(&mut *timer, (number, Some(Timer { number, id })));
        drop(timer);
        cancel(before.1);
    }
    pub(crate) fn cancel_timer(&self) {
        let before = self.timer.lock().1.take();
        cancel(before);
    }
    /// Milliseconds until the timer fires; 0 if none is set.
    pub(crate) fn timer_left(&self) -> u64 {
        let machine = oxbeam_vm::machine::machine();
        let timer = self.timer.lock().1;
        let when = timer.and_then(|timer| machine.timers.when(timer.id));
        when.map_or(0, |tick| tick.saturating_sub(machine.time.tick_after(0)))
    }
    fn takes_timeout(&self, number: u64) -> bool {
        let mut timer = self.timer.lock();
        let current = timer.1.is_some_and(|timer| timer.number == number);
        if current {
            timer.1 = None;
        }
        current
    }

    /// The port watches a process; `None`: there is none of this number. For any thread: the port is not locked for it.
    pub(crate) fn watch(&self, process: u64) -> Option<RefNumbers> {
        let reference = oxbeam_vm::unique::next_reference();
        self.watching.lock().insert(reference, process);
        let signal = Signal::Monitor {
            reference,
            by: oxbeam_vm::process::Peer::Port(self.number()),
            name: None,
        };
        if deliver(process, signal).is_ok() {
            return Some(reference);
        }
        self.watching.lock().remove(&reference);
        None
    }
    /// It does so no longer; `false`: it did not.
    pub(crate) fn unwatch(&self, reference: RefNumbers) -> bool {
        let process = self.watching.lock().remove(&reference);
        if let Some(process) = process {
            let _ = deliver(process, Signal::Demonitor(reference));
        }
        process.is_some()
    }
    pub(crate) fn watched(&self, reference: RefNumbers) -> Option<u64> {
        self.watching.lock().get(&reference).copied()
    }

    /// Calls a function of the driver, which finds its port meanwhile.
    fn enter<R>(
        self: &Arc<Shared>,
        cx: *mut PortCx<'static>,
        caller: Option<u64>,
        function: impl FnOnce(&Entry, Data) -> R,
    ) -> R {
        let call = Call {
            shared: Arc::clone(self),
            cx,
            caller,
            percent: 0,
        };
        CALLS.with_borrow_mut(|calls| calls.push(call));
        let _leave = Leave;
        function(self.entry(), self.driver_data())
    }
    /// The same for a function that may do anything with its port. A closed port ends when nothing waits to be written any more.
    fn run<R>(
        self: &Arc<Shared>,
        cx: &mut PortCx<'_>,
        function: impl FnOnce(&Entry, Data) -> R,
    ) -> R {
        let caller = cx.caller();
        let place: *mut PortCx<'_> = cx;
        let result = self.enter(place.cast(), caller, function);
        self.end_if_flushed(cx);
        result
    }
    fn end_if_flushed(&self, cx: &mut PortCx<'_>) {
        if cx.is_closing() && !cx.has_ended() && self.queue.lock().size() == 0 {
            cx.flushed();
        }
    }
    /// Tells the driver of the port's end, once.
    fn stop(self: &Arc<Shared>) {
        if self.stopped.swap(true, Ordering::AcqRel) {
            return;
        }
        self.cancel_timer();
        self.enter(ptr::null_mut(), None, |entry, data| {
            if let Some(stop) = entry.stop {
                // SAFETY: the driver's function, called once for its data.
                unsafe { stop(data) };
            }
        });
        self.give_back();
    }
    /// What the port has on the driver's side is given back.
    fn give_back(&self) {
        self.stopped.store(true, Ordering::Release);
        self.cancel_timer();
        self.queue.lock().clear();
        self.deselect_all();
        let watching = std::mem::take(&mut *self.watching.lock());
        for (reference, process) in watching {
            let _ = deliver(process, Signal::Demonitor(reference));
        }
        super::abi::locks::release(self.data_lock.swap(ptr::null_mut(), Ordering::AcqRel));
        let mut ports = PORTS.write();
        let gone = ports
            .as_mut()
            .and_then(|ports| ports.remove(&self.number()));
        drop(ports);
        drop(gone);
    }
    fn appear(self: &Arc<Shared>, cx: &PortCx<'_>) {
        let _ = self.remote.set(cx.remote());
        let number = *self.number.get_or_init(|| cx.number());
        self.binary.store(cx.is_binary(), Ordering::Release);
        let mut ports = PORTS.write();
        ports
            .get_or_insert_default()
            .insert(number, Arc::clone(self));
    }
}

fn cancel(timer: Option<Timer>) {
    if let Some(timer) = timer {
        port::driver::cancel_timer(timer.id);
    }
}

/// A port that a driver makes itself; its number.
pub(crate) fn create(library: &Arc<Library>, owner: u64, name: Vec<u8>, data: Data) -> Option<u64> {
    if !list::port_opens(library) {
        return None;
    }
    let shared = Shared::unopened(Arc::clone(library));
    shared.set_data(data);
    let driver = Box::new(CDriver::new(shared));
    let served = Arc::new(Served(Arc::clone(library)));
    port::open_loaded(owner, served, name, driver).ok()
}

/// A driver in C, for one port.
pub(crate) struct CDriver(Arc<Shared>);

impl CDriver {
    pub(crate) fn new(shared: Arc<Shared>) -> CDriver {
        CDriver(shared)
    }
}

impl Drop for CDriver {
    fn drop(&mut self) {
        self.0.give_back();
        // No function of the driver runs for this port any more: the library may go.
        list::port_ends(&self.0.library);
    }
}

/// Calls a function of a driver that was loaded.
macro_rules! call {
    ($function:expr, $($argument:expr),*) => {
        // SAFETY: the driver's own function, with its data and what `erl_driver.h` promises; its library is open.
        unsafe { $function($($argument),*) }
    };
}

impl Driver for CDriver {
    /// A port that the driver has made itself.
    fn start(&mut self, cx: &mut PortCx<'_>) {
        self.0.appear(cx);
    }
    fn begin(&mut self, cx: &mut PortCx<'_>) -> Result<Started, OpenError> {
        let shared = &self.0;
        shared.appear(cx);
        let name = self.0.port().map(|port| port.name().to_vec());
        let command: Vec<u8> = name
            .into_iter()
            .flatten()
            .take_while(|byte| *byte != 0)
            .collect();
        let command = CString::new(command).unwrap_or_default();
        let id = id(cx.number());
        let mut errno = 0;
        let data = shared.run(cx, |entry, _| {
            let start = entry.start?;
            // It may change the text.
            let mut text = command.into_bytes_with_nul();
            let data = call!(start, id, text.as_mut_ptr().cast());
            errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
            Some(data)
        });
        let Some(data) = data else {
            return Ok(Started::Now);
        };
        match data as isize {
            ERROR_GENERAL => Err(OpenError::General),
            ERROR_ERRNO => Err(OpenError::Posix(errno)),
            ERROR_BADARG => Err(OpenError::Badarg),
            _ => {
                self.0.set_data(data);
                Ok(match self.0.library.acknowledges() {
                    true => Started::Later,
                    false => Started::Now,
                })
            }
        }
    }
    fn output(&mut self, cx: &mut PortCx<'_>, mut data: Vec<u8>) {
        self.0.run(cx, |entry, own| {
            if let Some(outputv) = entry.outputv {
                let binary = Binary::of(&data);
                if binary.is_null() {
                    return;
                }
                // SAFETY: just made; the driver takes references of its own if it keeps something.
                unsafe {
                    let nothing = Slice {
                        base: ptr::null_mut(),
                        len: 0,
                    };
                    let base = Binary::data(binary);
                    // The first place is free, for a header.
                    let mut slices = [
                        nothing,
                        Slice {
                            base,
                            len: data.len(),
                        },
                    ];
                    let mut binaries = [ptr::null_mut(), binary];
                    let mut vector = Vector {
                        count: if data.is_empty() { 1 } else { 2 },
                        size: data.len(),
                        slices: slices.as_mut_ptr(),
                        binaries: binaries.as_mut_ptr(),
                    };
                    outputv(own, &raw mut vector);
                    drop(Binary::take(binary));
                }
            } else if let Some(output) = entry.output {
                let len = data.len();
                call!(output, own, data.as_mut_ptr().cast(), len);
            }
        });
    }
    fn control(&mut self, cx: &mut PortCx<'_>, operation: u32, data: &[u8]) -> Option<Reply> {
        let mut request = data.to_vec();
        let mut room = [0 as c_char; CONTROL_ROOM];
        let first: *mut c_char = room.as_mut_ptr();
        let mut answer = first;
        let len = self.0.run(cx, |entry, own| {
            let control = entry.control?;
            let (bytes, count) = (request.as_mut_ptr().cast(), request.len());
            Some(call!(
                control,
                own,
                operation,
                bytes,
                count,
                &raw mut answer,
                CONTROL_ROOM
            ))
        })?;
        let len = usize::try_from(len).ok()?;
        let binary = self.0.answers_with_binaries();
        if answer.is_null() {
            return Some(Reply::List(Vec::new()));
        }
        if answer == first {
            let bytes = room.iter().take(len).map(|&byte| byte as u8).collect();
            return Some(if binary {
                Reply::Binary(bytes)
            } else {
                Reply::List(bytes)
            });
        }
        // SAFETY: what the driver has put there: a binary of its own, or memory of `driver_alloc`.
        Some(unsafe {
            if binary {
                Reply::Binary(Binary::take(answer.cast()).bytes().to_vec())
            } else {
                let bytes = std::slice::from_raw_parts(answer.cast::<u8>(), len).to_vec();
                libc::free(answer.cast());
                Reply::List(bytes)
            }
        })
    }
    fn call(&mut self, cx: &mut PortCx<'_>, operation: u32, data: &[u8]) -> Option<Vec<u8>> {
        let mut request = data.to_vec();
        let mut room = [0 as c_char; CALL_ROOM];
        let first: *mut c_char = room.as_mut_ptr();
        let mut answer = first;
        let mut flags = 0;
        let len = self.0.run(cx, |entry, own| {
            let call = entry.call?;
            let (bytes, count) = (request.as_mut_ptr().cast(), request.len());
            let (answer, flags) = (&raw mut answer, &raw mut flags);
            Some(call!(
                call, own, operation, bytes, count, answer, CALL_ROOM, flags
            ))
        })?;
        let len = usize::try_from(len).ok().filter(|len| *len > 0);
        let mut bytes = None;
        if let Some(len) = len.filter(|_| !answer.is_null()) {
            // SAFETY: so the driver says.
            let given = unsafe { std::slice::from_raw_parts(answer.cast::<u8>(), len) };
            bytes = Some(given.to_vec());
        }
        if answer != first && !answer.is_null() && flags & KEEP_BUFFER == 0 {
            // SAFETY: memory of `driver_alloc`.
            unsafe { libc::free(answer.cast()) };
        }
        bytes
    }
    fn watched_is_gone(&mut self, cx: &mut PortCx<'_>, reference: RefNumbers) {
        let shared = Arc::clone(&self.0);
        if shared.watched(reference).is_none() {
            return;
        }
        shared.run(cx, |entry, data| {
            if let Some(process_exit) = entry.process_exit {
                let mut monitor = Monitor::of(reference);
                call!(process_exit, data, &raw mut monitor);
            }
        });
        shared.watching.lock().remove(&reference);
    }
    fn watching(&self) -> Vec<u64> {
        self.0.watching.lock().values().copied().collect()
    }
    fn emergency_close(&mut self) {
        if let Some(close) = self.0.library.emergency_close() {
            call!(close, self.0.driver_data());
        }
    }
    fn event(&mut self, cx: &mut PortCx<'_>, event: Event) {
        let shared = Arc::clone(&self.0);
        let event = match event.downcast::<Timeout>() {
            Ok(timeout) => {
                if shared.takes_timeout(timeout.0) {
                    shared.run(cx, |entry, data| {
                        if let Some(timeout) = entry.timeout {
                            call!(timeout, data);
                        }
                    });
                }
                return;
            }
            Err(event) => event,
        };
        let event = match event.downcast::<Ready>() {
            Ok(ready) => {
                if shared.takes_ready(&ready) {
                    shared.run(cx, |entry, data| ready.tell(&shared, entry, data));
                    if !shared.is_stopped() {
                        shared.look_again(&ready);
                    }
                }
                return;
            }
            Err(event) => event,
        };
        if let Ok(mut finished) = event.downcast::<Finished>()
            && let Some(ready_async) = shared.entry().ready_async
        {
            let result = finished.take();
            shared.run(cx, |_, data| call!(ready_async, data, result));
        }
    }
    fn one_at_a_time(&self) -> bool {
        self.0.library.is_one_at_a_time()
    }
    fn queued(&self) -> usize {
        self.0.queue.lock().size()
    }
    fn flush(&mut self, cx: &mut PortCx<'_>) {
        self.0.flushing.store(true, Ordering::Release);
        self.0.run(cx, |entry, data| {
            if let Some(flush) = entry.flush {
                call!(flush, data);
            }
        });
    }
    fn stop(&mut self, _port: u64) {
        self.0.stop();
    }
}

impl Monitor {
    pub(crate) fn of(reference: RefNumbers) -> Monitor {
        Monitor {
            words: [reference.low, u64::from(reference.high), 0, 0],
        }
    }
    pub(crate) fn reference(&self) -> RefNumbers {
        RefNumbers {
            low: self.words[0],
            high: self.words[1] as u32,
        }
    }
}
