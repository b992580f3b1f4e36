//! What is not a process in a crash dump: schedulers, ports, tables, timers, funs.

use super::{peer_text, pid, reference_text};
use crate::ets::{Concurrency, Kind, ReadingAll};
use crate::machine::machine;
use crate::port::Summary;
use crate::timer::service::Destination;
use crate::{fun_count, port, sched};
use oxbeam_term::{Term, print};
use std::io::{self, Write};

/// The schedulers, and how much waits for them.
pub(super) fn schedulers(out: &mut dyn Write) -> io::Result<()> {
    let scheduler = &machine().scheduler;
    let own = sched::current_worker();
    let lengths = scheduler.queue_lengths();
    for index in 0..scheduler.count() {
        writeln!(out, "=scheduler:{}", index + 1)?;
        let waiting = lengths.get(index).copied().unwrap_or_default();
        writeln!(out, "Run Queue Normal Length: {waiting}")?;
        let current = sched::current_process().filter(|_| own == Some(index));
        running(out, current)?;
    }
    let (cpu_waiting, io_waiting) = sched::dirty::queue_lengths();
    let [cpu, io] = sched::dirty::running();
    let kinds = [("cpu", cpu, cpu_waiting), ("io", io, io_waiting)];
    let mut number = scheduler.count();
    for (kind, threads, waiting) in kinds {
        for current in threads {
            number += 1;
            writeln!(out, "=dirty_{kind}_scheduler:{number}")?;
            running(out, current)?;
        }
        writeln!(
            out,
            "=dirty_{kind}_run_queue\nRun Queue Normal Length: {waiting}"
        )?;
    }
    Ok(())
}

fn running(out: &mut dyn Write, process: Option<u64>) -> io::Result<()> {
    writeln!(
        out,
        "Current Process: {}",
        process.map(pid).unwrap_or_default()
    )
}

/// Ports.
pub(crate) fn ports(out: &mut dyn Write) -> io::Result<()> {
    for number in port::all() {
        let text = print::port_to_text(Term::local_port(number)).unwrap_or_default();
        writeln!(out, "=port:{text}")?;
        let Some(summary) = port::find(number).and_then(|port| port.summary()) else {
            writeln!(out, "Slot: {number}")?;
            continue;
        };
        self::port(out, &summary)?;
    }
    Ok(())
}

fn port(out: &mut dyn Write, port: &Summary) -> io::Result<()> {
    writeln!(out, "State: {}", port.states.join("|"))?;
    writeln!(out, "Slot: {}", port.slot)?;
    writeln!(out, "Connected: {}", pid(port.owner))?;
    if !port.links.is_empty() {
        let links: Vec<String> = port.links.iter().copied().filter_map(peer_text).collect();
        writeln!(out, "Links: {}", links.join(" "))?;
    }
    if !port.watchers.is_empty() {
        let watcher = |&(by, reference)| {
            let by = peer_text(by)?;
            Some(format!("({by},{})", reference_text(reference)))
        };
        let watchers: Vec<String> = port.watchers.iter().filter_map(watcher).collect();
        writeln!(out, "Monitors: {}", watchers.join(" "))?;
    }
    if let Some(name) = port.registered {
        writeln!(out, "Registered as: {}", print::display_atom(name))?;
    }
    let name = &port.name;
    match port.driver.as_str() {
        "fd" => writeln!(out, "Port is UNIX fd not opened by emulator: {name}")?,
        "forker" => writeln!(out, "Port controls forker process: {name}")?,
        "spawn" => writeln!(out, "Port controls external process: {name}")?,
        _ => writeln!(out, "Port controls linked-in driver: {name}")?,
    }
    writeln!(
        out,
        "Input: {}\nOutput: {}\nQueue: {}",
        port.input, port.output, port.queued
    )
}

/// ETS tables.
pub(crate) fn tables(out: &mut dyn Write) -> io::Result<()> {
    crate::ets::each(|table| self::table(out, table))
}

