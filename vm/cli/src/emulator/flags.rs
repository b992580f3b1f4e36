//! Reads the emulator's flags into an `EmulatorConfig`, by the rows of `table`.
//!
//! A flag's name is the longest row that begins it; what is left of it, or else the argument after it, is its value
//! (`+P5000` and `+P 5000`). Messages are those of OTP's emulator, so that scripts which look for them find them.

use super::config::{EmulatorConfig, Host};
use super::memory;
use super::table::{FLAGS, Flag};
use crate::erlexec::{EmulatorFlag, Refusal, Usage};
use crate::release::Release;

/// Most schedulers of any kind.
pub(super) const MAX_SCHEDULERS: i64 = 1024;

/// Most processes, ports and outstanding requests.
pub(super) const MAX_TABLE: i64 = (1 << 27) - 1;

/// Whether a flag takes the argument after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// No.
    Nothing,
    /// Yes, whatever it is.
    Next,
    /// If it is one of these.
    OneOf(&'static [&'static str]),
    /// There is no such flag.
    Refused,
}

/// What the flags say.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Start with this.
    Start(Box<EmulatorConfig>),
    /// `+V`: print the version.
    Version,
}

/// Settings while flags are read.
pub(super) struct Reading<'a> {
    pub(super) release: Release,
    pub(super) host: &'a Host,
    pub(super) config: EmulatorConfig,
    /// `+SP`: of all and of those online.
    pub(super) percentage: (i64, i64),
    /// `+SDPcpu`.
    pub(super) dirty_percentage: (i64, i64),
    /// `+IOt`, `+IOp`, `+IOPt`, `+IOPp`.
    pub(super) poll: [Option<i64>; 4],
    /// `+Q` or `ERL_MAX_PORTS` was given: the limit of open files does not count.
    pub(super) ports_given: bool,
    pub(super) version: bool,
}

/// Rows that `release` has.
pub(crate) fn rows(release: Release) -> impl Iterator<Item = &'static Flag> {
    FLAGS.iter().filter(move |row| row.since <= release)
}

/// Whether `flag` (without its sign) takes the argument after it.
pub(crate) fn takes(release: Release, flag: &[u8]) -> Takes {
    let exact = rows(release).find(|row| row.name.as_bytes() == flag);
    match (flag.first(), exact) {
        (_, Some(row)) => row.takes,
        (Some(b'M'), None) if memory::known(release, &flag[1..]) => Takes::Next,
        (Some(b'J'), None) => Takes::Next,
        (Some(b'D'), None) if release >= Release::Otp29 && flag.get(1) == Some(&b'i') => {
            Takes::Next
        }
        (Some(b'B'), None) if !matches!(flag.get(1), Some(b'c' | b'd' | b'i')) => Takes::Refused,
        (Some(b'I'), None)
            if !rows(release).any(|row| is_io(row) && flag.starts_with(row.name.as_bytes())) =>
        {
            Takes::Refused
        }
        (Some(b'S'), None) if flag.get(1) == Some(&b'D') => {
            let known = rows(release)
                .any(|row| row.name.starts_with("SD") && flag.starts_with(row.name.as_bytes()));
            if known {
                Takes::Nothing
            } else {
                Takes::Refused
            }
        }
        _ => Takes::Nothing,
    }
}

fn is_io(row: &Flag) -> bool {
    row.name.starts_with("IO") && row.name != "IOs"
}

/// Reads all flags.
pub(crate) fn read(
    release: Release,
    host: &Host,
    program: &str,
    given: &[EmulatorFlag],
) -> Result<Outcome, Refusal> {
    let refuse = |message| Refusal {
        message,
        usage: Usage::Emulator,
    };
    let mut reading = Reading::new(release, host);
    for flag in given {
        let text = String::from_utf8_lossy(&flag.flag);
        let name = text.get(1..).unwrap_or_default();
        if let Some(switch) = name.strip_prefix('M') {
            let value = flag.value.as_deref().map(String::from_utf8_lossy);
            let setting = memory::check(release, switch, value.as_deref()).map_err(refuse)?;
            reading.config.allocators.push(setting);
            continue;
        }
        let row = rows(release)
            .filter(|row| name.starts_with(row.name))
            .max_by_key(|row| row.name.len());
        let Some(row) = row else {
            return Err(refuse(unknown(program, &text)));
        };
        let glued = &name[row.name.len()..];
        let next = flag.value.as_deref().map(String::from_utf8_lossy);
        // Where a value is missing the emulator reads on into the separator.
        let value = match (&next, row.value) {
            (_, "") => glued,
            (Some(next), _) if glued.is_empty() => next,
            (None, _) if glued.is_empty() && row.takes == Takes::Nothing => "--",
            _ => glued,
        };
        (row.apply)(&mut reading, value).map_err(refuse)?;
        if reading.version {
            return Ok(Outcome::Version);
        }
    }
    reading.finish().map_err(refuse)
}

