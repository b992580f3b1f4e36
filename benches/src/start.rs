//! Commands that are measured as a whole, as a person waits for them.

use crate::program::{Group, Program};
use std::path::Path;

/// TABLE of them.
const STARTS: &[Start] = &[
    Start {
        name: "start_erl",
        question: "What does it take to start `erl`, and to end at once?",
        tool: "erl",
        arguments: &["-noshell", "-eval", "halt()."],
        input: "",
    },
    Start {
        name: "start_erl_shell",
        question: "What does it take to start Erlang's shell and to type one line?",
        tool: "erl",
        arguments: &[],
        input: "halt().\n",
    },
    Start {
        name: "start_elixir",
        question: "What does it take to start `elixir`, with nothing to do?",
        tool: "elixir",
        arguments: &["-e", ""],
        input: "",
    },
    Start {
        name: "start_iex",
        question: "What does it take to start `iex` and to type one line?",
        tool: "iex",
        arguments: &[],
        input: "System.halt()\n",
    },
    Start {
        name: "start_erlc",
        question: "What does it take to compile one module of 280 lines?",
        tool: "erlc",
        arguments: &["-o", "OBJECTS", "PROGRAMS/awfy_deltablue.erl"],
        input: "",
    },
];

/// A command.
pub(crate) struct Start {
    name: &'static str,
    question: &'static str,
    /// What stands in the place of `erl` in the machine's command.
    pub(crate) tool: &'static str,
    arguments: &'static [&'static str],
    /// What it reads.
    pub(crate) input: &'static str,
}

impl Start {
    /// All, each with what the table says of it.
    pub(crate) fn all() -> impl Iterator<Item = (Program, &'static Start)> {
        STARTS.iter().map(|start| {
            let program = Program {
                name: start.name.to_owned(),
                question: start.question.to_owned(),
                group: Group::Start,
                schedulers: None,
                flags: String::new(),
                from: 0,
                by_release: false,
            };
            (program, start)
        })
    }

    /// With the folders in their places.
    pub(crate) fn arguments(&self, programs: &Path, objects: &Path) -> Vec<String> {
        let folders = [("PROGRAMS", programs), ("OBJECTS", objects)];
        let placed = |argument: &&str| {
            folders
                .iter()
                .fold((*argument).to_owned(), |text, (name, folder)| {
                    text.replace(name, &folder.to_string_lossy())
                })
        };
        self.arguments.iter().map(placed).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_take_their_places() {
        let (_, erlc) = Start::all()
            .find(|(program, _)| program.name == "start_erlc")
            .expect("in the table");
        assert_eq!(
            erlc.arguments(Path::new("/p"), Path::new("/o")),
            ["-o", "/o", "/p/awfy_deltablue.erl"]
        );
    }
}
