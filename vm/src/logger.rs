//! Messages of the machine itself to whoever runs it.

use std::io::Write;

/// An error report of the machine's own.
pub fn error(text: &str) {
    // Nobody is left to tell when the error output is gone.
    let _ = writeln!(std::io::stderr(), "=ERROR REPORT====\r\n{text}");
}
