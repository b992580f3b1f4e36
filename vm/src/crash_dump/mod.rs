//! Crash dumps, in OTP's text format: `crashdump_viewer` and people read them. Follows the chapter «How to Interpret the Erlang Crash
//! Dumps» and `ERL_CRASH_DUMP*` of erl(1).

mod parts;
mod terms;

pub(crate) use parts::{ports, tables};

use crate::machine::machine;
use crate::process::relations::{Relations, Watched};
use crate::process::{Message, Owned, Peer, Process, info};
use crate::registry::Named;
use crate::signal::Signal;
use crate::{environment, stats};
use hashbrown::HashMap;
use oxbeam_term::boxed::external::this_node;
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::{Atom, Term, atom, print};
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Writes a dump with this slogan, unless the environment says that none is wanted. `stopped`: the schedulers stand still.
pub(crate) fn write(slogan: &str, stopped: bool) {
    write_what(slogan, stopped, true);
}

/// The same after a panic: the heap of the process that the calling thread runs is not looked at.
pub(crate) fn write_after_failure(slogan: &str, stopped: bool) {
    FAILED.store(true, Ordering::Relaxed);
    write_what(slogan, stopped, false);
}

/// The calling thread's process is not to be trusted.
static FAILED: AtomicBool = AtomicBool::new(false);

fn write_what(slogan: &str, stopped: bool, sound: bool) {
    let seconds = environment::text("ERL_CRASH_DUMP_SECONDS")
        .and_then(|text| text.trim().parse::<i64>().ok());
    let limit = environment::text("ERL_CRASH_DUMP_BYTES")
        .and_then(|text| text.trim().parse::<usize>().ok());
    if seconds == Some(0) {
        return;
    }
    crate::port::emergency_close();
    // `heart` starts the machine anew at once, unless time for a dump was asked for.
    if sound && tell_heart() && seconds.is_none() || limit == Some(0) {
        return;
    }
    if let Some(seconds) = seconds.and_then(|seconds| u64::try_from(seconds).ok()) {
        end_after(Duration::from_secs(seconds));
    }
    let path = environment::text("ERL_CRASH_DUMP").unwrap_or_else(|| "erl_crash.dump".into());
    let say = |text: &str| {
        // Nobody is left to tell when the error output is gone.
        let _ = io::stderr().write_all(text.as_bytes());
    };
    say(&format!("\r\nCrash dump is being written to: {path}..."));
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o640)
        .open(&path);
    let written = file.and_then(|file| {
        let mut out = BufWriter::new(Limited {
            file,
            left: limit.unwrap_or(usize::MAX),
        });
        dump(slogan, stopped, sound, &mut out)?;
        out.flush()
    });
    match written {
        Ok(()) => say("done\r\n"),
        Err(error) => say(&format!("failed: {error}\r\n")),
    }
}

/// Tells the program of module `heart`, if there is one, that the machine ends with a dump.
fn tell_heart() -> bool {
    const PREPARING_CRASH: u8 = 8;
    let name = Atom::of("heart_port");
    let port = match machine().registry.find(name) {
        Some(Named::Port(number)) => crate::port::find(number),
        _ => None,
    };
    let told = port.map(|port| port.output(0, vec![PREPARING_CRASH], true));
    told.is_some()
}

/// The machine ends as by an alarm if the dump takes longer.
fn end_after(limit: Duration) {
    let end = move || {
        std::thread::sleep(limit);
        let own = rustix::process::getpid();
        // Without the signal the dump goes on, which is no harm.
        let _ = rustix::process::kill_process(own, rustix::process::Signal::ALARM);
    };
    // Without a thread neither.
    let _ = std::thread::Builder::new().name("alarm".into()).spawn(end);
}

/// Writes only so many bytes, and swallows the rest.
struct Limited {
    file: std::fs::File,
    left: usize,
}

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let wanted = bytes.len().min(self.left);
        self.file.write_all(&bytes[..wanted])?;
        self.left -= wanted;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn dump(slogan: &str, stopped: bool, sound: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "=erl_crash_dump:0.5")?;
    writeln!(out, "{}", crate::local_time::date_text())?;
    writeln!(out, "Slogan: {slogan}")?;
    writeln!(
        out,
        "System version: {}",
        stats::system_version().trim_end()
    )?;
    writeln!(out, "Taints: ")?;
    writeln!(out, "Atoms: {}", atom::count())?;
    writeln!(
        out,
        "Calling Thread: {}",
        std::thread::current().name().unwrap_or("unknown")
    )?;
    if !sound {
        if let Some(number) = crate::sched::current_process() {
            writeln!(out, "Current Process: {}", pid(number))?;
        }
        failed_process(out)?;
        // What follows takes locks, which the failure may have left closed.
        out.flush()?;
    }
    parts::schedulers(out)?;
    general(out)?;
    let mut shared = terms::Shared::new();
    let numbers = if stopped { numbers() } else { Vec::new() };
    let unfetched = Unfetched::take(&numbers);
    for &number in &numbers {
        if let Some(process) = machine().processes.get(number) {
            process_with(out, &process, unfetched.of(number).len())?;
        }
    }
    ports(out)?;
    tables(out)?;
    parts::timers(out)?;
    writeln!(out, "=node:'nonode@nohost'\n=no_distribution")?;
    modules(out)?;
    if stopped {
        parts::funs(out)?;
    }
    for number in numbers {
        let process = machine().processes.get(number);
        if let Some(owned) = process.as_deref().and_then(still) {
            let unfetched = unfetched.of(number);
            terms::process(out, &pid(number), owned, &unfetched, &mut shared)?;
        }
    }
    terms::persistent(out, &mut shared)?;
    terms::shared_binaries(out, &shared)?;
    writeln!(out, "=atoms")?;
    for index in (0..atom::count()).rev() {
        writeln!(out, "{}", print::display_atom(Atom::from_index(index)))?;
    }
    writeln!(out, "=end")
}

