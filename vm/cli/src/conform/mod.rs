//! `oxbeam conform`: OTP's own test suites on Oxbeam, measured by what the real machine does with them.
//!
//! The steps: `lists` says which suites, `prepare` copies and compiles them (in `helpers` their C), `run` runs one on a `machine`, `known` says
//! which failures are expected, `report` writes the page. The runner inside the machine is in Erlang (`erl/`).

mod helpers;
mod known;
mod lists;
mod machine;
mod prepare;
mod progress;
mod report;
mod results;
mod run;

use crate::front::{Call, Failure};
use crate::links;
use crate::otp::{Otp, fetch};
use crate::output::say;
use crate::release::Release;
use known::Known;
use lists::Lists;
use machine::Machine;
use prepare::{Preparation, Ready, Space};
use progress::Display;
use results::{Cases, Outcome, Results, Suite, Verdict};
use run::{Limits, Session};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What the real machines did.
const REFERENCES: [(u32, &str); 3] = [
    (
        25,
        include_str!("../../../../tests/data/conformance/reference-25.toml"),
    ),
    (
        27,
        include_str!("../../../../tests/data/conformance/reference-27.toml"),
    ),
    (
        29,
        include_str!("../../../../tests/data/conformance/reference-29.toml"),
    ),
];

/// What to run, and what to write.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The release whose suites are run: 25, 27 or 29.
    #[arg(long, default_value_t = 25)]
    release: u32,
    /// Lists of suites: early, mid, late, variants, fast.
    #[arg(long = "list", value_name = "LIST", value_delimiter = ',')]
    lists: Vec<String>,
    /// Suites, such as `map` or `kernel/file`; else those of the list `early`.
    #[arg(long = "suite", value_name = "SUITE", value_delimiter = ',')]
    suites: Vec<String>,
    /// Cases of these suites, such as `t_map` or `group/case`.
    #[arg(long = "case", value_name = "CASE", value_delimiter = ',')]
    cases: Vec<String>,
    /// A real erl of this release, to run the suites on too: else what it did is taken from a record.
    #[arg(long, value_name = "ERL")]
    reference: Option<PathBuf>,
    /// Run on the real erl alone, and write what it does into this record.
    #[arg(long, value_name = "FILE", requires = "reference", conflicts_with_all = ["cases", "publish", "known"])]
    record: Option<PathBuf>,
    /// Cases that are known not to be ok: others that are not, or any of these that is, make the command fail.
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,
    /// Write conformance.md and conformance/RELEASE.toml in this directory.
    #[arg(long, value_name = "DIR", conflicts_with = "cases")]
    publish: Option<PathBuf>,
    /// How many machines at a time; else as many as there are processors.
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// The most that a case may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 240)]
    limit: u64,
    /// After so long no case of a suite begins.
    #[arg(long, value_name = "SECONDS", default_value_t = 1200)]
    cap: u64,
    /// A source tree of OTP; else .otp/RELEASE-suites, fetched if need be.
    #[arg(long, value_name = "DIR")]
    sources: Option<PathBuf>,
    /// Where suites are compiled and run; else target/conform/RELEASE.
    #[arg(long, value_name = "DIR")]
    work: Option<PathBuf>,
    /// Keep what cases write, and what they print, in the working directory.
    #[arg(long)]
    verbose: bool,
}

/// Runs what `options` say; `call` has the choice of OTP.
pub(crate) fn run(call: &Call, options: &Options) -> Result<ExitCode, Failure> {
    let failed = |message: String| Failure::new(format!("oxbeam conform: {message}"));
    let release = Release::from_number(options.release).ok_or_else(|| {
        failed(crate::otp::NoOtp::Unknown(options.release.to_string()).to_string())
    })?;
    let number = release.number().to_string();
    let wanted = call.otp.clone().unwrap_or_else(|| number.into());
    let otp = call
        .places
        .choose(Some(&wanted))
        .map_err(|error| failed(error.to_string()))?;
    if otp.release != release {
        return Err(failed(format!(
            "{} is not of OTP {}",
            otp.root.display(),
            release.number()
        )));
    }
    conform(call, &otp, options).map_err(failed)
}

