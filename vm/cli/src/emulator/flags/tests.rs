//! Flags as OTP reads them.

use super::*;
use crate::erlexec::{gather, part};

fn host() -> Host {
    Host {
        processors: 8,
        available: 6,
        open_files: 20_000,
        thread_pool: None,
        max_ports: None,
        max_ets_tables: None,
        fullsweep_after: None,
    }
}

struct Nowhere;

impl gather::Surroundings for Nowhere {
    fn variable(&self, _: &str) -> Option<Vec<u8>> {
        None
    }
    fn read(&self, _: &[u8]) -> std::io::Result<Vec<u8>> {
        Err(std::io::ErrorKind::NotFound.into())
    }
    fn directory(&self) -> String {
        String::new()
    }
}

fn parse(release: Release, line: &str) -> Result<EmulatorConfig, String> {
    let line: Vec<Vec<u8>> = line
        .split_whitespace()
        .map(|word| word.as_bytes().to_vec())
        .collect();
    let all = gather::gather(release, &line, &Nowhere).map_err(|refusal| refusal.message)?;
    let home = crate::erlexec::Home {
        home: None,
        port: None,
    };
    let parted = part(release, &all, &home).map_err(|refusal| refusal.message)?;
    match read(release, &host(), "emu", &parted.emulator).map_err(|refusal| refusal.message)? {
        Outcome::Start(config) => Ok(*config),
        Outcome::Version => Err("version".into()),
    }
}

fn good(line: &str) -> EmulatorConfig {
    parse(Release::Otp27, line).expect("a good line")
}

fn bad(line: &str) -> String {
    parse(Release::Otp27, line).expect_err("a bad line")
}

#[test]
fn names_are_unique_and_told_apart() {
    for (index, row) in FLAGS.iter().enumerate() {
        assert!(
            FLAGS[index + 1..]
                .iter()
                .all(|other| other.name != row.name),
            "{}",
            row.name
        );
        assert!(!row.doc.is_empty());
    }
}

#[test]
fn defaults_differ_by_release() {
    assert_eq!(
        parse(Release::Otp25, "")
            .expect("defaults")
            .limits
            .processes,
        262_144
    );
    let config = good("");
    assert_eq!(config.limits.processes, 1_048_576);
    assert_eq!((config.schedulers.total, config.schedulers.online), (8, 6));
    assert_eq!(
        (
            config.schedulers.dirty_cpu,
            config.schedulers.dirty_cpu_online
        ),
        (8, 6)
    );
    assert_eq!(config.limits.ports, 65_536);
    assert_eq!(config.outstanding_requests, 16);
}

#[test]
fn schedulers_count_up_or_down() {
    let pair = |line: &str| {
        let schedulers = good(line).schedulers;
        (schedulers.total, schedulers.online)
    };
    assert_eq!(pair("+S 4:2"), (4, 2));
    assert_eq!(pair("+S4"), (4, 4));
    assert_eq!(pair("+S 12"), (12, 6));
    assert_eq!(pair("+S -2:-1"), (6, 5));
    assert_eq!(pair("+S :2"), (8, 2));
    assert_eq!(pair("+SP 50"), (4, 3));
    assert_eq!(pair("+S 16:16 +SP 50:25"), (8, 4));
    assert_eq!(good("+S 2").schedulers.dirty_cpu, 2);
    assert_eq!(good("+SDcpu 3:1 +SDio 40").schedulers.dirty_cpu_online, 1);
    assert_eq!(good("+SDio40").schedulers.dirty_io, 40);
    assert_eq!(
        bad("+S 0:9"),
        "bad amount of schedulers online 9 (total amount of schedulers 8)"
    );
    assert_eq!(bad("+S 2000"), "bad amount of schedulers 2000");
    assert_eq!(bad("+S x"), "bad amount of schedulers x");
    assert_eq!(bad("+SDfoo 3"), "Missing argument(s) for '+SDfoo'.");
}

