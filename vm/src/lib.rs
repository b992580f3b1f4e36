//! The machine: code, processes, signals, schedulers.
