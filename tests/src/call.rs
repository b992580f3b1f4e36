//! Calls of programs that may take long: a folder to work in, what they print, and an end to patience.

use std::fs;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How a program ended, and what it printed.
pub struct Ended {
    /// Its standard output.
    pub output: String,
    /// Its standard error.
    pub errors: String,
    /// Its exit status, -1 after a signal.
    pub status: i32,
}

/// Runs `command`, for `limit` at most. What it prints to its error output goes by way of `folder`.
pub fn call(mut command: Command, folder: &Path, limit: Duration) -> Result<Ended, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let errors = folder.join("stderr");
    let stderr = fs::File::create(&errors).map_err(|error| error.to_string())?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(stderr)
        .process_group(0)
        .spawn()
        .map_err(|error| format!("{name}: not started: {error}"))?;
    let (sender, receiver) = mpsc::channel();
    if let Some(mut stdout) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut output = Vec::new();
            // Half an output is compared as it is.
            let _ = stdout.read_to_end(&mut output);
            let _ = sender.send(output);
        });
    }
    let start = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None if start.elapsed() > limit => {
                let group = rustix::process::Pid::from_child(&child);
                // Whoever it has started goes too; it may be gone by now.
                let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
                let _ = child.wait();
                return Err(format!("{name}: took too long"));
            }
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    };
    let output = receiver
        .recv_timeout(Duration::from_secs(5))
        .unwrap_or_default();
    Ok(Ended {
        output: String::from_utf8_lossy(&output).into_owned(),
        errors: fs::read_to_string(&errors).unwrap_or_default(),
        status: status.code().unwrap_or(-1),
    })
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
