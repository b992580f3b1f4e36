//! The options of sockets that have a name, by level.

/// What an option's value is, and whether it can be set and read.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// It is only known by name.
    Unsupported,
    Bool,
    Int,
    /// A number that is only read.
    IntRead,
    Uint,
    Linger,
    Domain,
    Type,
    Protocol,
    Device,
    Membership4,
    Source4,
    Filter4,
    Discovery,
    Interface4,
    Service,
    PacketOptions,
    Form,
    Hops,
    Membership6,
    Congestion,
}

impl Kind {
    /// Can it be set?
    pub(super) fn is_set(self) -> bool {
        !matches!(
            self,
            Kind::Unsupported
                | Kind::IntRead
                | Kind::Domain
                | Kind::Type
                | Kind::Protocol
                | Kind::PacketOptions
        )
    }
    /// Can it be read?
    pub(super) fn is_read(self) -> bool {
        !matches!(
            self,
            Kind::Unsupported
                | Kind::Membership4
                | Kind::Source4
                | Kind::Filter4
                | Kind::Form
                | Kind::Membership6
        )
    }
}

/// An option.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) number: i32,
    pub(super) kind: Kind,
    /// Releases whose OTP supports it; others may know its name.
    pub(super) since: u8,
    /// Releases that know its name.
    pub(super) named: (u8, u8),
}

/// A level: the system's number, the name that it has among the protocols, its options.
pub(super) struct Level {
    pub(super) number: i32,
    pub(super) name: &'static str,
    pub(super) rows: &'static [Row],
}

/// An option of all releases.
const fn option(name: &'static str, number: i32, kind: Kind) -> Row {
    since(0, name, number, kind)
}

/// An option that is supported since a release.
const fn since(since: u8, name: &'static str, number: i32, kind: Kind) -> Row {
    Row {
        name,
        number,
        kind,
        since,
        named: (0, 255),
    }
}

/// A name.
const fn name(name: &'static str) -> Row {
    option(name, 0, Kind::Unsupported)
}

/// A name in some releases.
const fn named(from: u8, to: u8, text: &'static str) -> Row {
    Row {
        named: (from, to),
        ..name(text)
    }
}

const ACCEPT_CONNECTIONS: i32 = libc::SO_ACCEPTCONN;

const SOCKET: &[Row] = &[
    option("acceptconn", ACCEPT_CONNECTIONS, Kind::Bool),
    name("acceptfilter"),
    option("bindtodevice", libc::SO_BINDTODEVICE, Kind::Device),
    option("broadcast", libc::SO_BROADCAST, Kind::Bool),
    named(26, 255, "bsp_state"),
    name("busy_poll"),
    option("debug", libc::SO_DEBUG, Kind::Int),
    option("domain", libc::SO_DOMAIN, Kind::Domain),
    option("dontroute", libc::SO_DONTROUTE, Kind::Bool),
    name("error"),
    named(26, 255, "exclusiveaddruse"),
    option("keepalive", libc::SO_KEEPALIVE, Kind::Bool),
    option("linger", libc::SO_LINGER, Kind::Linger),
    name("mark"),
    named(26, 255, "maxdg"),
    named(26, 255, "max_msg_size"),
    option("oobinline", libc::SO_OOBINLINE, Kind::Bool),
    option("passcred", libc::SO_PASSCRED, Kind::Bool),
    option("peek_off", libc::SO_PEEK_OFF, Kind::Int),
    name("peercred"),
    option("priority", libc::SO_PRIORITY, Kind::Int),
    option("protocol", libc::SO_PROTOCOL, Kind::Protocol),
    option("rcvbuf", libc::SO_RCVBUF, Kind::Int),
    name("rcvbufforce"),
    option("rcvlowat", libc::SO_RCVLOWAT, Kind::Int),
    name("rcvtimeo"),
    option("reuseaddr", libc::SO_REUSEADDR, Kind::Bool),
    option("reuseport", libc::SO_REUSEPORT, Kind::Bool),
    name("rxq_ovfl"),
    name("setfib"),
    option("sndbuf", libc::SO_SNDBUF, Kind::Int),
    name("sndbufforce"),
    option("sndlowat", libc::SO_SNDLOWAT, Kind::Int),
    name("sndtimeo"),
    option("timestamp", libc::SO_TIMESTAMP, Kind::Bool),
    Row {
        named: (28, 255),
        ..since(28, "timestampns", libc::SO_TIMESTAMPNS, Kind::Bool)
    },
    option("type", libc::SO_TYPE, Kind::Type),
];

