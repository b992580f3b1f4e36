//! What the `+` flags of erl(1) set, with each release's defaults. Plain data: `flags` fills it, the machine reads it.

use crate::release::Release;

/// All settings of the emulator.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EmulatorConfig {
    /// Threads.
    pub(crate) schedulers: Schedulers,
    /// Sizes a process starts with.
    pub(crate) heap: Heap,
    /// How many of each thing there may be.
    pub(crate) limits: Limits,
    /// `+c`, `+C`.
    pub(crate) time: Time,
    /// `+B`.
    pub(crate) break_mode: BreakMode,
    /// `+fn`.
    pub(crate) file_names: FileNames,
    /// `+pc unicode`: what counts as printable goes past Latin-1.
    pub(crate) printable_unicode: bool,
    /// `+W`: what `error_logger` warnings are logged as.
    pub(crate) warnings: Level,
    /// `+i`: the module that boots.
    pub(crate) init_module: String,
    /// Cleared by `+d`: write a crash dump when the machine finds an internal error.
    pub(crate) crash_dump: bool,
    /// Cleared by `+L`: keep line information of loaded code.
    pub(crate) line_information: bool,
    /// `+ec`: compress all ETS tables.
    pub(crate) ets_compressed: bool,
    /// `+r`.
    pub(crate) ets_realloc_moves: bool,
    /// `+zdbbl`, in bytes.
    pub(crate) distribution_buffer_bytes: u64,
    /// `+zdntgc`, in seconds; `None` is for ever.
    pub(crate) node_table_gc_seconds: Option<u32>,
    /// `+zosrl`: system tasks under way at once.
    pub(crate) outstanding_requests: u32,
    /// `+zhft`, in milliseconds; `None` is for ever.
    pub(crate) halt_flush_timeout_ms: Option<u32>,
    /// `+zebwt`.
    pub(crate) ets_busy_wait: &'static str,
    /// `+pad`: new processes send to other nodes without waiting.
    pub(crate) async_distribution: bool,
    /// `+spp`.
    pub(crate) port_parallelism: bool,
    /// `+n`.
    pub(crate) port_signals: PortSignals,
    /// `+IO…`.
    pub(crate) poll: Poll,
    /// `+T`, if given.
    pub(crate) modified_timing: Option<u8>,
    /// `+R`.
    pub(crate) compatible_release: u32,
    /// `+rg`.
    pub(crate) reader_groups: u32,
    /// `+dcg`.
    pub(crate) counter_groups: u32,
    /// `+J…`.
    pub(crate) jit: Jit,
    /// `+D`, `+Dibpl`: debugging support (29).
    pub(crate) debugger: Debugger,
    /// `+M…`: checked, and kept for `erlang:system_info({allocator, _})`.
    pub(crate) allocators: Vec<(String, String)>,
    /// `ERL_FULLSWEEP_AFTER`.
    pub(crate) fullsweep_after: u16,
    /// The whole command line of the emulator, as `erlang:system_info(emu_args)` gives it.
    pub(crate) command_line: Vec<Vec<u8>>,
}

/// Threads and how they look for work.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Schedulers {
    /// `+S`, first number.
    pub(crate) total: u32,
    /// `+S`, second number.
    pub(crate) online: u32,
    /// `+SDcpu`, first number.
    pub(crate) dirty_cpu: u32,
    /// `+SDcpu`, second number.
    pub(crate) dirty_cpu_online: u32,
    /// `+SDio`.
    pub(crate) dirty_io: u32,
    /// `+A`.
    pub(crate) async_threads: u32,
    /// `+sss`, in kilowords.
    pub(crate) stack_kwords: u32,
    /// `+sssdcpu`, in kilowords.
    pub(crate) dirty_cpu_stack_kwords: u32,
    /// `+sssdio`, in kilowords.
    pub(crate) dirty_io_stack_kwords: u32,
    /// `+a`, in kilowords.
    pub(crate) async_stack_kwords: u32,
    /// `+sbt`: a bind type such as `u` or `tnnps`.
    pub(crate) bind: &'static str,
    /// `+sbwt`.
    pub(crate) busy_wait: &'static str,
    /// `+sbwtdcpu`.
    pub(crate) dirty_cpu_busy_wait: &'static str,
    /// `+sbwtdio`.
    pub(crate) dirty_io_busy_wait: &'static str,
    /// `+swt`.
    pub(crate) wakeup: &'static str,
    /// `+swtdcpu`.
    pub(crate) dirty_cpu_wakeup: &'static str,
    /// `+swtdio`.
    pub(crate) dirty_io_wakeup: &'static str,
    /// `+sws`.
    pub(crate) wakeup_strategy: &'static str,
    /// `+swct`.
    pub(crate) wake_cleanup: &'static str,
    /// `+scl`.
    pub(crate) compact_load: bool,
    /// `+sub`.
    pub(crate) balance_utilization: bool,
    /// `+sfwi`, in milliseconds; 0 is never.
    pub(crate) forced_wakeup_ms: u64,
    /// `+sct`, if given.
    pub(crate) cpu_topology: Option<String>,
    /// `+ssrct`, or implied by `+sct`: do not read the topology from the system.
    pub(crate) skip_topology: bool,
}

