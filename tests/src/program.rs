//! A test program and what its first comment lines say about it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::matrix::Config;

/// One `data/erl/<area>/<behaviour>.erl`.
#[derive(Clone, Debug)]
pub struct Program {
    /// The source.
    pub source: PathBuf,
    /// The folder's name.
    pub area: String,
    /// Module and file name.
    pub module: String,
    /// From its `%% key: value` lines.
    pub options: Options,
}

/// The `%% key: value` lines at the top of a program. `docs/testing.md` explains each.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `since: 27`: earlier releases do not have the behaviour.
    pub since: u32,
    /// `releases: 25 27`: only these.
    pub releases: Vec<u32>,
    /// `flags: +P 2000`: emulator flags; implies a machine of its own.
    pub flags: Vec<String>,
    /// `own_vm`: halts, writes to file descriptors, or changes the whole node.
    pub own_vm: bool,
    /// `compile: no_type_opt, …`: compiler options as Erlang terms.
    pub compile: Vec<String>,
    /// `timeout: 60`: seconds.
    pub timeout: Option<u32>,
    /// `not: zeal s1`: too slow or meaningless there.
    pub not: Vec<String>,
}

impl Options {
    fn parse(text: &str) -> Result<Self, String> {
        let mut options = Self::default();
        for line in text.lines() {
            let Some(line) = line.strip_prefix("%%") else {
                break;
            };
            let line = line.trim();
            let (key, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.trim();
            let number = || {
                value
                    .parse::<u32>()
                    .map_err(|_| format!("`{key}:` wants a number"))
            };
            let words = || value.split_whitespace().map(ToOwned::to_owned).collect();
            match key {
                "since" => options.since = number()?,
                "releases" => {
                    options.releases = value
                        .split_whitespace()
                        .map(|word| word.parse().map_err(|_| format!("bad release {word}")))
                        .collect::<Result<_, _>>()?;
                }
                "flags" => {
                    options.flags = words();
                    options.own_vm = true;
                }
                "own_vm" => options.own_vm = true,
                "compile" => {
                    options.compile = value
                        .split(", ")
                        .map(|word| word.trim().to_owned())
                        .collect()
                }
                "timeout" => options.timeout = Some(number()?),
                "not" => options.not = words(),
                // Prose.
                _ => {}
            }
        }
        Ok(options)
    }
}

impl Program {
    /// Whether it is meant for this release.
    pub fn is_for(&self, release: u32) -> bool {
        let listed = &self.options.releases;
        self.options.since <= release && (listed.is_empty() || listed.contains(&release))
    }

    /// Whether it is meant for this configuration.
    pub fn is_for_config(&self, config: Config) -> bool {
        !self.options.not.iter().any(|name| name == config.name())
    }

    /// `area::module`.
    pub fn name(&self) -> String {
        format!("{}::{}", self.area, self.module)
    }

    /// Milliseconds it may take.
    pub fn timeout_ms(&self, config: Config) -> u32 {
        let seconds = self.options.timeout.unwrap_or(30);
        seconds
            .saturating_mul(1000)
            .saturating_mul(config.patience())
    }

    /// The file of recorded output for `release` itself, whether or not it exists; `None` is the base file.
    pub fn recorded_for(&self, release: Option<u32>) -> PathBuf {
        match release {
            Some(number) => self.source.with_extension(format!("{number}.out")),
            None => self.source.with_extension("out"),
        }
    }

    /// The recorded output that holds for `release`: the file of the latest release up to it, else the base one.
    pub fn expectation(&self, release: u32) -> Option<PathBuf> {
        crate::matrix::RELEASES
            .into_iter()
            .rev()
            .filter(|&number| number <= release)
            .map(|number| self.recorded_for(Some(number)))
            .chain([self.recorded_for(None)])
            .find(|file| file.is_file())
    }
}

/// All programs, by name, and what is wrong with the collection as a whole.
pub fn collect(data: &Path) -> (Vec<Program>, Vec<String>) {
    let mut programs = Vec::new();
    let mut faults = Vec::new();
    let mut owners: HashMap<String, PathBuf> = HashMap::new();
    for area in list(&data.join("erl")) {
        let files = list(&area);
        for source in &files {
            let name = file_name(source);
            let Some(module) = name.strip_suffix(".erl") else {
                let stem = name.split('.').next().unwrap_or_default();
                if !area.join(format!("{stem}.erl")).is_file() {
                    faults.push(format!("{}: belongs to no program", source.display()));
                }
                continue;
            };
            let text = fs::read_to_string(source).unwrap_or_default();
            let options = Options::parse(&text).unwrap_or_else(|fault| {
                faults.push(format!("{}: {fault}", source.display()));
                Options::default()
            });
            if !text.contains(&format!("-module({module}).")) {
                faults.push(format!("{}: module and file differ", source.display()));
            }
            // All are loaded into one machine, so that a module's name is the program's.
            if let Some(other) = owners.insert(module.to_owned(), source.clone()) {
                faults.push(format!(
                    "{} and {} have one name",
                    other.display(),
                    source.display()
                ));
            }
            programs.push(Program {
                source: source.clone(),
                area: file_name(&area),
                module: module.to_owned(),
                options,
            });
        }
    }
    (programs, faults)
}

fn list(dir: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(dir)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    entries.sort();
    entries
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_up_to_the_first_other_line() {
        let options = Options::parse(
            "%% since: 27\n%% flags: +P 2000 -smp\n%% Some: prose\n%% not: zeal\n-module(x).\n%% own_vm\n",
        )
        .unwrap();
        assert_eq!(options.since, 27);
        assert_eq!(options.flags, ["+P", "2000", "-smp"]);
        assert!(options.own_vm);
        assert_eq!(options.not, ["zeal"]);
        assert!(Options::parse("%% since: soon\n").is_err());
    }
}
