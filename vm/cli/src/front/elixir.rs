//! `elixir`, `elixirc`, `iex` and `mix`: the scripts of an Elixir installation, with our links early in the path, so
//! that the `erl` they run is Oxbeam. The scripts themselves come before: `-S mix` looks for a script, not for our link.

use super::{Call, Failure, execute};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// `elixir ARGUMENTS`.
pub(crate) fn run_elixir(call: &Call) -> Result<ExitCode, Failure> {
    run(call, "elixir")
}

/// `elixirc ARGUMENTS`.
pub(crate) fn run_elixirc(call: &Call) -> Result<ExitCode, Failure> {
    run(call, "elixirc")
}

/// `iex ARGUMENTS`.
pub(crate) fn run_iex(call: &Call) -> Result<ExitCode, Failure> {
    run(call, "iex")
}

/// `mix ARGUMENTS`.
pub(crate) fn run_mix(call: &Call) -> Result<ExitCode, Failure> {
    run(call, "mix")
}

fn run(call: &Call, script: &str) -> Result<ExitCode, Failure> {
    let otp = call.choose()?;
    let beside = otp
        .root
        .parent()
        .map(|above| above.join("elixir/bin").join(script));
    let program = beside
        .filter(|program| program.is_file())
        .or_else(|| call.places.other(script));
    let program = program.ok_or_else(|| {
        let number = otp.release.number();
        Failure::new(format!(
            "oxbeam: there is no Elixir beside {}, nor another in the path; `oxbeam otp fetch {number}` fetches one",
            otp.root.display()
        ))
    })?;
    let links = call.links().ok_or_else(|| {
        Failure::new(format!("oxbeam: {script} looks for erl in the path; `oxbeam links DIR` makes the links it needs"))
    })?;
    let mut path = front_of_path(links, std::env::var_os("PATH"));
    let scripts = program.canonicalize().ok();
    let scripts = scripts.as_deref().and_then(Path::parent);
    if let Some(scripts) = scripts.filter(|scripts| !scripts.join("erl").exists()) {
        path = front_of_path(scripts.to_path_buf(), Some(path));
    }
    let environment = [("PATH", path), ("OXBEAM_OTP", otp.root.into_os_string())];
    Err(execute(program.as_os_str(), &call.arguments, &environment))
}

/// `PATH` with `links` first, and only there.
fn front_of_path(links: PathBuf, path: Option<OsString>) -> OsString {
    let Some(path) = path else {
        return links.into();
    };
    let others = std::env::split_paths(&path).filter(|part| *part != links);
    let all: Vec<PathBuf> = std::iter::once(links.clone()).chain(others).collect();
    // Fails for a directory with a colon in its name, which no path can hold anyway.
    std::env::join_paths(all).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::front_of_path;

    #[test]
    fn our_links_come_first_and_once() {
        let path = |text: &str| front_of_path("/l".into(), Some(text.into()));
        assert_eq!(path("/a:/l:/b"), "/l:/a:/b");
        assert_eq!(front_of_path("/l".into(), None), "/l");
    }
}
