//! What the command line sets beside [`Config`](crate::config::Config)'s sizes: small behaviours, and what `erlang:system_info/1` tells.

/// Settings of a start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Processors that the system has, and those that this process may use.
    pub processors: (usize, usize),
    /// `+R`
    pub compatible_release: u8,
    /// `+c`
    pub time_correction: bool,
    /// `+T`
    pub modified_timing: Option<u8>,
    /// `+sct`, as it was given.
    pub cpu_topology: Option<String>,
    /// `+pc unicode`
    pub printable_unicode: bool,
    /// `+W`: `info`, `warning` or `error`.
    pub warnings: &'static str,
    /// `+ec`
    pub ets_compressed: bool,
    /// `+r`
    pub ets_realloc_moves: bool,
    /// `+zdbbl`, in bytes.
    pub distribution_buffer: usize,
    /// `+zdntgc`, in seconds; `None` is for ever.
    pub node_table_gc: Option<u32>,
    /// `+zosrl`
    pub outstanding_requests: usize,
    /// `+zhft`, in milliseconds; `None` is for ever.
    pub halt_flush_timeout: Option<u32>,
    /// `+spp`
    pub port_parallelism: bool,
    /// Cleared by `+d`: an internal error writes a crash dump.
    pub crash_dump: bool,
    /// SIGINT opens the menu of the break handler (`+B` and kin clear it).
    pub break_handler: bool,
    /// SIGINT is ignored (`+Bi`).
    pub break_ignored: bool,
    /// SIGINT interrupts the shell's current job (`+Bc`).
    pub break_interrupts_shell: bool,
    /// `+M…`
    pub allocators: Vec<(String, String)>,
}

impl Settings {
    /// The settings of a release without any flag.
    pub fn new(release: u8) -> Settings {
        let available = std::thread::available_parallelism().map_or(1, usize::from);
        // SAFETY: sysconf has no precondition; it reads a number.
        let configured = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_CONF) };
        let configured = usize::try_from(configured)
            .unwrap_or(available)
            .max(available);
        Settings {
            processors: (configured, available),
            compatible_release: release,
            time_correction: true,
            modified_timing: None,
            cpu_topology: None,
            printable_unicode: false,
            warnings: "warning",
            ets_compressed: false,
            ets_realloc_moves: false,
            distribution_buffer: 1 << 20,
            node_table_gc: Some(60),
            outstanding_requests: 2 * available,
            halt_flush_timeout: None,
            port_parallelism: false,
            crash_dump: true,
            break_handler: true,
            break_ignored: false,
            break_interrupts_shell: false,
            allocators: Vec::new(),
        }
    }
}
