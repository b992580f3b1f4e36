//! Input in lines (`{line, N}`).

/// Bytes of a line that is not whole yet.
pub(super) struct LineBuffer {
    limit: usize,
    held: Vec<u8>,
    /// A carriage return came last; before a newline it is dropped.
    carriage_return: bool,
}

/// A part of a line, or its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Line {
    /// Without the newline.
    pub(super) bytes: Vec<u8>,
    /// The line ends here.
    pub(super) end: bool,
}

impl LineBuffer {
    /// For lines of at most `limit` bytes.
    pub(super) fn new(limit: usize) -> LineBuffer {
        LineBuffer {
            limit,
            held: Vec::new(),
            carriage_return: false,
        }
    }
    /// More bytes; what is whole now. A line of just the limit waits for the byte behind it.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<Line> {
        let mut lines = Vec::new();
        for &byte in bytes {
            if byte == b'\n' {
                self.carriage_return = false;
                let bytes = std::mem::take(&mut self.held);
                lines.push(Line { bytes, end: true });
                continue;
            }
            if std::mem::take(&mut self.carriage_return) {
                self.push(b'\r', &mut lines);
            }
            if byte == b'\r' {
                self.carriage_return = true;
            } else {
                self.push(byte, &mut lines);
            }
        }
        lines
    }
    fn push(&mut self, byte: u8, lines: &mut Vec<Line>) {
        if self.held.len() >= self.limit {
            let bytes = std::mem::take(&mut self.held);
            lines.push(Line { bytes, end: false });
        }
        self.held.push(byte);
    }
    /// What is left at the end of the data.
    pub(super) fn rest(&mut self) -> Vec<Line> {
        let mut lines = Vec::new();
        if std::mem::take(&mut self.carriage_return) {
            self.push(b'\r', &mut lines);
        }
        if !self.held.is_empty() {
            let bytes = std::mem::take(&mut self.held);
            lines.push(Line { bytes, end: false });
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(parts: &[&str], limit: usize) -> Vec<String> {
        let mut buffer = LineBuffer::new(limit);
        let mut all = Vec::new();
        for part in parts {
            all.extend(buffer.take(part.as_bytes()));
        }
        all.extend(buffer.rest());
        all.into_iter()
            .map(|line| {
                let mark = if line.end { "$" } else { "" };
                String::from_utf8_lossy(&line.bytes).into_owned() + mark
            })
            .collect()
    }

    #[test]
    fn lines_are_cut_at_newlines_and_at_the_limit() {
        assert_eq!(
            lines(&["ab\ncd", "ef\n\ng"], 10),
            ["ab$", "cdef$", "$", "g"]
        );
        assert_eq!(lines(&["abcdefgh\n"], 3), ["abc", "def", "gh$"]);
        assert_eq!(lines(&["abc\nabcd\nab"], 3), ["abc$", "abc", "d$", "ab"]);
        assert_eq!(lines(&["ab\r", "\na\rb\r"], 3), ["ab$", "a\rb", "\r"]);
    }
}
