//! Code: export entries, modules, loading.

mod export;

pub use export::Code;
