//! `oxbeam disasm`: a module as text.

use std::io::Write;
use std::path::Path;

/// Prints the module in `file`.
pub(crate) fn print(file: &Path) -> Result<(), String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let bytes = std::fs::read(file).map_err(|error| failed(&error))?;
    let beam = oxbeam_loader::load(&bytes).map_err(|error| failed(&error))?;
    let text = oxbeam_loader::disasm(&beam);
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        // The reader, `head` perhaps, has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(|error| failed(&error)),
    }
}