/// What a process starts with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Heap {
    /// `+hms`, in words; the machine takes the next size of its growth sequence.
    pub(crate) min_words: u64,
    /// `+hmbs`, in words.
    pub(crate) min_binary_words: u64,
    /// `+hmax`, in words; 0 is no limit.
    pub(crate) max_words: u64,
    /// `+hmaxk`.
    pub(crate) max_kills: bool,
    /// `+hmaxel`.
    pub(crate) max_logs: bool,
    /// `+hmaxib`.
    pub(crate) max_includes_binaries: bool,
    /// `+hpds`, a power of two.
    pub(crate) dictionary_size: u32,
    /// `+hmqd off_heap`.
    pub(crate) messages_off_heap: bool,
}

/// How many.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Limits {
    /// `+P`, as `erlang:system_info(process_limit)` gives it.
    pub(crate) processes: u32,
    /// `+P legacy`: identifiers are reused in the order of old.
    pub(crate) legacy_processes: bool,
    /// `+Q`, as `erlang:system_info(port_limit)` gives it.
    pub(crate) ports: u32,
    /// `+Q legacy`.
    pub(crate) legacy_ports: bool,
    /// `+t`.
    pub(crate) atoms: u32,
    /// `+e` or `ERL_MAX_ETS_TABLES`; 0 is the default.
    pub(crate) ets_tables: u32,
}

/// Time correction and warp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Time {
    /// `+c`.
    pub(crate) correction: bool,
    /// `+C`.
    pub(crate) warp: TimeWarp,
}

/// `+C`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeWarp {
    /// `no_time_warp`.
    No,
    /// `single_time_warp`.
    Single,
    /// `multi_time_warp`.
    Multi,
}

/// `+B`: what SIGINT does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BreakMode {
    /// `+B`, `+Bd` clear it: the break handler asks what to do.
    pub(crate) handler: bool,
    /// `+Bi`.
    pub(crate) ignore: bool,
    /// `+Bc`.
    pub(crate) interrupt_shell: bool,
}

/// `+fn`: how the names of files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileNames {
    /// Which encoding.
    pub(crate) encoding: FileNameEncoding,
    /// What to do about a name that is not in it.
    pub(crate) wrong: Wrong,
}

/// The encoding of file names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileNameEncoding {
    /// From the locale.
    Automatic,
    /// `+fnu`.
    Utf8,
    /// `+fnl`.
    Latin1,
}

/// What happens to a wrongly encoded file name in a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// A warning; the name is left out.
    Warning,
    /// It is left out.
    Ignore,
    /// The listing fails.
    Error,
}

/// `+W`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// `+Wi`.
    Info,
    /// `+Ww`.
    Warning,
    /// `+We`.
    Error,
}

/// `+n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PortSignals {
    /// `d`: asynchronous where they would conflict.
    Default,
    /// `s`.
    Synchronous,
    /// `a`.
    Asynchronous,
}

/// `+IO…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Poll {
    /// Threads that poll.
    pub(crate) threads: u32,
    /// Sets they poll.
    pub(crate) sets: u32,
    /// `+IOs`: schedulers poll busy descriptors.
    pub(crate) by_schedulers: bool,
}

/// `+J…`: for native code; `coverage` holds without it too.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Jit {
    /// `+JDdump`.
    pub(crate) dump: bool,
    /// `+JPperf`: `dump`, `map`, `fp`, as they were named.
    pub(crate) perf: Vec<String>,
    /// `+JPperfdirectory` (29).
    pub(crate) perf_directory: Option<String>,
    /// `+JPcover`.
    pub(crate) coverage: &'static str,
    /// `+JMsingle`.
    pub(crate) single_mapping: bool,
}

/// `+D` of 29.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Debugger {
    /// `+D`.
    pub(crate) enabled: bool,
    /// `+Dibpl`.
    pub(crate) line_breakpoints: bool,
}

