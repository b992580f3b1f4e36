//! The seam between the command line and the machine: everything that a start needs, and `start`.

use crate::emulator::config::EmulatorConfig;
use crate::erlexec::PortMapper;
use crate::otp::Otp;

/// A start of the machine.
#[allow(dead_code)] // The machine reads them.
#[derive(Clone, Debug)]
pub(crate) struct BootArguments {
    /// Which OTP to run.
    pub(crate) otp: Otp,
    /// For `erl_init:start(init, Arguments)`: a list of binaries, the first `-root`.
    pub(crate) init_arguments: Vec<Vec<u8>>,
    /// What the `+` flags say.
    pub(crate) config: Box<EmulatorConfig>,
    /// The port mapper daemon that a distributed node wants.
    pub(crate) port_mapper: Option<PortMapper>,
    /// `--sim`: run on one thread, in virtual time, from this seed.
    pub(crate) simulation: Option<u64>,
}

/// Runs the machine until it halts, and returns its exit status.
pub(crate) fn start(boot: BootArguments) -> i32 {
    let _ = boot;
    eprintln!("oxbeam: the machine is not in this build");
    1
}
