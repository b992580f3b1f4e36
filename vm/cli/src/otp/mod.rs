//! Which OTP to run: finds an installation, and reads from it which release it is.
//!
//! Wanted by `--otp`; else the one that this program is the emulator of (`embed`); else wanted by `OXBEAM_OTP` (both 25, 27, 29 or a
//! directory); else the installed Erlang; else `.otp/27` as `oxbeam otp fetch` leaves it.

pub(crate) mod embed;
pub(crate) mod fetch;
pub(crate) mod preloaded;

use crate::release::Release;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// The release that is fetched and used where nothing says otherwise.
pub(crate) const USUAL: Release = Release::Otp27;

/// An installation of OTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Otp {
    /// The root: holds `bin`, `lib` and `releases`. Absolute.
    pub(crate) root: PathBuf,
    /// Which release.
    pub(crate) release: Release,
    /// Its erts version, such as `15.2.7`.
    pub(crate) erts_version: String,
}

/// Why there is no OTP to run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoOtp {
    /// A release was asked for that Oxbeam does not run.
    Unknown(String),
    /// It was asked for and is not there.
    Absent(Release),
    /// Nothing was asked for and nothing found.
    Nowhere,
    /// The directory is not an OTP root.
    NotARoot(PathBuf, &'static str),
    /// It is one, of another release.
    Unsupported(PathBuf, u32),
}

impl fmt::Display for NoOtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoOtp::Unknown(wanted) => write!(
                f,
                "no OTP {wanted}: Oxbeam runs 25, 27 and 29, or give a directory"
            ),
            NoOtp::Absent(release) => {
                let number = release.number();
                write!(
                    f,
                    "OTP {number} is not here; `oxbeam otp fetch {number}` fetches it into .otp/{number}"
                )
            }
            NoOtp::Nowhere => {
                let number = USUAL.number();
                write!(
                    f,
                    "no Erlang/OTP found: neither installed nor in .otp; `oxbeam otp fetch {number}` fetches one \
                     into .otp/{number}, or name its directory with OXBEAM_OTP or --otp"
                )
            }
            NoOtp::NotARoot(path, lack) => {
                write!(f, "{} is not an OTP root: {lack}", path.display())
            }
            NoOtp::Unsupported(path, number) => {
                write!(
                    f,
                    "{} holds OTP {number}; Oxbeam runs 25, 27 and 29",
                    path.display()
                )
            }
        }
    }
}

/// Where to look.
pub(crate) struct Places {
    /// The working directory.
    pub(crate) here: PathBuf,
    /// Our own executable, links resolved.
    pub(crate) executable: PathBuf,
    /// The directories of `PATH`.
    pub(crate) path: Vec<PathBuf>,
    /// Where a system keeps Erlang.
    pub(crate) installed: Vec<PathBuf>,
}

impl Places {
    /// Those of this process.
    pub(crate) fn system() -> Places {
        let executable = std::env::current_exe().unwrap_or_default();
        Places {
            here: std::env::current_dir().unwrap_or_default(),
            executable: executable.canonicalize().unwrap_or(executable),
            path: std::env::var_os("PATH")
                .map(|path| std::env::split_paths(&path).collect())
                .unwrap_or_default(),
            installed: ["/usr/lib/erlang", "/usr/local/lib/erlang"]
                .map(PathBuf::from)
                .into(),
        }
    }

    /// The installation or release that this program is the emulator of: it lies in its `erts-*/bin`.
    pub(crate) fn own(&self) -> Option<Otp> {
        let (root, erts_version) = embed::home(&self.executable)?;
        let otp = Otp::at(&root).ok()?;
        Some(Otp {
            erts_version,
            ..otp
        })
    }

    /// The OTP that is wanted, or the usual one.
    pub(crate) fn choose(&self, wanted: Option<&OsStr>) -> Result<Otp, NoOtp> {
        let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else {
            return self.usual();
        };
        if let Some(number) = wanted.to_str().and_then(|wanted| wanted.parse().ok()) {
            let release =
                Release::from_number(number).ok_or_else(|| NoOtp::Unknown(number.to_string()))?;
            return self.of_release(release);
        }
        let directory = self.here.join(wanted);
        let fetched = directory.join("usr/lib/erlang");
        Otp::at(if fetched.is_dir() {
            &fetched
        } else {
            &directory
        })
    }

    fn usual(&self) -> Result<Otp, NoOtp> {
        let mut unsupported = None;
        for root in self.installations() {
            match Otp::at(&root) {
                Ok(otp) => return Ok(otp),
                Err(error @ NoOtp::Unsupported(..)) => unsupported = Some(error),
                Err(_) => {}
            }
        }
        self.fetched(USUAL)
            .ok_or(unsupported.unwrap_or(NoOtp::Nowhere))
    }

    fn of_release(&self, release: Release) -> Result<Otp, NoOtp> {
        let installed = || {
            self.installations()
                .iter()
                .filter_map(|root| Otp::at(root).ok())
                .find(|otp| otp.release == release)
        };
        self.fetched(release)
            .or_else(installed)
            .ok_or(NoOtp::Absent(release))
    }

