//! Times the programs of `benches/programs` on Oxbeam and on other machines, in turn, in one run.
//!
//! Each measurement is a fresh machine that runs one program once; `bench_driver.erl` measures inside it, so that starting is left out. Rounds go
//! over all machines before the next one begins, so that what else the computer does falls upon all alike. All machines run the same
//! object code, and must come to the same result.

mod machine;
mod table;

use clap::Parser;
use machine::{Machine, Sample};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use table::{Measured, Table};

/// Times Erlang programs on Oxbeam and on other machines.
#[derive(Parser)]
struct Options {
    /// What starts Oxbeam's `erl`.
    #[arg(long, default_value = "target/release/oxbeam erl")]
    oxbeam: String,
    /// A machine to compare with: `NAME=COMMAND`. The ratios are to the first.
    #[arg(long, value_parser = Machine::parse)]
    reference: Vec<Machine>,
    /// What compiles the programs; they must load on all machines.
    #[arg(long, default_value = "target/release/oxbeam erlc")]
    erlc: String,
    /// Measurements of each program on each machine.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Scales the work of each program.
    #[arg(long, default_value_t = 1.0)]
    factor: f64,
    /// Only programs with this in their name.
    #[arg(long)]
    only: Vec<String>,
    /// Flags for all machines.
    #[arg(
        long,
        default_value = "+S 1 +sbwt none +sbwtdcpu none +sbwtdio none",
        allow_hyphen_values = true
    )]
    flags: String,
    /// Puts the table between the markers of this file.
    #[arg(long)]
    write: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("benches: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
    let programs = programs(&folder, &options.only)?;
    let objects = std::env::current_dir()
        .map_err(|error| error.to_string())?
        .join("target/benches");
    compile(&options.erlc, &folder, &objects)?;
    let mut machines = vec![Machine::parse(&format!("Oxbeam={}", options.oxbeam))?];
    machines.extend(options.reference.iter().cloned());

    let mut table = Table::new(
        machines
            .iter()
            .map(|machine| machine.name.clone())
            .collect(),
    );
    for (name, question) in programs {
        let mut samples = vec![Vec::new(); machines.len()];
        for _ in 0..options.rounds {
            for (machine, samples) in machines.iter().zip(&mut samples) {
                samples.push(machine.measure(&name, options.factor, &options.flags, &objects)?);
            }
        }
        agree(&name, &machines, &samples)?;
        let measured = samples.iter().map(|of| Measured::of(of)).collect();
        println!("{}", table.add(name, question, measured));
    }
    println!("\n{table}");
    match &options.write {
        Some(page) => table.write(page),
        None => Ok(()),
    }
}

/// Name and question of each program.
fn programs(folder: &Path, only: &[String]) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| error.to_string())? {
        let path = entry.map_err(|error| error.to_string())?.path();
        let Some(name) = path.file_stem().and_then(|name| name.to_str()) else {
            continue;
        };
        let wanted = only.is_empty() || only.iter().any(|part| name.contains(part));
        if wanted && name != "bench_driver" && path.extension().is_some_and(|it| it == "erl") {
            let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
            let question = text.lines().next().unwrap_or_default();
            let question = question.trim_start_matches(['%', ' ']).to_owned();
            found.push((name.to_owned(), question));
        }
    }
    found.sort();
    Ok(found)
}

fn compile(erlc: &str, folder: &Path, objects: &Path) -> Result<(), String> {
    std::fs::create_dir_all(objects).map_err(|error| error.to_string())?;
    let mut words = erlc.split_whitespace();
    let mut command = Command::new(words.next().ok_or("--erlc is empty")?);
    command.args(words).arg("-o").arg(objects);
    for entry in std::fs::read_dir(folder).map_err(|error| error.to_string())? {
        command.arg(entry.map_err(|error| error.to_string())?.path());
    }
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{erlc}: {status}")),
        Err(error) => Err(format!("{erlc}: {error}")),
    }
}

/// All results of a program are the same.
fn agree(name: &str, machines: &[Machine], samples: &[Vec<Sample>]) -> Result<(), String> {
    let expected = samples.iter().flatten().map(|sample| sample.result).next();
    for (machine, samples) in machines.iter().zip(samples) {
        if let Some(other) = samples.iter().find(|it| Some(it.result) != expected) {
            return Err(format!(
                "{name}: {} says {}, the first said {expected:?}",
                machine.name, other.result
            ));
        }
    }
    Ok(())
}