fn conform(call: &Call, otp: &Otp, options: &Options) -> Result<ExitCode, String> {
    let release = otp.release.number();
    let lists = Lists::read(release);
    let suites = chosen(&lists, options)?;
    let known_of = |release| match &options.known {
        Some(file) => Known::read(file, release),
        None => Ok(Known::default()),
    };
    let known = known_of(release)?;
    let usual = || PathBuf::from(format!("target/conform/{release}"));
    let root = options.work.clone().unwrap_or_else(usual);
    let space = Space {
        root: std::path::absolute(root).map_err(|error| error.to_string())?,
    };
    let sources = sources(otp.release, options)?;
    let links = space.root.join("bin");
    links::make(&call.places.executable, &links)?;
    let oxbeam = Machine::oxbeam(&links, &otp.root);
    let jobs = options
        .jobs
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
        .max(1);

    let preparation = Preparation {
        space: &space,
        sources: &sources,
        oxbeam: &oxbeam,
        erl: &links.join("erl"),
        otp,
        lists: &lists,
        jobs,
    };
    let ready = preparation.run(&suites)?;
    tell(&ready, release);
    // Dumps of memory are of no use here.
    let none = rustix::process::Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // A limit can always be lowered.
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, none);
    let session = Session {
        space: &space,
        lists: &lists,
        limits: Limits {
            case: Duration::from_secs(options.limit),
            suite: Duration::from_secs(options.cap),
        },
        cases: &options.cases,
        verbose: options.verbose,
    };

    let mut reference = recorded(release)?;
    if let Some(program) = &options.reference {
        let real = Machine::reference(program)?;
        let found = on(&session, &real, &ready, jobs)?;
        if let Some(file) = &options.record {
            return record(file, found).map(|()| ExitCode::SUCCESS);
        }
        reference.version = found.version;
        reference.suites.extend(found.suites);
    }
    let found = on(&session, &oxbeam, &ready, jobs)?;
    if let Some(directory) = &options.publish {
        publish(directory, &space, release, &found, &reference, &known_of)?;
    }
    let text = found.text("The results of the last run.");
    let file = space.root.join("results.toml");
    fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(judge(&found, &reference, &known, options))
}

/// The suites that the options mean.
fn chosen(lists: &Lists, options: &Options) -> Result<Vec<Suite>, String> {
    let mut suites = Vec::new();
    for name in &options.lists {
        suites.extend_from_slice(lists.list(name)?);
    }
    for name in &options.suites {
        suites.extend(lists.suites(name)?);
    }
    if options.lists.is_empty() && options.suites.is_empty() {
        suites.extend_from_slice(lists.list("early")?);
    }
    suites.sort();
    suites.dedup();
    Ok(suites)
}

/// The source tree: the one that was named, else the one that has been or is fetched now.
fn sources(release: Release, options: &Options) -> Result<PathBuf, String> {
    match &options.sources {
        Some(directory) => {
            fetch::verify_suites(directory)?;
            Ok(directory.clone())
        }
        None => {
            let directory = PathBuf::from(format!(".otp/{}-suites", release.number()));
            if fetch::verify_suites(&directory).is_err() {
                fetch::fetch_suites(release, &directory)?;
            }
            Ok(directory)
        }
    }
}

/// What a person should know about the preparation.
fn tell(ready: &Ready, release: u32) {
    for warning in &ready.warnings {
        say!("note: {warning}");
    }
    if !ready.absent.is_empty() {
        let names: Vec<String> = ready.absent.iter().map(Suite::to_string).collect();
        say!("not in OTP {release}: {}", names.join(", "));
    }
}

/// What the real machine of a release did.
fn recorded(release: u32) -> Result<Results, String> {
    let text = REFERENCES
        .iter()
        .find(|(number, _)| *number == release)
        .map_or("", |(_, text)| text);
    Results::parse(text)
}