fn table(out: &mut dyn Write, contents: &ReadingAll<'_>) -> io::Result<()> {
    let table = contents.table();
    writeln!(out, "=ets:{}", pid(table.owner()))?;
    writeln!(out, "Slot: {}", table.numbers.low)?;
    let name = print::display_atom(table.name());
    match table.named {
        true => writeln!(out, "Table: {name}\nName: {name}")?,
        false => {
            let reference = reference_text(table.numbers);
            writeln!(out, "Table: {reference}\nName: {name}")?;
        }
    }
    match contents.chains() {
        Some((chains, dead)) => {
            hashed(out, &chains)?;
            match table.is_fixed() {
                true => writeln!(out, "Fixed: {dead}")?,
                false => writeln!(out, "Fixed: false")?,
            }
        }
        None => writeln!(out, "Ordered set (AVL tree), Elements: {}", contents.len())?,
    }
    writeln!(
        out,
        "Objects: {}\nWords: {}",
        contents.len(),
        contents.memory_words()
    )?;
    let kind = match table.kind {
        Kind::Set => "set",
        Kind::OrderedSet => "ordered_set",
        Kind::Bag => "bag",
        Kind::DuplicateBag => "duplicate_bag",
    };
    let protection = format!("{:?}", table.protection()).to_lowercase();
    writeln!(out, "Type: {kind}\nProtection: {protection}")?;
    let write = match table.write_concurrency {
        Concurrency::Off => "false",
        Concurrency::On | Concurrency::Locks(_) => "true",
        Concurrency::Auto => "auto",
    };
    writeln!(
        out,
        "Compressed: {}\nWrite Concurrency: {write}\nRead Concurrency: {}",
        table.compressed, table.read_concurrency
    )
}

/// How evenly objects lie in a hashed table.
fn hashed(out: &mut dyn Write, chains: &[usize]) -> io::Result<()> {
    let buckets = chains.len() as f64;
    let average = chains.iter().sum::<usize>() as f64 / buckets;
    let squares: f64 = chains.iter().map(|&length| (length as f64).powi(2)).sum();
    let deviation = ((squares - average.powi(2) * buckets) / (buckets - 1.0)).max(0.0);
    let expected = (average * (1.0 - 1.0 / buckets)).sqrt();
    writeln!(out, "Buckets: {}", chains.len())?;
    writeln!(out, "Chain Length Avg: {average:.6}")?;
    let [shortest, longest] =
        [chains.iter().min(), chains.iter().max()].map(|length| length.copied().unwrap_or(0));
    writeln!(
        out,
        "Chain Length Max: {longest}\nChain Length Min: {shortest}"
    )?;
    writeln!(out, "Chain Length Std Dev: {:.6}", deviation.sqrt())?;
    writeln!(out, "Chain Length Expected Std Dev: {expected:.6}")
}

/// Timers that send messages.
pub(super) fn timers(out: &mut dyn Write) -> io::Result<()> {
    let machine = machine();
    let now = machine.time.tick();
    let mut texts = Vec::new();
    machine.timers.each_message(|tick, timer| {
        let whom = match timer.destination {
            Destination::Process(number) => pid(number),
            Destination::Name(name) => print::display_atom(name).into_owned(),
        };
        let message = print::display_bytes(timer.message.term(), usize::MAX);
        let message = String::from_utf8_lossy(&message).into_owned();
        texts.push((whom, message, tick.saturating_sub(now)));
    });
    for (whom, message, left) in texts {
        writeln!(out, "=timer:{whom}\nMessage: {message}\nTime left: {left}")?;
    }
    Ok(())
}

/// Funs that code makes; the schedulers stand still.
pub(super) fn funs(out: &mut dyn Write) -> io::Result<()> {
    use std::sync::atomic::Ordering;
    let entries = machine().code.fun_entries();
    let counts = match machine().release.number >= 29 {
        true => vec![1; entries.len()],
        false => fun_count::references_of(&entries),
    };
    for (entry, count) in entries.into_iter().zip(counts) {
        writeln!(
            out,
            "=fun\nModule: {}\nUniq: {}\nIndex: {}",
            print::display_atom(entry.module),
            entry.old_uniq,
            entry.old_index
        )?;
        let address = entry.address.load(Ordering::Relaxed);
        writeln!(out, "Address: {address:#018x}\nRefc: {count}")?;
    }
    Ok(())
}
