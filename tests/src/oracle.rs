//! The real OTP: where recorded output comes from.

use std::env::var;
use std::path::{Path, PathBuf};

/// The commands of the real `erl`, one a release, from the environment: `ORACLE_25`, `ORACLE_27`, `ORACLE_29`;
/// `ORACLE` is the one for 25.
#[derive(Clone, Debug)]
pub struct Oracle {
    /// Whether what it prints is written down (else it is compared, which tests the corpus itself).
    pub record: bool,
}

impl Oracle {
    /// What the environment asks for, if anything.
    pub fn from_env() -> Option<Self> {
        let record = var("OXBEAM_RECORD").is_ok_and(|value| value == "1");
        let named = crate::matrix::RELEASES
            .iter()
            .any(|&release| Self { record }.command(release).is_some());
        (record || named).then_some(Self { record })
    }

    /// Program and arguments, split at spaces.
    pub fn command(&self, release: u32) -> Option<Vec<String>> {
        let text = var(format!("ORACLE_{release}")).or_else(|error| {
            if release == 25 {
                var("ORACLE")
            } else {
                Err(error)
            }
        });
        let words: Vec<String> = text
            .ok()?
            .split_whitespace()
            .map(ToOwned::to_owned)
            .collect();
        (!words.is_empty()).then_some(words)
    }
}

/// Program and arguments of the real `erl` of this release, for tests in which it meets Oxbeam on `otp`: `REAL_25`, `REAL_27`, `REAL_29`, else that of
/// the path, if it (and its Elixir, for `iex`) is of the same version, which shells show.
pub fn real(release: u32, otp: &Path, program: &str) -> Option<Vec<String>> {
    let text = var(format!("REAL_{release}")).unwrap_or_default();
    let words: Vec<String> = text.split_whitespace().map(ToOwned::to_owned).collect();
    if !words.is_empty() {
        return Some(words);
    }
    let same = |one: PathBuf, other: PathBuf| {
        let read = |file: PathBuf| std::fs::read(file).ok();
        read(one).is_some_and(|text| Some(text) == read(other))
    };
    // Oxbeam's own links lead to where no OTP is.
    let version = Path::new("releases")
        .join(release.to_string())
        .join("OTP_VERSION");
    let erlang = same(otp.join(&version), home_of("erl")?.join(version));
    let elixir = || {
        let app = "lib/elixir/ebin/elixir.app";
        let ours = otp.parent()?.join("elixir").join(app);
        Some(same(ours, home_of("iex")?.join(app)))
    };
    let all = erlang && (program != "iex" || elixir()?);
    all.then(|| vec!["erl".to_owned()])
}

/// The folder above `bin` that a program of the path is in, links followed.
fn home_of(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let file = std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())?;
    let file = file.canonicalize().ok()?;
    Some(file.parent()?.parent()?.to_path_buf())
}
