//! `oxbeam otp fetch`: OTP, Elixir and rebar3 of a release, unpacked from Debian's packages as an ordinary user.
//!
//! apt-get does the fetching, with lists, cache and state of its own in a temporary directory: the system is left as it
//! is. The archive is the one that the system's apt is configured with. What is unpacked appears under its final name
//! only when it is whole.

use super::{Otp, embed};
use crate::output::{complain, say};
use crate::progress::{self, Line};
use crate::release::Release;
use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How often a step that needs the network is tried.
const TRIES: u64 = 3;

const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Packages of OTP, without their `erlang-`. Those that a suite does not have are left out.
const APPLICATIONS: &[&str] = &[
    "asn1",
    "base",
    "common-test",
    "crypto",
    "debugger",
    "dev",
    "dialyzer",
    "diameter",
    "edoc",
    "eldap",
    "et",
    "eunit",
    "ftp",
    "inets",
    "megaco",
    "mnesia",
    "observer",
    "odbc",
    "os-mon",
    "parsetools",
    "public-key",
    "reltool",
    "runtime-tools",
    "snmp",
    "ssh",
    "ssl",
    "syntax-tools",
    "tftp",
    "tools",
    "xmerl",
];

/// Packages beside OTP's own.
const OTHERS: &[&str] = &["elixir", "rebar3"];

/// What pages of Common Test refer to by links; without them `ct_run` does not start.
const SCRIPTS: &[&str] = &["libjs-jquery", "libjs-jquery-tablesorter"];

/// The package of the sources.
const SOURCES: &str = "erlang-src";

/// The source package, and what of it holds test suites or is used by them.
const SOURCE_PACKAGE: &str = "erlang";
const SUITES: &[&str] = &[
    "erts/emulator/test",
    "lib/stdlib/test",
    "lib/kernel/test",
    "lib/compiler/test",
    "lib/kernel/examples",
];
/// Headers that some of them include.
const HEADERS: &[&str] = &["lib/kernel/src/*.hrl", "lib/compiler/src/*.hrl"];

/// The suite of Debian that has `release`.
fn suite(release: Release) -> &'static str {
    match release {
        Release::Otp25 => "bookworm",
        Release::Otp27 => "trixie",
        Release::Otp29 => "forky",
    }
}

/// Fetches `release` into `destination`, unless it is there, and puts the program `executable` in the place of its emulator.
pub(crate) fn fetch(release: Release, destination: &Path, executable: &Path) -> Result<(), String> {
    let number = release.number();
    if let Ok(otp) = verify(release, destination) {
        say!("OTP {number} is in {} already", otp.root.display());
        if embed::embed(&otp, executable)? {
            say!("this Oxbeam is its emulator now");
        }
        return Ok(());
    }
    let start = Instant::now();
    let what = format!("OTP {number}");
    let fill = |apt: &Apt, tree: &Path| apt.unpack(&apt.packages()?, tree);
    obtain(release, Kind::Binary, destination, &what, fill, |tree| {
        embed::embed(&verify(release, tree)?, executable).map(drop)
    })?;
    let otp = verify(release, destination)?;
    say!(
        "OTP {number} (erts {}) with Elixir is in {} after {:.0} s",
        otp.erts_version,
        destination.display(),
        start.elapsed().as_secs_f32()
    );
    Ok(())
}

/// Fetches the Erlang sources of `release`, those that its build generates among them, into `destination`, unless
/// they are there; returns the folder of the applications.
pub(crate) fn fetch_sources(release: Release, destination: &Path) -> Result<PathBuf, String> {
    let number = release.number();
    let libraries = destination.join("usr/lib/erlang/lib");
    if verify_sources(destination).is_ok() {
        say!(
            "the sources of OTP {number} are in {} already",
            libraries.display()
        );
        return Ok(libraries);
    }
    let what = format!("sources of OTP {number}");
    let fill = |apt: &Apt, tree: &Path| apt.unpack(&[SOURCES.to_owned()], tree);
    obtain(
        release,
        Kind::Binary,
        destination,
        &what,
        fill,
        verify_sources,
    )?;
    say!("the sources of OTP {number} are in {}", libraries.display());
    Ok(libraries)
}

