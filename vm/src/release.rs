//! TABLE of what differs between the releases of OTP. Nothing else asks which release it is.

use oxbeam_term::rules::{self, Rules};

/// How the machine behaves under one release.
#[derive(Copy, Clone, Debug)]
pub struct Release {
    /// `erlang:system_info(otp_release)`
    pub number: u8,
    /// Rules of terms.
    pub rules: Rules,
    /// Rules of tables.
    pub ets: EtsRules,
    /// Rules of files, ports and compression.
    pub io: IoRules,
    /// Processes at most, unless `+P` says otherwise.
    pub process_limit: usize,
    /// The time offset may change while the machine runs, unless `+C` says otherwise.
    pub multi_time_warp: bool,
    /// `erts_trace_cleaner` is one of the system processes that are started at boot.
    pub trace_cleaner: bool,
    /// A trailing `--` ends the arguments of the emulator.
    pub trailing_dashes: bool,
    /// `decode_packet/3` takes a bitstring, whose last bits are part of the rest (to OTP 25).
    pub packets_of_bits: bool,
    /// The hash of a map's key that `erts_debug` tells has 32 bits (to OTP 25).
    pub short_key_hashes: bool,
    /// Where a session does not trace what is sent (`trace_pattern(send, false, _)`), it does not for ports either.
    pub ports_heed_send_patterns: bool,
    /// Code counts on it that a private append lengthens a binary where it lies: comprehensions that zip, from OTP 28 on.
    pub lengthens_in_place: bool,
    /// `erts_debug:dirty_io(alive_waitexitingonly, _)` is there, and for the processor (from OTP 27).
    pub waits_for_exit_only: bool,
    /// A fun without variables is a constant to the loader, and making one a move (from OTP 26).
    pub constant_funs: bool,
    /// A product and the sum that takes it are one instruction, in which it comes first (from OTP 26).
    pub adds_to_products: bool,
    /// `process_info(_, label)` and `process_flag`'s newer items are there.
    pub process_labels: bool,
    /// `X + 1`, where the compiler sees the number, fails in the name of `erlang:'+'/2` as all arithmetic does, not of its function.
    pub increments_are_operators: bool,
    /// `-X`, where the compiler knows a float, is `0.0 - X`: there is no negative zero.
    pub negation_is_subtraction: bool,
    /// A call of a function that is not there, by a process without an error handler, shows its arguments.
    pub undefined_arguments: bool,
    /// `exit/3`, `link/2`, priority messages (`alias(priority)`).
    pub priority_messages: bool,
    /// A process that another node starts waits for the message `dist_spawn_init` behind the one with its arguments (from OTP 26).
    pub spawned_await_begin: bool,
    /// `unicode:bin_is_7bit/1` is true of the empty binary only (OTP 27).
    pub only_empty_is_7bit: bool,
    /// `return_to` is told of exceptions too that pass through other functions than the traced one.
    pub exceptions_return_far: bool,
    /// The version of PCRE whose dialect `re` speaks, if that is not the library's own (to OTP 27).
    pub regex_dialect: Option<&'static str>,
}

/// How files, ports and compression behave under one release.
#[derive(Copy, Clone, Debug)]
pub struct IoRules {
    /// A name alone opens a port on a file (to OTP 25).
    pub file_ports: bool,
    /// Times of files end with the year 9999 (from OTP 26).
    pub file_times_end: bool,
    /// `zlib` gives checksums as signed numbers (to OTP 25).
    pub signed_checksums: bool,
    /// Data for `inet` drivers have the caller's tag in front, which the answer gives back (from OTP 26).
    pub inet_tags: bool,
    /// Bytes of the buffer that `inet` drivers begin with.
    pub inet_buffer: u32,
    /// A request to open a socket names the protocol (from OTP 28).
    pub inet_protocols: bool,
    /// A connection that is there at once is told by a message too (to OTP 25).
    pub inet_connect_message: bool,
    /// Rules of `prim_socket`.
    pub sockets: SocketRules,
}

