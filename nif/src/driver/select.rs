//! Descriptors that a driver wants to know ready: `driver_select`. A descriptor belongs to one port for each direction.

use super::entry::{Data, Entry, Event};
use super::port::{self, Shared};
use oxbeam_vm::io::poll::{self, Errno, Interest};
use oxbeam_vm::logger;

use parking_lot::Mutex;
use std::collections::HashMap;
use std::ffi::c_int;
use std::os::fd::BorrowedFd;
use std::sync::Arc;

/// Modes of `driver_select`.
const READ: c_int = 1 << 0;
const WRITE: c_int = 1 << 1;
const USE: c_int = 1 << 2;
const USE_NO_CALLBACK: c_int = USE | USE << 1;

const BOTH: [(c_int, Interest); 2] = [(READ, Interest::Read), (WRITE, Interest::Write)];

/// What a port has asked for: the number of the last request for a descriptor and a direction.
#[derive(Default)]
pub(crate) struct Selected {
    asked: HashMap<(c_int, bool), u64>,
    last: u64,
}

/// [`Driver::event`](oxbeam_vm::port::Driver::event): a descriptor is ready.
pub(crate) struct Ready {
    fd: c_int,
    interest: Interest,
    request: u64,
}

/// Whose a descriptor is, by direction.
static OWNERS: Mutex<Option<HashMap<(c_int, bool), u64>>> = Mutex::new(None);

fn key(fd: c_int, interest: Interest) -> (c_int, bool) {
    (fd, interest == Interest::Write)
}

impl Ready {
    /// Tells the driver.
    pub(crate) fn tell(&self, shared: &Arc<Shared>, entry: &Entry, data: Data) {
        let event = self.fd as isize as Event;
        let (function, what, name) = match self.interest {
            Interest::Read => (entry.ready_input, "Input", "ready_input()"),
            Interest::Write => (entry.ready_output, "Output", "ready_output()"),
        };
        match function {
            // SAFETY: the driver's function, and a descriptor that it has asked for.
            Some(function) => unsafe { function(data, event) },
            None => {
                let port = shared.text();
                logger::error(&format!(
                    "{port}: {what} event signalled, but the driver does not implement the {name} callback\n"
                ));
                shared.deselect(self.fd, self.interest);
            }
        }
    }
}

impl Shared {
    /// `driver_select`
    pub(crate) fn select(self: &Arc<Shared>, fd: c_int, mode: c_int, on: bool) {
        let mut mode = mode;
        let stops = !on && mode & USE_NO_CALLBACK == USE;
        if stops {
            mode |= READ | WRITE;
        }
        for (bit, interest) in BOTH {
            if mode & bit == 0 {
                continue;
            }
            self.steal(fd, interest, on);
            if on {
                self.ask(fd, interest);
            } else {
                self.deselect(fd, interest);
            }
        }
        if stops {
            let event = fd as isize as Event;
            match self.entry().stop_select {
                // SAFETY: the driver's function; nothing looks at the descriptor any more.
                Some(stop_select) => unsafe { stop_select(event, std::ptr::null_mut()) },
                None => logger::error(&format!(
                    "Driver does not implement stop_select callback (event={fd}, private=(nil))!\n"
                )),
            }
        }
    }
    /// Another port has the descriptor: it loses it.
    fn steal(&self, fd: c_int, interest: Interest, on: bool) {
        let owner = OWNERS
            .lock()
            .as_ref()
            .and_then(|owners| owners.get(&key(fd, interest)).copied());
        let Some(owner) = owner.filter(|owner| *owner != self.number()) else {
            return;
        };
        if let Some(other) = port::find(port::id(owner)) {
            let (direction, verb) = match interest {
                Interest::Read => ("input", if on { "stealing" } else { "deselecting" }),
                Interest::Write => ("output", if on { "stealing" } else { "deselecting" }),
            };
            logger::error(&format!(
                "driver_select: fd={fd}: port {} is {verb} control of {direction} from port {}\n",
                self.text(),
                other.text()
            ));
            other.deselect(fd, interest);
        }
    }
    fn ask(self: &Arc<Shared>, fd: c_int, interest: Interest) {
        let request = {
            let mut selected = self.selected.lock();
            if selected.asked.contains_key(&key(fd, interest)) {
                return;
            }
            selected.last += 1;
            let request = selected.last;
            selected.asked.insert(key(fd, interest), request);
            request
        };
        let mut owners = OWNERS.lock();
        owners
            .get_or_insert_default()
            .insert(key(fd, interest), self.number());
        drop(owners);
        self.watch_descriptor(Ready {
            fd,
            interest,
            request,
        });
    }
    fn watch_descriptor(self: &Arc<Shared>, ready: Ready) {
        let (fd, interest, request) = (ready.fd, ready.interest, ready.request);
        let shared = Arc::clone(self);
        let notice = Box::new(move || shared.send(Box::new(ready)));
        // SAFETY: the driver takes its request back before it closes the descriptor; one that is closed is refused.
        let borrowed = unsafe { BorrowedFd::borrow_raw(fd) };
        let result = poll::when_ready(borrowed, interest, notice);
        if result == Err(Errno::BADF) {
            let direction = match interest {
                Interest::Read => "input",
                Interest::Write => "output",
            };
            let port = self.text();
            logger::error(&format!(
                "Bad {direction} fd in erts_poll()! fd={fd}, port={port}, driver={}, name={}\n",
                self.library.name(),
                self.port()
                    .map_or_else(String::new, |port| String::from_utf8_lossy(port.name())
                        .into_owned()),
            ));
            self.deselect(fd, interest);
        } else if result.is_err() {
            // What can't be polled is as good as ready: the driver finds out what is wrong.
            let shared = Arc::clone(self);
            super::soon(move || {
                shared.send(Box::new(Ready {
                    fd,
                    interest,
                    request,
                }));
            });
        }
    }
    /// A descriptor is ready: does the driver want to know still?
    pub(crate) fn takes_ready(&self, ready: &Ready) -> bool {
        let selected = self.selected.lock();
        selected.asked.get(&key(ready.fd, ready.interest)) == Some(&ready.request)
    }
    /// The driver was told: it is told again as long as it does not take its request back.
    pub(crate) fn look_again(self: &Arc<Shared>, ready: &Ready) {
        if self.takes_ready(ready) {
            self.watch_descriptor(Ready {
                fd: ready.fd,
                interest: ready.interest,
                request: ready.request,
            });
        }
    }
    fn deselect(&self, fd: c_int, interest: Interest) {
        let asked = self.selected.lock().asked.remove(&key(fd, interest));
        if asked.is_none() {
            return;
        }
        let mut owners = OWNERS.lock();
        let owners = owners.get_or_insert_default();
        if owners.get(&key(fd, interest)) == Some(&self.number()) {
            owners.remove(&key(fd, interest));
            // SAFETY: taking back a request for a descriptor that is closed does nothing.
            poll::cancel(unsafe { BorrowedFd::borrow_raw(fd) }, interest);
        }
    }
    /// The port is gone.
    pub(crate) fn deselect_all(&self) {
        let asked: Vec<(c_int, bool)> = self.selected.lock().asked.keys().copied().collect();
        for (fd, write) in asked {
            self.deselect(
                fd,
                if write {
                    Interest::Write
                } else {
                    Interest::Read
                },
            );
        }
    }
}
