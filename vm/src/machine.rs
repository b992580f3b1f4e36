//! `Machine`: everything that there is one of.
//!
//! Built once, from a [`Config`] and the tables of natives; then [`Machine::boot`] makes the first processes and lets the schedulers run.

use crate::code::Code;
use crate::config::{Config, ProcessDefaults};
use crate::logger::Logger;
use crate::native::{Native, StandIn, StaticNif};
use crate::process::spawn::{self, Options};
use crate::process::{MaxHeap, Owned, Priority, Process};
use crate::registry::Registry;
use crate::release::Release;
use crate::sched::Scheduler;
use crate::sched::entropy::{Entropy, SeededEntropy, SystemEntropy};
use crate::seq_trace::Request;
use crate::timer::clock::{Clock, RealClock, Time, VirtualClock};
use crate::timer::service::Service;
use oxbeam_sync::counter::Counter;
use oxbeam_sync::table::IdTable;
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::heap::arena::Arena;
use oxbeam_term::{Atom, Term};
use parking_lot::{Mutex, RwLock};
use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Called when a process ends, before anyone is told: gives back what it owns elsewhere.
pub type ExitHook = fn(&Process, &mut Owned);

/// Called when the machine halts, with the status; before the operating system process ends.
pub type HaltHook = fn(i32);

/// Called by a thread that has had nothing to do for a while: gives back what it has in reserve.
pub type RestHook = fn();

/// The machine. There is one in an operating system process.
pub struct Machine {
    /// Code.
    pub code: Code,
    /// Settings.
    pub config: Config,
    /// The release that is run.
    pub release: &'static Release,
    /// Processes.
    pub processes: IdTable<Process>,
    /// Registered names.
    pub registry: Registry,
    /// Schedulers.
    pub scheduler: Scheduler,
    /// Timers.
    pub timers: Service,
    /// Time.
    pub time: Time,
    /// Who gets the machine's own log messages.
    pub logger: Logger,
    /// Randomness.
    pub entropy: Mutex<Box<dyn Entropy>>,
    /// Collections so far.
    pub collections: Collections,
    /// Reductions so far.
    pub reductions: Counter,
    /// Processes started so far.
    pub spawned: Counter,
    /// Monitors of the time offset: process and reference.
    pub time_offset_watchers: Mutex<BTreeSet<(u64, RefNumbers)>>,
    defaults: RwLock<ProcessDefaults>,
    backtrace_depth: AtomicUsize,
    exit_hooks: RwLock<Vec<ExitHook>>,
    /// Libraries in C that were loaded: modules and drivers.
    taints: RwLock<Vec<Atom>>,
    halt_hooks: RwLock<Vec<HaltHook>>,
    rest_hook: OnceLock<RestHook>,
}

/// Collections so far, of all processes.
#[derive(Default)]
pub struct Collections {
    /// Number.
    pub count: Counter,
    /// Words that they gave back.
    pub words: Counter,
}

impl Collections {
    /// A process has collected, and this many words were given back.
    pub fn note(&self, words: u64) {
        self.count.increment();
        self.words.add(words as i64);
    }
}

static MACHINE: OnceLock<Machine> = OnceLock::new();

/// The machine.
///
/// # Panics
/// Before the machine was built.
#[inline(always)]
pub fn machine() -> &'static Machine {
    MACHINE
        .get()
        .expect("the machine is built before anything runs on it")
}

/// The machine, if it was built.
pub fn built() -> Option<&'static Machine> {
    MACHINE.get()
}

/// What the machine is handed.
pub struct Tables {
    /// Native functions, by file.
    pub natives: &'static [&'static [Native]],
    /// What stands in for functions of OTP's.
    pub stand_ins: &'static [StandIn],
    /// NIF libraries that are part of the machine.
    pub static_nifs: &'static [StaticNif],
    /// Those that take the place of libraries in C which can't be loaded.
    pub spare_nifs: &'static [StaticNif],
}

/// Where the virtual time of simulations begins: 2024-01-01.
const SIMULATED_BEGIN: i64 = 1_704_067_200_000_000_000;