/// Messages that processes have not fetched yet. Their signals are taken away, since the machine ends after this.
struct Unfetched(HashMap<u64, Vec<Signal>>);

impl Unfetched {
    /// Those of processes that stand still.
    fn take(numbers: &[u64]) -> Unfetched {
        let mut taken = HashMap::new();
        for &number in numbers {
            let process = machine().processes.get(number);
            if let Some(process) = process.filter(|process| still(process).is_some()) {
                let mut signals = process.inbox.take_all();
                let all = std::iter::from_fn(|| signals.pop_front().map(|node| node.value));
                taken.insert(number, all.collect());
            }
        }
        Unfetched(taken)
    }
    fn of(&self, number: u64) -> Vec<&Message> {
        let signals = self.0.get(&number).into_iter().flatten();
        signals
            .filter_map(|signal| match signal {
                Signal::Message(message) | Signal::AliasMessage { message, .. } => Some(message),
                _ => None,
            })
            .collect()
    }
}

fn pid(number: u64) -> String {
    print::pid_to_text(Term::local_pid(number)).unwrap_or_default()
}

/// Memory, counts.
pub(crate) fn general(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "=memory")?;
    for (name, bytes) in stats::memory().rows() {
        writeln!(out, "{name}: {bytes}")?;
    }
    let machine = machine();
    for (name, size, entries) in [
        ("atom_tab", atom::limit() as usize, atom::count() as usize),
        (
            "process_tab",
            machine.processes.limit(),
            machine.processes.count(),
        ),
    ] {
        writeln!(
            out,
            "=index_table:{name}\nsize: {entries}\nlimit: {size}\nentries: {entries}"
        )?;
    }
    Ok(())
}

/// Where the process was that ran when the machine failed: its functions only, since its terms may be what is broken.
fn failed_process(out: &mut dyn Write) -> io::Result<()> {
    let Some(number) = crate::sched::current_process() else {
        return Ok(());
    };
    let Some(process) = machine().processes.get(number) else {
        return Ok(());
    };
    // SAFETY: this thread runs the process.
    let owned = unsafe { &*process.owned_pointer() };
    writeln!(
        out,
        "Current Process Program Counter: {}\nCurrent Process Stack:\n{}",
        info::last_place(owned),
        info::return_addresses(owned)
    )
}

/// Numbers of all processes, in order.
fn numbers() -> Vec<u64> {
    let mut numbers = machine().processes.ids();
    numbers.sort_unstable();
    numbers
}

/// All processes and their stacks; the schedulers stand still.
pub(crate) fn processes(out: &mut dyn Write) -> io::Result<()> {
    let machine = machine();
    let numbers = numbers();
    for &number in &numbers {
        if let Some(process) = machine.processes.get(number) {
            self::process(out, &process)?;
        }
    }
    for number in numbers {
        let Some(process) = machine.processes.get(number) else {
            continue;
        };
        if let Some(owned) = still(&process) {
            writeln!(
                out,
                "=proc_backtrace:{}\n{}",
                pid(number),
                info::backtrace(owned, is_current(&process))
            )?;
        }
    }
    Ok(())
}

fn is_current(process: &Process) -> bool {
    crate::sched::current_process() == Some(process.number)
}

/// What only the process itself sees, of one that stands still.
fn still(process: &Process) -> Option<&Owned> {
    if is_current(process) && FAILED.load(Ordering::Relaxed) {
        return None;
    }
    // A dirty scheduler does not stop.
    if process.state.is_dirty() && !is_current(process) {
        return None;
    }
    // SAFETY: the schedulers stand still, but for the caller's own process, which is in a native.
    Some(unsafe { &*process.owned_pointer() })
}

/// One process, as OTP shows it; the schedulers stand still.
pub(crate) fn process(out: &mut dyn Write, process: &Process) -> io::Result<()> {
    process_with(out, process, 0)
}

