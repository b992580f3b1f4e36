//! The commands of the machine.

use super::link::Link;
use std::io;

/// A command.
pub(crate) struct Command {
    /// Its name, without the colon.
    pub(crate) name: &'static str,
    /// What it takes, and what it does.
    argument: &'static str,
    doc: &'static str,
    /// What the machine is asked; `None`: the shell does it itself.
    request: Option<u8>,
}

const fn row(
    name: &'static str,
    argument: &'static str,
    doc: &'static str,
    request: Option<u8>,
) -> Command {
    Command {
        name,
        argument,
        doc,
        request,
    }
}

/// TABLE of them.
pub(crate) const COMMANDS: &[Command] = &[
    row("processes", "", "all processes", Some(b'p')),
    row(
        "process",
        "PID",
        "one process, by <0.1.0> or name, with its stack",
        Some(b'P'),
    ),
    row("top", "", "who works most within a second", Some(b't')),
    row("memory", "", "what memory is used for", Some(b'M')),
    row("modules", "", "loaded modules", Some(b'm')),
    row(
        "load",
        "FILE",
        "loads a .beam file, compiles and loads a .erl file",
        Some(b'l'),
    ),
    row(
        "disasm",
        "M[:F[/A]]",
        "instructions of a module or function",
        Some(b'd'),
    ),
    row("help", "", "this", None),
    row("quit", "", "ends the shell", None),
];

/// What came of a command.
pub(crate) enum Done {
    /// Text to show.
    Text(String),
    /// It went wrong.
    Failed(String),
    /// The shell ends.
    Quit,
}

/// Runs a command: a line that begins with a colon.
///
/// # Errors
/// The machine has gone.
pub(crate) fn run(line: &str, link: &mut Link) -> io::Result<Done> {
    let line = line.trim().trim_start_matches(':');
    let (name, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let argument = argument.trim();
    let failed = |message: String| Ok(Done::Failed(message));
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        return failed(format!(
            "there is no command :{name}; :help shows those that there are"
        ));
    };
    if command.argument.is_empty() != argument.is_empty() {
        return failed(format!("it is :{} {}", command.name, command.argument));
    }
    let Some(request) = command.request else {
        return Ok(match command.name {
            "quit" => Done::Quit,
            _ => Done::Text(help()),
        });
    };
    let place = Place::of(argument);
    let columns = columns();
    let asked = match request {
        b'd' => place.module,
        b'p' | b't' => &columns,
        _ => argument,
    };
    let answer = link.ask(request, asked)?;
    Ok(match answer.kind {
        b'b' => match oxbeam_loader::load(&answer.bytes) {
            Ok(beam) => part(&oxbeam_loader::disasm(&beam), &place),
            Err(error) => Done::Failed(error.to_string()),
        },
        b'o' => Done::Text(answer.text()),
        _ => Done::Failed(answer.text()),
    })
}

/// How wide the terminal is; nothing if it is none.
fn columns() -> String {
    let size = rustix::termios::tcgetwinsize(std::io::stdout());
    size.map_or_else(|_| String::new(), |size| size.ws_col.to_string())
}

fn help() -> String {
    let mut text = String::from(
        "Erlang expressions end with a dot. v(N) is the result of expression N, f() forgets bindings, b() shows them.\n",
    );
    for command in COMMANDS {
        let usage = format!(":{} {}", command.name, command.argument);
        text.push_str(&format!("{usage:<22}{}\n", command.doc));
    }
    text
}

/// `M:F/A`, or less of it.
struct Place<'a> {
    module: &'a str,
    function: Option<&'a str>,
    arity: Option<&'a str>,
}

impl Place<'_> {
    fn of(text: &str) -> Place<'_> {
        let (module, function) = match text.split_once(':') {
            Some((module, function)) => (module, Some(function)),
            None => (text, None),
        };
        let (function, arity) = match function.and_then(|function| function.rsplit_once('/')) {
            Some((function, arity)) => (Some(function), Some(arity)),
            None => (function, None),
        };
        Place {
            module,
            function,
            arity,
        }
    }
}

/// The part of a disassembled module that was asked for. A function begins with the label in front of its `func_info`.
fn part(text: &str, place: &Place<'_>) -> Done {
    let Some(function) = place.function else {
        return Done::Text(text.to_owned());
    };
    let lines: Vec<&str> = text.lines().collect();
    let heads = lines.iter().enumerate().filter_map(|(at, line)| {
        let (name, arity) = line
            .trim_start()
            .strip_prefix("func_info ")?
            .rsplit_once('/')?;
        let before = &lines[..at];
        let start = before.iter().rposition(|line| line.ends_with(':'))?;
        Some((start, name, arity))
    });
    let heads: Vec<(usize, &str, &str)> = heads.collect();
    let mut found = String::new();
    for (index, (start, name, arity)) in heads.iter().enumerate() {
        let named = *name == function || name.trim_matches('\'') == function.trim_matches('\'');
        if named && place.arity.is_none_or(|wanted| wanted == *arity) {
            let end = heads.get(index + 1).map_or(lines.len(), |next| next.0);
            for line in &lines[*start..end] {
                found.push_str(line);
                found.push('\n');
            }
        }
    }
    if found.is_empty() {
        Done::Failed(format!("{} has no such function", place.module))
    } else {
        Done::Text(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_cut_out_of_a_module() {
        let text = "module m\nexport a/0 f2\nf1:\n  line m.erl:1\n  func_info a/0\nf2:\n  return\nf3:\n  func_info a/1\nf4:\n  return\n";
        let of = |place: &str| match part(text, &Place::of(place)) {
            Done::Text(text) => text.lines().count(),
            _ => 0,
        };
        assert_eq!(of("m"), 11);
        assert_eq!(of("m:a"), 9);
        assert_eq!(of("m:a/1"), 4);
        assert_eq!(of("m:b"), 0);
    }
}
