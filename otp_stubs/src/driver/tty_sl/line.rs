//! The line that the cursor stands in: what is in it, and what the terminal has to be sent for a change of it.
//!
//! Positions count cells. A character is one cell, whatever room it takes; what can't be printed takes as many as its spelling is long.
//! Columns count as OTP 25 counts them: tabs and spelled-out characters take none, which only shows when such a line is edited.

use crate::sys::locale;

/// Cells of a line after which it is broken.
const LONGEST: usize = 1 << 16;

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Cell {
    Character(u32),
    Tab,
    Escape,
    /// `^X`
    Control(u8),
    /// `\012` or `\x{12AB}`
    Spelled(u32),
    /// More of the cell before that is none of these.
    More,
    /// More of a tab.
    MoreTab,
}

impl Cell {
    /// Is it stepped over together with the cell before?
    fn is_more(self) -> bool {
        matches!(self, Cell::More | Cell::MoreTab)
    }
}

/// What moves the cursor.
pub(super) struct Moves {
    pub(super) up: Vec<u8>,
    pub(super) down: Vec<u8>,
    pub(super) left: Vec<u8>,
    pub(super) right: Vec<u8>,
    /// The cursor stays behind the last column until the next character (`xn`).
    pub(super) sticks: bool,
}

/// The line, and what it has to say to the terminal.
pub(super) struct Line {
    cells: Vec<Cell>,
    position: usize,
    moves: Moves,
    /// Columns of the window.
    columns: usize,
    /// The terminal takes UTF-8.
    pub(super) utf8: bool,
    out: Vec<u8>,
}