/// Fetches the test suites of `release` into `destination`, unless they are there: the parts of the source tree that `SUITES` names.
pub(crate) fn fetch_suites(release: Release, destination: &Path) -> Result<(), String> {
    let number = release.number();
    if verify_suites(destination).is_ok() {
        say!(
            "the test suites of OTP {number} are in {} already",
            destination.display()
        );
        return Ok(());
    }
    let what = format!("test suites of OTP {number}");
    let fill = |apt: &Apt, tree: &Path| {
        let what = "the source package (50 MB)";
        step(what, &apt.state, || apt.source(SOURCE_PACKAGE))?;
        let archive = apt.source_archive()?;
        let look = || format!("unpacking, {} MB", megabytes(tree));
        Line::new().during(look, || unpack_suites(&archive, tree))
    };
    obtain(
        release,
        Kind::Source,
        destination,
        &what,
        fill,
        verify_suites,
    )?;
    say!(
        "the test suites of OTP {number} are in {}",
        destination.display()
    );
    Ok(())
}

/// What there must be for a source tree to have the suites.
pub(crate) fn verify_suites(directory: &Path) -> Result<(), String> {
    for folder in SUITES {
        if super::names(&directory.join(folder)).is_empty() {
            return Err(format!(
                "{} has no {folder}: it is no source tree of OTP with its test suites",
                directory.display()
            ));
        }
    }
    Ok(())
}

fn unpack_suites(archive: &Path, tree: &Path) -> Result<(), String> {
    let mut command = Command::new("tar");
    command.arg("-xf").arg(archive).arg("-C").arg(tree);
    command.args(["--strip-components=1", "--wildcards"]);
    command.args(SUITES.iter().map(|folder| format!("*/{folder}/*")));
    command.args(HEADERS.iter().map(|files| format!("*/{files}")));
    output(command).map(drop)
}

/// Makes a tree, has it filled from packages and puts it at `destination` when it is `whole`.
fn obtain(
    release: Release,
    kind: Kind,
    destination: &Path,
    what: &str,
    fill: impl Fn(&Apt, &Path) -> Result<(), String>,
    whole: impl Fn(&Path) -> Result<(), String>,
) -> Result<(), String> {
    if destination.exists() {
        let entries = fs::read_dir(destination).map(Iterator::count).unwrap_or(1);
        if entries > 0 {
            let place = destination.display();
            return Err(format!(
                "{place} exists and does not hold the whole {what}: move it away and try again"
            ));
        }
    }
    let parent = destination
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|error| format!("{}: {error}", parent.display()))?;

    let partial = Scratch::beside(destination)?;
    let tree = partial.0.join("tree");
    let apt = Apt::new(release, kind, partial.0.join("apt"))?;
    step("package lists", &apt.state, || apt.update())?;
    fill(&apt, &tree)?;
    whole(&tree)?;
    if let Err(error) = fs::rename(&tree, destination) {
        // Somebody else may have been quicker.
        whole(destination).map_err(|_| format!("{}: {error}", destination.display()))?;
    }
    Ok(())
}

/// What must be there for the sources to be whole: the two applications that are compiled the most, with what their
/// build generates.
fn verify_sources(directory: &Path) -> Result<(), String> {
    let libraries = directory.join("usr/lib/erlang/lib");
    let names = super::names(&libraries);
    for (application, file) in [
        ("stdlib", "erl_parse.erl"),
        ("compiler", "beam_opcodes.erl"),
    ] {
        let prefix = format!("{application}-");
        let mut found = names.iter().filter(|name| name.starts_with(&prefix));
        if !found.any(|name| libraries.join(name).join("src").join(file).is_file()) {
            return Err(format!("the packages lack {file} of {application}"));
        }
    }
    Ok(())
}

