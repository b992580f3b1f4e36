//! OTP's and Elixir's tools on projects: a folder of `data/tools` each, with a script of shell commands that print what the tools do.
//!
//! `run.sh` runs in a copy of its folder, with the tools of the machine under test first in the path, and prints what is then
//! compared with `run.out` (`run.27.out` …), recorded from the real machine as the corpus is. Lines at the top of a script:
//! `# releases: 25 27` (else all), `# needs: FILE` below `usr` of the OTP, and `# slow`, which puts it among the tests `…::tools::slow::…` that `make test` leaves out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use oxbeam_tests::again::trying;
use oxbeam_tests::call;
use oxbeam_tests::matrix::{self, Config, Places, RELEASES, Vm};
use oxbeam_tests::oracle::Oracle;
use oxbeam_tests::recorded;

/// For one script.
const LIMIT: Duration = Duration::from_secs(600);

/// A script.
#[derive(Clone)]
struct Script {
    name: String,
    folder: PathBuf,
    releases: Vec<u32>,
    slow: bool,
    /// Files below `usr` of the OTP that it cannot do without.
    needs: Vec<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let places = Places::find();
    let oracle = Oracle::from_env();
    let record = oracle.as_ref().is_some_and(|oracle| oracle.record);
    let scripts = scripts(&places.data.join("tools"));
    let mut trials = Vec::new();
    for (number, vm) in machines(&places, oracle.as_ref()) {
        if let Some(vm) = &vm {
            prepare(&places, vm);
        }
        for script in scripts
            .iter()
            .filter(|script| script.releases.contains(&number))
        {
            let group = if script.slow { "slow::" } else { "" };
            let name = format!("otp{number}::tools::{group}{}", script.name);
            let (Some(vm), places, script) = (
                vm.clone().filter(|vm| has(vm, script)),
                places.clone(),
                script.clone(),
            ) else {
                trials.push(Trial::test(name, || Ok(())).with_ignored_flag(true));
                continue;
            };
            trials.push(Trial::test(name.clone(), move || {
                trying(&name, || check(&places, &vm, &script, record)).map_err(Failed::from)
            }));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Each release with its machine, if there is one.
fn machines(places: &Places, oracle: Option<&Oracle>) -> Vec<(u32, Option<Vm>)> {
    let real = |oracle: &Oracle| {
        let each = RELEASES
            .into_iter()
            .filter_map(|number| Some((number, Some(Vm::oracle(oracle, number, Config::Normal)?))));
        each.collect()
    };
    let ours = || {
        let releases = matrix::releases(places).into_iter();
        releases
            .map(|release| {
                (
                    release.number,
                    Vm::oxbeam(places, &release, Config::Normal).ok(),
                )
            })
            .collect()
    };
    oracle.map_or_else(ours, real)
}

/// All of them, by name.
fn scripts(data: &Path) -> Vec<Script> {
    let folders = fs::read_dir(data).into_iter().flatten().flatten();
    let mut scripts: Vec<Script> = folders.filter_map(|entry| read(&entry.path())).collect();
    scripts.sort_by(|one, other| one.name.cmp(&other.name));
    scripts
}

fn read(folder: &Path) -> Option<Script> {
    let text = fs::read_to_string(folder.join("run.sh")).ok()?;
    let top = || text.lines().take_while(|line| line.starts_with('#'));
    let listed = top().find_map(|line| line.strip_prefix("# releases:"));
    let number = |word: &str| word.parse().ok();
    Some(Script {
        name: folder.file_name()?.to_string_lossy().into_owned(),
        folder: folder.to_path_buf(),
        releases: match listed {
            Some(listed) => listed.split_whitespace().filter_map(number).collect(),
            None => RELEASES.to_vec(),
        },
        slow: top().any(|line| line == "# slow"),
        needs: top()
            .filter_map(|line| Some(line.strip_prefix("# needs:")?.trim().to_owned()))
            .collect(),
    })
}

/// Is there what the script needs? The real machine has all.
fn has(vm: &Vm, script: &Script) -> bool {
    let prefixes = vm.prefixes();
    let there = |file: &String| {
        let found = |prefix: &PathBuf| prefix.join("usr").join(file).exists();
        prefixes.is_empty() || prefixes.iter().any(found)
    };
    script.needs.iter().all(there)
}

/// Where a machine's copies are.
fn space(places: &Places, vm: &Vm) -> PathBuf {
    vm.workspace(places).join("tools")
}

/// The files that several scripts use: those beside their folders.
fn prepare(places: &Places, vm: &Vm) {
    let space = space(places, vm);
    // A script that misses one fails and says so.
    let _ = fs::create_dir_all(&space);
    let beside = fs::read_dir(places.data.join("tools"));
    for entry in beside.into_iter().flatten().flatten() {
        if entry.path().is_file() {
            let _ = fs::copy(entry.path(), space.join(entry.file_name()));
        }
    }
}

fn check(places: &Places, vm: &Vm, script: &Script, record: bool) -> Result<(), String> {
    let space = space(places, vm);
    let folder = space.join(&script.name);
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let _ = fs::remove_dir_all(&folder);
    call::copy(&script.folder, &folder).map_err(failed)?;
    let mut command = vm.script("./run.sh", &folder, &space.join("bin"))?;
    command.env("HOME", &folder);
    for name in [
        "MIX_ENV",
        "MIX_HOME",
        "REBAR_CACHE_DIR",
        "XDG_CACHE_HOME",
        "TERM",
    ] {
        command.env_remove(name);
    }
    let start = Instant::now();
    let ended = call::call(command, &folder, LIMIT)?;
    if std::env::var_os("OXBEAM_TIMES").is_some() {
        let seconds = start.elapsed().as_secs_f32();
        eprintln!("otp{} {}: {seconds:.1} s", vm.release, script.name);
    }
    let mut got = neutral(vm, &folder, &ended.output);
    if !ended.errors.is_empty() {
        got.push_str(&format!("errors:\n{}", neutral(vm, &folder, &ended.errors)));
    }
    if record {
        recorded::write(&script.folder, "run", vm.release, &got)?;
    } else {
        let shown = || fs::write(folder.join("got"), &got);
        recorded::compare(&script.folder, "run", vm.release, &got).map_err(|difference| {
            format!(
                "{difference}\n(all in {}: {:?})",
                folder.join("got").display(),
                shown()
            )
        })?;
    }
    let _ = fs::remove_dir_all(&folder);
    Ok(())
}

/// The text without what depends on places and numbers of processes.
fn neutral(vm: &Vm, folder: &Path, text: &str) -> String {
    let mut text = text.replace(&folder.display().to_string(), "FOLDER");
    for prefix in vm.prefixes() {
        text = text.replace(&format!("{}/usr/lib/", prefix.display()), "/usr/lib/");
    }
    without_pids(&text)
}

/// `<0.84.0>` becomes `<pid>`.
fn without_pids(text: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("<0.") {
        let (before, after) = rest.split_at(start);
        let inside = after[3..].find(|sign: char| !sign.is_ascii_digit() && sign != '.');
        result.push_str(before);
        match inside {
            Some(length) if after[3 + length..].starts_with('>') => {
                result.push_str("<pid>");
                rest = &after[3 + length + 1..];
            }
            _ => {
                result.push_str("<0.");
                rest = &after[3..];
            }
        }
    }
    result + rest
}
