//! Compiling the programs, each once for a release, by OTP's own compiler running on the machine under test.
//!
//! `OXBEAM_ERLC` (or `OXBEAM_ERLC_27` …) names a real `erlc` to take instead, for a machine that cannot run the
//! compiler yet. Compiled files are kept below `target/oxbeam_tests/` with a stamp of what made them.

use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::batch::{self, Job};
use crate::matrix::{Places, Vm};
use crate::program::Program;

/// How often it is told how far the compiler is.
const TELL: Duration = Duration::from_secs(5);

/// Modules beside the programs: the runner, what programs print with, and nodes for them.
const SUPPORT: [&str; 3] = ["runner", "t", "cluster"];

/// Compiled programs of one release.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The folder of `.beam` files.
    pub ebin: PathBuf,
    /// What the compiler said of a module that it refused.
    pub refused: HashMap<String, String>,
}

struct Unit<'a> {
    module: &'a str,
    source: PathBuf,
    options: &'a [String],
}

impl Unit<'_> {
    /// The program's own options, and those that all are compiled with: no folder of ours is seen in a stack trace.
    fn all_options(&self) -> Vec<String> {
        let mut options = vec!["deterministic".to_owned()];
        options.extend_from_slice(self.options);
        options
    }

    fn stamp(&self, by: &str) -> String {
        let mut hasher = DefaultHasher::new();
        let text = fs::read_to_string(&self.source).unwrap_or_default();
        text.hash(&mut hasher);
        for included in included(&text) {
            let file = self.source.with_file_name(included);
            fs::read(file).unwrap_or_default().hash(&mut hasher);
        }
        self.all_options().hash(&mut hasher);
        by.hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }
}

/// The files that a source includes by name.
fn included(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter_map(|line| Some(line.strip_prefix("-include(\"")?.split_once('"')?.0))
}

/// Compiles what is not yet compiled. `Err` if not even the runner can be.
pub fn compile(vm: &Vm, places: &Places, programs: &[&Program]) -> Result<Compiled, String> {
    let ebin = vm.workspace(places).join("ebin");
    fs::create_dir_all(&ebin).map_err(|error| format!("{}: {error}", ebin.display()))?;
    let erlc = if vm.is_oracle { None } else { erlc(vm.release) };
    let by = erlc.clone().unwrap_or_else(|| vm.identity.clone());
    let is_stale = |unit: &Unit<'_>| {
        let stamp = fs::read_to_string(ebin.join(unit.module).with_extension("stamp"));
        stamp.ok() != Some(unit.stamp(&by))
    };

    let support: Vec<Unit<'_>> = SUPPORT
        .iter()
        .map(|module| Unit {
            module,
            source: places.data.join(module).with_extension("erl"),
            options: &[],
        })
        .filter(is_stale)
        .collect();
    for unit in &support {
        let made = match &erlc {
            Some(erlc) => by_erlc(erlc, &ebin, &[&unit.source], &unit.all_options()),
            None => by_eval(vm, &ebin, &unit.source),
        };
        made.map_err(|why| format!("{} cannot be compiled: {why}", unit.module))?;
        put_stamp(&ebin, unit, &by);
    }

    let units: Vec<Unit<'_>> = programs
        .iter()
        .map(|program| Unit {
            module: &program.module,
            source: program.source.clone(),
            options: &program.options.compile,
        })
        .filter(is_stale)
        .collect();
    for unit in &units {
        // A file that is there is one that was made now; a stamp without a file would pass for one.
        for extension in ["stamp", "beam"] {
            let _ = fs::remove_file(ebin.join(unit.module).with_extension(extension));
        }
    }
    let mut refused = HashMap::new();
    match &erlc {
        Some(erlc) => {
            let mut groups: HashMap<Vec<String>, Vec<&Unit<'_>>> = HashMap::new();
            for unit in &units {
                groups.entry(unit.all_options()).or_default().push(unit);
            }
            for (options, units) in groups {
                let sources: Vec<&PathBuf> = units.iter().map(|unit| &unit.source).collect();
                let said = by_erlc(erlc, &ebin, &sources, &options).err();
                for unit in units {
                    if !ebin.join(unit.module).with_extension("beam").is_file() {
                        let why = said.clone().unwrap_or_else(|| "no output".to_owned());
                        refused.insert(unit.module.to_owned(), why);
                    }
                }
            }
        }
        None => {
            let jobs: Vec<Job> = units
                .iter()
                .map(|unit| Job::Compile {
                    source: unit.source.clone(),
                    into: ebin.clone(),
                    options: unit.all_options(),
                })
                .collect();
            let mut told = Instant::now();
            batch::run(
                vm,
                &ebin,
                &vm.workspace(places).join("compile"),
                &jobs,
                |index, outcome| {
                    if told.elapsed() >= TELL {
                        told = Instant::now();
                        eprintln!(
                            "== compiled {} of {} programs with OTP {}",
                            index + 1,
                            jobs.len(),
                            vm.release
                        );
                    }
                    if outcome.status != "0" {
                        let said = String::from_utf8_lossy(&outcome.output);
                        let why = format!("{}: {said}{}", outcome.status, outcome.log);
                        refused.insert(units[index].module.to_owned(), why);
                    }
                },
            );
        }
    }
    for unit in &units {
        if !refused.contains_key(unit.module) {
            put_stamp(&ebin, unit, &by);
        }
    }
    Ok(Compiled { ebin, refused })
}

fn erlc(release: u32) -> Option<String> {
    std::env::var(format!("OXBEAM_ERLC_{release}"))
        .or_else(|_| std::env::var("OXBEAM_ERLC"))
        .ok()
        .filter(|command| !command.trim().is_empty())
}

fn put_stamp(ebin: &Path, unit: &Unit<'_>, by: &str) {
    // Without a stamp it is compiled again next time.
    let _ = fs::write(
        ebin.join(unit.module).with_extension("stamp"),
        unit.stamp(by),
    );
}

fn by_erlc(
    erlc: &str,
    ebin: &Path,
    sources: &[&PathBuf],
    options: &[String],
) -> Result<(), String> {
    let mut words = erlc.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or("erlc"));
    command.args(words).arg("-o").arg(ebin);
    // Whatever follows a file is one too.
    command.args(options.iter().map(|option| format!("+{option}")));
    command.args(sources);
    finish(command)
}

fn by_eval(vm: &Vm, ebin: &Path, source: &Path) -> Result<(), String> {
    let mut command = vm.command();
    command.args(["-noshell", "-noinput", "-eval"]).arg(format!(
        "halt(case compile:file(\"{}\", [report, deterministic, {{outdir, \"{}\"}}]) of {{ok, _}} -> 0; _ -> 1 end).",
        source.display(),
        ebin.display()
    ));
    finish(command)
}

fn finish(mut command: Command) -> Result<(), String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "{}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    ))
}
