//! `oxbeam disasm`: a module as text.

use crate::output;
use std::path::Path;

/// Prints the module in `file`.
pub(crate) fn print(file: &Path) -> Result<(), String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let bytes = std::fs::read(file).map_err(|error| failed(&error))?;
    let beam = oxbeam_loader::load(&bytes).map_err(|error| failed(&error))?;
    output::bytes(oxbeam_loader::disasm(&beam).as_bytes());
    Ok(())
}
