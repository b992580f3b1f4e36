//! Who may use whom: between crates, and between the modules of `vm`. `docs/ARCHITECTURE.md` explains the tables.

use crate::tree::{Tree, code_of, is_name, line_of};

/// TABLE of crates: folder, and the folders of the crates that it may depend on.
const CRATES: &[(&str, &[&str])] = &[
    ("loader", &[]),
    ("vm/sync", &[]),
    ("vm/pcre", &[]),
    ("vm/term", &["vm/sync"]),
    ("vm", &["loader", "vm/sync", "vm/term"]),
    ("bifs", &["loader", "vm", "vm/pcre", "vm/sync", "vm/term"]),
    ("otp_stubs", &["vm", "vm/sync", "vm/term"]),
    ("nif", &["vm", "vm/term"]),
    (
        "vm/cli",
        &[
            "bifs",
            "loader",
            "nif",
            "otp_stubs",
            "vm",
            "vm/sync",
            "vm/term",
        ],
    ),
    ("tests", &[]),
    ("tests/xtask", &["bifs", "nif", "otp_stubs", "vm"]),
    ("tests/fuzz", &["bifs", "loader", "vm", "vm/term"]),
    (
        "benches",
        &["bifs", "loader", "otp_stubs", "vm", "vm/sync", "vm/term"],
    ),
];

/// TABLE of the levels of `vm/src`, lowest first: a module may use those of its own level and of lower ones.
const LEVELS: &[&[&str]] = &[
    &[
        "environment",
        "file_name",
        "io",
        "libm",
        "local_time",
        "magic",
        "packet",
        "posix",
        "release",
        "tty",
        "unique",
    ],
    &[
        "code",
        "dist",
        "interp",
        "literals",
        "native",
        "process",
        "registry",
        "seq_trace",
        "signal",
        "system_monitor",
        "system_profile",
        "trace",
    ],
    &[
        "ets",
        "logger",
        "match_spec",
        "os_signal",
        "persistent_term",
        "port",
        "stats",
        "system_flags",
        "timer",
    ],
    &["config", "settings"],
    &[
        "break_handler",
        "crash_dump",
        "fun_count",
        "halt",
        "node_count",
        "sched",
    ],
];

/// What everybody may use, and what may use everything: the record of all that there is one of. It is data; who uses it looks up its
/// own part.
const SHARED: &[&str] = &["machine"];

/// TABLE of upward uses: user, used, why.
const UPWARD: &[(&str, &str, &str)] = &[
    (
        "os_signal",
        "break_handler",
        "SIGINT asks what to do while all schedulers stand still",
    ),
    (
        "process",
        "halt",
        "the machine ends with a process of the system",
    ),
    (
        "process",
        "logger",
        "the report of a process that dies of an error",
    ),
    (
        "process",
        "timer",
        "the timer of a receive, and those to cancel at the exit, by their ids",
    ),
    (
        "signal",
        "sched",
        "whoever puts a signal into an inbox enqueues its owner",
    ),
    (
        "trace",
        "crash_dump",
        "`{process_dump}` shows a process as a crash dump does",
    ),
    ("trace", "match_spec", "which calls and messages are traced"),
    (
        "trace",
        "sched",
        "messages to tracers name the scheduler if they are to",
    ),
    ("trace", "system_flags", "the trace control word"),
    (
        "timer",
        "sched",
        "a timer that fires makes its process runnable; a new one may shorten a worker's sleep",
    ),
];

/// Each crate's manifest names no crate of ours beyond its row.
pub fn crates(tree: &Tree) -> Vec<String> {
    let named: Vec<(&str, &str)> = CRATES
        .iter()
        .map(|(folder, _)| (*folder, package(tree.text(&format!("{folder}/Cargo.toml")))))
        .collect();
    let mut faults = Vec::new();
    for file in &tree.files {
        let Some(folder) = file.path.strip_suffix("/Cargo.toml") else {
            continue;
        };
        let Some((_, allowed)) = CRATES.iter().find(|row| row.0 == folder) else {
            faults.push(format!(
                "{}: a crate without a row in tests/xtask/src/layers.rs",
                file.path
            ));
            continue;
        };
        for dependency in dependencies(&file.text) {
            let used = named.iter().find(|(_, name)| *name == dependency);
            if let Some((used, _)) = used.filter(|(used, _)| !allowed.contains(used)) {
                faults.push(format!("{}: must not depend on `{used}`", file.path));
            }
        }
    }
    faults
}

