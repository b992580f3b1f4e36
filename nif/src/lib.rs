//! Libraries in C: of native functions (`erlang:load_nif/2`, and what `erl_nif.h` promises them) and drivers (`driver/`).
//!
//! | file | what |
//! |---|---|
//! | `library.rs` | loading, upgrading, unloading; calls |
//! | `env.rs` | `ErlNifEnv` |
//! | `resource.rs` | objects of a library behind references, and the processes that they watch |
//! | `select.rs` | descriptors that are looked at for resources |
//! | `iovec.rs` | vectors of binaries, and queues of them |
//! | `tracer.rs` | modules that trace |
//! | `abi/` | the functions `enif_…`, by theme |
//! | `variadic.c` | those whose arguments vary in number |
//! | `driver/` | drivers: `erl_ddll`, `erl_driver.h` |
//!
//! A term is a word here as there, so that most functions do nothing but call the machine's own. Nothing is collected or moved while a function
//! runs, so that terms may be kept until it returns. Whatever a library does to memory, it does to ours: only here can a fault of others
//! bring the machine down.

mod abi;
mod driver;
mod env;
mod iovec;
mod library;
mod resource;
mod select;
mod tracer;

pub use library::NATIVES;

/// Names what libraries look up, so that the linker keeps it, and says who calls libraries that trace.
pub fn keep() -> usize {
    oxbeam_vm::trace::tracer::install(&tracer::Libraries);
    let tables = abi::TABLES.iter().chain(driver::abi::TABLES);
    std::hint::black_box(tables.map(|table| table.len()).sum())
}
