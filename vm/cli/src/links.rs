//! `oxbeam links`: one link a tool, all to this program.

use crate::front::TOOLS;
use std::path::Path;

/// Makes or renews the links in `directory`. A file that is no link is left alone and reported.
pub(crate) fn make(executable: &Path, directory: &Path) -> Result<(), String> {
    let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    std::fs::create_dir_all(directory).map_err(|error| failed(directory, error))?;
    for name in TOOLS.iter().map(|tool| tool.name).chain(["oxbeam"]) {
        let link = directory.join(name);
        match std::fs::symlink_metadata(&link) {
            Ok(found) if !found.is_symlink() => {
                return Err(format!("{} is there and is not a link", link.display()));
            }
            Ok(_) => std::fs::remove_file(&link).map_err(|error| failed(&link, error))?,
            Err(_) => {}
        }
        std::os::unix::fs::symlink(executable, &link).map_err(|error| failed(&link, error))?;
    }
    Ok(())
}