/// What the defaults depend on.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    /// Processors the system is configured with.
    pub(crate) processors: u32,
    /// Those this process may use, by affinity and quota.
    pub(crate) available: u32,
    /// Open files a process may have.
    pub(crate) open_files: u64,
    /// Values of `ERL_THREAD_POOL_SIZE`, `ERL_MAX_PORTS`, `ERL_MAX_ETS_TABLES` and `ERL_FULLSWEEP_AFTER`.
    pub(crate) thread_pool: Option<String>,
    /// See `thread_pool`.
    pub(crate) max_ports: Option<String>,
    /// See `thread_pool`.
    pub(crate) max_ets_tables: Option<String>,
    /// See `thread_pool`.
    pub(crate) fullsweep_after: Option<String>,
}

impl Host {
    /// This machine and this process's environment.
    pub(crate) fn here() -> Host {
        // SAFETY: sysconf has no precondition; it reads a number.
        let configured = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_CONF) };
        let available = std::thread::available_parallelism().map_or(1, |count| count.get() as u32);
        let variable = |name| std::env::var(name).ok();
        Host {
            processors: u32::try_from(configured).unwrap_or(1).max(1),
            available,
            open_files: rustix::process::getrlimit(rustix::process::Resource::Nofile)
                .current
                .unwrap_or(u64::MAX),
            thread_pool: variable("ERL_THREAD_POOL_SIZE"),
            max_ports: variable("ERL_MAX_PORTS"),
            max_ets_tables: variable("ERL_MAX_ETS_TABLES"),
            fullsweep_after: variable("ERL_FULLSWEEP_AFTER"),
        }
    }
}

impl EmulatorConfig {
    /// The settings of `release` on `host` without any flag. Limits of processes and ports are not yet rounded.
    pub(super) fn default(release: Release, host: &Host) -> EmulatorConfig {
        let newer = release > Release::Otp25;
        EmulatorConfig {
            schedulers: Schedulers {
                total: host.processors,
                online: host.available,
                dirty_cpu: host.processors,
                dirty_cpu_online: host.available,
                dirty_io: 10,
                async_threads: 1,
                stack_kwords: 128,
                dirty_cpu_stack_kwords: 40,
                dirty_io_stack_kwords: 40,
                async_stack_kwords: 16,
                bind: "u",
                busy_wait: "medium",
                dirty_cpu_busy_wait: "short",
                dirty_io_busy_wait: "short",
                wakeup: "medium",
                dirty_cpu_wakeup: "medium",
                dirty_io_wakeup: "medium",
                wakeup_strategy: "default",
                wake_cleanup: "medium",
                compact_load: true,
                balance_utilization: false,
                forced_wakeup_ms: 0,
                cpu_topology: None,
                skip_topology: false,
            },
            heap: Heap {
                min_words: 233,
                min_binary_words: 32_768,
                max_words: 0,
                max_kills: true,
                max_logs: true,
                max_includes_binaries: false,
                dictionary_size: 8,
                messages_off_heap: false,
            },
            limits: Limits {
                processes: if newer { 1 << 20 } else { 1 << 18 },
                legacy_processes: false,
                ports: 1 << 16,
                legacy_ports: false,
                atoms: 1 << 20,
                ets_tables: 0,
            },
            time: Time {
                correction: true,
                warp: if newer { TimeWarp::Multi } else { TimeWarp::No },
            },
            break_mode: BreakMode {
                handler: true,
                ignore: false,
                interrupt_shell: false,
            },
            file_names: FileNames {
                encoding: FileNameEncoding::Automatic,
                wrong: Wrong::Warning,
            },
            printable_unicode: false,
            warnings: Level::Warning,
            init_module: "init".into(),
            crash_dump: true,
            line_information: true,
            ets_compressed: false,
            ets_realloc_moves: false,
            distribution_buffer_bytes: 1024 * 1024,
            node_table_gc_seconds: Some(60),
            outstanding_requests: 0,
            halt_flush_timeout_ms: None,
            ets_busy_wait: "medium",
            async_distribution: false,
            port_parallelism: false,
            port_signals: PortSignals::Default,
            poll: Poll {
                threads: 1,
                sets: 1,
                by_schedulers: true,
            },
            modified_timing: None,
            compatible_release: release.number(),
            reader_groups: 64,
            counter_groups: 256,
            jit: Jit {
                dump: false,
                perf: Vec::new(),
                perf_directory: None,
                coverage: "false",
                single_mapping: false,
            },
            debugger: Debugger {
                enabled: false,
                line_breakpoints: true,
            },
            allocators: Vec::new(),
            fullsweep_after: u16::MAX,
            command_line: Vec::new(),
        }
    }
}
