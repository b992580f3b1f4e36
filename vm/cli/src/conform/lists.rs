//! Which suites there are to run: `tests/data/conformance/suites.toml`.

use super::results::Suite;
use std::collections::BTreeMap;
use std::path::Path;
use toml::{Table, Value};

const TEXT: &str = include_str!("../../../../tests/data/conformance/suites.toml");

/// The application of clones of the compiler's suites.
const VARIANTS: &str = "compiler_variants";

/// A kind of clones: suites compiled with other options.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Variant {
    /// `no_opt`: of `map_SUITE` it makes `map_no_opt_SUITE`.
    pub(super) suffix: String,
    /// A list in Erlang.
    pub(super) options: String,
}

/// The file, read.
#[derive(Debug)]
pub(super) struct Lists {
    lists: BTreeMap<String, Vec<Suite>>,
    pub(super) variants: Vec<Variant>,
    named: Vec<Suite>,
    unprivileged: Vec<Suite>,
    flags: BTreeMap<String, Vec<String>>,
}

impl Lists {
    pub(super) fn read(release: u32) -> Lists {
        Lists::parse(TEXT, release).expect("the file is checked by a test")
    }

    fn parse(text: &str, release: u32) -> Result<Lists, String> {
        let table: Table = text
            .parse()
            .map_err(|error: toml::de::Error| error.to_string())?;
        let part = |name: &str| table.get(name).and_then(Value::as_table);
        let mut lists = BTreeMap::new();
        for (name, list) in part("lists").into_iter().flatten() {
            lists.insert(name.clone(), suites(list.as_table()));
        }
        let mut variants = Vec::new();
        let mut clones = Vec::new();
        for (suffix, about) in part("variants").into_iter().flatten() {
            let releases = about.get("releases").and_then(Value::as_array);
            if releases.is_some_and(|all| !all.contains(&Value::Integer(release.into()))) {
                continue;
            }
            let text = |key: &str| about.get(key).and_then(Value::as_str).unwrap_or_default();
            clones.extend(
                text("suites")
                    .split_whitespace()
                    .map(|base| Suite::new(VARIANTS, &format!("{base}_{suffix}"))),
            );
            variants.push(Variant {
                suffix: suffix.clone(),
                options: text("options").to_owned(),
            });
        }
        // The longest that fits is the one: `no_copt_ssa` before `ssa`.
        variants.sort_by_key(|variant| std::cmp::Reverse(variant.suffix.len()));
        lists.insert("variants".into(), clones);
        let words = |value: &Value| -> Vec<String> {
            let text = value.as_str().unwrap_or_default();
            text.split_whitespace().map(str::to_owned).collect()
        };
        let flags = part("flags").into_iter().flatten();
        Ok(Lists {
            lists,
            variants,
            named: suites(part("named")),
            unprivileged: suites(part("unprivileged")),
            flags: flags
                .map(|(name, value)| (name.clone(), words(value)))
                .collect(),
        })
    }

    /// The suites of a list.
    pub(super) fn list(&self, name: &str) -> Result<&[Suite], String> {
        let found = self.lists.get(name).map(Vec::as_slice);
        found.ok_or_else(|| {
            let names: Vec<&str> = self.lists.keys().map(String::as_str).collect();
            format!("there is no list {name}: {}", names.join(", "))
        })
    }

    /// The suites that `wanted` means: `map`, `map_SUITE`, or with its application `compiler/map`. It need be on no list.
    pub(super) fn suites(&self, wanted: &str) -> Result<Vec<Suite>, String> {
        let name = |name: &str| name.strip_suffix("_SUITE").unwrap_or(name).to_owned();
        if let Some((application, suite)) = wanted.split_once('/') {
            return Ok(vec![Suite::new(application, &name(suite))]);
        }
        let wanted = name(wanted);
        let mut found: Vec<Suite> = self.lists.values().flatten().cloned().collect();
        found.retain(|suite| suite.name == wanted);
        found.sort();
        found.dedup();
        if found.is_empty() {
            return Err(format!(
                "no list has a suite {wanted}: give its application too, as in kernel/{wanted}"
            ));
        }
        Ok(found)
    }

    /// Must its machine have a name?
    pub(super) fn is_named(&self, suite: &Suite) -> bool {
        self.named.contains(suite)
    }

    /// Must it not be run as root?
    pub(super) fn is_unprivileged(&self, suite: &Suite) -> bool {
        self.unprivileged.contains(suite)
    }

    /// What else the machine is told; a clone gets what its base gets.
    pub(super) fn flags(&self, suite: &Suite) -> &[String] {
        let base = self
            .base(suite)
            .unwrap_or((suite.application.as_str(), suite.name.as_str()));
        let flags = self.flags.get(&format!("{}/{}", base.0, base.1));
        flags.map(Vec::as_slice).unwrap_or_default()
    }

    /// Application and name of what a suite is a clone of.
    pub(super) fn base<'a>(&self, suite: &'a Suite) -> Option<(&'static str, &'a str)> {
        if suite.application != VARIANTS {
            return None;
        }
        self.variants.iter().find_map(|variant| {
            let base = suite.name.strip_suffix(&variant.suffix)?;
            Some(("compiler", base.strip_suffix('_')?))
        })
    }
}

/// Where the suites of an application are in a source tree.
pub(super) fn source(sources: &Path, application: &str) -> Option<std::path::PathBuf> {
    match application {
        "emulator" => Some(sources.join("erts/emulator/test")),
        "stdlib" | "kernel" | "compiler" => Some(sources.join(format!("lib/{application}/test"))),
        VARIANTS => Some(sources.join("lib/compiler/test")),
        _ => None,
    }
}

/// `{application = "names"}`
fn suites(table: Option<&Table>) -> Vec<Suite> {
    let mut suites = Vec::new();
    for (application, names) in table.into_iter().flatten() {
        let names = names.as_str().unwrap_or_default();
        suites.extend(
            names
                .split_whitespace()
                .map(|name| Suite::new(application, name)),
        );
    }
    suites
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_there_and_no_suite_is_on_two() {
        for release in [25, 27, 29] {
            let lists = Lists::parse(TEXT, release).expect("a good file");
            let mut all = Vec::new();
            for name in ["early", "mid", "late", "variants"] {
                all.extend(lists.list(name).expect("a list"));
            }
            let count = all.len();
            all.sort();
            all.dedup();
            assert_eq!(all.len(), count);
            let fast = lists.list("fast").expect("a list");
            assert!(fast.iter().all(|suite| all.contains(&suite)));
            assert!(lists.list("none").is_err());
        }
    }

    #[test]
    fn a_clone_has_the_flags_of_its_base() {
        let lists = Lists::read(25);
        let suite = Suite::new(VARIANTS, "maybe_no_ssa_opt");
        assert_eq!(lists.base(&suite), Some(("compiler", "maybe")));
        assert_eq!(lists.flags(&suite), ["-enable-feature", "maybe_expr"]);
    }

    #[test]
    fn a_name_means_the_suites_of_all_applications() {
        let lists = Lists::read(25);
        let of = |name: &str| -> Vec<String> {
            let suites = lists.suites(name).expect("suites");
            suites.iter().map(Suite::to_string).collect()
        };
        assert_eq!(of("map_SUITE"), ["compiler/map", "emulator/map"]);
        assert_eq!(of("kernel/heart"), ["kernel/heart"]);
        assert!(lists.suites("nothing").is_err());
    }
}
