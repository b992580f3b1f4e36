//! What the machine counts about itself: time used, reductions, bytes in and out, memory. For `erlang:statistics/1`,
//! `erlang:memory/0,1` and crash dumps.

pub mod meters;

use crate::machine::machine;
use oxbeam_sync::counter::Counter;
use parking_lot::Mutex;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts that many threads add to.
pub struct Counts {
    /// Turns of processes.
    pub context_switches: Counter,
    /// Bytes read by ports.
    pub input: Counter,
    /// Bytes written by ports.
    pub output: Counter,
}

static COUNTS: LazyLock<Counts> = LazyLock::new(|| Counts {
    context_switches: Counter::new(),
    input: Counter::new(),
    output: Counter::new(),
});

/// The counts.
pub fn counts() -> &'static Counts {
    &COUNTS
}

/// A total that is also asked for as the difference since it was asked for last.
pub struct SinceLast(AtomicU64);

impl SinceLast {
    /// Nothing was asked yet.
    pub const fn new() -> SinceLast {
        SinceLast(AtomicU64::new(0))
    }
    /// What has come to the total since the last call.
    pub fn take(&self, total: u64) -> u64 {
        total.saturating_sub(self.0.swap(total, Ordering::Relaxed))
    }
}

impl Default for SinceLast {
    fn default() -> SinceLast {
        SinceLast::new()
    }
}

/// Processor time of all threads, but for what the system used on their behalf.
pub fn runtime() -> Duration {
    // SAFETY: zeros are a valid `rusage`, and getrusage fills it in.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    let of = |time: libc::timeval| {
        Duration::new(
            time.tv_sec.unsigned_abs(),
            time.tv_usec.unsigned_abs() as u32 * 1000,
        )
    };
    of(usage.ru_utime)
}

/// `erlang:system_info(system_version)`
pub fn system_version() -> String {
    let machine = machine();
    let config = &machine.config;
    format!(
        "Erlang/OTP {} [erts-{}] [source] [64-bit] [smp:{}:{}] [ds:{}:{}:{}] [async-threads:{}]\n",
        config.release,
        config.erts_version,
        machine.scheduler.count(),
        crate::system_flags::flags().schedulers_online.get(),
        config.dirty_cpu,
        crate::system_flags::flags().dirty_cpu_online.get(),
        config.dirty_io,
        config.async_threads
    )
}

/// Bytes in use, by what for.
#[derive(Copy, Clone, Default, PartialEq, Eq, Debug)]
pub struct Memory {
    /// Heaps, stacks and records of processes.
    pub processes: u64,
    /// The part of it that holds something.
    pub processes_used: u64,
    /// All that is not of processes.
    pub system: u64,
    /// The atom table.
    pub atom: u64,
    /// The part of it that holds something.
    pub atom_used: u64,
    /// Reference-counted binaries.
    pub binary: u64,
    /// Loaded code.
    pub code: u64,
    /// ETS tables.
    pub ets: u64,
}

impl Memory {
    /// Names and bytes, in OTP's order.
    pub fn rows(&self) -> [(&'static str, u64); 9] {
        [
            ("total", self.processes + self.system),
            ("processes", self.processes),
            ("processes_used", self.processes_used),
            ("system", self.system),
            ("atom", self.atom),
            ("atom_used", self.atom_used),
            ("binary", self.binary),
            ("code", self.code),
            ("ets", self.ets),
        ]
    }
}

type Source = fn(&mut Memory);

static SOURCES: Mutex<Vec<Source>> = Mutex::new(Vec::new());

/// `source` is asked to add what it knows, whenever memory is counted.
pub fn add_memory_source(source: Source) {
    SOURCES.lock().push(source);
}

/// Bytes in use.
pub fn memory() -> Memory {
    let mut memory = Memory {
        binary: oxbeam_term::binary::refc::total_bytes() as u64,
        ..Memory::default()
    };
    memory.atom_used = u64::from(oxbeam_term::atom::count()) * ATOM_BYTES;
    memory.atom = memory.atom_used.next_multiple_of(4096);
    let sources = SOURCES.lock().clone();
    for source in sources {
        source(&mut memory);
    }
    let known = memory.processes + memory.atom + memory.binary + memory.code + memory.ets;
    memory.system = resident()
        .saturating_sub(memory.processes)
        .max(known - memory.processes);
    memory
}

/// What an entry of the atom table takes, its text apart by a mean length.
const ATOM_BYTES: u64 = 48;

/// Bytes that the system says we use.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split_ascii_whitespace().nth(1)?.parse::<u64>().ok());
    pages.unwrap_or(0) * 4096
}

static ETS_TABLES: Mutex<Option<fn() -> usize>> = Mutex::new(None);
static PORTS: Mutex<Option<fn() -> usize>> = Mutex::new(None);
static POLLED: Mutex<Option<fn() -> usize>> = Mutex::new(None);

fn ask(who: &Mutex<Option<fn() -> usize>>) -> usize {
    let who = *who.lock();
    who.map_or(0, |count| count())
}

/// Sets who knows the number of ETS tables.
pub fn set_ets_tables(count: fn() -> usize) {
    *ETS_TABLES.lock() = Some(count);
}

/// Number of ETS tables.
pub fn ets_tables() -> usize {
    ask(&ETS_TABLES)
}

/// Sets who knows the number of ports.
pub fn set_ports(count: fn() -> usize) {
    *PORTS.lock() = Some(count);
}

/// Number of ports.
pub fn ports() -> usize {
    ask(&PORTS)
}

/// Sets who knows the number of descriptors that are polled.
pub fn set_polled(count: fn() -> usize) {
    *POLLED.lock() = Some(count);
}

/// Number of descriptors that are polled.
pub fn polled() -> usize {
    ask(&POLLED)
}

/// Most descriptors that this process may have.
pub fn max_descriptors() -> u64 {
    rustix::process::getrlimit(rustix::process::Resource::Nofile)
        .current
        .unwrap_or(u64::from(u32::MAX))
}