const IP: &[Row] = &[
    option("add_membership", libc::IP_ADD_MEMBERSHIP, Kind::Membership4),
    option(
        "add_source_membership",
        libc::IP_ADD_SOURCE_MEMBERSHIP,
        Kind::Source4,
    ),
    option("block_source", libc::IP_BLOCK_SOURCE, Kind::Source4),
    name("dontfrag"),
    option(
        "drop_membership",
        libc::IP_DROP_MEMBERSHIP,
        Kind::Membership4,
    ),
    option(
        "drop_source_membership",
        libc::IP_DROP_SOURCE_MEMBERSHIP,
        Kind::Source4,
    ),
    option("freebind", libc::IP_FREEBIND, Kind::Bool),
    option("hdrincl", libc::IP_HDRINCL, Kind::Bool),
    option("minttl", libc::IP_MINTTL, Kind::Int),
    option("msfilter", 41, Kind::Filter4),
    option("mtu", libc::IP_MTU, Kind::IntRead),
    option("mtu_discover", libc::IP_MTU_DISCOVER, Kind::Discovery),
    option("multicast_all", 49, Kind::Bool),
    option("multicast_if", libc::IP_MULTICAST_IF, Kind::Interface4),
    option("multicast_loop", libc::IP_MULTICAST_LOOP, Kind::Bool),
    option("multicast_ttl", libc::IP_MULTICAST_TTL, Kind::Int),
    option("nodefrag", 22, Kind::Bool),
    name("options"),
    option("pktinfo", libc::IP_PKTINFO, Kind::Bool),
    option("pktoptions", libc::IP_PKTOPTIONS, Kind::PacketOptions),
    name("recvdstaddr"),
    option("recverr", libc::IP_RECVERR, Kind::Bool),
    name("recvif"),
    option("recvopts", libc::IP_RECVOPTS, Kind::Bool),
    option("recvorigdstaddr", libc::IP_RECVORIGDSTADDR, Kind::Bool),
    option("recvtos", libc::IP_RECVTOS, Kind::Bool),
    option("recvttl", libc::IP_RECVTTL, Kind::Bool),
    option("retopts", libc::IP_RETOPTS, Kind::Bool),
    option("router_alert", libc::IP_ROUTER_ALERT, Kind::Int),
    name("sendsrcaddr"),
    option("tos", libc::IP_TOS, Kind::Service),
    option("transparent", libc::IP_TRANSPARENT, Kind::Bool),
    option("ttl", libc::IP_TTL, Kind::Int),
    option("unblock_source", libc::IP_UNBLOCK_SOURCE, Kind::Source4),
];

const IPV6: &[Row] = &[
    option("addrform", libc::IPV6_ADDRFORM, Kind::Form),
    option(
        "add_membership",
        libc::IPV6_ADD_MEMBERSHIP,
        Kind::Membership6,
    ),
    option("authhdr", libc::IPV6_AUTHHDR, Kind::Bool),
    name("auth_level"),
    name("checksum"),
    option(
        "drop_membership",
        libc::IPV6_DROP_MEMBERSHIP,
        Kind::Membership6,
    ),
    option("dstopts", libc::IPV6_DSTOPTS, Kind::Bool),
    name("esp_network_level"),
    name("esp_trans_level"),
    name("faith"),
    option("flowinfo", libc::IPV6_FLOWINFO, Kind::Bool),
    option("hoplimit", libc::IPV6_HOPLIMIT, Kind::Bool),
    option("hopopts", libc::IPV6_HOPOPTS, Kind::Bool),
    name("ipcomp_level"),
    name("join_group"),
    name("leave_group"),
    option("mtu", libc::IPV6_MTU, Kind::Int),
    option("mtu_discover", libc::IPV6_MTU_DISCOVER, Kind::Discovery),
    option("multicast_hops", libc::IPV6_MULTICAST_HOPS, Kind::Hops),
    option("multicast_if", libc::IPV6_MULTICAST_IF, Kind::Int),
    option("multicast_loop", libc::IPV6_MULTICAST_LOOP, Kind::Bool),
    name("portrange"),
    name("pktoptions"),
    option("recverr", libc::IPV6_RECVERR, Kind::Bool),
    option("recvhoplimit", libc::IPV6_RECVHOPLIMIT, Kind::Bool),
    option("recvpktinfo", libc::IPV6_RECVPKTINFO, Kind::Bool),
    option("recvtclass", libc::IPV6_RECVTCLASS, Kind::Bool),
    option("router_alert", libc::IPV6_ROUTER_ALERT, Kind::Int),
    option("rthdr", libc::IPV6_RTHDR, Kind::Bool),
    option("tclass", libc::IPV6_TCLASS, Kind::Int),
    option("unicast_hops", libc::IPV6_UNICAST_HOPS, Kind::Hops),
    name("use_min_mtu"),
    option("v6only", libc::IPV6_V6ONLY, Kind::Bool),
];