/// The message for a flag that no row names.
fn unknown(program: &str, text: &str) -> String {
    match text.as_bytes().get(1) {
        Some(b's') => format!("bad scheduling option {text}"),
        Some(b'z') => format!("bad -z option {text}"),
        Some(b'J') => format!("invalid JIT option {text}"),
        _ => format!("{program} unknown flag {text}"),
    }
}

impl<'a> Reading<'a> {
    fn new(release: Release, host: &'a Host) -> Reading<'a> {
        let mut config = EmulatorConfig::default(release, host);
        let number = |value: &Option<String>| value.as_deref().map(super::number::atoi);
        if let Some(threads) = number(&host.thread_pool) {
            config.schedulers.async_threads = threads.clamp(1, MAX_SCHEDULERS) as u32;
        }
        if let Some(tables) = number(&host.max_ets_tables) {
            config.limits.ets_tables = tables.max(0) as u32;
        }
        if let Some(collections) = number(&host.fullsweep_after) {
            config.fullsweep_after = collections as u16;
        }
        let ports = number(&host.max_ports);
        if let Some(ports) = ports {
            config.limits.ports = ports.clamp(0, MAX_TABLE) as u32;
        }
        Reading {
            release,
            host,
            config,
            percentage: (100, 100),
            dirty_percentage: (100, 100),
            poll: [None; 4],
            ports_given: ports.is_some(),
            version: false,
        }
    }

    /// What depends on several flags.
    fn finish(mut self) -> Result<Outcome, String> {
        self.share_schedulers()?;
        self.share_polling()?;
        let limits = &mut self.config.limits;
        limits.processes = table_size(limits.processes.into());
        if !self.ports_given {
            limits.ports = u64::from(limits.ports)
                .max(self.host.open_files)
                .min(MAX_TABLE as u64) as u32;
        }
        limits.ports = table_size(u64::from(limits.ports).max(1024));
        if self.config.outstanding_requests == 0 {
            self.config.outstanding_requests = 2 * self.config.schedulers.total;
        }
        Ok(Outcome::Start(Box::new(self.config)))
    }

    fn share_schedulers(&mut self) -> Result<(), String> {
        let schedulers = &mut self.config.schedulers;
        schedulers.async_threads = schedulers.async_threads.max(1);
        let part = |whole: u32, percentage: i64| i64::from(whole).saturating_mul(percentage) / 100;
        if self.percentage != (100, 100) {
            let total = part(schedulers.total, self.percentage.0).max(1);
            let online = part(schedulers.online, self.percentage.1).max(1);
            if total > MAX_SCHEDULERS {
                let percentage = self.percentage.0;
                return Err(format!(
                    "bad schedulers percentage {percentage} (total amount of schedulers {total})"
                ));
            }
            if total < online {
                let percentage = self.percentage.1;
                return Err(format!(
                    "bad schedulers online percentage {percentage} (total amount of schedulers {total}, online {online})"
                ));
            }
            (schedulers.total, schedulers.online) = (total as u32, online as u32);
        }
        let clamped = |number: i64, limit: u32| number.clamp(1, limit.into()) as u32;
        schedulers.dirty_cpu = clamped(
            part(schedulers.dirty_cpu, self.dirty_percentage.0),
            schedulers.total,
        );
        schedulers.dirty_cpu_online = clamped(
            part(schedulers.dirty_cpu_online, self.dirty_percentage.1),
            schedulers.online,
        );
        Ok(())
    }

    fn share_polling(&mut self) -> Result<(), String> {
        let [threads, sets, threads_percentage, sets_percentage] = self.poll;
        let part = |whole: i64, percentage: Option<i64>| {
            percentage.map_or(1, |percentage| (whole * percentage / 100).max(1))
        };
        let threads = threads.unwrap_or_else(|| {
            part(
                self.config.schedulers.total.into(),
                threads_percentage.filter(|&n| n > 0),
            )
        });
        let sets = sets.unwrap_or_else(|| part(threads, sets_percentage.filter(|&n| n > 0)));
        if threads < sets {
            return Err(format!(
                "number of IO poll threads has to be greater or equal to the number of \nIO pollsets. \
                 Current values are set to: \n  -IOt {threads} -IOp {sets}"
            ));
        }
        (self.config.poll.threads, self.config.poll.sets) = (threads as u32, sets as u32);
        Ok(())
    }
}

/// The size of a table of identifiers: a power of two, and one less at the very top.
fn table_size(wanted: u64) -> u32 {
    wanted.next_power_of_two().min(MAX_TABLE as u64) as u32
}

/// The emulator's usage text.
pub(crate) fn usage(release: Release) -> String {
    use std::fmt::Write;
    let mut text = String::from("Usage: beam.smp [flags] [ -- [init_args] ]\nThe flags are:\n\n");
    for row in rows(release) {
        let head = format!("-{} {}", row.name, row.value);
        for (index, line) in row.doc.lines().enumerate() {
            let head = if index == 0 { head.trim_end() } else { "" };
            let _ = writeln!(text, "{head:<22} {line}");
        }
    }
    text.push_str("-M<allocator><switch> v set a switch of a memory allocator\n");
    text.push_str("\nOn the command line of erl these flags begin with +.\n");
    text
}

#[cfg(test)]
mod tests;