impl Line {
    pub(super) fn new(moves: Moves, columns: usize, utf8: bool) -> Line {
        Line {
            cells: Vec::new(),
            position: 0,
            moves,
            columns: columns.max(1),
            utf8,
            out: Vec::new(),
        }
    }
    /// The window has changed.
    pub(super) fn set_columns(&mut self, columns: usize) {
        self.columns = columns.max(1);
    }
    /// What is to be written.
    pub(super) fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }
    /// A line that has become too long is broken, before anything else happens to it.
    pub(super) fn break_if_long(&mut self) {
        if self.position > LONGEST {
            self.put(b"\n");
        }
    }
    /// Writes text over what is there.
    pub(super) fn put(&mut self, text: &[u8]) {
        let start = self.enter(text, true);
        self.write(start, self.position, false);
    }
    /// Writes text before what is there.
    pub(super) fn insert(&mut self, text: &[u8]) {
        let tail = self.cells.split_off(self.position.min(self.cells.len()));
        let start = self.enter(text, false);
        self.cells.truncate(self.position);
        self.cells.extend(tail);
        self.write(start, self.cells.len(), false);
        self.move_cursor(self.cells.len(), self.position);
    }
    /// Moves the cursor by so many characters.
    pub(super) fn step(&mut self, count: i16) {
        let to = self.stepped(count);
        self.move_cursor(self.position, to);
        self.position = to;
    }
    /// Deletes characters behind the cursor, or before it.
    pub(super) fn delete(&mut self, count: i16) {
        let to = self.stepped(count);
        let (start, end) = (self.position.min(to), self.position.max(to));
        if start == end {
            return;
        }
        let gone = self.column(end).saturating_sub(self.column(start));
        if to < self.position {
            self.move_cursor(self.position, to);
            self.position = to;
        }
        self.cells.drain(start..end);
        self.write(start, self.cells.len(), false);
        self.out.extend(std::iter::repeat_n(b' ', gone));
        if self.moves.sticks && (self.column(self.cells.len()) + gone).is_multiple_of(self.columns)
        {
            self.out.push(b' ');
            self.repeat(|moves| &moves.left, 1);
        }
        self.move_cursor(self.cells.len() + gone, self.position);
    }
    pub(super) fn beep(&mut self) {
        self.out.push(7);
    }

    /// Where so many characters on or back is.
    fn stepped(&self, count: i16) -> usize {
        let mut at = self.position;
        for _ in 0..count {
            if at >= self.cells.len() {
                break;
            }
            at += 1;
            while at < self.cells.len() && self.cells[at].is_more() {
                at += 1;
            }
        }
        for _ in count..0 {
            if at == 0 {
                break;
            }
            at -= 1;
            while at > 0 && self.cells[at].is_more() {
                at -= 1;
            }
        }
        at
    }
    /// Enters text at the cursor, and writes what a new line ends. Where the rest, which is still to be written, begins.
    fn enter(&mut self, text: &[u8], over: bool) -> usize {
        let mut start = self.position;
        for character in Characters(text) {
            match character {
                0x0a | 0x0d => {
                    self.write(start, self.position, true);
                    self.out.push(b'\r');
                    if character == 0x0a {
                        self.out.push(b'\n');
                    }
                    self.cells.drain(..self.position.min(self.cells.len()));
                    if !over {
                        self.cells.clear();
                    }
                    self.position = 0;
                    start = 0;
                }
                0x09 => {
                    self.cell(Cell::Tab);
                    while !self.position.is_multiple_of(8) {
                        self.cell(Cell::MoreTab);
                    }
                }
                0x1b => self.cell(Cell::Escape),
                _ if self.is_printable(character) => self.cell(Cell::Character(character)),
                0x80.. => {
                    self.cell(Cell::Spelled(character));
                    for _ in spelled(character).bytes().skip(1) {
                        self.cell(Cell::More);
                    }
                }
                _ => {
                    self.cell(Cell::Control(character as u8));
                    self.cell(Cell::More);
                }
            }
        }
        start
    }
    fn is_printable(&self, character: u32) -> bool {
        if self.utf8 && character >= 0x80 {
            return true;
        }
        u8::try_from(character).is_ok_and(locale::is_printable)
    }
    fn cell(&mut self, cell: Cell) {
        match self.cells.get_mut(self.position) {
            Some(place) => *place = cell,
            None => self.cells.push(cell),
        }
        self.position += 1;
    }
    /// Sends cells from `start` to `end`. `before_end`: the end of the line comes next.
    fn write(&mut self, start: usize, end: usize, before_end: bool) {
        let end = end.min(self.cells.len());
        let mut last = b" ".to_vec();
        for index in start..end {
            let bytes = match self.cells[index] {
                Cell::Character(character) if self.utf8 => match utf8(character) {
                    Some(bytes) => bytes,
                    None => continue,
                },
                Cell::Character(character) => vec![character as u8],
                Cell::Tab | Cell::MoreTab => vec![b' '],
                Cell::Escape => vec![0x1b],
                Cell::Control(byte) => vec![b'^', byte | 0x40],
                Cell::Spelled(character) => spelled(character).into_bytes(),
                Cell::More => continue,
            };
            self.out.extend_from_slice(&bytes);
            last = match self.cells[index] {
                Cell::Character(_) => bytes,
                _ => bytes[bytes.len() - 1..].to_vec(),
            };
        }
        // A terminal that waits behind the last column is made to go on to the next line.
        if !before_end
            && self.moves.sticks
            && end != 0
            && self.column(end).is_multiple_of(self.columns)
        {
            if end >= self.cells.len() {
                self.out.push(b' ');
            } else {
                self.out.extend_from_slice(&last);
            }
            self.repeat(|moves| &moves.left, 1);
        }
    }
    fn move_cursor(&mut self, from: usize, to: usize) {
        let (from, to) = (self.column(from), self.column(to));
        let (line_from, line_to) = (from / self.columns, to / self.columns);
        let (column_from, column_to) = (from % self.columns, to % self.columns);
        self.repeat(|moves| &moves.down, line_to.saturating_sub(line_from));
        self.repeat(|moves| &moves.up, line_from.saturating_sub(line_to));
        self.repeat(|moves| &moves.right, column_to.saturating_sub(column_from));
        self.repeat(|moves| &moves.left, column_from.saturating_sub(column_to));
    }
    fn repeat(&mut self, which: impl Fn(&Moves) -> &Vec<u8>, count: usize) {
        for _ in 0..count {
            self.out.extend_from_slice(which(&self.moves));
        }
    }
    /// The column, counted from the line's beginning over all of its rows, of a position; positions behind the end take one each.
    fn column(&self, position: usize) -> usize {
        let mut column = position.saturating_sub(self.cells.len());
        let end = position.min(self.cells.len());
        let mut at = 0;
        while at < end {
            match self.cells[at] {
                Cell::Escape => at += self.escape_length(at),
                Cell::Character(character) => {
                    column += locale::width(character).map_or(0, |width| width as usize);
                    at += 1;
                }
                _ => at += 1,
            }
        }
        column
    }
    /// Cells of the escape sequence at `at`, of which the terminal shows nothing.
    fn escape_length(&self, at: usize) -> usize {
        match self.cells.get(at + 1) {
            None => 1,
            Some(Cell::Character(0x5b)) => {
                let parameter = |cell: &&Cell| matches!(cell, Cell::Character(0x30..=0x39 | 0x3b));
                2 + self.cells[at + 2..].iter().take_while(parameter).count() + 1
            }
            Some(_) => 2,
        }
    }
}