const SCTP: &[Row] = &[
    named(0, 27, "adaption_layer"),
    named(28, 255, "adaptation_layer"),
    name("associnfo"),
    name("auth_active_key"),
    name("auth_chunk"),
    name("auth_delete_key"),
    name("auth_key"),
    name("autoclose"),
    name("context"),
    named(0, 27, "default_send_params"),
    named(28, 255, "default_send_param"),
    name("delayed_ack_time"),
    name("disable_fragments"),
    name("events"),
    name("explicit_eor"),
    name("fragment_interleave"),
    named(28, 255, "get_assoc_stats"),
    name("get_peer_addr_info"),
    name("hmac_ident"),
    name("i_want_mapped_v4_addr"),
    name("initmsg"),
    name("local_auth_chunks"),
    name("maxburst"),
    name("maxseg"),
    name("nodelay"),
    named(0, 27, "partial_delivery_point"),
    named(28, 255, "partial_delivery"),
    name("peer_addr_params"),
    name("peer_auth_chunks"),
    name("primary_addr"),
    name("reset_streams"),
    name("rtoinfo"),
    name("set_peer_primary_addr"),
    name("status"),
    name("use_ext_recvinfo"),
];

const TCP: &[Row] = &[
    option("congestion", libc::TCP_CONGESTION, Kind::Congestion),
    option("cork", libc::TCP_CORK, Kind::Bool),
    name("info"),
    since(26, "keepcnt", libc::TCP_KEEPCNT, Kind::Int),
    since(26, "keepidle", libc::TCP_KEEPIDLE, Kind::Int),
    since(26, "keepintvl", libc::TCP_KEEPINTVL, Kind::Int),
    option("maxseg", libc::TCP_MAXSEG, Kind::Int),
    name("md5sig"),
    option("nodelay", libc::TCP_NODELAY, Kind::Bool),
    name("noopt"),
    name("nopush"),
    name("syncnt"),
    since(28, "user_timeout", libc::TCP_USER_TIMEOUT, Kind::Uint),
];

const UDP: &[Row] = &[option("cork", 1, Kind::Bool)];

/// TABLE of the levels.
pub(super) const LEVELS: &[Level] = &[
    Level {
        number: libc::SOL_SOCKET,
        name: "socket",
        rows: SOCKET,
    },
    Level {
        number: libc::IPPROTO_IP,
        name: "ip",
        rows: IP,
    },
    Level {
        number: libc::IPPROTO_IPV6,
        name: "ipv6",
        rows: IPV6,
    },
    Level {
        number: libc::IPPROTO_SCTP,
        name: "sctp",
        rows: SCTP,
    },
    Level {
        number: libc::IPPROTO_UDP,
        name: "udp",
        rows: UDP,
    },
    Level {
        number: libc::IPPROTO_TCP,
        name: "tcp",
        rows: TCP,
    },
];

/// The option of these numbers, if `release` supports it.
pub(super) fn find(release: u8, level: i32, number: i32) -> Option<&'static Row> {
    let level = LEVELS.iter().find(|row| row.number == level)?;
    level
        .rows
        .iter()
        .find(|row| row.number == number && row.kind != Kind::Unsupported && row.since <= release)
}