/// What a read of a stream that finds fewer bytes than it asks for does with them.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum ShortReads {
    /// It gives them, and `ok` if it may not wait (to OTP 25).
    Given,
    /// It keeps them for the next one.
    Kept,
    /// It gives them, and says so if it may not wait (from OTP 28).
    GivenOrTimedOut,
}

/// How `prim_socket` behaves under one release.
#[derive(Copy, Clone, Debug)]
pub struct SocketRules {
    /// Reads that find too little.
    pub short_reads: ShortReads,
    /// `nif_info/0` tells how input and output are done (from OTP 26).
    pub tells_backend: bool,
    /// And what of SCTP there is (from OTP 28).
    pub tells_sctp: bool,
    /// `nif_supports(options)` names the levels (from OTP 28).
    pub named_levels: bool,
    /// The type of service is told in parts, and by the names of the newer standard too (from OTP 28).
    pub service_in_parts: bool,
    /// To take back a connection that nobody waits for is an error, as nothing else that is not found (from OTP 26).
    pub unknown_connect_is_error: bool,
    /// An option that is a text is set by a binary too (from OTP 26).
    pub binary_texts: bool,
    /// What `prim_net` calls the type of a socket for an address.
    pub address_type: &'static str,
    /// To accept marks the listening socket as connected, not the new one (to OTP 25).
    pub marks_listener: bool,
    /// A socket can be told to select for more with each read (from OTP 28).
    pub selects_on_read: bool,
    /// IGMP is among the protocols that are known without a list (from OTP 26).
    pub knows_igmp: bool,
    /// Multipath TCP is, too (from OTP 28).
    pub knows_multipath: bool,
}

const SOCKETS_25: SocketRules = SocketRules {
    short_reads: ShortReads::Given,
    tells_backend: false,
    tells_sctp: false,
    named_levels: false,
    service_in_parts: false,
    unknown_connect_is_error: false,
    binary_texts: false,
    address_type: "type",
    marks_listener: true,
    selects_on_read: false,
    knows_igmp: false,
    knows_multipath: false,
};

const SOCKETS_27: SocketRules = SocketRules {
    short_reads: ShortReads::Kept,
    tells_backend: true,
    unknown_connect_is_error: true,
    binary_texts: true,
    address_type: "socktype",
    marks_listener: false,
    knows_igmp: true,
    ..SOCKETS_25
};

const SOCKETS_29: SocketRules = SocketRules {
    short_reads: ShortReads::GivenOrTimedOut,
    tells_sctp: true,
    named_levels: true,
    service_in_parts: true,
    selects_on_read: true,
    knows_multipath: true,
    ..SOCKETS_27
};

const IO_25: IoRules = IoRules {
    file_ports: true,
    file_times_end: false,
    signed_checksums: true,
    inet_tags: false,
    inet_buffer: 1460,
    inet_protocols: false,
    inet_connect_message: true,
    sockets: SOCKETS_25,
};

const IO_27: IoRules = IoRules {
    file_ports: false,
    file_times_end: true,
    signed_checksums: false,
    inet_tags: true,
    inet_buffer: 1460,
    inet_protocols: false,
    inet_connect_message: false,
    sockets: SOCKETS_27,
};

const IO_29: IoRules = IoRules {
    inet_buffer: 9216,
    inet_protocols: true,
    sockets: SOCKETS_29,
    ..IO_27
};

