//! Programs on a terminal: a script of keys is typed on a pseudo-terminal, and the screens that it shows are compared with those of
//! the real machine.

pub mod far;
pub mod play;
pub mod pty;
pub mod screen;
pub mod script;