/// Name of the package that a manifest describes.
fn package(manifest: &str) -> &str {
    let name = manifest
        .lines()
        .find_map(|line| line.strip_prefix("name = \""));
    name.map_or("", |name| name.trim_end_matches('"'))
}

/// Names under `[dependencies]`; what tests need is not looked at.
fn dependencies(manifest: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    manifest.lines().filter_map(move |line| {
        if line.starts_with('[') {
            inside = line.trim() == "[dependencies]";
        }
        let end = line
            .bytes()
            .position(|byte| !is_name(byte) && byte != b'-')?;
        (inside && end > 0).then(|| &line[..end])
    })
}

/// Each module of `vm` uses its own level and lower ones, but for the upward uses that are listed.
pub fn modules(tree: &Tree) -> Vec<String> {
    let level = |module: &str| LEVELS.iter().position(|level| level.contains(&module));
    let mut faults = Vec::new();
    let mut needed = vec![false; UPWARD.len()];
    for file in tree.rust() {
        let Some(inside) = file.path.strip_prefix("vm/src/") else {
            continue;
        };
        let module = inside.split(['/', '.']).next().unwrap_or(inside);
        if module == "lib" || SHARED.contains(&module) || file.is_test() {
            continue;
        }
        let Some(own) = level(module) else {
            faults.push(format!(
                "{}: module `{module}` has no level in tests/xtask/src/layers.rs",
                file.path
            ));
            continue;
        };
        let code = code_of(&file.text);
        for (at, used) in uses(&code) {
            // Macros and items of `lib.rs` have no level.
            let Some(other) = level(used) else { continue };
            if other <= own {
                continue;
            }
            let listed = UPWARD
                .iter()
                .position(|row| (row.0, row.1) == (module, used));
            match listed {
                Some(row) => needed[row] = true,
                None => {
                    let line = line_of(&code, at);
                    faults.push(format!(
                        "{}:{line}: `{module}` uses `{used}`, which is above it",
                        file.path
                    ));
                }
            }
        }
    }
    for (row, needed) in UPWARD.iter().zip(needed) {
        if !needed {
            faults.push(format!(
                "tests/xtask/src/layers.rs: `{}` does not use `{}` any longer",
                row.0, row.1
            ));
        }
    }
    faults
}

/// Modules of its own crate that code names after `crate::`, with their places.
fn uses(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (at, path) in code.match_indices("crate::") {
        // `$crate::` in a macro is the same crate.
        let behind = at + path.len();
        let rest = &code[behind..];
        if let Some(group) = rest.strip_prefix('{') {
            let end = closing(group);
            let mut depth = 0_usize;
            let mut start = 0;
            for (offset, byte) in group[..end].bytes().enumerate() {
                match byte {
                    b'{' => depth += 1,
                    b'}' => depth -= 1,
                    b',' if depth == 0 => {
                        found.push((at, name(group[start..offset].trim_start())));
                        start = offset + 1;
                    }
                    _ => {}
                }
            }
            found.push((at, name(group[start..end].trim_start())));
        } else {
            found.push((at, name(rest)));
        }
    }
    found
}

/// Length of what stands before the brace that closes.
fn closing(group: &str) -> usize {
    let mut depth = 1_usize;
    for (offset, byte) in group.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return offset;
        }
    }
    group.len()
}

fn name(text: &str) -> &str {
    let end = text.bytes().position(|byte| !is_name(byte));
    &text[..end.unwrap_or(text.len())]
}
