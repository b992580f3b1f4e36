//! Another node for a script whose shell is there: the machine that it runs on need not be the one that the script is played on.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::script::Script;
use crate::matrix::{Places, Vm};

/// How long a node may take to start.
const LIMIT: Duration = Duration::from_secs(60);
/// Between two looks.
const BEAT: Duration = Duration::from_millis(50);
/// What the port mapper is asked: who is there?
const NAMES: &[u8] = &[0, 1, b'n'];

/// A running node, and a port mapper of its own, so that scripts that are played at the same time don't meet.
pub struct Far {
    mapper: Child,
    node: Option<Child>,
    port: u16,
}

impl Far {
    /// Starts the node that the script names.
    ///
    /// # Errors
    /// What can't be started.
    pub fn start(
        places: &Places,
        vm: &Vm,
        script: &Script,
        name: &str,
        home: &Path,
    ) -> Result<Far, String> {
        let mut far = mapper(places)?;
        let arguments = [
            "-name",
            &format!("{name}@127.0.0.1"),
            "-setcookie",
            "terminal",
        ]
        .map(str::to_owned);
        let mut command = if script.program == "iex" {
            let mut command = vm.tool("elixir", home);
            command.args([
                "--no-halt",
                "--erl",
                &format!("{} -noinput", arguments.join(" ")),
            ]);
            command.args(["-e", ":ok"]);
            command
        } else {
            let mut command = vm.command();
            command.arg("-noinput").args(arguments);
            command
        };
        command
            .env("HOME", home)
            .env("ERL_EPMD_PORT", far.port.to_string());
        far.node = Some(
            quiet(command)
                .spawn()
                .map_err(|error| format!("{name}: {error}"))?,
        );
        let start = Instant::now();
        while !names(far.port).is_some_and(|names| names.contains(&format!("name {name} at"))) {
            if !far.is_alive() || start.elapsed() > LIMIT {
                return Err(format!("{name} does not start"));
            }
            std::thread::sleep(BEAT);
        }
        Ok(far)
    }
    /// Has a command meet this node.
    pub fn meet(&self, command: &mut Command) {
        command.env("ERL_EPMD_PORT", self.port.to_string());
    }
    /// Does the node still run?
    pub fn is_alive(&mut self) -> bool {
        let ended = |node: &mut Child| node.try_wait().is_ok_and(|status| status.is_none());
        self.node.as_mut().is_some_and(ended)
    }
}

impl Drop for Far {
    fn drop(&mut self) {
        for child in self.node.iter_mut().chain([&mut self.mapper]) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn quiet(mut command: Command) -> Command {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// That of a release may lack the libraries that it wants; any other serves as well.
fn mapper(places: &Places) -> Result<Far, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let installed = crate::matrix::RELEASES.iter().flat_map(|release| {
        let otp = places.root.join(format!(".otp/{release}/usr/lib/erlang"));
        let folders = std::fs::read_dir(otp).into_iter().flatten().flatten();
        folders
            .map(|folder| folder.path().join("bin"))
            .filter(|bin| bin.join("epmd").is_file())
    });
    let folders: Vec<PathBuf> = std::env::split_paths(&path).chain(installed).collect();
    for file in folders
        .iter()
        .map(|folder| folder.join("epmd"))
        .filter(|file| file.is_file())
    {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| error.to_string())?;
        let port = listener
            .local_addr()
            .map_err(|error| error.to_string())?
            .port();
        drop(listener);
        let mut command = Command::new(file);
        command.args(["-port", &port.to_string()]);
        let Ok(mapper) = quiet(command).spawn() else {
            continue;
        };
        let mut far = Far {
            mapper,
            node: None,
            port,
        };
        let start = Instant::now();
        while far.mapper.try_wait().is_ok_and(|status| status.is_none()) && start.elapsed() < LIMIT
        {
            if names(port).is_some() {
                return Ok(far);
            }
            std::thread::sleep(BEAT);
        }
    }
    Err("no port mapper (epmd) runs here".to_owned())
}

/// What the port mapper says.
fn names(port: u16) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.write_all(NAMES).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    Some(String::from_utf8_lossy(answer.get(4..)?).into_owned())
}