/// How a character that the terminal lacks is spelled.
fn spelled(character: u32) -> String {
    if character <= 0o777 {
        format!("\\{character:03o}")
    } else {
        format!("\\x{{{character:X}}}")
    }
}

/// A character's bytes, if it may be sent.
fn utf8(character: u32) -> Option<Vec<u8>> {
    let character = char::from_u32(character).filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}'))?;
    Some(character.to_string().into_bytes())
}

/// What the bytes at the beginning of a text are.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum First {
    /// A character of so many bytes.
    Character(u32, usize),
    /// Bytes that a character may begin with.
    Cut,
    /// No character.
    Wrong,
}

/// The character that `bytes`, which are not empty, begin with.
pub(super) fn first(bytes: &[u8]) -> First {
    let head = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.valid_up_to() > 0 => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(error) if error.error_len().is_none() => return First::Cut,
        Err(_) => return First::Wrong,
    };
    match valid.chars().next() {
        None | Some('\u{fffe}' | '\u{ffff}') => First::Wrong,
        Some(character) => First::Character(character.into(), character.len_utf8()),
    }
}

/// The characters of a text in UTF-8; a byte that belongs to none stands for itself.
struct Characters<'t>(&'t [u8]);

impl Iterator for Characters<'_> {
    type Item = u32;
    fn next(&mut self) -> Option<u32> {
        let byte = *self.0.first()?;
        let (character, length) = match first(self.0) {
            First::Character(character, length) => (character, length),
            First::Cut | First::Wrong => (byte.into(), 1),
        };
        self.0 = &self.0[length..];
        Some(character)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(columns: usize, utf8: bool) -> Line {
        let moves = Moves {
            up: b"U".to_vec(),
            down: b"D".to_vec(),
            left: b"L".to_vec(),
            right: b"R".to_vec(),
            sticks: true,
        };
        Line::new(moves, columns, utf8)
    }

    fn said(line: &mut Line) -> String {
        String::from_utf8(line.take_output()).expect("it sends UTF-8")
    }

    #[test]
    fn text_goes_before_the_cursor_or_over_what_is_there() {
        let mut line = line(80, true);
        line.put(b"1> ");
        line.insert(b"ac");
        line.step(-1);
        line.insert(b"b");
        assert_eq!(said(&mut line), "1> acLbcL");
        line.delete(-2);
        assert_eq!(said(&mut line), "LLc  LLL");
        line.delete(1);
        line.put(b"\n");
        assert_eq!(said(&mut line), " L\r\n");
    }

    #[test]
    fn long_lines_take_several_rows() {
        let mut line = line(10, true);
        line.put(b"1> ");
        line.insert(b"abcdefg");
        // The cursor goes on to the next row.
        assert_eq!(said(&mut line), "1> abcdefg L");
        line.insert(b"hij");
        line.step(-5);
        assert_eq!(said(&mut line), "hijURRRRR");
        line.insert(b"x");
        assert_eq!(said(&mut line), "xfghijURRRRR");
    }

    #[test]
    fn what_cannot_be_printed_is_spelled() {
        let mut plain = line(80, false);
        plain.put("x\u{1}ß\u{20ac}".as_bytes());
        assert_eq!(said(&mut plain), "x^A\\337\\x{20AC}");
        plain.step(-1);
        plain.step(-1);
        plain.step(-1);
        assert_eq!(plain.position, 1);
        let mut wide = line(80, true);
        wide.put("x漢字".as_bytes());
        wide.put(b"\xff");
        assert_eq!(said(&mut wide), "x漢字ÿ");
    }

    #[test]
    fn colours_take_no_room() {
        let mut line = line(80, true);
        line.put(b"\x1b[33mab\x1b[0m");
        assert_eq!(line.column(line.cells.len()), 2);
    }

    #[test]
    fn bytes_become_characters() {
        assert_eq!(first(b"a\xff"), First::Character(97, 1));
        assert_eq!(first(b"\xe6\xbc"), First::Cut);
        assert_eq!(first(b"\xc0\x80"), First::Wrong);
        assert_eq!(first("漢x".as_bytes()), First::Character(0x6f22, 3));
    }
}
