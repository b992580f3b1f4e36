//! What takes several runs of the machine: that the simulator's seed decides everything, and that OTP's viewer reads a crash dump.
//! And what counts in the system's eyes: that ten thousand ports leave no descriptor and no child, nor a hundred thousand connections any descriptor.
//! And what needs a C compiler: libraries of native functions, and drivers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};
use oxbeam_tests::again::trying;
use oxbeam_tests::matrix::{self, Config, Places, Vm};

type Check = fn(&Vm, &Path) -> Result<(), String>;

/// TABLE of the tests: name, program, what it does.
const TESTS: &[(&str, &str, Check)] = &[
    ("simulator", "interleaving", simulator),
    ("crash_dump", "dumped", crash_dump),
    ("ports", "ports", nothing_left),
    ("sockets", "sockets", nothing_left),
    ("natives", "natives", natives),
    ("resources", "resources", natives),
    ("tracers", "tracers", natives),
    ("upgrades", "upgrades", natives),
    ("drivers", "drivers", drivers),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let places = Places::find();
    let mut trials = Vec::new();
    for release in matrix::releases(&places) {
        for &(name, program, check) in TESTS {
            let title = format!("otp{}::machine::{name}", release.number);
            let Ok(vm) = Vm::oxbeam(&places, &release, Config::Normal) else {
                trials.push(Trial::test(title, || Ok(())).with_ignored_flag(true));
                continue;
            };
            let places = places.clone();
            trials.push(Trial::test(title.clone(), move || {
                let folder = prepare(&places, &vm, program).map_err(Failed::from)?;
                trying(&title, || check(&vm, &folder)).map_err(Failed::from)?;
                let _ = fs::remove_dir_all(folder);
                Ok(())
            }));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A folder with the compiled program.
fn prepare(places: &Places, vm: &Vm, program: &str) -> Result<PathBuf, String> {
    let folder = vm.workspace(places).join("machine").join(program);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let source = places.data.join("machine").join(format!("{program}.erl"));
    output(vm.tool("erlc", &folder).arg(source), 0)?;
    Ok(folder)
}

/// What a command writes to its standard output; it must end with `status`.
fn output(command: &mut Command, status: i32) -> Result<String, String> {
    let ended = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("not started: {error}"))?;
    let text = String::from_utf8_lossy(&ended.stdout).into_owned();
    if ended.status.code() == Some(status) {
        Ok(text)
    } else {
        let errors = String::from_utf8_lossy(&ended.stderr);
        Err(format!("ended with {}: {text}{errors}", ended.status))
    }
}

const SEEDS: u32 = 6;

fn simulator(vm: &Vm, folder: &Path) -> Result<(), String> {
    let run = |seed: u32| {
        let mut command = vm.command();
        command
            .current_dir(folder)
            .args(["--sim", &seed.to_string()]);
        output(command.args(["-noshell", "-s", "interleaving", "main"]), 0)
    };
    let mut traces = Vec::new();
    for seed in 1..=SEEDS {
        let (one, other) = (run(seed)?, run(seed)?);
        if one != other {
            return Err(format!("seed {seed} gave\n{one}and then\n{other}"));
        }
        traces.push(one);
    }
    let lost = |trace: &&String| !trace.ends_with("counter 20\n");
    match traces.iter().filter(lost).count() as u32 {
        0 | SEEDS => Err(format!(
            "the race shows under all seeds or under none: {traces:?}"
        )),
        _ => Ok(()),
    }
}

fn crash_dump(vm: &Vm, folder: &Path) -> Result<(), String> {
    let mut command = vm.command();
    command
        .current_dir(folder)
        .env("ERL_CRASH_DUMP", "dump")
        .env_remove("ERL_CRASH_DUMP_SECONDS");
    output(command.args(["-noshell", "-s", "dumped", "main"]), 1)?;
    let mut reader = vm.command();
    reader.current_dir(folder);
    let read = output(
        reader.args(["-noshell", "-eval", "dumped:read(\"dump\")"]),
        0,
    )?;
    if read == "read\n" { Ok(()) } else { Err(read) }
}

/// The program that the folder is named for counts itself.
fn nothing_left(vm: &Vm, folder: &Path) -> Result<(), String> {
    let mut command = vm.command();
    command.current_dir(folder);
    let program = folder.file_name().unwrap_or_default();
    let counted = output(command.args(["-noinput", "-s"]).arg(program).arg("main"), 0)?;
    if counted == "nothing left\n" {
        Ok(())
    } else {
        Err(counted)
    }
}

/// The program and its library have the folder's name. What it prints was recorded from the real machines: `data/machine/natives.25.out` and so on.
fn natives(vm: &Vm, folder: &Path) -> Result<(), String> {
    let program = folder.file_name().unwrap_or_default().to_string_lossy();
    library(vm, folder, &program, &program, &[])?;
    prints(vm, folder, &program)
}

/// The same of drivers, made twice of one source.
fn drivers(vm: &Vm, folder: &Path) -> Result<(), String> {
    library(vm, folder, "drivers", "drivers", &[])?;
    library(vm, folder, "drivers", "single", &["-DSINGLE"])?;
    prints(vm, folder, "drivers")
}

/// Makes a library of `data/machine/<source>.c`.
fn library(vm: &Vm, folder: &Path, source: &str, name: &str, flags: &[&str]) -> Result<(), String> {
    let otp = vm.otp().ok_or("no OTP")?;
    let mut compiler = Command::new(std::env::var_os("CC").unwrap_or("cc".into()));
    compiler
        .args(["-shared", "-fPIC", "-w", "-o"])
        .arg(folder.join(format!("{name}.so")))
        .args(flags)
        .arg("-I")
        .arg(otp.join("usr/include"));
    let source = Places::find()
        .data
        .join("machine")
        .join(format!("{source}.c"));
    output(compiler.arg(source), 0).map(drop)
}

/// The program `module` prints what `data/machine/<module>.<release>.out` says.
fn prints(vm: &Vm, folder: &Path, module: &str) -> Result<(), String> {
    let data = Places::find().data.join("machine");
    let source = format!("{module}.erl");
    fs::copy(data.join(&source), folder.join(&source)).map_err(|error| error.to_string())?;
    let mut command = vm.command();
    command.current_dir(folder);
    let got = output(command.args(["-noshell", "-s", module, "main"]), 0)?;
    let file = data.join(format!("{module}.{}.out", vm.release));
    let expected = fs::read_to_string(&file).map_err(|error| error.to_string())?;
    if got == expected { Ok(()) } else { Err(got) }
}
