//! What a program is run on: releases and configurations, and the command that starts a machine for each.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::oracle::Oracle;

/// A way of running the same program.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Config {
    /// Nothing special.
    Normal,
    /// A machine built to collect at every reservation and to verify its heaps.
    Zeal,
    /// One scheduler.
    S1,
    /// Four schedulers, whatever the machine has.
    S4,
}

impl Config {
    /// All of them, in the order in which they are run.
    pub const ALL: [Self; 4] = [Self::Normal, Self::S1, Self::S4, Self::Zeal];

    /// The name in test names and in `%% not:` lines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Zeal => "zeal",
            Self::S1 => "s1",
            Self::S4 => "s4",
        }
    }

    /// Emulator flags.
    fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Normal | Self::Zeal => &[],
            Self::S1 => &["+S", "1"],
            Self::S4 => &["+S", "4"],
        }
    }

    /// How much longer a program may take here than its `%% timeout:` says.
    pub fn patience(self) -> u32 {
        if self == Self::Zeal { 20 } else { 1 }
    }
}

/// Where the folders of the project are.
#[derive(Clone, Debug)]
pub struct Places {
    /// The repository's root.
    pub root: PathBuf,
    /// `tests/data`.
    pub data: PathBuf,
    /// Where cargo puts what it builds, and we our compiled programs (`oxbeam_tests/` below it).
    pub target: PathBuf,
}

impl Places {
    /// Finds them from the package's folder and from the running test binary (`target/<profile>/deps/…`).
    pub fn find() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .map_or_else(|| PathBuf::from("."), Path::to_path_buf);
        let target = std::env::current_exe()
            .ok()
            .and_then(|exe| exe.ancestors().nth(3).map(Path::to_path_buf))
            .unwrap_or_else(|| root.join("target"));
        Self {
            data: root.join("tests/data"),
            root,
            target,
        }
    }

    /// The machine under test: `OXBEAM_BIN`, else the one built with this test's profile, else any other.
    fn binary(&self, config: Config) -> Option<PathBuf> {
        if config == Config::Zeal {
            return from_env("OXBEAM_BIN_ZEAL").or_else(|| {
                ["perf", "debug", "release"]
                    .map(|profile| self.target.join("zeal").join(profile).join("oxbeam"))
                    .into_iter()
                    .find(|file| file.is_file())
            });
        }
        from_env("OXBEAM_BIN").or_else(|| {
            let own = std::env::current_exe()
                .ok()
                .and_then(|exe| exe.ancestors().nth(2).map(|dir| dir.join("oxbeam")));
            let others =
                ["release", "debug"].map(|profile| self.target.join(profile).join("oxbeam"));
            own.into_iter().chain(others).find(|file| file.is_file())
        })
    }
}

