//! The drivers that are part of OTP's emulator.

mod fd;
mod forker;
mod gethost;
mod inet;
mod ram_file;
mod spawn;
mod stream;
mod trace_file;
mod tty_sl;

use oxbeam_vm::port::DriverEntry;

/// All of them.
pub static DRIVERS: &[DriverEntry] = &[
    DriverEntry {
        name: "forker",
        soft_busy: false,
        open: forker::open,
    },
    DriverEntry {
        name: "fd",
        soft_busy: false,
        open: fd::open,
    },
    DriverEntry {
        name: "spawn",
        soft_busy: false,
        open: spawn::open,
    },
    DriverEntry {
        name: "vanilla",
        soft_busy: false,
        open: fd::open_file,
    },
    DriverEntry {
        name: "ram_file_drv",
        soft_busy: false,
        open: ram_file::open,
    },
    DriverEntry {
        name: "trace_file_drv",
        soft_busy: false,
        open: trace_file::open,
    },
    DriverEntry {
        name: "tty_sl",
        soft_busy: false,
        open: tty_sl::open,
    },
    DriverEntry {
        name: "tcp_inet",
        soft_busy: true,
        open: inet::open_tcp,
    },
    DriverEntry {
        name: "udp_inet",
        soft_busy: true,
        open: inet::open_udp,
    },
];
