//! What our commands print. A command whose output nobody takes any more (`head` has seen enough) ends at once and quietly with status 1;
//! one whose output finds no room says so and ends. Complaints that cannot be shown are lost.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};

/// Prints a line, with the arguments of `format!`.
macro_rules! say {
    ($($arguments:tt)*) => { $crate::output::line(format_args!($($arguments)*)) };
}

/// Prints a line where errors go, with the arguments of `format!`.
macro_rules! complain {
    ($($arguments:tt)*) => { $crate::output::complaint(format_args!("{}\n", format_args!($($arguments)*))) };
}

pub(crate) use {complain, say};

pub(crate) fn line(text: Arguments<'_>) {
    bytes(format!("{text}\n").as_bytes());
}

/// Prints what is as it should be already.
pub(crate) fn bytes(bytes: &[u8]) {
    let mut output = io::stdout().lock();
    taken(output.write_all(bytes).and_then(|()| output.flush()));
}

/// Prints `text` where errors go.
pub(crate) fn complaint(text: Arguments<'_>) {
    // In one piece, for others write there too.
    let _ = io::stderr().write_all(text.to_string().as_bytes());
}

/// Ends the command unless what it wrote could be written.
pub(crate) fn taken(result: io::Result<()>) {
    if let Err(error) = result {
        if error.kind() != ErrorKind::BrokenPipe {
            complain!("oxbeam: what it prints cannot be written: {error}");
        }
        std::process::exit(1);
    }
}