/// How tables behave under one release.
#[derive(Copy, Clone, Debug)]
pub struct EtsRules {
    /// A list goes into a bag from its end.
    pub bag_lists_backwards: bool,
    /// A map in a pattern for a key, without variables inside, is the key and no pattern.
    pub maps_are_keys: bool,
    /// `update_element` says if a position is out of range.
    pub element_positions: bool,
    /// `update_counter` and `update_element` say if the default is no object.
    pub default_cause: bool,
    /// `{heir, Pid}`: the heir is not told.
    pub silent_heirs: bool,
    /// Words of a table without objects, what holds them apart.
    pub table_words: usize,
    /// Words of the list of a hash table's segments, once it has more than its first.
    pub segment_list_words: usize,
    /// A list of arguments in a match specification may end in `'_'`.
    pub argument_prefixes: bool,
}

const ETS_25: EtsRules = EtsRules {
    bag_lists_backwards: true,
    maps_are_keys: true,
    element_positions: false,
    default_cause: false,
    silent_heirs: false,
    table_words: 49,
    segment_list_words: 262,
    argument_prefixes: false,
};

const ETS_27: EtsRules = EtsRules {
    bag_lists_backwards: false,
    maps_are_keys: false,
    element_positions: true,
    ..ETS_25
};

const ETS_29: EtsRules = EtsRules {
    default_cause: true,
    silent_heirs: true,
    table_words: 50,
    segment_list_words: 263,
    argument_prefixes: true,
    ..ETS_27
};

/// The rows, oldest first.
pub const TABLE: [Release; 3] = [
    Release {
        number: 25,
        rules: rules::OTP_25,
        ets: ETS_25,
        io: IO_25,
        process_limit: 262_144,
        multi_time_warp: false,
        trace_cleaner: false,
        trailing_dashes: false,
        packets_of_bits: true,
        short_key_hashes: true,
        ports_heed_send_patterns: false,
        lengthens_in_place: false,
        waits_for_exit_only: false,
        constant_funs: false,
        adds_to_products: false,
        process_labels: false,
        increments_are_operators: false,
        negation_is_subtraction: true,
        undefined_arguments: false,
        priority_messages: false,
        spawned_await_begin: false,
        only_empty_is_7bit: false,
        exceptions_return_far: false,
        regex_dialect: Some("8.44"),
    },
    Release {
        number: 27,
        rules: rules::OTP_27,
        ets: ETS_27,
        io: IO_27,
        process_limit: 1_048_576,
        multi_time_warp: true,
        trace_cleaner: true,
        trailing_dashes: true,
        packets_of_bits: false,
        short_key_hashes: false,
        ports_heed_send_patterns: true,
        lengthens_in_place: false,
        waits_for_exit_only: true,
        constant_funs: true,
        adds_to_products: true,
        process_labels: true,
        increments_are_operators: true,
        negation_is_subtraction: false,
        undefined_arguments: true,
        priority_messages: false,
        spawned_await_begin: true,
        only_empty_is_7bit: true,
        exceptions_return_far: true,
        regex_dialect: Some("8.45"),
    },
    Release {
        number: 29,
        rules: rules::OTP_29,
        ets: ETS_29,
        io: IO_29,
        process_limit: 1_048_576,
        multi_time_warp: true,
        trace_cleaner: true,
        trailing_dashes: true,
        packets_of_bits: false,
        short_key_hashes: false,
        ports_heed_send_patterns: true,
        lengthens_in_place: true,
        waits_for_exit_only: true,
        constant_funs: true,
        adds_to_products: true,
        process_labels: true,
        increments_are_operators: true,
        negation_is_subtraction: false,
        undefined_arguments: true,
        priority_messages: true,
        spawned_await_begin: true,
        only_empty_is_7bit: false,
        exceptions_return_far: true,
        regex_dialect: None,
    },
];

impl Release {
    /// The row of a release.
    pub fn of(number: u8) -> Option<&'static Release> {
        static ROWS: [Release; 3] = TABLE;
        ROWS.iter().find(|row| row.number == number)
    }

    /// The release that is run; OTP 27 where there is no machine, in tests.
    pub fn current() -> &'static Release {
        static ROWS: [Release; 3] = TABLE;
        crate::machine::built().map_or(&ROWS[1], |machine| machine.release)
    }
}
