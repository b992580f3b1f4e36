//! Shells on a pseudo-terminal: the scripts of `data/terminal` on each release, their screens compared with those that the real machine
//! showed. `docs/testing.md` says how to write and record one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};
use oxbeam_tests::again::trying;
use oxbeam_tests::matrix::{self, Config, Places, Release, Vm};
use oxbeam_tests::oracle::{self, Oracle};
use oxbeam_tests::terminal::far::Far;
use oxbeam_tests::terminal::play;
use oxbeam_tests::terminal::script::{Script, Step};
use rustix::process::Signal;

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
            // Nobody else has our own shell: its screens are written down from itself, and read by whoever commits them.
            let own = program == "shell";
            let vm = match own {
                true => Vm::oxbeam(&places, &release, Config::Normal).ok(),
                false => vm.clone(),
            };
            match vm.filter(|vm| has(vm, &release, program)) {
                None => trials.push(Trial::test(title, || Ok(())).with_ignored_flag(true)),
                Some(vm) => {
                    if script.node.is_some() && oracle.is_none() {
                        trials.extend(meetings(&places, &vm, script, &title));
                    }
                    let (script, places) = (script.clone(), places.clone());
                    trials.push(Trial::test(title.clone(), move || {
                        let test = || check(&places, &vm, &vm, &script, record);
                        trying(&title, test).map_err(Failed::from)
                    }));
                }
            }
        }
    }
    // Where the real machine leaves the terminal as its editor wants it, there is nothing to compare.
    if oracle.is_none() {
        trials.extend(endings(&places));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The script from here to a real node, and from a real one to here; ignored where there is none.
fn meetings(places: &Places, vm: &Vm, script: &Script, title: &str) -> Vec<Trial> {
    let mut trials = Vec::new();
    let words = vm
        .otp()
        .and_then(|otp| oracle::real(vm.release, &otp, &script.program));
    let real = words.map(|words| Vm::real(words, vm.release, vm.config));
    if real.is_none() {
        let release = vm.release;
        eprintln!(
            "{title}: there is no real one of this version to meet (REAL_{release}, or the path)"
        );
    }
    for (way, from_here) in [("into_real", true), ("from_real", false)] {
        let title = format!("{title}::{way}");
        let Some(real) = real.clone() else {
            trials.push(Trial::test(title, || Ok(())).with_ignored_flag(true));
            continue;
        };
        let (near, far) = match from_here {
            true => (vm.clone(), real),
            false => (real, vm.clone()),
        };
        let (script, places) = (script.clone(), places.clone());
        trials.push(Trial::test(title.clone(), move || {
            let test = || check(&places, &near, &far, &script, false);
            trying(&title, test).map_err(Failed::from)
        }));
    }
    trials
}

/// Ways to end that nothing handles: name, what is done, how that ends.
const ENDINGS: &[(&str, Step, &str)] = &[
    ("hang_up", Step::Signal(Signal::HUP), "signal 1"),
    ("fault", Step::Signal(Signal::SEGV), "signal 11"),
    ("user", Step::Signal(Signal::USR2), "signal 12"),
];

/// The terminal is set back whatever ends the machine.
fn endings(places: &Places) -> Vec<Trial> {
    let mut trials = Vec::new();
    for release in matrix::releases(places) {
        let Ok(vm) = Vm::oxbeam(places, &release, Config::Normal) else {
            continue;
        };
        let abort = Step::Type(b"halt(abort).\r".to_vec());
        let abort = ("abort", abort, "signal 6");
        for (name, step, end) in ENDINGS.iter().chain([&abort]).cloned() {
            let title = format!("otp{}::terminal::ending::{name}", release.number);
            let (vm, places) = (vm.clone(), places.clone());
            trials.push(Trial::test(title.clone(), move || {
                let mut script = Script::new(name, "erl");
                script.steps = vec![Step::Wait("1> ".to_owned()), step, Step::End];
                let home = home(&places, &vm, &script).map_err(Failed::from)?;
                let end = format!("{end}\n-- modes lines echo signals output\n");
                let expected = vec![("end".to_owned(), end)];
                let test = || {
                    let played =
                        play::play(&script, || command(&vm, &script, &home), Some(&expected));
                    played.map(|_| ())
                };
                trying(&title, test).map_err(Failed::from)
            }));
        }
    }
    trials
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

/// An empty folder for a script.
fn home(places: &Places, vm: &Vm, script: &Script) -> Result<PathBuf, String> {
    named_home(places, vm, &format!("{}_{}", script.program, script.name))
}

fn named_home(places: &Places, vm: &Vm, name: &str) -> Result<PathBuf, String> {
    let home = vm.workspace(places).join("terminal").join(name);
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    Ok(home)
}

/// Plays the script on `vm`; if it wants another node, that one is `other`'s.
fn check(
    places: &Places,
    vm: &Vm,
    other: &Vm,
    script: &Script,
    record: bool,
) -> Result<(), String> {
    let name = format!("{}_{}", script.program, script.name);
    let name = match (vm.is_oracle, other.is_oracle) {
        (false, true) => name + "_into_real",
        (true, false) => name + "_from_real",
        _ => name,
    };
    let home = named_home(places, vm, &name)?;
    let far = match &script.node {
        Some(node) => Some(Far::start(places, other, script, node, &home)?),
        None => None,
    };
    let command = || {
        let mut command = command(vm, script, &home);
        if let Some(far) = &far {
            far.meet(&mut command);
        }
        command
    };
    let file = script.screens(vm.release);
    if record {
        let screens = play::play(script, command, None)?;
        fs::write(&file, play::write(&screens))
            .map_err(|error| format!("{}: {error}", file.display()))?;
    } else {
        let text = fs::read_to_string(&file)
            .map_err(|error| format!("{}: {error}: record it from the real OTP", file.display()))?;
        play::play(script, command, Some(&play::read(&text)))?;
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
        "XDG_STATE_HOME",
        "COLORTERM",
    ] {
        command.env_remove(name);
    }
    command.envs(script.environment.iter().map(|(name, value)| (name, value)));
    command
}
