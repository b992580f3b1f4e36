//! Makes suites ready to run: copies of their folders, the runner, programs in C, and all compiled by OTP's compiler on Oxbeam.

use super::helpers;
use super::lists::{self, Lists};
use super::machine::Machine;
use super::results::Suite;
use crate::otp::Otp;
use crate::output::say;
use crate::progress::{Line, bar};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// The runner and what takes the place of `common_test`.
const RUNNER: &[(&str, &str)] = &[
    ("conform_runner.erl", include_str!("erl/conform_runner.erl")),
    (
        "conform_compile.erl",
        include_str!("erl/conform_compile.erl"),
    ),
    ("conform_io.erl", include_str!("erl/conform_io.erl")),
    ("ct.erl", include_str!("erl/ct.erl")),
    ("ct_event.erl", include_str!("erl/ct_event.erl")),
    (
        "ct_property_test.erl",
        include_str!("erl/ct_property_test.erl"),
    ),
    ("test_server.erl", include_str!("erl/test_server.erl")),
    ("test_server_io.erl", include_str!("erl/test_server_io.erl")),
];

/// What a test installation of OTP would have written down; a few cases look for it in the code path.
const VARIABLES: &str = "{'CC', \"cc\"}.\n{'LD', \"cc\"}.\n{'CFLAGS', \"-g -O2\"}.\n\
    {'LIBS', \"-lm -lpthread\"}.\n{longnames, false}.\n{platform_id, \"x86_64-linux\"}.\n";

/// Files that suites of one application borrow: to, from.
const BORROWED: &[(&str, &str)] = &[
    ("emulator", "lib/stdlib/test/error_info_lib.erl"),
    ("kernel", "lib/stdlib/test/error_info_lib.erl"),
    ("stdlib", "erts/emulator/test/erts_test_utils.erl"),
    ("kernel", "erts/emulator/test/erts_test_utils.erl"),
    ("compiler", "erts/emulator/test/erts_test_utils.erl"),
    (
        "emulator",
        "lib/kernel/examples/gen_tcp_dist/src/gen_tcp_dist.erl",
    ),
    (
        "kernel",
        "lib/kernel/examples/gen_tcp_dist/src/gen_tcp_dist.erl",
    ),
];

/// The user that suites are run as that must not be root, when we are root.
pub(super) const NOBODY: u32 = 65534;

/// The folder of one release's suites.
#[derive(Debug)]
pub(super) struct Space {
    /// Absolute.
    pub(super) root: PathBuf,
}

impl Space {
    /// Not named after the application: the code server would take it for the application's own.
    pub(super) fn suites(&self, application: &str) -> PathBuf {
        self.root.join(format!("suites/{application}_test"))
    }

    pub(super) fn runner(&self) -> PathBuf {
        self.root.join("runner")
    }

    /// Waits until nobody else prepares here.
    pub(super) fn lock(&self) -> Result<fs::File, String> {
        let path = self.root.join("lock");
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        fs::create_dir_all(&self.root).map_err(|error| failed(&error))?;
        let file = fs::File::create(&path).map_err(|error| failed(&error))?;
        file.lock().map_err(|error| failed(&error))?;
        Ok(file)
    }
}

/// What is needed for it.
pub(super) struct Preparation<'a> {
    pub(super) space: &'a Space,
    /// The source tree.
    pub(super) sources: &'a Path,
    pub(super) oxbeam: &'a Machine,
    /// Our link named `erl`.
    pub(super) erl: &'a Path,
    pub(super) otp: &'a Otp,
    pub(super) lists: &'a Lists,
    pub(super) jobs: usize,
}

/// Suites that are ready, those that this release does not have, and what went wrong.
#[derive(Debug, Default)]
pub(super) struct Ready {
    pub(super) suites: Vec<Suite>,
    pub(super) absent: Vec<Suite>,
    pub(super) warnings: Vec<String>,
    /// Why a suite could not be compiled.
    pub(super) broken: BTreeMap<Suite, String>,
}

