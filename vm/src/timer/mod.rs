//! Timers and time.

pub mod clock;
pub mod service;
pub mod wheel;