/// What must be there for a tree to be whole.
fn verify(release: Release, directory: &Path) -> Result<Otp, String> {
    let otp = Otp::at(&directory.join("usr/lib/erlang")).map_err(|error| error.to_string())?;
    if otp.release != release {
        return Err(format!(
            "the packages hold OTP {}, not {}",
            otp.release.number(),
            release.number()
        ));
    }
    let wanted = [
        otp.root.join("bin/start.boot"),
        otp.root.join("bin/no_dot_erlang.boot"),
        directory.join("usr/lib/elixir/lib/elixir/ebin/elixir.app"),
        directory.join("usr/lib/elixir/bin/elixir"),
        directory.join("usr/bin/rebar3"),
    ];
    if let Some(missing) = wanted.iter().find(|path| !path.exists()) {
        return Err(format!(
            "the packages lack {}",
            missing.strip_prefix(directory).unwrap_or(missing).display()
        ));
    }
    let libraries = super::names(&otp.root.join("lib"));
    let preloaded = otp.preloaded_directory().is_some() || otp.emulator().is_file();
    for application in [
        "stdlib",
        "compiler",
        "sasl",
        "syntax_tools",
        "eunit",
        "tools",
    ] {
        let prefix = format!("{application}-");
        if !libraries.iter().any(|name| name.starts_with(&prefix)) {
            return Err(format!("the packages lack {application}"));
        }
    }
    if preloaded {
        Ok(otp)
    } else {
        Err("the packages lack the preloaded modules".into())
    }
}

/// A directory for what is not whole yet; goes away with the value.
struct Scratch(PathBuf);

