//! The real OTP: where recorded output comes from.

use std::env::var;

/// The commands of the real `erl`, one a release, from the environment: `ORACLE_25`, `ORACLE_27`, `ORACLE_29`;
/// `ORACLE` is the one for 25.
#[derive(Clone, Debug)]
pub struct Oracle {
    /// Whether what it prints is written down (else it is compared, which tests the corpus itself).
    pub record: bool,
}

impl Oracle {
    /// What the environment asks for, if anything.
    pub fn from_env() -> Option<Self> {
        let record = var("OXBEAM_RECORD").is_ok_and(|value| value == "1");
        let named = crate::matrix::RELEASES
            .iter()
            .any(|&release| Self { record }.command(release).is_some());
        (record || named).then_some(Self { record })
    }

    /// Program and arguments, split at spaces.
    pub fn command(&self, release: u32) -> Option<Vec<String>> {
        let text = var(format!("ORACLE_{release}")).or_else(|error| {
            if release == 25 {
                var("ORACLE")
            } else {
                Err(error)
            }
        });
        let words: Vec<String> = text
            .ok()?
            .split_whitespace()
            .map(ToOwned::to_owned)
            .collect();
        (!words.is_empty()).then_some(words)
    }
}
