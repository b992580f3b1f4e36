//! The machines that suites run on: Oxbeam, and a real `erl` to compare with.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How to start one.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    /// For folders and messages: `oxbeam` or `reference`.
    pub(super) name: &'static str,
    program: PathBuf,
    /// First in the path, so that what a case starts by the name `erl` is this machine too.
    tools: Option<PathBuf>,
    /// `OXBEAM_OTP`.
    otp: Option<PathBuf>,
}

impl Machine {
    /// Oxbeam by `links`, a folder with a link named `erl`, on the OTP at `root`.
    pub(super) fn oxbeam(links: &Path, root: &Path) -> Machine {
        Machine {
            name: "oxbeam",
            program: links.join("erl"),
            tools: Some(links.to_path_buf()),
            otp: Some(root.to_path_buf()),
        }
    }

    /// The real one. A program of another name than `erl` is one that starts it in some other place, with other paths.
    pub(super) fn reference(program: &Path) -> Result<Machine, String> {
        let program = std::path::absolute(program).map_err(|error| error.to_string())?;
        if !program.is_file() {
            return Err(format!("{} is not a file", program.display()));
        }
        let own = program.file_name().is_some_and(|name| name == "erl");
        Ok(Machine {
            name: "reference",
            tools: program.parent().filter(|_| own).map(Path::to_path_buf),
            program,
            otp: None,
        })
    }

    /// A command for it, without arguments yet; it knows nothing of the caller's own settings.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.stdin(Stdio::null());
        for name in [
            "ERL_LIBS",
            "ERL_FLAGS",
            "ERL_AFLAGS",
            "ERL_ZFLAGS",
            "OXBEAM_OTP",
        ] {
            command.env_remove(name);
        }
        if let Some(tools) = &self.tools {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let parts = std::iter::once(tools.clone()).chain(std::env::split_paths(&path));
            // A path that was taken apart can be put together.
            let path = std::env::join_paths(parts).unwrap_or(path);
            command.env("PATH", path);
        }
        if let Some(otp) = &self.otp {
            command.env("OXBEAM_OTP", otp);
        }
        let erl = if self.tools.is_some() {
            self.program.clone().into_os_string()
        } else {
            OsString::from("erl")
        };
        command.env("CONFORM_ERL", erl);
        command
    }

    /// The version of OTP that it runs.
    pub(super) fn version(&self) -> Result<String, String> {
        let expression = "{ok,V}=file:read_file(filename:join([code:root_dir(),\"releases\",\
                          erlang:system_info(otp_release),\"OTP_VERSION\"])),io:put_chars(V),halt().";
        let mut command = self.command();
        command.args(["-noshell", "-eval", expression]);
        let output = command
            .output()
            .map_err(|error| format!("{}: {error}", self.program.display()))?;
        let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if version.is_empty() {
            return Err(format!(
                "{} does not say its version: {}",
                self.program.display(),
                String::from_utf8_lossy(&output.stderr).trim()
            ));
        }
        Ok(version)
    }
}
