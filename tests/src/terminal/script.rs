//! Scripts of keys: `data/terminal/<program>/<name>.keys`. `docs/testing.md` says what the lines mean.

use std::path::{Path, PathBuf};

use super::pty::Size;
use rustix::process::Signal;

/// What is done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// These keys are typed.
    Type(Vec<u8>),
    /// Waits until the screen shows this.
    Wait(String),
    /// The screen is compared, or written down, under this name.
    Screen(String),
    /// The window has this size now.
    Resize(Size),
    /// The program gets a signal.
    Signal(Signal),
    /// The terminal is set as shells set it.
    Lines,
    /// The terminal goes away.
    HangUp,
    /// Waits until the program has ended; how is part of what is compared.
    End,
    /// The program starts anew, on another terminal, in the same folder.
    Again,
    /// Waits so many milliseconds.
    Pause(u64),
}

/// A script.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Script {
    /// What it is about: its file's name.
    pub name: String,
    /// The program: its folder's name.
    pub program: String,
    /// The file without its extension.
    stem: PathBuf,
    /// Arguments of the program.
    pub arguments: Vec<String>,
    /// Variables of the environment.
    pub environment: Vec<(String, String)>,
    /// The window at the start.
    pub size: Size,
    /// Releases that it is for.
    pub releases: Vec<u32>,
    /// Another node that runs meanwhile, `far` for far@127.0.0.1.
    pub node: Option<String>,
    /// What is done, in order.
    pub steps: Vec<Step>,
}

impl Script {
    /// A script without steps yet.
    pub fn new(name: &str, program: &str) -> Script {
        Script {
            name: name.to_owned(),
            program: program.to_owned(),
            stem: PathBuf::new(),
            arguments: Vec::new(),
            environment: Vec::new(),
            size: Size {
                columns: 110,
                rows: 32,
            },
            releases: crate::matrix::RELEASES.to_vec(),
            node: None,
            steps: Vec::new(),
        }
    }
    /// Reads a script.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(file: &Path) -> Result<Script, String> {
        let at = |message: String| format!("{}: {message}", file.display());
        let text = std::fs::read_to_string(file).map_err(|error| at(error.to_string()))?;
        let part = |path: Option<&std::ffi::OsStr>| {
            path.map(|part| part.to_string_lossy().into_owned())
                .unwrap_or_default()
        };
        let program = part(file.parent().and_then(Path::file_name));
        let mut script = Script::new(&part(file.file_stem()), &program);
        script.stem = file.with_extension("");
        for (index, line) in text.lines().enumerate() {
            script
                .line(line)
                .map_err(|message| at(format!("line {}: {message}", index + 1)))?;
        }
        Ok(script)
    }
    fn line(&mut self, line: &str) -> Result<(), String> {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let step = match word {
            "arguments:" => {
                self.arguments = rest.split_whitespace().map(str::to_owned).collect();
                return Ok(());
            }
            "environment:" => {
                let (name, value) = rest.split_once('=').ok_or("no =")?;
                self.environment.push((name.to_owned(), value.to_owned()));
                return Ok(());
            }
            "node:" => {
                self.node = Some(rest.to_owned());
                return Ok(());
            }
            "size:" => {
                self.size = size(rest)?;
                return Ok(());
            }
            "releases:" => {
                let numbers = rest.split_whitespace().map(str::parse);
                let numbers: Result<Vec<u32>, _> = numbers.collect();
                self.releases = numbers.map_err(|error| error.to_string())?;
                return Ok(());
            }
            "type" => Step::Type(keys(rest)?),
            "wait" => Step::Wait(rest.to_owned()),
            "screen" => Step::Screen(rest.to_owned()),
            "resize" => Step::Resize(size(rest)?),
            "signal" => Step::Signal(match rest {
                "CONT" => Signal::CONT,
                "HUP" => Signal::HUP,
                "INT" => Signal::INT,
                "QUIT" => Signal::QUIT,
                "SEGV" => Signal::SEGV,
                "STOP" => Signal::STOP,
                "TERM" => Signal::TERM,
                "USR2" => Signal::USR2,
                _ => return Err(format!("no signal {rest}")),
            }),
            "lines" => Step::Lines,
            "hang_up" => Step::HangUp,
            "end" => Step::End,
            "again" => Step::Again,
            "pause" => Step::Pause(rest.parse().map_err(|_| "no number")?),
            _ => return Err(format!("what is {word}?")),
        };
        self.steps.push(step);
        Ok(())
    }
    /// The file with the screens of this release.
    pub fn screens(&self, release: u32) -> PathBuf {
        self.stem.with_extension(format!("{release}.screens"))
    }
}

fn size(text: &str) -> Result<Size, String> {
    let (columns, rows) = text.split_once('x').ok_or("a size is COLUMNSxROWS")?;
    let number = |text: &str| {
        text.parse()
            .map_err(|_| "a size is COLUMNSxROWS".to_owned())
    };
    Ok(Size {
        columns: number(columns)?,
        rows: number(rows)?,
    })
}

/// Keys: text with `\r \n \t \e \s \\`, `\^X` for Ctrl and X, `\xHH` for a byte, `\<up>` and so on.
fn keys(text: &str) -> Result<Vec<u8>, String> {
    let mut keys = Vec::new();
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            keys.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        match rest.next() {
            Some('r') => keys.push(b'\r'),
            Some('n') => keys.push(b'\n'),
            Some('t') => keys.push(b'\t'),
            Some('e') => keys.push(0x1b),
            Some('s') => keys.push(b' '),
            Some('d') => keys.push(0x7f),
            Some('\\') => keys.push(b'\\'),
            Some('^') => {
                let letter = rest.next().and_then(|letter| u8::try_from(letter).ok());
                keys.push(letter.ok_or("no letter behind ^")? & 0x1f);
            }
            Some('x') => {
                let digits: String = rest.by_ref().take(2).collect();
                let byte = u8::from_str_radix(&digits, 16);
                keys.push(byte.map_err(|error| error.to_string())?);
            }
            Some('<') => {
                let name: String = rest.by_ref().take_while(|&letter| letter != '>').collect();
                keys.extend_from_slice(match name.as_str() {
                    "up" => b"\x1b[A",
                    "down" => b"\x1b[B",
                    "right" => b"\x1b[C",
                    "left" => b"\x1b[D",
                    "home" => b"\x1b[H",
                    "end" => b"\x1b[F",
                    "delete" => b"\x1b[3~",
                    _ => return Err(format!("no key {name}")),
                });
            }
            other => return Err(format!("no key \\{}", other.unwrap_or(' '))),
        }
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_names() {
        let typed = keys("a\\t\\^G\\<up>\\xff\\\\é").expect("they are keys");
        assert_eq!(typed, b"a\t\x07\x1b[A\xff\\\xc3\xa9");
        assert!(keys("\\<sideways>").is_err());
    }

    #[test]
    fn lines_are_steps() {
        let mut script = Script::new("so", "erl");
        for line in ["# so", "size: 80x24", "wait 1>", "type x.\\r", "end"] {
            script.line(line).expect("it is a line");
        }
        assert_eq!(script.size.columns, 80);
        assert_eq!(script.steps.len(), 3);
        assert!(script.line("dance").is_err());
    }
}
