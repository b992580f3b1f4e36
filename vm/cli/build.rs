//! Libraries of native functions and drivers find the machine's functions for them in its executable.

/// Names, and beginnings of names.
const EXPORTED: &[&str] = &[
    "enif_*",
    "driver_*",
    "erl_drv_*",
    "set_busy_port",
    "set_port_control_flags",
    "get_port_flags",
    "add_driver_entry",
    "remove_driver_entry",
    "erl_errno_id",
    "null_func",
    "dtrace_drvport_str",
];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    for name in EXPORTED {
        println!("cargo:rustc-link-arg-bins=-Wl,--export-dynamic-symbol={name}");
    }
}