impl Machine {
    /// Builds the machine.
    ///
    /// # Errors
    /// Nobody knows the release, or there is a machine already.
    pub fn build(mut config: Config, tables: &Tables) -> Result<&'static Machine, String> {
        // Heaps have sizes of the growth sequence only.
        let round = oxbeam_term::gc::policy::heap_size_for;
        config.process.min_heap = round(config.process.min_heap);
        config.process.min_binary = round(config.process.min_binary);
        let release = Release::of(config.release)
            .ok_or_else(|| format!("there are no rules for OTP {}", config.release))?;
        oxbeam_term::rules::set(release.rules);
        let (clock, mut entropy): (Box<dyn Clock>, Box<dyn Entropy>) = match config.simulation {
            Some(seed) => (
                Box::new(VirtualClock::new(SIMULATED_BEGIN)),
                Box::new(SeededEntropy(!seed)),
            ),
            None => (Box::new(RealClock::new()), Box::new(SystemEntropy)),
        };
        crate::unique::seed(entropy.next_u64());
        oxbeam_term::etf::set_local_salt(entropy.next_u64() as u32);
        let time = Time::new(clock, config.warp);
        time.on_change(crate::signal::monitor::time_offset_changed);
        let id_bits = if release.rules.short_pids { 28 } else { 60 };
        let scheduler = Scheduler::new(&config);
        let machine = Machine {
            code: Code::default(),
            release,
            processes: IdTable::new(config.process_limit, id_bits),
            registry: Registry::new(),
            timers: Service::new(scheduler.count()),
            scheduler,
            time,
            logger: Logger::new(),
            entropy: Mutex::new(entropy),
            collections: Collections::default(),
            reductions: Counter::new(),
            spawned: Counter::new(),
            time_offset_watchers: Mutex::new(BTreeSet::new()),
            defaults: RwLock::new(config.process),
            backtrace_depth: AtomicUsize::new(crate::interp::exception::BACKTRACE_DEPTH),
            exit_hooks: RwLock::new(Vec::new()),
            taints: RwLock::new(Vec::new()),
            halt_hooks: RwLock::new(Vec::new()),
            rest_hook: OnceLock::new(),
            config,
        };
        if MACHINE.set(machine).is_err() {
            return Err("there is a machine already".to_owned());
        }
        let machine = self::machine();
        for natives in tables.natives {
            machine.code.register_natives(natives, release.number);
        }
        machine.code.register_stand_ins(tables.stand_ins);
        machine.code.register_static_nifs(tables.static_nifs);
        machine.code.register_spare_nifs(tables.spare_nifs);
        machine.on_process_exit(|process, _| crate::ets::owner_exited(process.number));
        Ok(machine)
    }
    /// Makes the first processes and starts the schedulers. The preloaded modules are loaded already; `arguments` are those of
    /// `erl_init:start/2`.
    pub fn boot(&'static self, module: &str, arguments: &[Vec<u8>]) {
        crate::dist::known::start();
        let mut arena = Arena::new();
        // SAFETY: the arena stays until the arguments were copied.
        let mut builder = unsafe { arena.builder() };
        let words: Vec<_> = arguments
            .iter()
            .map(|argument| builder.binary(argument))
            .collect();
        let list = builder.list(words);
        let start = [Term::atom(Atom::of(module)), list];
        self.first_process("erl_init", &start, Priority::Normal, false);
        self.first_process("erts_code_purger", &[], Priority::High, true);
        self.first_process("erts_literal_area_collector", &[], Priority::High, true);
        for priority in [Priority::Normal, Priority::High, Priority::Max] {
            self.first_process("erts_dirty_process_signal_handler", &[], priority, true);
        }
        if self.release.trace_cleaner {
            self.first_process("erts_trace_cleaner", &[], Priority::Normal, true);
        }
        self.scheduler.start();
    }
    fn first_process(&self, module: &str, arguments: &[Term<'_>], priority: Priority, child: bool) {
        let options = Options {
            priority,
            off_heap_messages: child,
            system_process: true,
            ..Options::default_options()
        };
        let first = if child { self.processes.get(0) } else { None };
        // SAFETY: the schedulers do not run yet, so this thread runs every process.
        let parent = first
            .as_ref()
            .map(|process| (&**process, unsafe { &mut *process.owned_pointer() }));
        let spawned = spawn::spawn(
            parent,
            Atom::of(module),
            Atom::of("start"),
            arguments,
            &options,
            Request::PLAIN,
        );
        debug_assert!(spawned.is_ok(), "there is room for the first processes");
    }
    /// Frames that a stack trace holds at most (`system_flag(backtrace_depth, _)`).
    #[inline]
    pub fn backtrace_depth(&self) -> usize {
        self.backtrace_depth.load(Ordering::Relaxed)
    }
    /// Sets [`Machine::backtrace_depth`]; the depth before.
    pub fn set_backtrace_depth(&self, depth: usize) -> usize {
        self.backtrace_depth.swap(depth, Ordering::Relaxed)
    }
    /// What processes start with.
    pub fn process_defaults(&self) -> ProcessDefaults {
        *self.defaults.read()
    }
    /// Changes what processes start with; what they started with before.
    pub fn change_process_defaults(
        &self,
        change: impl FnOnce(&mut ProcessDefaults),
    ) -> ProcessDefaults {
        let mut defaults = self.defaults.write();
        let before = *defaults;
        change(&mut defaults);
        before
    }
    /// The default of `max_heap_size`.
    pub fn default_max_heap(&self) -> MaxHeap {
        self.defaults.read().max_heap
    }
    /// A library in C is loaded, for this module or as this driver.
    pub fn taint(&self, by: Atom) {
        let mut taints = self.taints.write();
        if !taints.contains(&by) {
            taints.push(by);
        }
    }
    /// Whatever in C was loaded so far, the first of it first.
    pub fn taints(&self) -> Vec<Atom> {
        self.taints.read().clone()
    }
    /// Calls `hook` at the end of each process.
    pub fn on_process_exit(&self, hook: ExitHook) {
        self.exit_hooks.write().push(hook);
    }
    pub(crate) fn run_exit_hooks(&self, process: &Process, owned: &mut Owned) {
        for hook in self.exit_hooks.read().iter() {
            hook(process, owned);
        }
    }
    /// Calls `hook` at the end of the machine.
    pub fn on_halt(&self, hook: HaltHook) {
        self.halt_hooks.write().push(hook);
    }
    /// Lets threads that rest call `hook`; only the first one counts.
    pub fn on_rest(&self, hook: RestHook) {
        let _ = self.rest_hook.set(hook);
    }
    pub(crate) fn rest_hook(&self) -> Option<RestHook> {
        self.rest_hook.get().copied()
    }
    /// Ends the machine.
    pub fn halt(&self, status: i32) -> ! {
        for hook in self.halt_hooks.read().iter() {
            hook(status);
        }
        crate::tty::reset();
        std::process::exit(status)
    }
}
