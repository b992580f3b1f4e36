//! A second and a third try for what fails where the machine is busy and something waits for time. What fails each time has failed; what
//! fails once is told, for it may be a race of ours.

/// `OXBEAM_TRIES`: how often a test may be tried. Once unless it says more.
pub fn tries() -> u32 {
    let tries = std::env::var("OXBEAM_TRIES").ok();
    tries.and_then(|tries| tries.parse().ok()).unwrap_or(1)
}

/// Says that a test is tried again, and why.
pub fn tell(name: &str, why: &str) {
    eprintln!("== again: {name}, which failed so:\n{why}");
}

/// Tries a test until it passes, as often as is allowed.
pub fn trying(name: &str, mut test: impl FnMut() -> Result<(), String>) -> Result<(), String> {
    for _ in 1..tries() {
        match test() {
            Ok(()) => return Ok(()),
            Err(why) => tell(name, &why),
        }
    }
    test()
}