impl Scratch {
    /// Beside `destination`, so that what is whole needs only a new name.
    fn beside(destination: &Path) -> Result<Scratch, String> {
        let name = destination
            .file_name()
            .unwrap_or(OsStr::new("otp"))
            .to_string_lossy();
        let prefix = format!(".{name}.partial-");
        let parent = destination
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        remove_abandoned(parent, &prefix);
        let path = parent.join(format!("{prefix}{}", std::process::id()));
        fs::create_dir_all(path.join("tree"))
            .map_err(|error| format!("{}: {error}", path.display()))?;
        // The directories are handed to programs that run elsewhere.
        path.canonicalize()
            .map(Scratch)
            .map_err(|error| format!("{}: {error}", path.display()))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Removes what earlier calls left behind that were killed.
fn remove_abandoned(parent: &Path, prefix: &str) {
    for name in super::names(parent) {
        let process = name
            .strip_prefix(prefix)
            .and_then(|process| process.parse::<u32>().ok());
        if process.is_some_and(|process| !Path::new("/proc").join(process.to_string()).exists()) {
            let _ = fs::remove_dir_all(parent.join(name));
        }
    }
}

/// What kind of packages the lists are of.
#[derive(Clone, Copy)]
enum Kind {
    Binary,
    Source,
}

/// apt-get with a state of its own.
struct Apt {
    state: PathBuf,
    options: Vec<OsString>,
}

impl Apt {
    fn new(release: Release, kind: Kind, state: PathBuf) -> Result<Apt, String> {
        let site = site()?;
        let kind = match kind {
            Kind::Binary => "deb",
            Kind::Source => "deb-src",
        };
        let file = |name: &str| state.join(name);
        let failed = |error: std::io::Error| format!("{}: {error}", state.display());
        for directory in ["lists/partial", "cache/archives/partial", "debs"] {
            fs::create_dir_all(file(directory)).map_err(failed)?;
        }
        fs::write(file("status"), "").map_err(failed)?;
        let signed = if Path::new(KEYRING).exists() {
            format!("[signed-by={KEYRING}] ")
        } else {
            String::new()
        };
        fs::write(
            file("sources.list"),
            format!("{kind} {signed}{site} {} main\n", suite(release)),
        )
        .map_err(failed)?;
        let mut options = Vec::new();
        let mut option = |name: &str, value: OsString| {
            let mut setting = OsString::from(format!("{name}="));
            setting.push(value);
            options.extend(["-o".into(), setting]);
        };
        option("Dir::Etc::sourcelist", file("sources.list").into());
        option("Dir::Etc::sourceparts", "-".into());
        option("Dir::Etc::preferences", "-".into());
        option("Dir::Etc::preferencesparts", "-".into());
        option("Dir::State::lists", file("lists").into());
        option("Dir::State::status", file("status").into());
        option("Dir::Cache", file("cache").into());
        option("Acquire::Check-Valid-Until", "false".into());
        option("Acquire::Languages", "none".into());
        option("Acquire::Retries", "3".into());
        option("APT::Sandbox::User", user().into());
        option("APT::Update::Post-Invoke", "".into());
        option("APT::Update::Post-Invoke-Success", "".into());
        Ok(Apt { state, options })
    }

    fn run(&self, program: &str, arguments: &[&str], directory: &Path) -> Result<String, String> {
        let mut command = Command::new(program);
        command
            .args(&self.options)
            .args(arguments)
            .current_dir(directory)
            .env("LC_ALL", "C.UTF-8");
        output(command)
    }

    fn update(&self) -> Result<(), String> {
        self.run("apt-get", &["-q", "update", "--error-on=any"], &self.state)
            .map(drop)
    }

    /// The names of the packages to fetch that the suite has.
    fn packages(&self) -> Result<Vec<String>, String> {
        // All at once: what takes time is the reading of the lists.
        let look = || "reading the package lists".to_owned();
        let list = || self.run("apt-cache", &["pkgnames"], &self.state);
        let names = Line::new().during(look, list)?;
        let known: HashSet<&str> = names.lines().map(str::trim).collect();
        let applications = APPLICATIONS.iter().map(|name| format!("erlang-{name}"));
        let wanted =
            applications.chain(OTHERS.iter().chain(SCRIPTS).map(|name| (*name).to_owned()));
        let packages: Vec<String> = wanted
            .filter(|name| known.contains(name.as_str()))
            .collect();
        for needed in ["erlang-base", "elixir", "rebar3"] {
            if !packages.iter().any(|name| name == needed) {
                return Err(format!("the archive has no package {needed}"));
            }
        }
        Ok(packages)
    }

    fn download(&self, packages: &[String]) -> Result<(), String> {
        let mut arguments = vec!["-q", "download"];
        arguments.extend(packages.iter().map(String::as_str));
        self.run("apt-get", &arguments, &self.state.join("debs"))
            .map(drop)
    }

    /// Downloads `packages` and unpacks them into `tree`.
    fn unpack(&self, packages: &[String], tree: &Path) -> Result<(), String> {
        let what = format!("{} packages", packages.len());
        step(&what, &self.state, || self.download(packages))?;
        let mut archives = self.files()?;
        archives.retain(|file| file.extension() == Some(OsStr::new("deb")));
        let (line, all) = (Line::new(), archives.len());
        for (done, archive) in archives.iter().enumerate() {
            let bar = progress::bar(done as f32 / all as f32, done, all);
            let name = archive.file_name().unwrap_or_default().to_string_lossy();
            line.show(&format!("unpacking {bar} {name}"));
            unpack(archive, tree)?;
        }
        line.clear();
        say!("unpacked");
        Ok(())
    }

    /// Downloads what the authors of a source package published, without what Debian adds: that may be gone already, replaced by
    /// a newer version.
    fn source(&self, package: &str) -> Result<(), String> {
        let arguments = ["-q", "source", "--download-only", "--tar-only", package];
        self.run("apt-get", &arguments, &self.state.join("debs"))
            .map(drop)
    }

    fn source_archive(&self) -> Result<PathBuf, String> {
        let ours = |file: &PathBuf| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            name.contains(".orig.tar.") && !name.ends_with(".asc")
        };
        let found = self.files()?.into_iter().find(ours);
        found.ok_or_else(|| "the source package has no archive of its authors".into())
    }

    /// The files that were downloaded.
    fn files(&self) -> Result<Vec<PathBuf>, String> {
        let entries = fs::read_dir(self.state.join("debs")).map_err(|error| error.to_string())?;
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        files.sort();
        Ok(files)
    }
}

fn unpack(archive: &Path, directory: &Path) -> Result<(), String> {
    let mut command = Command::new("dpkg-deb");
    command.arg("-x").arg(archive).arg(directory);
    output(command).map(drop)
}

/// What the command writes; else its name and the end of its complaint.
fn output(mut command: Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("{name} is not there: OTP is fetched from Debian's packages, with apt-get, dpkg-deb and tar"),
        _ => format!("{name}: {error}"),
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines: Vec<&str> = complaint
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let last = lines[lines.len().saturating_sub(3)..].join("; ");
    Err(format!("{name} failed ({}): {last}", output.status))
}

/// The archive that the system's apt is configured with: of those it names, the one for this release of the system.
fn site() -> Result<String, String> {
    let mut command = Command::new("apt-get");
    command.args(["indextargets", "--format", "$(SITE) $(RELEASE) $(ORIGIN)"]);
    let targets = output(command)?;
    let codename = codename().unwrap_or_default();
    let named = targets.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((
            words.next()?.to_owned(),
            words.next().unwrap_or_default().to_owned(),
            words.next().unwrap_or_default().to_owned(),
        ))
    });
    let named: Vec<_> = named.collect();
    let ours = named
        .iter()
        .find(|(_, release, _)| !codename.is_empty() && *release == codename);
    let debian = named.iter().find(|(_, release, origin)| {
        origin == "Debian" && ["stable", "testing", "unstable", "sid"].contains(&release.as_str())
            || Release::ALL.iter().any(|known| suite(*known) == release)
    });
    ours.or(debian).map(|(site, ..)| site.clone()).ok_or_else(|| {
        "apt has no archive of Debian configured here; configure one (or run `apt-get update` as root, if its lists are empty)".into()
    })
}

