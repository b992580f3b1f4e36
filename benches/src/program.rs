//! What is measured: the programs of the folder, each with a head of comments that says how.
//!
//! ```erlang
//! %% What does it answer?
//! %% group: messages
//! ```
//!
//! The first line is the question. What may follow, a line each: `group:` (else `cpu`), `schedulers: 2`, `flags:` for the machine,
//! `from: 27`, the first release that can run it, and `result: by release`, if what it returns depends on that.

use clap::ValueEnum;
use std::path::Path;

/// What a program says something about. Each has a table and a mean of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Group {
    /// Computing in one process: time of the processor.
    Cpu,
    /// Many processes, and what is kept outside of them: time of the processor.
    Messages,
    /// What a person waits for: time of the processor.
    Start,
    /// What is resident at most.
    Memory,
    /// The same work on two schedulers and on one: time by the clock.
    Parallel,
}

impl Group {
    /// In the order of the page.
    pub(crate) const ALL: [Group; 5] = [
        Group::Cpu,
        Group::Messages,
        Group::Start,
        Group::Memory,
        Group::Parallel,
    ];

    fn parse(text: &str) -> Option<Group> {
        <Group as ValueEnum>::from_str(text, false).ok()
    }

    /// Above its table and its part of the plot.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Group::Cpu => "Computing",
            Group::Messages => "Processes and tables",
            Group::Start => "Start and tools",
            Group::Memory => "Memory",
            Group::Parallel => "Two schedulers",
        }
    }
}

/// A program of the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) question: String,
    pub(crate) group: Group,
    /// Else as the flags for all say.
    pub(crate) schedulers: Option<u32>,
    /// More flags of `erl`.
    pub(crate) flags: String,
    /// The first release that can run it; 0 for all.
    pub(crate) from: u32,
    /// Whether releases may come to other results.
    pub(crate) by_release: bool,
}

impl Program {
    /// Reads the head of `text`.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Program, String> {
        let mut head = text
            .lines()
            .map_while(|line| line.strip_prefix("%%"))
            .map(str::trim);
        let question = head.next().filter(|line| line.ends_with('?'));
        let mut program = Program {
            name: name.to_owned(),
            question: question
                .ok_or(format!("{name}: no question in the first line"))?
                .to_owned(),
            group: Group::Cpu,
            schedulers: None,
            flags: String::new(),
            from: 0,
            by_release: false,
        };
        for line in head {
            // Other comments may follow.
            let Some((key, value)) = line.split_once(": ") else {
                break;
            };
            let known = match key {
                "group" => Group::parse(value)
                    .map(|group| program.group = group)
                    .is_some(),
                "schedulers" => value
                    .parse()
                    .map(|count| program.schedulers = Some(count))
                    .is_ok(),
                "flags" => {
                    program.flags = value.to_owned();
                    true
                }
                "from" => value.parse().map(|release| program.from = release).is_ok(),
                "result" if value == "by release" => {
                    program.by_release = true;
                    true
                }
                _ => false,
            };
            if !known {
                return Err(format!("{name}: {line}"));
            }
        }
        Ok(program)
    }

    /// All of the folder, by name. What they share begins with `bench_` and is left out.
    pub(crate) fn all(folder: &Path) -> Result<Vec<Program>, String> {
        let mut programs = Vec::new();
        for path in sources(folder)? {
            let name = path.file_stem().and_then(|name| name.to_str());
            let name = name.ok_or_else(|| format!("{}: not a name", path.display()))?;
            if !name.starts_with("bench_") {
                let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
                programs.push(Program::parse(name, &text)?);
            }
        }
        Ok(programs)
    }
}

/// Every `.erl` of the folder, sorted.
pub(crate) fn sources(folder: &Path) -> Result<Vec<std::path::PathBuf>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|it| it == "erl") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_says_how_to_measure() {
        let text = "%% How fast?\n%% group: messages\n%% schedulers: 2\n%% flags: +P 9\n%% from: 27\n%% result: by release\n-module(p).\n%% x: y\n";
        let program = Program::parse("p", text).expect("well formed");
        assert_eq!(
            (program.question.as_str(), program.group),
            ("How fast?", Group::Messages)
        );
        assert_eq!((program.schedulers, program.from), (Some(2), 27));
        assert_eq!((program.flags.as_str(), program.by_release), ("+P 9", true));
    }

    #[test]
    fn what_a_head_cannot_say_is_refused() {
        assert!(Program::parse("p", "-module(p).\n").is_err());
        assert!(Program::parse("p", "%% Not asked.\n-module(p).\n").is_err());
        assert!(Program::parse("p", "%% How?\n%% grup: messages\n").is_err());
        assert!(Program::parse("p", "%% How?\n%% group: none\n").is_err());
    }

    #[test]
    fn all_programs_have_a_head() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
        let programs = Program::all(&folder).expect("well formed");
        for group in Group::ALL {
            assert!(programs.iter().any(|it| it.group == group), "{group:?}");
        }
    }
}