    /// `.otp/N` beside the working directory, the executable, or above either.
    fn fetched(&self, release: Release) -> Option<Otp> {
        let above = self
            .here
            .ancestors()
            .chain(self.executable.ancestors().skip(1));
        above
            .map(|directory| directory.join(format!(".otp/{}/usr/lib/erlang", release.number())))
            .filter_map(|root| Otp::at(&root).ok())
            .find(|otp| otp.release == release)
    }

    /// Roots of installed Erlangs: the customary ones, and that of an `erl` in the path that is not ours.
    fn installations(&self) -> Vec<PathBuf> {
        let mut roots = self.installed.clone();
        roots.extend(
            self.other("erl")
                .and_then(|erl| root_of_program(&erl).map(Path::to_path_buf)),
        );
        roots
    }

    /// The first `program` in the path that is not this executable; links resolved.
    pub(crate) fn other(&self, program: &str) -> Option<PathBuf> {
        let found = self
            .path
            .iter()
            .filter_map(|directory| directory.join(program).canonicalize().ok());
        found
            .into_iter()
            .find(|found| found.is_file() && *found != self.executable)
    }
}

impl Otp {
    /// The installation whose root is `root`.
    pub(crate) fn at(root: &Path) -> Result<Otp, NoOtp> {
        let lack = |lack| NoOtp::NotARoot(root.to_path_buf(), lack);
        // Not canonical: a program that asks for the root should see the name it was given.
        let absolute =
            std::path::absolute(root).map_err(|_| lack("its path cannot be made absolute"))?;
        if !absolute.is_dir() {
            return Err(lack("there is no such directory"));
        }
        let libraries = names(&absolute.join("lib"));
        if !libraries
            .iter()
            .any(|name| name == "kernel" || name.starts_with("kernel-"))
        {
            return Err(lack("its lib has no kernel"));
        }
        let erts_version =
            erts_version(&absolute, &libraries).ok_or_else(|| lack("it has no erts directory"))?;
        let number = release_number(&absolute, &erts_version)
            .ok_or_else(|| lack("its release is not to be found"))?;
        let release = Release::from_number(number)
            .ok_or_else(|| NoOtp::Unsupported(absolute.clone(), number))?;
        Ok(Otp {
            root: absolute,
            release,
            erts_version,
        })
    }

    /// Where the release's own programs are.
    pub(crate) fn bin_directory(&self) -> PathBuf {
        self.root.join(format!("erts-{}/bin", self.erts_version))
    }

    /// The directory of the preloaded modules, where the installation has one.
    pub(crate) fn preloaded_directory(&self) -> Option<PathBuf> {
        let version = &self.erts_version;
        let candidates = [
            format!("lib/erts-{version}/ebin"),
            format!("erts-{version}/ebin"),
        ];
        candidates
            .map(|candidate| self.root.join(candidate))
            .into_iter()
            .find(|directory| directory.join("init.beam").is_file())
    }

    /// The release's own emulator, which carries the preloaded modules too.
    pub(crate) fn emulator(&self) -> PathBuf {
        self.bin_directory().join("beam.smp")
    }
}

/// The root of an installation, from a program in its `bin` or `erts-*/bin`.
fn root_of_program(program: &Path) -> Option<&Path> {
    let above = program.parent()?.parent()?;
    let name = above.file_name()?.to_str()?;
    if name.starts_with("erts-") {
        above.parent()
    } else {
        Some(above)
    }
}

/// Names in a directory; none if it cannot be read.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}

/// The version of `erts-V`: as `releases/start_erl.data` says if there is that one, else the highest.
fn erts_version(root: &Path, libraries: &[String]) -> Option<String> {
    let in_root = names(root);
    let mut versions: Vec<&str> = in_root
        .iter()
        .chain(libraries)
        .filter_map(|name| name.strip_prefix("erts-"))
        .collect();
    let data = fs::read_to_string(root.join("releases/start_erl.data")).unwrap_or_default();
    if let Some(version) = data
        .split_whitespace()
        .next()
        .filter(|version| versions.contains(version))
    {
        return Some(version.to_owned());
    }
    versions.sort_by_key(|version| numbers(version));
    versions.pop().map(str::to_owned)
}

fn numbers(version: &str) -> Vec<u32> {
    version
        .split('.')
        .map(|part| part.parse().unwrap_or(0))
        .collect()
}

/// From `releases/N/OTP_VERSION`; else by the erts version, whose major number has gone with the release's since 17.
fn release_number(root: &Path, erts_version: &str) -> Option<u32> {
    let releases = root.join("releases");
    let mut named: Vec<u32> = names(&releases)
        .iter()
        .filter(|name| releases.join(name).join("OTP_VERSION").is_file())
        .filter_map(|name| name.parse().ok())
        .collect();
    named.sort_unstable();
    let erts = numbers(erts_version)
        .first()
        .copied()
        .filter(|&major| major > 4)
        .map(|major| major + 12);
    match (named.as_slice(), erts) {
        ([only], _) => Some(*only),
        (several, Some(erts)) if several.is_empty() || several.contains(&erts) => Some(erts),
        (several, _) => several.last().copied(),
    }
}

#[cfg(test)]
mod tests;
