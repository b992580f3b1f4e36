//! Every program of `data/erl` × every release × every configuration is one named test, `otp25::s4::lists::keyfind`.
//!
//! Skipped (reported as ignored) where there is no binary or no OTP to run. With `ORACLE` (see
//! `docs/testing.md`) the real OTP runs the programs instead, and `OXBEAM_RECORD=1` writes down what it prints.

use std::collections::{HashMap, VecDeque};
use std::process::ExitCode;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use libtest_mimic::{Arguments, Failed, Trial};
use oxbeam_tests::again;
use oxbeam_tests::batch::{self, Job, Outcome};
use oxbeam_tests::compile::{self, Compiled};
use oxbeam_tests::expect;
use oxbeam_tests::known::{Expected, Known};
use oxbeam_tests::matrix::{self, Config, Places, RELEASES, Release, Vm};
use oxbeam_tests::oracle::Oracle;
use oxbeam_tests::program::{self, Program};

/// Programs in one machine process. Small enough that two workers share the work evenly.
const CHUNK: usize = 48;

/// Where outcomes arrive for the tests that wait for them.
struct Board {
    outcomes: Mutex<HashMap<String, Outcome>>,
    arrived: Condvar,
    /// What has failed and is tried again.
    failed: Mutex<Vec<Arc<Case>>>,
    known: Known,
    /// How often a program is tried.
    tries: u32,
}

impl Board {
    /// A program has ended, at its so manieth try.
    fn ended(&self, case: &Arc<Case>, try_: u32, outcome: Outcome) {
        if try_ < self.tries
            && self.known.expects(&case.name) == Expected::Pass
            && let Err(why) = expect::compare(&case.program, case.vm.release, &outcome)
        {
            again::tell(&case.name, &why);
            let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
            failed.push(Arc::clone(case));
        } else {
            self.post(case.name.clone(), outcome);
        }
    }

    fn post(&self, name: String, outcome: Outcome) {
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        outcomes.insert(name, outcome);
        self.arrived.notify_all();
    }

    fn take(&self, name: &str) -> Outcome {
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match outcomes.remove(name) {
                Some(outcome) => return outcome,
                None => {
                    outcomes = self
                        .arrived
                        .wait(outcomes)
                        .unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }
}

/// One program on one machine.
struct Case {
    name: String,
    program: Program,
    vm: Vm,
}

/// What a worker does next: some cases that share a machine.
struct Chunk {
    cases: Vec<Arc<Case>>,
    compiled: Compiled,
    /// Which try of the cases it is, from 1 on.
    try_: u32,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let places = Places::find();
    let (programs, faults) = program::collect(&places.data);
    let oracle = Oracle::from_env();
    let known = if oracle.is_some() {
        Known::default()
    } else {
        Known::read(&places.data)
    };
    let board = Arc::new(Board {
        outcomes: Mutex::default(),
        arrived: Condvar::new(),
        failed: Mutex::default(),
        known,
        tries: if oracle.is_some() { 1 } else { again::tries() },
    });
    let mut trials = vec![well_formed(&programs, faults, oracle.as_ref())];
    let mut cases = Vec::new();

    for (release, config, vm) in machines(&places, oracle.as_ref()) {
        for program in &programs {
            if !program.is_for(release.number) || !program.is_for_config(config) {
                continue;
            }
            let name = format!(
                "otp{}::{}::{}",
                release.number,
                config.name(),
                program.name()
            );
            match &vm {
                // Without a machine there is nothing to say about it.
                Err(_) => trials.push(Trial::test(name, || Ok(())).with_ignored_flag(true)),
                Ok(vm) => {
                    let case = Arc::new(Case {
                        name,
                        program: program.clone(),
                        vm: vm.clone(),
                    });
                    trials.push(trial(&case, &board, oracle.as_ref()));
                    cases.push(case);
                }
            }
        }
    }

    let selected = cases
        .into_iter()
        .filter(|case| is_selected(&arguments, &case.name))
        .collect();
    if !arguments.list {
        start(&places, selected, &board, arguments.test_threads);
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The machines to test, in the order in which they are.
fn machines(
    places: &Places,
    oracle: Option<&Oracle>,
) -> Vec<(Release, Config, Result<Vm, String>)> {
    let mut machines = Vec::new();
    if let Some(oracle) = oracle {
        // Recording is done once; a check of the corpus itself goes through the schedulers too.
        let configs: &[Config] = if oracle.record {
            &[Config::Normal]
        } else {
            &[Config::Normal, Config::S1, Config::S4]
        };
        for number in RELEASES {
            for &config in configs {
                if let Some(vm) = Vm::oracle(oracle, number, config) {
                    machines.push((Release { number, otp: None }, config, Ok(vm)));
                }
            }
        }
        return machines;
    }
    for release in matrix::releases(places) {
        for config in Config::ALL {
            let vm = Vm::oxbeam(places, &release, config);
            machines.push((release.clone(), config, vm));
        }
    }
    machines
}

/// The same choice as the test framework's: what is filtered out is not run beforehand either.
fn is_selected(arguments: &Arguments, name: &str) -> bool {
    let fits = |filter: &String| {
        if arguments.exact {
            name == filter
        } else {
            name.contains(filter.as_str())
        }
    };
    !arguments.ignored
        && arguments.filter.as_ref().is_none_or(fits)
        && !arguments.skip.iter().any(fits)
}

fn trial(case: &Arc<Case>, board: &Arc<Board>, oracle: Option<&Oracle>) -> Trial {
    let expected = board.known.expects(&case.name);
    let record = oracle.is_some_and(|oracle| oracle.record);
    let (case, board) = (Arc::clone(case), Arc::clone(board));
    Trial::test(case.name.clone(), move || {
        let outcome = board.take(&case.name);
        let release = case.vm.release;
        if record {
            // What does not even compile or end is not a recording.
            let ended = outcome.status == "0" || outcome.status.parse::<u8>().is_ok();
            if !ended {
                let said = String::from_utf8_lossy(&expect::text(&outcome)).into_owned();
                return Err(Failed::from(format!("not recorded: {said}{}", outcome.log)));
            }
            return expect::record(&case.program, release, &outcome).map_err(Failed::from);
        }
        match (expect::compare(&case.program, release, &outcome), expected) {
            (Ok(()), Expected::Fail) => {
                Err(Failed::from("passes, and is listed in known_failures.txt"))
            }
            (Err(_), Expected::Fail | Expected::Either) => Ok(()),
            (result, _) => result.map_err(Failed::from),
        }
    })
}

/// Needs no machine: the collection itself is in order, and everything in it is recorded.
fn well_formed(programs: &[Program], mut faults: Vec<String>, oracle: Option<&Oracle>) -> Trial {
    if !oracle.is_some_and(|oracle| oracle.record) {
        let unrecorded = programs
            .iter()
            .filter(|program| !program.recorded_for(None).is_file());
        faults.extend(unrecorded.map(|program| format!("{}: not recorded", program.name())));
    }
    Trial::test("corpus::is_well_formed", move || {
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Failed::from(faults.join("\n")))
        }
    })
}

/// Starts the workers that run all selected cases; their outcomes go to the board.
fn start(places: &Places, cases: Vec<Arc<Case>>, board: &Arc<Board>, threads: Option<usize>) {
    if cases.is_empty() {
        return;
    }
    let workers =
        threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, Into::into));
    let (places, board) = (places.clone(), Arc::clone(board));
    std::thread::spawn(move || {
        let mut rest = VecDeque::from(cases);
        while let Some(first) = rest.front() {
            // Cases are sorted by release: compile all of one, run them, go on to the next. Recording depends on it.
            let release = first.vm.release;
            let end = rest.iter().position(|case| case.vm.release != release);
            let group: Vec<_> = rest.drain(..end.unwrap_or(rest.len())).collect();
            run_release(&places, &group, &board, workers.max(1));
        }
    });
}

