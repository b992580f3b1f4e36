//! Shells on a pseudo-terminal: the scripts of `data/terminal` on each release, their screens compared with those that the real machine
//! showed. `docs/testing.md` says how to write and record one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};
use oxbeam_tests::matrix::{self, Config, Places, Release, Vm};
use oxbeam_tests::oracle::Oracle;
use oxbeam_tests::terminal::play;
use oxbeam_tests::terminal::script::Script;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let places = Places::find();
    let oracle = Oracle::from_env();
    let scripts = match scripts(&places.data.join("terminal")) {
        Ok(scripts) => scripts,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    let mut trials = Vec::new();
    for release in matrix::releases(&places) {
        let vm = match &oracle {
            Some(oracle) => Vm::oracle(oracle, release.number, Config::Normal),
            None => Vm::oxbeam(&places, &release, Config::Normal).ok(),
        };
        let record = oracle.as_ref().is_some_and(|oracle| oracle.record);
        for script in scripts
            .iter()
            .filter(|script| script.releases.contains(&release.number))
        {
            let (program, name) = (&script.program, &script.name);
            let title = format!("otp{}::terminal::{program}::{name}", release.number);
            match vm.clone().filter(|vm| has(vm, &release, program)) {
                None => trials.push(Trial::test(title, || Ok(())).with_ignored_flag(true)),
                Some(vm) => {
                    let (script, places) = (script.clone(), places.clone());
                    trials.push(Trial::test(title, move || {
                        check(&places, &vm, &script, record).map_err(Failed::from)
                    }));
                }
            }
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// All scripts, in order of their names.
fn scripts(folder: &Path) -> Result<Vec<Script>, String> {
    let entries = |folder: &Path| -> Vec<PathBuf> {
        let found = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = found.map(|entry| entry.path()).collect();
        paths.sort();
        paths
    };
    let files = entries(folder)
        .into_iter()
        .flat_map(|program| entries(&program));
    files
        .filter(|file| {
            file.extension()
                .is_some_and(|extension| extension == "keys")
        })
        .map(|file| Script::read(&file))
        .collect()
}

/// Is the program there? Elixir may be missing.
fn has(vm: &Vm, release: &Release, program: &str) -> bool {
    let elixir = |otp: &PathBuf| {
        otp.parent()
            .is_some_and(|lib| lib.join("elixir/lib/iex/ebin").is_dir())
    };
    vm.is_oracle || program != "iex" || release.otp.as_ref().is_some_and(elixir)
}

fn check(places: &Places, vm: &Vm, script: &Script, record: bool) -> Result<(), String> {
    let name = format!("{}_{}", script.program, script.name);
    let home = vm.workspace(places).join("terminal").join(name);
    let failed = |error: std::io::Error| format!("{}: {error}", home.display());
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(&home).map_err(failed)?;
    if record {
        let screens = play::play(script, command(vm, script, &home), None)?;
        let file = script.screens(vm.release);
        fs::write(&file, play::write(&screens))
            .map_err(|error| format!("{}: {error}", file.display()))?;
    } else {
        let file = script.screens(vm.release);
        let text = fs::read_to_string(&file)
            .map_err(|error| format!("{}: {error}: record it from the real OTP", file.display()))?;
        play::play(script, command(vm, script, &home), Some(&play::read(&text)))?;
    }
    let _ = fs::remove_dir_all(&home);
    Ok(())
}

fn command(vm: &Vm, script: &Script, home: &Path) -> Command {
    let mut command = vm.tool(&script.program, home);
    command
        .args(&script.arguments)
        .env("HOME", home)
        .env("TERM", "xterm-256color");
    for name in [
        "COLUMNS",
        "LINES",
        "VISUAL",
        "EDITOR",
        "NO_COLOR",
        "COLORTERM",
    ] {
        command.env_remove(name);
    }
    command.envs(script.environment.iter().map(|(name, value)| (name, value)));
    command
}