/// The code name in os-release.
fn codename() -> Option<String> {
    let text = fs::read_to_string("/etc/os-release").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="))?;
    Some(line.trim_matches('"').to_owned())
}

/// Who apt drops to: nobody else, since the state directory is ours alone.
fn user() -> String {
    let mut command = Command::new("id");
    command.arg("-un");
    output(command).map_or_else(|_| "root".into(), |name| name.trim().to_owned())
}

/// Does `work`, which writes below `directory`, again if it fails, and says so.
fn step(name: &str, directory: &Path, work: impl Fn() -> Result<(), String>) -> Result<(), String> {
    let line = Line::new();
    let before = megabytes(directory);
    let look = || {
        let come = megabytes(directory).saturating_sub(before);
        format!("fetching {name}: {come} MB")
    };
    for attempt in 1.. {
        line.show(&format!("fetching {name}"));
        let start = Instant::now();
        match line.during(look, &work) {
            Ok(()) => {
                let seconds = start.elapsed().as_secs_f32();
                say!("fetched {name} in {seconds:.1} s");
                break;
            }
            Err(error) if attempt >= TRIES || error.contains("is not there") => return Err(error),
            Err(error) => {
                complain!("fetching {name} failed: {error}; trying again");
                std::thread::sleep(Duration::from_secs(2 * attempt));
            }
        }
    }
    Ok(())
}

/// What the files below `directory` have, in MB.
fn megabytes(directory: &Path) -> u64 {
    fn bytes(directory: &Path) -> u64 {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        let sizes = entries.map(|entry| match entry.metadata() {
            Ok(about) if about.is_dir() => bytes(&entry.path()),
            Ok(about) => about.len(),
            Err(_) => 0,
        });
        sizes.sum()
    }
    bytes(directory) >> 20
}