#[test]
fn tables_are_powers_of_two() {
    assert_eq!(good("+P 5000").limits.processes, 8192);
    assert_eq!(good("+P134217727").limits.processes, 134_217_727);
    assert_eq!(good("+Q 1025").limits.ports, 2048);
    assert_eq!(bad("+P 5"), "bad number of processes 5");
    assert_eq!(bad("+P"), "Missing argument(s) for '+P'.");
    assert!(good("+P legacy").limits.legacy_processes);
}

#[test]
fn values_may_be_glued_or_not() {
    assert_eq!(good("+sbtu +A0").schedulers.bind, "u");
    assert_eq!(good("+sbt tnnps").schedulers.bind, "tnnps");
    assert_eq!(good("+hms 400 +hmbs1000").heap.min_words, 400);
    assert_eq!(good("+h 500").heap.min_words, 500);
    assert_eq!(good("+hpds 9").heap.dictionary_size, 16);
    assert!(good("+hmqd off_heap").heap.messages_off_heap);
    assert!(!good("+hmaxk false").heap.max_kills);
    assert_eq!(
        good("+fnui").file_names.wrong,
        super::super::config::Wrong::Ignore
    );
    assert!(good("+pc unicode").printable_unicode);
    assert_eq!(good("+zdbbl 2048").distribution_buffer_bytes, 2 << 20);
    assert_eq!(good("+zhft infinity").halt_flush_timeout_ms, None);
    assert!(good("+ec").ets_compressed);
    assert!(!good("+c").time.correction);
    assert!(good("+c true").time.correction);
    assert!(!good("+cfalse").time.correction);
}

#[test]
fn break_modes() {
    assert!(good("+Bi").break_mode.ignore);
    assert!(good("+B c").break_mode.interrupt_shell);
    assert!(!good("+B").break_mode.handler);
    assert!(!good("+Bd").break_mode.handler);
    assert_eq!(bad("+Bx"), "Missing argument(s) for '-Bx'.");
}

#[test]
fn unknown_flags_are_refused_by_name() {
    assert_eq!(bad("+Z 1"), "emu unknown flag -Z");
    assert_eq!(bad("+sfoo 3"), "bad scheduling option -sfoo");
    assert_eq!(bad("+zfoo"), "bad -z option -zfoo");
    assert_eq!(bad("+hfoo 3"), "bad heap size foo");
    assert_eq!(bad("+IOx 3"), "Missing argument(s) for '+IOx'.");
    assert_eq!(
        bad("+fn"),
        "bad filename encoding --, can be (l,u or a, optionally followed by w, i or e)"
    );
    assert_eq!(bad("+D"), "emu unknown flag -D");
    assert!(
        parse(Release::Otp29, "+D +Dibpl false")
            .expect("flags of 29")
            .debugger
            .enabled
    );
    assert_eq!(
        parse(Release::Otp25, "+zhft 3"),
        Err("bad -z option -zhft".into())
    );
    assert_eq!(bad("+V"), "version");
}

#[test]
fn memory_switches_are_checked() {
    let pair = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    assert_eq!(good("+MBas aobf").allocators, pair("Bas", "aobf"));
    assert_eq!(good("+Mulmbcs512").allocators, pair("ulmbcs", "512"));
    assert_eq!(good("+Mea min").allocators, pair("ea", "min"));
    assert_eq!(bad("+MBe x"), "bad \"MBe\" value: x");
    assert_eq!(bad("+MBe"), "Missing argument(s) for '+MBe'.");
    assert_eq!(bad("+Mzz 3"), "bad \"M\" parameter");
}

#[test]
fn poll_threads_are_at_least_as_many_as_sets() {
    let poll = good("+IOPt 50 +IOp 2").poll;
    assert_eq!((poll.threads, poll.sets), (4, 2));
    assert!(bad("+IOp 2").starts_with("number of IO poll threads has to be greater or equal"));
    assert_eq!(bad("+IOt 0"), "bad I/O poll threads number: 0");
}
