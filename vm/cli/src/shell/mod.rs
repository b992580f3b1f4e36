//! `oxbeam shell`: our own shell, for Erlang expressions and for the machine itself. On a terminal with a line editor; from a pipe it
//! reads expressions and commands one after the other.

mod commands;
pub(crate) mod interrupt;
mod lexer;
mod link;
mod prompt;

use crate::front::{Call, Failure};
use crate::output::{self, complain, say};
use commands::Done;
use link::Link;
use prompt::Prompt;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{CompletionType, Config, Editor};
use std::cell::RefCell;
use std::io::{self, BufRead, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;

/// Lines that the history keeps.
const HISTORY: usize = 2000;

/// Runs the shell until its input ends, `:quit`, or the end of the machine, whose status it has then.
pub(crate) fn run(call: &Call, paths: &[PathBuf]) -> Result<ExitCode, Failure> {
    let otp = call.choose()?;
    let number = otp.release.number();
    let link = Link::start(call, otp.root, paths).map_err(|error| {
        Failure::new(format!("oxbeam shell: the machine does not start: {error}"))
    })?;
    interrupt::remember();
    let link = Rc::new(RefCell::new(link));
    let on_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    let ended = if on_terminal {
        say!("Oxbeam on OTP {number}, :help helps");
        converse(&link)
    } else {
        read_all(&link)
    };
    let status = match Rc::try_unwrap(link) {
        Ok(link) => link.into_inner().end(),
        Err(_) => 1,
    };
    match ended {
        Ok(()) => Ok(ExitCode::from(status)),
        // It has halted, or somebody has ended it: what it said of that is its status.
        Err(error) if is_gone(&error) => Ok(ExitCode::from(status)),
        Err(error) => Err(Failure::new(format!("oxbeam shell: {error}"))),
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe
    )
}

/// Runs what stands in `text`; what is left of it, which is not complete, and whether to go on.
fn run_complete(mut text: &str, link: &RefCell<Link>) -> io::Result<(String, bool)> {
    while let Some(end) = lexer::first_end(text) {
        let (one, rest) = text.split_at(end);
        let one = one[lexer::blank_length(one)..].trim();
        if !run_one(one, link)? {
            return Ok((String::new(), false));
        }
        text = rest;
    }
    Ok((text.to_owned(), true))
}

/// Runs one expression or command; false: the shell is to end.
fn run_one(text: &str, link: &RefCell<Link>) -> io::Result<bool> {
    let mut link = link.borrow_mut();
    let done = if text.starts_with(':') {
        commands::run(text, &mut link)?
    } else {
        let answer = link.ask(b'e', text)?;
        match answer.kind {
            b'v' => Done::Text(answer.text() + "\n"),
            _ => Done::Failed(answer.text()),
        }
    };
    match done {
        Done::Quit => return Ok(false),
        Done::Text(text) => output::bytes(text.as_bytes()),
        Done::Failed(text) => complain!("{}", text.trim_end()),
    }
    Ok(true)
}

/// From a pipe or a file.
fn read_all(link: &RefCell<Link>) -> io::Result<()> {
    let mut pending = String::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        // What runs may read the lines that follow.
        if io::stdin().lock().read_until(b'\n', &mut line)? == 0 {
            break;
        }
        pending.push_str(&String::from_utf8_lossy(&line));
        let (rest, more) = run_complete(&pending, link)?;
        if !more {
            return Ok(());
        }
        pending = rest;
    }
    if !lexer::is_blank(&pending) {
        // A command without the end of its line, or an expression without its dot, of which the machine says what is wrong.
        run_one(pending.trim(), link)?;
    }
    Ok(())
}

/// On a terminal.
fn converse(link: &Rc<RefCell<Link>>) -> io::Result<()> {
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .auto_add_history(false)
        .build();
    let mut editor: Editor<Prompt, FileHistory> =
        Editor::with_config(config).map_err(io::Error::other)?;
    editor.set_helper(Some(Prompt {
        link: Rc::clone(link),
        colours: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    }));
    let _ = rustyline::history::History::set_max_len(editor.history_mut(), HISTORY);
    let mut history = history_file();
    if let Some(file) = &history {
        // There is none the first time.
        let _ = editor.load_history(file);
    }
    let mut count = 1;
    loop {
        match editor.readline(&format!("{count}> ")) {
            Ok(text) => {
                if lexer::is_blank(&text) {
                    continue;
                }
                let _ = editor.add_history_entry(text.trim());
                // At once: the terminal may go away at any time.
                if let Some(Err(error)) = history.as_deref().map(|file| keep(&mut editor, file)) {
                    complain!("oxbeam shell: the history is not kept: {error}");
                    history = None;
                }
                let text = if text.trim_start().starts_with(':') {
                    text + "\n"
                } else {
                    text
                };
                match run_complete(&text, link) {
                    Ok((_, true)) => count += 1,
                    Ok((_, false)) => return Ok(()),
                    Err(error) => return Err(error),
                }
            }
            // ^C drops the line.
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => return Ok(()),
            // The terminal has gone.
            Err(ReadlineError::Io(error)) if error.raw_os_error() == Some(libc::EIO) => {
                return Ok(());
            }
            Err(error) => return Err(io::Error::other(error)),
        }
    }
}

fn keep(editor: &mut Editor<Prompt, FileHistory>, file: &Path) -> Result<(), String> {
    if let Some(folder) = file.parent() {
        let _ = std::fs::create_dir_all(folder);
    }
    let kept = editor.append_history(file);
    kept.map_err(|error| format!("{}: {error}", file.display()))
}

/// Where the history is kept: below `XDG_STATE_HOME`, else `~/.local/state`.
fn history_file() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let state = state.filter(|state| state.is_absolute()).or_else(|| {
        let home = std::env::var_os("HOME").filter(|home| !home.is_empty())?;
        Some(PathBuf::from(home).join(".local/state"))
    });
    Some(state?.join("oxbeam/shell_history"))
}
