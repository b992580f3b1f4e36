//! What the machine counts about itself: time used, reductions, bytes in and out, memory. For `erlang:statistics/1`,
//! `erlang:memory/0,1` and crash dumps.

pub mod meters;

use crate::machine::machine;
use crate::process::Process;
use oxbeam_sync::counter::Counter;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts that many threads add to.
pub struct Counts {
    /// Turns of processes.
    pub context_switches: Counter,
}

static COUNTS: LazyLock<Counts> = LazyLock::new(|| Counts {
    context_switches: Counter::new(),
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
    /// Timers that send messages.
    pub timers: u64,
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

/// Bytes in use.
pub fn memory() -> Memory {
    let machine = machine();
    let atoms = u64::from(oxbeam_term::atom::count()) * ATOM_BYTES;
    let records = machine.processes.memory() + machine.processes.count() * size_of::<Process>();
    let processes = oxbeam_term::heap::arena::block_bytes() + records as u64;
    let mut memory = Memory {
        processes,
        processes_used: processes,
        system: 0,
        atom: atoms.next_multiple_of(4096),
        atom_used: atoms,
        binary: oxbeam_term::binary::refc::total_bytes() as u64,
        code: machine.code.memory() as u64,
        ets: crate::ets::memory_words() as u64 * 8,
        timers: machine.timers.message_bytes() as u64,
    };
    // What the system says we use is all there is; what is known to be used is at least that much.
    let known = memory.atom + memory.binary + memory.code + memory.ets;
    memory.system = resident().saturating_sub(memory.processes).max(known);
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

/// Number of ETS tables.
pub fn ets_tables() -> usize {
    crate::ets::count()
}

/// Number of ports.
pub fn ports() -> usize {
    crate::port::count()
}

/// Number of descriptors that are polled.
pub fn polled() -> usize {
    crate::io::poll::watched()
}

/// Most descriptors that this process may have.
pub fn max_descriptors() -> u64 {
    rustix::process::getrlimit(rustix::process::Resource::Nofile)
        .current
        .unwrap_or(u64::from(u32::MAX))
}