impl Preparation<'_> {
    pub(super) fn run(&self, suites: &[Suite]) -> Result<Ready, String> {
        let _lock = self.space.lock()?;
        self.runner()?;
        let mut ready = Ready::default();
        let applications: BTreeSet<&str> = suites
            .iter()
            .map(|suite| suite.application.as_str())
            .collect();
        for application in applications {
            self.copy(application, &mut ready)?;
            let mut wanted = Vec::new();
            for suite in suites
                .iter()
                .filter(|suite| suite.application == application)
            {
                if self.source(suite)? {
                    wanted.push(suite.clone());
                } else {
                    ready.absent.push(suite.clone());
                }
            }
            self.compile(application, &wanted, &mut ready)?;
            ready.suites.extend(wanted);
        }
        Ok(ready)
    }

    /// Writes and compiles the runner, if it is not there as it is in this program.
    fn runner(&self) -> Result<(), String> {
        let directory = self.space.runner();
        make_directory(&directory)?;
        let mut stale = false;
        for (name, text) in RUNNER.iter().chain(&[("variables", VARIABLES)]) {
            let file = directory.join(name);
            if fs::read_to_string(&file).is_ok_and(|found| found == *text)
                && (!name.ends_with(".erl") || file.with_extension("beam").is_file())
            {
                continue;
            }
            stale = true;
            fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
        }
        if !stale {
            return Ok(());
        }
        let names: Vec<String> = RUNNER
            .iter()
            .map(|(name, _)| format!("\"{}\"", name.trim_end_matches(".erl")))
            .collect();
        let expression = format!(
            "[{{ok,_}}=compile:file(F,[report_errors,debug_info])||F<-[{}]],halt().",
            names.join(",")
        );
        let mut command = self.oxbeam.command();
        command.args(["-noinput", "-eval", &expression]);
        command.current_dir(&directory);
        let output = Line::new().during(|| "compiling the runner".into(), || command.output());
        let output = output.map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(())
        } else {
            let complaint = [output.stdout, output.stderr].concat();
            Err(format!(
                "the runner does not compile: {}",
                String::from_utf8_lossy(&complaint).trim()
            ))
        }
    }

    /// Copies the folder of an application's suites, once, and builds what they have in C.
    fn copy(&self, application: &str, ready: &mut Ready) -> Result<(), String> {
        let to = self.space.suites(application);
        if to.is_dir() {
            return Ok(());
        }
        let from = lists::source(self.sources, application)
            .ok_or_else(|| format!("there are no suites of an application {application}"))?;
        let partial = to.with_extension("partial");
        let _ = fs::remove_dir_all(&partial);
        let look = || format!("copying the suites of {application}");
        Line::new().during(look, || copy_tree(&from, &partial))?;
        for (_, file) in BORROWED.iter().filter(|(to, _)| *to == application) {
            let file = self.sources.join(file);
            let target = partial.join(file.file_name().unwrap_or_default());
            if file.is_file() && !target.exists() {
                fs::copy(&file, &target).map_err(|error| format!("{}: {error}", file.display()))?;
            }
        }
        ready
            .warnings
            .extend(helpers::build(&partial, self.otp, self.erl)?);
        if rustix::process::geteuid().is_root() {
            give(&partial)?;
        }
        fs::rename(&partial, &to).map_err(|error| format!("{}: {error}", to.display()))?;
        say!("copied the suites of {application}, and built what they have in C");
        Ok(())
    }

    /// Is there a source of the suite? That of a clone is made.
    fn source(&self, suite: &Suite) -> Result<bool, String> {
        let directory = self.space.suites(&suite.application);
        let file = directory.join(format!("{}.erl", suite.module()));
        let Some((_, base)) = self.lists.base(suite) else {
            return Ok(file.is_file() || file.with_extension("core").is_file());
        };
        let original = directory.join(format!("{base}_SUITE.erl"));
        if file.is_file() || !original.is_file() {
            return Ok(file.is_file());
        }
        let failed = |error: std::io::Error| format!("{}: {error}", original.display());
        let text = fs::read(&original).map_err(failed)?;
        let text = String::from_utf8_lossy(&text).replace(
            &format!("-module({base}_SUITE)"),
            &format!("-module({})", suite.module()),
        );
        fs::write(&file, text).map_err(failed)?;
        Ok(true)
    }

    fn compile(
        &self,
        application: &str,
        suites: &[Suite],
        ready: &mut Ready,
    ) -> Result<(), String> {
        let directory = self.space.suites(application);
        let failed = |error: std::io::Error| format!("{}: {error}", directory.display());
        let variants: Vec<String> = self
            .lists
            .variants
            .iter()
            .filter(|_| application.ends_with("_variants"))
            .map(|variant| format!("{{\"_{}_SUITE\",{}}}", variant.suffix, variant.options))
            .collect();
        let variants_file = self.space.root.join("variants.term");
        fs::write(&variants_file, format!("[{}].\n", variants.join(",\n"))).map_err(failed)?;
        let list = self.space.root.join("suites.list");
        let modules: Vec<String> = suites.iter().map(Suite::module).collect();
        fs::write(&list, modules.join("\n")).map_err(failed)?;

        let mut command = self.oxbeam.command();
        command.args(["-noinput", "-pa"]).arg(self.space.runner());
        command.args(["-run", "conform_compile", "main"]);
        command.arg(&directory).arg(self.jobs.to_string());
        command.arg(&variants_file).arg(&list);
        // Some include headers of the applications' own sources.
        let headers = std::path::absolute(self.sources.join("lib")).map_err(failed)?;
        let headers = headers.display().to_string().replace('"', "\\\"");
        command.env("ERL_COMPILER_OPTIONS", format!("[{{i,\"{headers}\"}}]"));
        command.stdout(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        let output = child.stdout.take().map(BufReader::new);
        let mut count = 0;
        let progress = Line::new();
        for line in output.into_iter().flat_map(BufReader::lines) {
            let line = line.map_err(failed)?;
            let mut fields = line.split('\t');
            match (fields.next(), fields.next(), fields.next()) {
                (Some("ok"), Some(_), _) => count += 1,
                (Some("begin"), Some(file), Some(done)) => {
                    let number = |text: &str| text.parse().unwrap_or(0);
                    let (done, all) = (number(done), fields.next().map_or(0, number));
                    let bar = bar(done as f32 / all.max(1) as f32, done, all);
                    progress.show(&format!("compiling {application} {bar} {file}"));
                }
                (Some("failed"), Some(file), reason) => {
                    let module = file.split('.').next().unwrap_or(file);
                    let reason = reason.unwrap_or_default().to_owned();
                    match suites.iter().find(|suite| suite.module() == module) {
                        Some(suite) => drop(ready.broken.insert(suite.clone(), reason)),
                        None => ready.warnings.push(format!(
                            "{file} of {application} does not compile: {reason}"
                        )),
                    }
                }
                _ => {
                    progress.clear();
                    say!("{line}");
                }
            }
        }
        let status = child.wait().map_err(failed)?;
        progress.clear();
        if count > 0 {
            say!("compiled {count} modules of {application}");
        }
        if status.success() {
            Ok(())
        } else {
            Err(format!(
                "the compiler for the suites of {application} ended with {status}"
            ))
        }
    }
}

pub(super) fn make_directory(path: &Path) -> Result<(), String> {
    fs::create_dir_all(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Copies a tree; links stay links, and all can be written.
fn copy_tree(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", from.display());
    make_directory(to)?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            copy_tree(&source, &target)?;
        } else if kind.is_symlink() {
            let link = fs::read_link(&source).map_err(failed)?;
            std::os::unix::fs::symlink(link, &target).map_err(failed)?;
        } else {
            fs::copy(&source, &target).map_err(failed)?;
            let mut permissions = fs::metadata(&target).map_err(failed)?.permissions();
            let mode = std::os::unix::fs::PermissionsExt::mode(&permissions);
            std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, mode | 0o200);
            fs::set_permissions(&target, permissions).map_err(failed)?;
        }
    }
    Ok(())
}

/// Gives a tree to the user that suites may be run as.
pub(super) fn give(path: &Path) -> Result<(), String> {
    std::os::unix::fs::lchown(path, Some(NOBODY), Some(NOBODY))
        .map_err(|error| format!("{}: {error}", path.display()))?;
    let is_tree = fs::symlink_metadata(path).is_ok_and(|about| about.is_dir());
    if is_tree {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            give(&entry.path())?;
        }
    }
    Ok(())
}
