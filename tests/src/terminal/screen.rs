//! A screen as text: its rows, where the cursor is, what has a colour or is bold, and how the terminal is set.

use std::fmt::Write;

/// The screen as text. What differs from machine to machine is left out: versions and settings behind `Erlang/OTP <release>`.
pub fn text(screen: &vt100::Screen, modes: &str) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let mut text = String::new();
    let mut blank = 0;
    for row in screen.rows(0, columns) {
        let row = row.trim_end();
        if row.is_empty() {
            blank += 1;
            continue;
        }
        // Rows at the end that are blank are not shown.
        for _ in 0..std::mem::take(&mut blank) {
            text.push('\n');
        }
        text.push_str(neutral(row));
        text.push('\n');
    }
    let (row, column) = screen.cursor_position();
    let _ = writeln!(text, "-- cursor {row} {column}");
    for row in 0..rows {
        for styled in styles(screen, row, columns) {
            let _ = writeln!(text, "-- {styled}");
        }
    }
    let _ = writeln!(text, "-- modes {modes}");
    text
}

fn neutral(row: &str) -> &str {
    match row.find(" [") {
        Some(end) if row.starts_with("Erlang/OTP ") || row.starts_with("Erlang (") => &row[..end],
        _ => row,
    }
}

/// Runs of cells that do not look as usual.
fn styles(screen: &vt100::Screen, row: u16, columns: u16) -> Vec<String> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut before = String::new();
    for column in 0..columns {
        let Some(cell) = screen.cell(row, column) else {
            break;
        };
        let style = style(cell);
        if !style.is_empty() && !cell.is_wide_continuation() {
            match found.last_mut() {
                Some((last, text)) if *last == style && before == style => {
                    text.push_str(contents(cell));
                }
                _ => found.push((style.clone(), contents(cell).to_owned())),
            }
        }
        before = style;
    }
    let line = |(style, text): (String, String)| format!("row {row}:{style}: {}", text.trim_end());
    found
        .into_iter()
        .filter(|(_, text)| !text.trim().is_empty())
        .map(line)
        .collect()
}

fn contents(cell: &vt100::Cell) -> &str {
    if cell.has_contents() {
        cell.contents()
    } else {
        " "
    }
}

fn style(cell: &vt100::Cell) -> String {
    let mut style = String::new();
    for (name, colour) in [("", cell.fgcolor()), ("on ", cell.bgcolor())] {
        match colour {
            vt100::Color::Default => {}
            vt100::Color::Idx(index) => {
                let _ = write!(style, " {name}colour {index}");
            }
            vt100::Color::Rgb(red, green, blue) => {
                let _ = write!(style, " {name}colour {red}/{green}/{blue}");
            }
        }
    }
    for (is, name) in [
        (cell.bold(), "bold"),
        (cell.italic(), "italic"),
        (cell.underline(), "underlined"),
        (cell.inverse(), "inverse"),
    ] {
        if is {
            style.push(' ');
            style.push_str(name);
        }
    }
    style
}
