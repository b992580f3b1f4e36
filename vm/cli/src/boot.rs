//! The seam between the command line and the machine: everything that a start needs, and `start`.

use crate::emulator::config::{EmulatorConfig, FileNameEncoding, Level, TimeWarp, Wrong};
use crate::erlexec::PortMapper;
use crate::otp::{Otp, preloaded};
use crate::output::complain;
use oxbeam_vm::config::Config;
use oxbeam_vm::file_name;
use oxbeam_vm::machine::{Machine, Tables};
use oxbeam_vm::settings::Settings;
use oxbeam_vm::timer::clock::Warp;

/// A start of the machine.
#[derive(Clone, Debug)]
pub(crate) struct BootArguments {
    /// Which OTP to run.
    pub(crate) otp: Otp,
    /// For `erl_init:start(init, Arguments)`: a list of binaries, the first `-root`.
    pub(crate) init_arguments: Vec<Vec<u8>>,
    /// What the `+` flags say.
    pub(crate) config: Box<EmulatorConfig>,
    /// The port mapper daemon that a distributed node wants.
    pub(crate) port_mapper: Option<PortMapper>,
    /// `--sim`: run on one thread, in virtual time, from this seed.
    pub(crate) simulation: Option<u64>,
}

/// Runs the machine until it halts, and returns its exit status if it could not start.
pub(crate) fn start(boot: BootArguments) -> i32 {
    match try_start(&boot) {
        Ok(never) => never,
        Err(message) => {
            complain!("oxbeam: {message}");
            1
        }
    }
}

/// All tables of natives.
fn all_natives() -> impl Iterator<Item = &'static [oxbeam_vm::native::Native]> {
    oxbeam_bifs::all().chain(oxbeam_nif::NATIVES.iter().copied())
}

fn try_start(boot: &BootArguments) -> Result<i32, String> {
    if let Some(mapper) = &boot.port_mapper {
        mapper.start(&boot.otp.bin_directory());
    }
    let natives: &'static [_] = Box::leak(all_natives().collect::<Vec<_>>().into_boxed_slice());
    oxbeam_nif::keep();
    let tables = Tables {
        natives,
        stand_ins: oxbeam_bifs::STAND_INS,
        static_nifs: oxbeam_otp_stubs::NIFS,
        spare_nifs: oxbeam_otp_stubs::SPARE_NIFS,
    };
    oxbeam_term::atom::set_limit(boot.config.limits.atoms);
    let machine = Machine::build(config(boot), &tables)?;
    let (encoding, wrong) = file_names(&boot.config);
    oxbeam_otp_stubs::start(encoding, wrong);
    oxbeam_vm::halt::dump_on_panic();
    oxbeam_vm::tty::remember();
    machine.on_rest(crate::allocator::give_back);
    if let Err(error) = oxbeam_vm::os_signal::start() {
        return Err(format!("signals can't be handled: {error}"));
    }
    let modules = preloaded::modules(&boot.otp)?;
    // The last comes first, as in OTP, whose order the atoms of these modules get.
    for (name, bytes) in modules.iter().rev() {
        machine
            .code
            .preload(bytes)
            .map_err(|error| format!("the preloaded module {name} can't be loaded: {error}"))?;
    }
    machine.boot(&boot.config.init_module, &boot.init_arguments);
    // The schedulers run; whoever halts the machine ends the program.
    loop {
        std::thread::park();
    }
}

/// What `+fn` says.
fn file_names(config: &EmulatorConfig) -> (Option<file_name::Encoding>, file_name::Wrong) {
    let encoding = match config.file_names.encoding {
        FileNameEncoding::Automatic => None,
        FileNameEncoding::Utf8 => Some(file_name::Encoding::Utf8),
        FileNameEncoding::Latin1 => Some(file_name::Encoding::Latin1),
    };
    let wrong = match config.file_names.wrong {
        Wrong::Warning => file_name::Wrong::Warning,
        Wrong::Ignore => file_name::Wrong::Ignore,
        Wrong::Error => file_name::Wrong::Error,
    };
    (encoding, wrong)
}

fn config(boot: &BootArguments) -> Config {
    let from = &boot.config;
    let mut config = Config::new(boot.otp.release.number() as u8);
    config.erts_version.clone_from(&boot.otp.erts_version);
    config.root.clone_from(&boot.otp.root);
    config.schedulers = from.schedulers.total as usize;
    config.schedulers_online = from.schedulers.online as usize;
    config.dirty_cpu = from.schedulers.dirty_cpu as usize;
    config.dirty_cpu_online = from.schedulers.dirty_cpu_online as usize;
    config.dirty_io = from.schedulers.dirty_io as usize;
    config.async_threads = from.schedulers.async_threads as usize;
    config.process_limit = from.limits.processes as usize;
    config.port_limit = from.limits.ports as usize;
    config.atom_limit = from.limits.atoms as usize;
    if from.limits.ets_tables != 0 {
        config.ets_limit = from.limits.ets_tables as usize;
    }
    config.process.min_heap = from.heap.min_words as usize;
    config.process.min_binary = from.heap.min_binary_words as usize;
    config.process.fullsweep_after = u32::from(from.fullsweep_after);
    config.process.max_heap.words = from.heap.max_words as usize;
    config.process.max_heap.kill = from.heap.max_kills;
    config.process.max_heap.log = from.heap.max_logs;
    config.process.max_heap.include_binaries = from.heap.max_includes_binaries;
    config.process.off_heap_messages = from.heap.messages_off_heap;
    config.process.async_dist = from.async_distribution;
    config.warp = match from.time.warp {
        TimeWarp::No => Warp::None,
        TimeWarp::Single => Warp::Single,
        TimeWarp::Multi => Warp::Multi,
    };
    config.simulation = boot.simulation;
    config.settings = settings(boot.otp.release.number() as u8, from);
    config.arguments.clone_from(&from.command_line);
    config
}

/// What `system_info` tells and small behaviours go by.
fn settings(release: u8, from: &EmulatorConfig) -> Settings {
    let mut settings = Settings::new(release);
    settings.compatible_release = from.compatible_release as u8;
    settings.time_correction = from.time.correction;
    settings.modified_timing = from.modified_timing;
    settings
        .cpu_topology
        .clone_from(&from.schedulers.cpu_topology);
    settings.printable_unicode = from.printable_unicode;
    settings.warnings = match from.warnings {
        Level::Info => "info",
        Level::Warning => "warning",
        Level::Error => "error",
    };
    settings.ets_compressed = from.ets_compressed;
    settings.ets_realloc_moves = from.ets_realloc_moves;
    settings.distribution_buffer = from.distribution_buffer_bytes as usize;
    settings.node_table_gc = from.node_table_gc_seconds;
    if from.outstanding_requests != 0 {
        settings.outstanding_requests = from.outstanding_requests as usize;
    }
    settings.halt_flush_timeout = from.halt_flush_timeout_ms;
    settings.port_parallelism = from.port_parallelism;
    settings.crash_dump = from.crash_dump;
    settings.break_handler = from.break_mode.handler;
    settings.break_ignored = from.break_mode.ignore;
    settings.break_interrupts_shell = from.break_mode.interrupt_shell;
    settings.allocators.clone_from(&from.allocators);
    settings
}
