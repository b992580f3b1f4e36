//! OTP's own test suites, those that take little time: `oxbeam conform` on each suite of the list `fast`, one named test each, for every release
//! whose suites have been fetched (`oxbeam otp fetch 25 --suites`).
//!
//! A case that is ok on the real machine is ok here, or it is listed in `data/otp_expected.toml`; what is listed is not ok.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use oxbeam_tests::again::trying;
use oxbeam_tests::call;
use oxbeam_tests::matrix::{self, Config, Places, Vm};
use toml::{Table, Value};

/// For one suite; the first that runs waits for the preparation of all.
const LIMIT: Duration = Duration::from_secs(1200);

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let places = Places::find();
    let suites = suites(&places.data);
    let mut trials = Vec::new();
    for release in matrix::releases(&places) {
        let number = release.number;
        let sources = places.root.join(format!(".otp/{number}-suites"));
        let vm = Vm::oxbeam(&places, &release, Config::Normal)
            .ok()
            .filter(|_| sources.is_dir());
        for suite in &suites {
            let name = format!("otp{number}::suites::{}", suite.replace('/', "::"));
            let Some(vm) = vm.clone() else {
                trials.push(Trial::test(name, || Ok(())).with_ignored_flag(true));
                continue;
            };
            let (places, suite, sources) = (places.clone(), suite.clone(), sources.clone());
            trials.push(Trial::test(name.clone(), move || {
                trying(&name, || check(&places, &vm, &suite, &sources)).map_err(Failed::from)
            }));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// `application/suite` of the list.
fn suites(data: &Path) -> Vec<String> {
    let file = data.join("conformance/suites.toml");
    let text = std::fs::read_to_string(&file).expect("the file is part of the repository");
    let table: Table = text.parse().expect("it is TOML");
    let fast = table
        .get("lists")
        .and_then(|lists| lists.get("fast"))
        .and_then(Value::as_table);
    let mut suites = Vec::new();
    for (application, names) in fast.expect("it has that list") {
        let names = names.as_str().unwrap_or_default().split_whitespace();
        suites.extend(names.map(|name| format!("{application}/{name}")));
    }
    suites
}

fn check(places: &Places, vm: &Vm, suite: &str, sources: &Path) -> Result<(), String> {
    let space = vm.workspace(places).join("suites");
    let folder = space.join("runs").join(suite);
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let mut command = vm.tool("conform", &places.root);
    command.args(["--release", &vm.release.to_string()]);
    command.args(["--suite", suite, "--jobs", "1"]);
    command.arg("--sources").arg(sources);
    command.arg("--work").arg(&space);
    command
        .arg("--known")
        .arg(places.data.join("otp_expected.toml"));
    if let Some(otp) = vm.otp() {
        command.arg("--otp").arg(otp);
    }
    let ended = call::call(command, &folder, LIMIT)?;
    if ended.status == 0 {
        return Ok(());
    }
    Err(format!("{}{}", ended.output, ended.errors))
}
