//! What the machine is started with.

use crate::process::MaxHeap;
use crate::timer::clock::Warp;

/// Settings of the machine. The command line fills them in.
#[derive(Clone, Debug)]
pub struct Config {
    /// Release of OTP: 25, 27 or 29.
    pub release: u8,
    /// `erlang:system_info(version)`
    pub erts_version: String,
    /// Root directory of OTP.
    pub root: std::path::PathBuf,
    /// Schedulers.
    pub schedulers: usize,
    /// Schedulers online.
    pub schedulers_online: usize,
    /// Dirty CPU schedulers.
    pub dirty_cpu: usize,
    /// Dirty CPU schedulers online.
    pub dirty_cpu_online: usize,
    /// Dirty I/O schedulers.
    pub dirty_io: usize,
    /// Async threads, as `system_info` tells.
    pub async_threads: usize,
    /// Processes at most.
    pub process_limit: usize,
    /// Ports at most.
    pub port_limit: usize,
    /// Atoms at most.
    pub atom_limit: usize,
    /// ETS tables, as `system_info` tells.
    pub ets_limit: usize,
    /// What processes start with.
    pub process: ProcessDefaults,
    /// `+C`
    pub warp: Warp,
    /// Seed of the simulator: one thread, virtual time.
    pub simulation: Option<u64>,
    /// Reductions that a process runs for at most.
    pub reductions: i64,
    /// Small behaviours.
    pub settings: crate::settings::Settings,
    /// The emulator's own arguments (`system_info(emu_args)`).
    pub arguments: Vec<Vec<u8>>,
}

/// What processes start with.
#[derive(Copy, Clone, Debug)]
pub struct ProcessDefaults {
    /// Words.
    pub min_heap: usize,
    /// Words.
    pub min_binary: usize,
    /// Minor collections between two major ones.
    pub fullsweep_after: u32,
    /// Largest heap.
    pub max_heap: MaxHeap,
    /// `+hmqd off_heap`
    pub off_heap_messages: bool,
    /// `+pad true`
    pub async_dist: bool,
}

/// `CONTEXT_REDS`
pub const REDUCTIONS: i64 = 4000;

impl Config {
    /// The defaults of a release.
    pub fn new(release: u8) -> Config {
        let row = crate::release::Release::of(release);
        let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());
        Config {
            release,
            erts_version: String::new(),
            root: std::path::PathBuf::new(),
            schedulers: threads,
            schedulers_online: threads,
            dirty_cpu: threads,
            dirty_cpu_online: threads,
            dirty_io: 10,
            async_threads: 1,
            process_limit: row.map_or(1 << 20, |row| row.process_limit),
            port_limit: 65536,
            atom_limit: 1_048_576,
            ets_limit: 8192,
            process: ProcessDefaults {
                min_heap: oxbeam_term::heap::MIN_HEAP,
                min_binary: 46422,
                fullsweep_after: 65535,
                max_heap: MaxHeap {
                    words: 0,
                    kill: true,
                    log: true,
                    include_binaries: false,
                },
                off_heap_messages: false,
                async_dist: false,
            },
            warp: if row.is_some_and(|row| row.multi_time_warp) {
                Warp::Multi
            } else {
                Warp::None
            },
            simulation: None,
            reductions: REDUCTIONS,
            settings: crate::settings::Settings::new(release),
            arguments: Vec::new(),
        }
    }
}
