//! The Elixir project in `data/elixir`, compiled by the Elixir of each release, run, and tested by ExUnit; by mix
//! too where that runs without `crypto`.
//!
//! What the project prints and what its tests report was recorded from the real machine and stands beside it: `run.out`,
//! `test.out` and `mix.out`, and `run.27.out` and so on where a release says something else. Recorded as the Erlang
//! corpus is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use oxbeam_tests::again::trying;
use oxbeam_tests::call::{self, Ended};
use oxbeam_tests::matrix::{self, Config, Places, RELEASES, Vm};
use oxbeam_tests::oracle::Oracle;
use oxbeam_tests::recorded;

/// Tests run one after the other, in the same order every time.
const EXUNIT: &str = "ExUnit.start(seed: 0, max_cases: 1)";

/// For one call, compiling included.
const LIMIT: Duration = Duration::from_secs(240);

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let places = Places::find();
    let oracle = Oracle::from_env();
    let mut trials = Vec::new();
    for (number, vm) in machines(&places, oracle.as_ref()) {
        let name = format!("elixir::otp{number}");
        match vm {
            None => trials.push(Trial::test(name, || Ok(())).with_ignored_flag(true)),
            Some(vm) => {
                let places = places.clone();
                let record = oracle.as_ref().is_some_and(|oracle| oracle.record);
                trials.push(Trial::test(name.clone(), move || {
                    trying(&name, || check(&places, &vm, record)).map_err(Failed::from)
                }));
            }
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Each release with its machine, if there is one with an Elixir.
fn machines(places: &Places, oracle: Option<&Oracle>) -> Vec<(u32, Option<Vm>)> {
    if let Some(oracle) = oracle {
        return RELEASES
            .into_iter()
            .filter_map(|number| Some((number, Some(Vm::oracle(oracle, number, Config::Normal)?))))
            .collect();
    }
    let with_elixir = |otp: &PathBuf| {
        otp.parent()
            .is_some_and(|lib| lib.join("elixir/lib/mix/ebin").is_dir())
    };
    let releases = matrix::releases(places).into_iter().map(|release| {
        let vm = Vm::oxbeam(places, &release, Config::Normal).ok();
        (
            release.number,
            vm.filter(|_| release.otp.as_ref().is_some_and(with_elixir)),
        )
    });
    releases.collect()
}

fn check(places: &Places, vm: &Vm, record: bool) -> Result<(), String> {
    let source = places.data.join("elixir");
    let project = vm.workspace(places).join("elixir");
    let failed = |error: std::io::Error| format!("{}: {error}", project.display());
    let _ = fs::remove_dir_all(&project);
    call::copy(&source, &project).map_err(failed)?;

    fs::create_dir_all(project.join("ebin")).map_err(failed)?;
    let mut compile = vec!["-o".to_owned(), "ebin".to_owned()];
    compile.extend(sources(&project)?);
    let compile: Vec<&str> = compile.iter().map(String::as_str).collect();
    ended_well(call(vm, &project, "elixirc", &compile)?, "elixirc")?;
    let run = ["-pa", "ebin", "-e", "Survey.main()"];
    let run = ended_well(call(vm, &project, "elixir", &run)?, "the run")?;
    let test = ["-pa", "ebin", "-e", EXUNIT, "-r", "test/survey_test.exs"];
    let test = report(&call(vm, &project, "elixir", &test)?);
    ended_well(call(vm, &project, "mix", &["compile"])?, "mix compile")?;
    let script = format!("{EXUNIT}; Code.require_file(\"test/survey_test.exs\")");
    let mix = report(&call(vm, &project, "mix", &["run", "-e", &script])?);
    let results = [("run", run), ("test", test), ("mix", mix)];
    let differences = results.iter().map(|(name, got)| {
        if record {
            recorded::write(&source, name, vm.release, got)
        } else {
            recorded::compare(&source, name, vm.release, got)
        }
    });
    let differences: Vec<String> = differences.filter_map(Result::err).collect();
    if differences.is_empty() {
        let _ = fs::remove_dir_all(&project);
        Ok(())
    } else {
        Err(differences.join("\n"))
    }
}

/// The modules of the project, in order.
fn sources(project: &Path) -> Result<Vec<String>, String> {
    let mut files = vec!["lib/survey.ex".to_owned()];
    let chapters = fs::read_dir(project.join("lib/survey")).map_err(|error| error.to_string())?;
    let names = chapters.flatten().map(|entry| entry.file_name());
    files.extend(names.map(|name| format!("lib/survey/{}", name.to_string_lossy())));
    files.sort();
    Ok(files)
}

fn ended_well(ended: Ended, what: &str) -> Result<String, String> {
    match ended.status {
        0 => Ok(ended.output),
        status => Err(format!(
            "{what} ended with {status}: {}{}",
            ended.output, ended.errors
        )),
    }
}

/// What ExUnit reports, without what differs from run to run and from machine to machine, and the exit status.
fn report(ended: &Ended) -> String {
    let varies = ["Finished in ", "Running ExUnit with seed"];
    let lines = ended
        .output
        .lines()
        .filter(|line| !varies.iter().any(|start| line.starts_with(start)));
    let mut text: String = lines.map(|line| format!("{line}\n")).collect();
    text.push_str(&format!("status {}\n", ended.status));
    text
}

fn call(vm: &Vm, project: &Path, tool: &str, arguments: &[&str]) -> Result<Ended, String> {
    let mut command = vm.tool(tool, project);
    command
        .args(arguments)
        .env("MIX_ENV", "test")
        .env("HOME", project)
        .env_remove("MIX_HOME");
    call::call(command, project, LIMIT)
}
