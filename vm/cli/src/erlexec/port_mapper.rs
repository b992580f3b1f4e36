//! The port mapper daemon (`epmd`), which a node that is to be alive finds others by, and is found. One serves all nodes of a host: a second one
//! sees that and ends.

use super::PortMapper;
use crate::output::complain;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// Starts a daemon; it returns at once. `false`: it can't be started.
fn start_daemon(program: &Path) -> bool {
    let status = Command::new(program)
        .arg("-daemon")
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

impl PortMapper {
    /// Starts it, unless it runs. A node without it says itself what is wrong.
    pub(crate) fn start(&self, bin: &Path) {
        match self {
            PortMapper::Command(command) => {
                let command = OsStr::from_bytes(command);
                let shell = Command::new("/bin/sh").arg("-c").arg(command).status();
                if let Err(error) = shell {
                    let number = error.raw_os_error().unwrap_or(0);
                    let command = command.to_string_lossy();
                    complain!("Error spawning {command} (error {number})");
                }
            }
            PortMapper::Release => {
                // That of a release which was fetched may lack the libraries that it wants; any other serves as well.
                if start_daemon(&bin.join("epmd")) {
                    return;
                }
                let path = std::env::var_os("PATH").unwrap_or_default();
                let _ = std::env::split_paths(&path)
                    .map(|directory| directory.join("epmd"))
                    .any(|program| program.is_file() && start_daemon(&program));
            }
        }
    }
}