fn run_release(places: &Places, cases: &[Arc<Case>], board: &Board, workers: usize) {
    let Some(vm) = cases.first().map(|case| &case.vm) else {
        return;
    };
    let mut programs: Vec<&Program> = cases.iter().map(|case| &case.program).collect();
    programs.sort_by(|a, b| a.module.cmp(&b.module));
    programs.dedup_by(|a, b| a.module == b.module);
    let compiled = match compile::compile(vm, places, &programs) {
        Ok(compiled) => compiled,
        Err(why) => {
            for case in cases {
                board.post(case.name.clone(), failed("not compiled", &why));
            }
            return;
        }
    };
    run_chunks(places, chunks(cases, &compiled, board), board, workers);
    // What has failed runs again, one after the other.
    for try_ in 2..=board.tries {
        let failed =
            std::mem::take(&mut *board.failed.lock().unwrap_or_else(PoisonError::into_inner));
        let single = |case| Chunk {
            cases: vec![case],
            compiled: compiled.clone(),
            try_,
        };
        run_chunks(places, failed.into_iter().map(single).collect(), board, 1);
    }
}

fn run_chunks(places: &Places, chunks: VecDeque<Chunk>, board: &Board, workers: usize) {
    let queue = Mutex::new(chunks);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(chunk) = {
                    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
                    queue.pop_front()
                } {
                    run_chunk(places, &chunk, board);
                }
            });
        }
    });
}

fn failed(status: &str, why: &str) -> Outcome {
    Outcome {
        output: Vec::new(),
        status: status.to_owned(),
        log: why.to_owned(),
    }
}

fn chunks(cases: &[Arc<Case>], compiled: &Compiled, board: &Board) -> VecDeque<Chunk> {
    let mut chunks = VecDeque::new();
    for group in cases.chunk_by(|a, b| a.vm.config == b.vm.config) {
        let mut shared = Vec::new();
        for case in group {
            if let Some(why) = compiled.refused.get(&case.program.module) {
                board.post(case.name.clone(), failed("not compiled", why));
            } else if case.program.options.own_vm {
                chunks.push_back(vec![Arc::clone(case)]);
            } else {
                shared.push(Arc::clone(case));
            }
        }
        chunks.extend(shared.chunks(CHUNK).map(<[_]>::to_vec));
    }
    chunks
        .into_iter()
        .map(|cases| Chunk {
            cases,
            compiled: compiled.clone(),
            try_: 1,
        })
        .collect()
}

fn run_chunk(places: &Places, chunk: &Chunk, board: &Board) {
    let Some(first) = chunk.cases.first() else {
        return;
    };
    let vm = &first.vm;
    let scratch = vm.workspace(places).join(vm.config.name());
    if first.program.options.own_vm {
        let outcome = batch::run_alone(vm, &chunk.compiled.ebin, &scratch, &first.program);
        board.ended(first, chunk.try_, outcome);
        return;
    }
    let jobs: Vec<Job> = chunk
        .cases
        .iter()
        .map(|case| Job::Run {
            module: case.program.module.clone(),
            timeout_ms: case.program.timeout_ms(vm.config),
        })
        .collect();
    batch::run(
        vm,
        &chunk.compiled.ebin,
        &scratch,
        &jobs,
        |index, outcome| {
            board.ended(&chunk.cases[index], chunk.try_, outcome);
        },
    );
}
