//! Readiness of file descriptors, for ports, terminals and `enif_select`.

pub mod poll;
