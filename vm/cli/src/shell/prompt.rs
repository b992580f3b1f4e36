//! What the line editor asks of us: is it complete, what may follow, which colours.

use super::commands::COMMANDS;
use super::lexer::{self, Kind};
use super::link::Link;
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};
use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

/// What the line editor asks.
pub(crate) struct Prompt {
    pub(crate) link: Rc<RefCell<Link>>,
    pub(crate) colours: bool,
}

impl Helper for Prompt {}

impl Hinter for Prompt {
    type Hint = String;
}

impl Validator for Prompt {
    fn validate(&self, ctx: &mut ValidationContext<'_>) -> Result<ValidationResult, ReadlineError> {
        let text = ctx.input();
        let complete = text.trim_start().starts_with(':')
            || lexer::is_blank(text)
            || lexer::first_end(text).is_some();
        Ok(if complete {
            ValidationResult::Valid(None)
        } else {
            ValidationResult::Incomplete
        })
    }
}

/// Where the word before the cursor begins.
fn word_start(text: &str) -> usize {
    let part = |c: char| c.is_alphanumeric() || "_@:".contains(c);
    text.rfind(|c| !part(c)).map_or(0, |at| {
        at + text[at..].chars().next().map_or(0, char::len_utf8)
    })
}

impl Completer for Prompt {
    type Candidate = Pair;
    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> Result<(usize, Vec<Pair>), ReadlineError> {
        let before = &line[..position];
        let pair = |text: &str, shown: &str| Pair {
            display: shown.to_owned(),
            replacement: text.to_owned(),
        };
        if before.starts_with(':') && !before.contains(' ') {
            let names = COMMANDS.iter().map(|command| command.name);
            let found = names.filter(|name| name.starts_with(&before[1..]));
            let found = found.map(|name| pair(&format!(":{name}"), &format!(":{name}")));
            return Ok((0, found.collect()));
        }
        let start = word_start(before);
        let word = &before[start..];
        let inside = lexer::tokens(before).last().is_some_and(|token| token.cut);
        if word.is_empty() || inside {
            return Ok((position, Vec::new()));
        }
        // Without an answer there is nothing to offer; the next expression will say why.
        let Ok(answer) = self.link.borrow_mut().ask(b'c', word) else {
            return Ok((position, Vec::new()));
        };
        let text = if answer.kind == b'o' {
            answer.text()
        } else {
            String::new()
        };
        let shown = |name: &str| {
            let function = word.contains(':').then(|| name.split_once(':')).flatten();
            function.map_or(name, |(_, function)| function).to_owned()
        };
        let found = text.lines().filter(|name| !name.is_empty());
        Ok((start, found.map(|name| pair(name, &shown(name))).collect()))
    }
}

fn colour(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Plain | Kind::End => return None,
        Kind::Comment => "2",
        Kind::String => "32",
        Kind::Atom => "36",
        Kind::Keyword => "1",
        Kind::Variable => "33",
        Kind::Number => "35",
        Kind::Command => "1;34",
    })
}

impl Highlighter for Prompt {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        if !self.colours {
            return Cow::Borrowed(line);
        }
        let mut shown = String::with_capacity(line.len() * 2);
        for token in lexer::tokens(line) {
            let text = &line[token.start..token.end];
            match colour(token.kind) {
                Some(colour) => shown.push_str(&format!("\x1b[{colour}m{text}\x1b[0m")),
                None => shown.push_str(text),
            }
        }
        Cow::Owned(shown)
    }
    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        self.colours && kind != CmdKind::MoveCursor
    }
}

#[cfg(test)]
mod tests {
    use super::word_start;

    #[test]
    fn words_reach_back_to_what_is_no_name() {
        assert_eq!(word_start("X = lists:rev"), 4);
        assert_eq!(word_start("(Var"), 1);
        assert_eq!(word_start("„a"), 3);
        assert_eq!(word_start("io"), 0);
    }
}
