//! The environment variables: a table of the machine's own, filled from the process's at the start. `os:putenv/2` changes this table,
//! which programs that are started get; the C library's environment stays as it was, so that no thread reads it while it changes.

use parking_lot::RwLock;
use std::collections::BTreeMap;
use std::os::unix::ffi::OsStringExt;
use std::sync::LazyLock;

type Table = BTreeMap<Vec<u8>, Vec<u8>>;

static TABLE: LazyLock<RwLock<Table>> = LazyLock::new(|| {
    RwLock::new(
        std::env::vars_os()
            .map(|(name, value)| (name.into_vec(), value.into_vec()))
            .collect(),
    )
});

/// The value of a variable.
pub fn get(name: &[u8]) -> Option<Vec<u8>> {
    TABLE.read().get(name).cloned()
}

/// The value of a variable, if it is UTF-8.
pub fn text(name: &str) -> Option<String> {
    get(name.as_bytes()).and_then(|value| String::from_utf8(value).ok())
}

/// Sets a variable.
pub fn put(name: &[u8], value: &[u8]) {
    TABLE.write().insert(name.to_owned(), value.to_owned());
}

/// Takes a variable away.
pub fn unset(name: &[u8]) {
    TABLE.write().remove(name);
}

/// All variables, by name.
pub fn all() -> Vec<(Vec<u8>, Vec<u8>)> {
    TABLE
        .read()
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_apart_from_the_process() {
        super::put(b"OXBEAM_TEST_VARIABLE", b"1");
        assert_eq!(super::text("OXBEAM_TEST_VARIABLE").as_deref(), Some("1"));
        assert!(std::env::var_os("OXBEAM_TEST_VARIABLE").is_none());
        super::unset(b"OXBEAM_TEST_VARIABLE");
        assert_eq!(super::get(b"OXBEAM_TEST_VARIABLE"), None);
        assert!(super::all().iter().any(|(name, _)| name == b"PATH"));
    }
}
