//! Links to this program, one a tool: by their names it knows which tool it is (`oxbeam links`).

use crate::front::TOOLS;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Where links are made beside the executable when there are none anywhere: programs that look for `erl` in the path
/// must find Oxbeam.
pub(crate) fn own_directory(executable: &Path) -> Option<PathBuf> {
    Some(executable.parent()?.join("oxbeam-links"))
}

/// Makes or renews the links in `directory`. A file that is no link is left alone and reported.
pub(crate) fn make(executable: &Path, directory: &Path) -> Result<(), String> {
    let failed = |path: &Path, error: io::Error| format!("{}: {error}", path.display());
    fs::create_dir_all(directory).map_err(|error| failed(directory, error))?;
    for name in TOOLS.iter().map(|tool| tool.name).chain(["oxbeam"]) {
        let link = directory.join(name);
        match fs::symlink_metadata(&link) {
            Ok(found) if !found.is_symlink() => {
                return Err(format!("{} is there and is not a link", link.display()));
            }
            Ok(_) if fs::read_link(&link).is_ok_and(|target| target == executable) => continue,
            _ => {}
        }
        // Renamed into place, so that a process that runs meanwhile always finds one.
        let fresh = directory.join(format!(".{name}.{}", std::process::id()));
        symlink(executable, &fresh)
            .and_then(|()| fs::rename(&fresh, &link))
            .map_err(|error| failed(&link, error))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_made_renewed_and_spared() {
        let directory = std::env::temp_dir().join(format!("oxbeam-links-{}", std::process::id()));
        let _ = fs::remove_dir_all(&directory);
        make(Path::new("/one"), &directory).expect("links");
        assert_eq!(
            fs::read_link(directory.join("erl")).expect("a link"),
            Path::new("/one")
        );
        make(Path::new("/two"), &directory).expect("links");
        assert_eq!(
            fs::read_link(directory.join("iex")).expect("a link"),
            Path::new("/two")
        );
        assert_eq!(
            fs::read_dir(&directory).expect("a directory").count(),
            TOOLS.len() + 1
        );
        fs::remove_file(directory.join("erlc")).expect("a link");
        fs::write(directory.join("erlc"), "").expect("a file");
        assert!(make(Path::new("/one"), &directory).is_err());
        let _ = fs::remove_dir_all(&directory);
    }
}