/// Runs all suites that are ready on one machine.
fn on(
    session: &Session<'_>,
    machine: &Machine,
    ready: &Ready,
    jobs: usize,
) -> Result<Results, String> {
    let display = Display::new(ready.suites.len());
    let next = AtomicUsize::new(0);
    let done = Mutex::new(BTreeMap::new());
    let trouble = Mutex::new(Vec::new());
    let work = || {
        while let Some(suite) = ready.suites.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(reason) = ready.broken.get(suite) {
                let verdict = Verdict {
                    outcome: Outcome::Fail,
                    reason: reason.clone(),
                };
                let cases = Cases::from([("compilation".to_owned(), verdict)]);
                display.ended(machine.name, suite, &cases, 0.0);
                locked(&done).insert(suite.clone(), cases);
                continue;
            }
            match session.run(machine, suite, &|progress| display.at(suite, progress)) {
                Ok(report) => {
                    display.ended(machine.name, suite, &report.cases, report.seconds);
                    locked(&done).insert(suite.clone(), report.cases);
                }
                Err(error) => locked(&trouble).push(format!("{suite}: {error}")),
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(work);
        }
    });
    display.end();
    let trouble = trouble.into_inner().unwrap_or_else(PoisonError::into_inner);
    if !trouble.is_empty() {
        return Err(trouble.join("\n"));
    }
    Ok(Results {
        version: machine.version()?,
        suites: done.into_inner().unwrap_or_else(PoisonError::into_inner),
    })
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts results of the real machine into a record, which keeps what it has of other suites.
fn record(file: &Path, found: Results) -> Result<(), String> {
    let mut all = Results::read(file)?;
    all.version = found.version;
    all.suites.extend(found.suites);
    let text = all.text(
        "What the real machine does with OTP's own suites, as `oxbeam conform --record` found.",
    );
    fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    say!("recorded in {}", file.display());
    Ok(())
}

/// Writes the results of a release, which keep what there is of other suites, and the page about all releases.
fn publish(
    directory: &Path,
    space: &Space,
    release: u32,
    found: &Results,
    reference: &Results,
    known_of: &dyn Fn(u32) -> Result<Known, String>,
) -> Result<(), String> {
    let _lock = space.lock()?;
    let folder = directory.join("conformance");
    prepare::make_directory(&folder)?;
    let file = |number: u32| folder.join(format!("{number}.toml"));
    let mut own = Results::read(&file(release))?;
    own.version.clone_from(&found.version);
    own.suites.extend(found.suites.clone());
    let text =
        own.text("What Oxbeam does with OTP's own suites; written by `oxbeam conform --publish`.");
    fs::write(file(release), text)
        .map_err(|error| format!("{}: {error}", file(release).display()))?;

    let mut all = Vec::new();
    for number in Release::ALL.map(Release::number) {
        let ours = Results::read(&file(number))?;
        let real = if number == release {
            reference.clone()
        } else {
            recorded(number)?
        };
        if !ours.suites.is_empty() {
            all.push((ours, real, Lists::read(number), known_of(number)?));
        }
    }
    let parts: Vec<report::Part<'_>> = all
        .iter()
        .map(|(ours, real, lists, known)| report::Part {
            ours,
            reference: real,
            known,
            lists,
        })
        .collect();
    let page = directory.join("conformance.md");
    fs::write(&page, report::page(&parts))
        .map_err(|error| format!("{}: {error}", page.display()))?;
    say!(
        "written: {} and {}",
        page.display(),
        file(release).display()
    );
    Ok(())
}

/// Says what is not as it should be. Without a list of what is known, every case that is ok on the reference should be ok.
fn judge(found: &Results, reference: &Results, known: &Known, options: &Options) -> ExitCode {
    let surprises = known.surprises(found, reference, options.cases.is_empty());
    if surprises.is_empty() {
        say!("all as expected");
        return ExitCode::SUCCESS;
    }
    say!("not as expected:");
    for line in &surprises {
        say!("  {line}");
    }
    if options.known.is_none() && options.publish.is_some() {
        return ExitCode::SUCCESS;
    }
    ExitCode::from(1)
}
