//! What is left to say when the machine itself fails.

use std::io::Write;

/// A thread of the machine has panicked: says so and ends the program. The panic's own message has been printed.
pub fn internal_failure() -> ! {
    let thread = std::thread::current();
    // Nobody is left to tell when the error output is gone.
    let _ = writeln!(
        std::io::stderr(),
        "\noxbeam: internal failure in {}; the machine stops",
        thread.name().unwrap_or("a thread")
    );
    std::process::exit(134)
}
