//! The end of the machine: `erlang:halt/2`, and internal failures. Follows `erl_init.c` (`erts_exit`).

use crate::machine::machine;
use parking_lot::Mutex;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What is waited for before the end.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Flush {
    /// Ports write out what they were given.
    pub flush: bool,
    /// For so many milliseconds at most.
    pub timeout: Option<u32>,
}

/// Status if there was not time enough for that.
const NOT_FLUSHED: i32 = 255;

type Flusher = fn(Option<Instant>);

static FLUSHERS: Mutex<Vec<Flusher>> = Mutex::new(Vec::new());
static HALTING: AtomicBool = AtomicBool::new(false);

/// `flush` is called before the machine halts, to write out what was given to it, until the deadline.
pub fn on_flush(flush: Flusher) {
    FLUSHERS.lock().push(flush);
}

/// Has the end begun?
pub fn is_halting() -> bool {
    HALTING.load(Ordering::Acquire)
}

/// Halts with `status`, on a thread of its own; the first call counts.
pub fn halt(status: i32, flush: Flush) {
    if HALTING.swap(true, Ordering::AcqRel) {
        return;
    }
    let end = move || {
        if flush.flush {
            let deadline = flush
                .timeout
                .map(|timeout| Instant::now() + Duration::from_millis(u64::from(timeout)));
            let flushers = FLUSHERS.lock().clone();
            for flusher in flushers {
                flusher(deadline);
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                exit(NOT_FLUSHED);
            }
        }
        exit(status)
    };
    // Without a thread there is nothing left to do but end here.
    if std::thread::Builder::new()
        .name("halt".into())
        .spawn(end)
        .is_err()
    {
        exit(status);
    }
}

/// Writes a crash dump and exits with status 1.
pub fn dump_and_exit(slogan: &str) -> ! {
    if HALTING.swap(true, Ordering::AcqRel) {
        wait_for_the_end();
    }
    // Nobody is left to tell when the error output is gone.
    let _ = write!(std::io::stderr(), "{slogan}\r\n");
    machine()
        .scheduler
        .blocked(|| crate::crash_dump::write(slogan, true));
    exit(1)
}

/// As [`dump_and_exit`], while the schedulers stand still.
pub(crate) fn dump_stopped(slogan: &str) -> ! {
    // Nobody is left to tell when the error output is gone.
    let _ = write!(std::io::stderr(), "{slogan}\r\n");
    crate::crash_dump::write(slogan, true);
    exit(1)
}

/// From now on a panic, which is a fault of the machine's own, writes a crash dump and ends it.
pub fn dump_on_panic() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        before(panic);
        if HALTING.swap(true, Ordering::AcqRel) {
            return;
        }
        let place = panic
            .location()
            .map(|at| format!(" at {}:{}", at.file(), at.line()))
            .unwrap_or_default();
        // What the panic has left behind, a lock for instance, may stop the dump; nothing stops the end.
        let _ = std::thread::Builder::new().spawn(|| {
            std::thread::sleep(DUMPING);
            std::process::abort()
        });
        let running = crate::crash_dump::running()
            .map(|place| format!(", running {place}"))
            .unwrap_or_default();
        crate::tty::reset();
        let slogan = format!("Internal failure of the machine{place}{running}");
        let _ = write!(std::io::stderr(), "\r\n{slogan}\r\n");
        if machine().config.settings.crash_dump {
            machine()
                .scheduler
                .blocked_until(Instant::now() + STOPPING, |stopped| {
                    crate::crash_dump::write_after_failure(&slogan, stopped);
                });
        }
        std::process::exit(FAILED)
    }));
}

/// After an internal failure the other schedulers are waited for so long,
const STOPPING: Duration = Duration::from_secs(2);
/// and all of the dump may take so long.
const DUMPING: Duration = Duration::from_secs(30);
/// Status after an internal failure.
const FAILED: i32 = 134;

/// Ends at once, for a core dump.
pub fn abort() -> ! {
    std::process::abort()
}

fn exit(status: i32) -> ! {
    crate::port::hang_up();
    let _ = std::io::stdout().flush();
    machine().halt(status)
}

fn wait_for_the_end() -> ! {
    loop {
        std::thread::park();
    }
}