/// The same with so many messages that it has not fetched.
fn process_with(out: &mut dyn Write, process: &Process, unfetched: usize) -> io::Result<()> {
    writeln!(out, "=proc:{}", pid(process.number))?;
    let Some(owned) = still(process) else {
        return writeln!(out, "State: Running");
    };
    let state = &process.state;
    let shown = if state.is_exiting() {
        "Exiting"
    } else if is_current(process) || state.is_dirty() {
        "Running"
    } else if owned.is_suspended() {
        "Suspended"
    } else if state.is_idle() {
        "Waiting"
    } else {
        "Scheduled"
    };
    writeln!(out, "State: {shown}")?;
    if let Some(name) = process.registered_name() {
        writeln!(out, "Name: {}", print::display_atom(name))?;
    }
    let (module, function, arity) = owned.initial_call;
    writeln!(
        out,
        "Spawned as: {}:{}/{arity}",
        print::display_atom(module),
        print::display_atom(function)
    )?;
    match owned.parent.and_then(Peer::local) {
        Some(parent) => writeln!(out, "Spawned by: {}", pid(parent))?,
        None => writeln!(out, "Spawned by: []")?,
    }
    writeln!(
        out,
        "Message queue length: {}",
        owned.mailbox.len() + unfetched
    )?;
    let heap = &owned.heap;
    writeln!(out, "Number of heap fragments: {}", heap.arena.blocks.len())?;
    writeln!(out, "Heap fragment data: {}", heap.arena.block_words())?;
    if let Some(relations) = &owned.relations {
        let relations = related(relations);
        if !relations.is_empty() {
            writeln!(out, "Link list: [{}]", relations.join(", "))?;
        }
    }
    writeln!(out, "Reductions: {}", owned.reductions)?;
    writeln!(out, "Stack+heap: {}", heap.size_words())?;
    writeln!(out, "OldHeap: {}", heap.old_words())?;
    writeln!(out, "Heap unused: {}", heap.free_words())?;
    writeln!(
        out,
        "OldHeap unused: {}",
        heap.old_words() - heap.old_used_words()
    )?;
    let (young, old) = heap.binary_words();
    writeln!(out, "BinVHeap: {young}\nOldBinVHeap: {old}")?;
    for (title, used) in [("BinVHeap", young), ("OldBinVHeap", old)] {
        writeln!(
            out,
            "{title} unused: {}",
            heap.binary_limit.saturating_sub(used)
        )?;
    }
    writeln!(out, "Memory: {}", info::memory_bytes(owned))?;
    let text = info::backtrace(owned, is_current(process));
    writeln!(out, "{}", text.lines().next().unwrap_or(""))?;
    writeln!(
        out,
        "Internal State: PRIO_{}",
        process.priority().atom().text().to_uppercase()
    )
}

fn reference_text(reference: RefNumbers) -> String {
    let [low, middle, high] = reference.numbers();
    format!("#Ref<0.{high}.{middle}.{low}>")
}

fn peer_text(peer: Peer) -> Option<String> {
    match peer {
        Peer::Process(number) => Some(pid(number)),
        Peer::Port(number) => print::port_to_text(Term::local_port(number)),
        Peer::Remote(..) => None,
    }
}

/// Links and monitors.
fn related(relations: &Relations) -> Vec<String> {
    let mut texts: Vec<String> = relations
        .linked()
        .into_iter()
        .filter_map(peer_text)
        .collect();
    for (reference, watching) in relations.watching_in_order() {
        let whom = match watching.what {
            Watched::Peer(peer) => peer_text(peer),
            Watched::Name(name, _) => Some(format!(
                "{{{},{}}}",
                print::display_atom(name),
                print::display_atom(this_node().name)
            )),
            Watched::RemoteName(..) | Watched::TimeOffset | Watched::OldPort(..) => None,
        };
        texts.extend(whom.map(|whom| format!("{{to,{whom},{}}}", reference_text(reference))));
    }
    for (reference, watcher) in relations.watched_in_order() {
        let who = peer_text(watcher.by);
        texts.extend(who.map(|who| format!("{{from,{who},{}}}", reference_text(reference))));
    }
    texts
}

/// Loaded code.
pub(crate) fn modules(out: &mut dyn Write) -> io::Result<()> {
    let code = &machine().code;
    writeln!(
        out,
        "=loaded_modules\nCurrent code: {}\nOld code: 0",
        code.memory()
    )?;
    for name in code.loaded() {
        let versions = code.versions(name);
        writeln!(out, "=mod:{}", print::display_atom(name))?;
        if let Some(current) = versions.current {
            writeln!(out, "Current size: {}", current.code.len() * 8)?;
            for (title, bytes) in [
                ("attributes", &current.attributes),
                ("compilation info", &current.compile_info),
            ] {
                if let Some(bytes) = bytes {
                    writeln!(out, "Current {title}: {}", terms::encoded(bytes))?;
                }
            }
        }
        if let Some(old) = versions.old {
            writeln!(out, "Old size: {}", old.code.len() * 8)?;
        }
    }
    Ok(())
}

/// Which process and function the calling thread runs, as far as can be told.
pub(crate) fn running() -> Option<String> {
    let number = crate::sched::current_process()?;
    let process = machine().processes.get(number)?;
    // SAFETY: this thread runs the process.
    let owned = unsafe { &*process.owned_pointer() };
    let (module, function, arity) = owned.initial_call;
    Some(format!(
        "{} ({}:{}/{arity}) in {}",
        pid(number),
        module.text(),
        function.text(),
        info::last_place(owned)
    ))
}