fn from_env(name: &str) -> Option<PathBuf> {
    std::env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

/// A release and where its unmodified libraries are.
#[derive(Clone, Debug)]
pub struct Release {
    /// 25, 27 or 29.
    pub number: u32,
    /// The OTP root (the folder that holds `lib/` and `releases/`); `None` if we have no libraries of it.
    pub otp: Option<PathBuf>,
}

/// The releases that tests are about.
pub const RELEASES: [u32; 3] = [25, 27, 29];

/// The releases to run: what `OXBEAM_OTP` names (a number or a root), else all that are below `.otp/`.
pub fn releases(places: &Places) -> Vec<Release> {
    let below = |number: u32| {
        let dir = places.root.join(".otp").join(number.to_string());
        ["usr/lib/erlang", "lib/erlang", "."]
            .into_iter()
            .map(|sub| dir.join(sub))
            .find(|root| is_otp_root(root))
    };
    match std::env::var("OXBEAM_OTP") {
        Ok(one) if !one.is_empty() => match one.parse() {
            Ok(number) => vec![Release {
                number,
                otp: below(number),
            }],
            Err(_) => {
                let root = PathBuf::from(one);
                vec![Release {
                    number: release_of(&root).unwrap_or(0),
                    otp: is_otp_root(&root).then_some(root),
                }]
            }
        },
        _ => RELEASES
            .into_iter()
            .map(|number| Release {
                number,
                otp: below(number),
            })
            .collect(),
    }
}

fn is_otp_root(dir: &Path) -> bool {
    dir.join("lib").is_dir() && dir.join("releases").is_dir()
}

/// The release of an OTP root, from `releases/<number>/OTP_VERSION`.
fn release_of(root: &Path) -> Option<u32> {
    std::fs::read_dir(root.join("releases"))
        .ok()?
        .flatten()
        .filter(|entry| entry.path().join("OTP_VERSION").is_file())
        .find_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// How to start a machine: Oxbeam on some OTP, or the real one when recording.
#[derive(Clone, Debug)]
pub struct Vm {
    /// Program and first arguments.
    words: Vec<String>,
    /// Put into the environment.
    env: Vec<(&'static str, PathBuf)>,
    /// Which release it runs.
    pub release: u32,
    /// Which configuration.
    pub config: Config,
    /// Changes when the machine does: programs compiled by it are compiled anew.
    pub identity: String,
    /// The real OTP, so its compiled programs are kept apart.
    pub is_oracle: bool,
}

impl Vm {
    /// The OTP root that it runs; the real machine has its own.
    pub fn otp(&self) -> Option<PathBuf> {
        let (_, root) = self.env.iter().find(|(name, _)| *name == "OXBEAM_OTP")?;
        Some(PathBuf::from(root))
    }
    /// Oxbeam for this release and configuration; `Err` says what is missing.
    pub fn oxbeam(places: &Places, release: &Release, config: Config) -> Result<Self, String> {
        let otp = release
            .otp
            .as_ref()
            .ok_or_else(|| format!("no OTP {} libraries", release.number))?;
        let binary = places
            .binary(config)
            .ok_or_else(|| "no oxbeam binary".to_owned())?;
        let about =
            std::fs::metadata(&binary).map_err(|error| format!("{}: {error}", binary.display()))?;
        let mut words = vec![binary.display().to_string(), "erl".to_owned()];
        words.extend(config.flags().iter().map(|&flag| flag.to_owned()));
        Ok(Self {
            words,
            env: vec![("OXBEAM_OTP", otp.clone())],
            release: release.number,
            config,
            identity: format!("oxbeam {} {:?}", about.len(), about.modified().ok()),
            is_oracle: false,
        })
    }

    /// The real one.
    pub fn oracle(oracle: &Oracle, release: u32, config: Config) -> Option<Self> {
        Some(Self::real(oracle.command(release)?, release, config))
    }

    /// The real one that these words start.
    pub fn real(mut words: Vec<String>, release: u32, config: Config) -> Self {
        let identity = format!("oracle {}", words.join(" "));
        words.extend(config.flags().iter().map(|&flag| flag.to_owned()));
        Self {
            words,
            env: Vec::new(),
            release,
            config,
            identity,
            is_oracle: true,
        }
    }

    /// A command without arguments of its own yet.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]);
        self.prepare(&mut command);
        command
    }

    /// The environment.
    fn prepare(&self, command: &mut Command) {
        command.envs(self.env.iter().map(|(name, value)| (*name, value)));
        // Programs print unicode, and leave neither dumps nor a cookie behind.
        command.env("LC_ALL", "C.UTF-8");
        command.env("ERL_CRASH_DUMP_SECONDS", "0");
        for name in ["ERL_FLAGS", "ERL_AFLAGS", "ERL_ZFLAGS", "ERL_LIBS"] {
            command.env_remove(name);
        }
    }

    /// A command of another tool on the same machine (`mix`, say), in `directory`.
    pub fn tool(&self, name: &str, directory: &Path) -> Command {
        let erl = self.words.iter().position(|word| word == "erl");
        let mut words = self.words[..erl.unwrap_or(0)].to_vec();
        if self.is_oracle {
            // A command in front, `chroot` perhaps, may start elsewhere.
            words.extend(["sh", "-c", "cd \"$0\" && exec \"$@\""].map(str::to_owned));
            words.push(directory.display().to_string());
        }
        words.push(name.to_owned());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).current_dir(directory);
        self.prepare(&mut command);
        command
    }

    /// A command that runs a shell script in `directory`, with the tools of this machine first in the path; those of Oxbeam are
    /// links in `links`, made if they are not there.
    pub fn script(&self, script: &str, directory: &Path, links: &Path) -> Result<Command, String> {
        let mut command = if self.is_oracle {
            self.tool("sh", directory)
        } else {
            let made = Command::new(&self.words[0])
                .arg("links")
                .arg(links)
                .status();
            if !made.is_ok_and(|status| status.success()) {
                return Err(format!("no links in {}", links.display()));
            }
            let path = std::env::var_os("PATH").unwrap_or_default();
            let parts = std::iter::once(links.to_path_buf()).chain(std::env::split_paths(&path));
            let path = std::env::join_paths(parts).map_err(|error| error.to_string())?;
            let mut command = Command::new("sh");
            self.prepare(&mut command);
            command.current_dir(directory).env("PATH", path);
            command
        };
        command.arg(script);
        Ok(command)
    }

    /// Folders that hold this machine's `usr/lib`, other than `/`: the same has several names where there are links.
    pub fn prefixes(&self) -> Vec<PathBuf> {
        let roots = self.env.iter().map(|(_, root)| root.clone());
        let all = roots.flat_map(|root| [root.canonicalize().ok(), Some(root)]);
        let prefix = |root: PathBuf| root.ancestors().nth(3).map(Path::to_path_buf);
        all.flatten().filter_map(prefix).collect()
    }

    /// The folder of everything compiled for and written by this machine.
    pub fn workspace(&self, places: &Places) -> PathBuf {
        let kind = if self.is_oracle { "-oracle" } else { "" };
        places
            .target
            .join("oxbeam_tests")
            .join(format!("{}{kind}", self.release))
    }
}
