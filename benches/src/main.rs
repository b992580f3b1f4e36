//! Times the programs of `benches/programs`, and the start of the tools, on Oxbeam and on other machines, in turn, in one run.
//!
//! Each measurement is a fresh machine that runs one program once; `bench_driver.erl` measures inside it, so that starting is left out. Rounds go
//! over all machines before the next one begins, so that what else the computer does falls upon all alike. All machines of a release run the same
//! object code; all must come to the same result.

mod figures;
mod machine;
mod plot;
mod program;
mod start;
mod table;
mod usage;

use clap::Parser;
use figures::Row;
use machine::{Machine, Sample};
use program::{Group, Program};
use start::Start;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use table::Table;
use usage::Measured;

/// Times Erlang programs on Oxbeam and on other machines.
#[derive(Parser)]
struct Options {
    /// What starts Oxbeam's `erl`.
    #[arg(long, default_value = "target/release/oxbeam erl")]
    oxbeam: String,
    /// A machine to compare with: `NAME=COMMAND`, the command being its `erl`.
    #[arg(long, value_parser = Machine::parse)]
    reference: Vec<Machine>,
    /// Measurements of each program on each machine.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Scales the work of each program.
    #[arg(long, default_value_t = 1.0)]
    factor: f64,
    /// Only programs with this in their name.
    #[arg(long)]
    only: Vec<String>,
    /// Only these groups.
    #[arg(long, value_enum)]
    group: Vec<Group>,
    /// Flags for all machines, except where the start of a tool is measured.
    #[arg(
        long,
        default_value = "+S 1 +sbwt none +sbwtdcpu none +sbwtdio none",
        allow_hyphen_values = true
    )]
    flags: String,
    /// Puts the tables between the markers of this page, and the picture beside it, with the ending `svg`.
    #[arg(long)]
    write: Option<PathBuf>,
}

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    if words.next().as_deref() == Some(usage::ARGUMENT) {
        return ExitCode::from(usage::parent(&words.collect::<Vec<_>>()));
    }
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("benches: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), String> {
    let bench = Bench::new(options)?;
    let wanted = |program: &Program| {
        (options.only.is_empty() || options.only.iter().any(|part| program.name.contains(part)))
            && (options.group.is_empty() || options.group.contains(&program.group))
    };
    let mut table = Table {
        machines: bench.names(),
        rows: Vec::new(),
        conditions: bench.conditions(),
    };
    let mut measured = |row: Row| {
        println!("{}", table.line(&row));
        table.rows.push(row);
    };
    for (program, start) in Start::all().filter(|(program, _)| wanted(program)) {
        measured(bench.start(program, start)?);
    }
    for program in Program::all(&bench.programs)?.into_iter().filter(wanted) {
        measured(bench.program(program)?);
    }
    println!("\n{table}");
    let Some(page) = &options.write else {
        return Ok(());
    };
    let mut picture = String::new();
    if let Some(svg) = plot::draw(&table) {
        let path = page.with_extension("svg");
        std::fs::write(&path, svg).map_err(|error| format!("{}: {error}", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        picture = format!("![Oxbeam / reference, for each program]({name})\n\n");
    }
    table.write(page, &picture)
}

/// What all measurements share.
struct Bench<'o> {
    options: &'o Options,
    /// Each with the release of its OTP.
    machines: Vec<(Machine, u32)>,
    programs: PathBuf,
    /// Compiled programs, by release.
    objects: BTreeMap<u32, PathBuf>,
}

impl Bench<'_> {
    /// Asks the machines who they are and has the programs compiled, once for each release, by the last machine that has it.
    fn new(options: &Options) -> Result<Bench<'_>, String> {
        let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
        let target = std::env::current_dir()
            .map_err(|error| error.to_string())?
            .join("target/benches");
        let mut machines = Vec::new();
        let oxbeam = Machine::parse(&format!("Oxbeam={}", options.oxbeam))?;
        for machine in [&oxbeam].into_iter().chain(&options.reference) {
            machines.push((machine.clone(), machine.release()?));
        }
        let mut objects = BTreeMap::new();
        for (machine, release) in machines.iter().rev() {
            if objects.contains_key(release) {
                continue;
            }
            let folder = target.join(release.to_string());
            std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
            machine.compile(&program::sources(&programs)?, &folder)?;
            objects.insert(*release, folder);
        }
        Ok(Bench {
            options,
            machines,
            programs,
            objects,
        })
    }

    fn names(&self) -> Vec<String> {
        self.machines.iter().map(|it| it.0.name.clone()).collect()
    }

    fn conditions(&self) -> String {
        let on: Vec<String> = self
            .machines
            .iter()
            .map(|(machine, release)| format!("{} (OTP {release})", machine.name))
            .collect();
        let Options {
            rounds,
            factor,
            flags,
            ..
        } = self.options;
        format!(
            "Rounds: {rounds}. Machines: {}. Flags: `{flags}`. Factor: {factor}.",
            on.join(", ")
        )
    }

    fn program(&self, program: Program) -> Result<Row, String> {
        let mut samples = vec![Vec::new(); self.machines.len()];
        let mut single = samples.clone();
        // Later switches win; how many are online stays as it was unless it is said.
        let on = |count| format!("{} +S {count}:{count}", self.options.flags);
        let flags = match (program.group, program.schedulers) {
            (_, Some(count)) => on(count),
            (Group::Parallel, None) => on(2),
            (_, None) => self.options.flags.clone(),
        };
        let mut absent = vec![false; self.machines.len()];
        for _ in 0..self.options.rounds {
            for (index, (machine, release)) in self.machines.iter().enumerate() {
                if absent[index] || *release < program.from {
                    continue;
                }
                let objects = &self.objects[release];
                let run =
                    |flags: &str| machine.measure(&program, self.options.factor, flags, objects);
                match run(&flags) {
                    Ok(sample) => samples[index].push(sample),
                    // A machine that cannot run a program is no reason to measure nothing; Oxbeam itself is.
                    Err(message) if index > 0 && samples[index].is_empty() => {
                        eprintln!("left out: {message}");
                        absent[index] = true;
                        continue;
                    }
                    Err(message) => return Err(message),
                }
                if program.group == Group::Parallel {
                    single[index].push(run(&on(1))?);
                }
            }
        }
        if program.group != Group::Parallel {
            single.clear();
        }
        self.agree(&program, &samples)?;
        self.agree(&program, &single)?;
        Ok(Row {
            program,
            samples,
            single,
        })
    }

    fn start(&self, program: Program, start: &Start) -> Result<Row, String> {
        let mut samples = vec![Vec::new(); self.machines.len()];
        for _ in 0..self.options.rounds {
            for ((machine, release), samples) in self.machines.iter().zip(&mut samples) {
                let Some(mut command) = machine.tool(start.tool) else {
                    continue;
                };
                command.extend(start.arguments(&self.programs, &self.objects[release]));
                match usage::measure(&command, start.input)? {
                    Measured::Sample(sample) => samples.push(sample),
                    Measured::Absent => {
                        eprintln!("left out: no {} of {}", start.tool, machine.name)
                    }
                }
            }
        }
        Ok(Row {
            program,
            samples,
            single: Vec::new(),
        })
    }

    /// All results of a program are the same, be it of a release.
    fn agree(&self, program: &Program, samples: &[Vec<Sample>]) -> Result<(), String> {
        let mut expected: BTreeMap<u32, (&str, u64)> = BTreeMap::new();
        for ((machine, release), samples) in self.machines.iter().zip(samples) {
            let kind = if program.by_release { *release } else { 0 };
            for sample in samples {
                let (first, result) = *expected
                    .entry(kind)
                    .or_insert((&machine.name, sample.result));
                if sample.result != result {
                    return Err(format!(
                        "{}: {} says {}, {first} says {result}",
                        program.name, machine.name, sample.result
                    ));
                }
            }
        }
        Ok(())
    }
}
