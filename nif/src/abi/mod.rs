//! The functions of `erl_nif.h`, by theme. Each does what the chapter of erl_nif says.

mod binaries;
mod maps;
mod messages;
mod resources;
pub(crate) mod system;
mod terms;
pub(crate) mod threads;
mod vectors;

/// A function's address.
#[derive(Copy, Clone)]
pub(crate) struct Symbol(
    #[expect(dead_code, reason = "it only has to be there")] pub(crate) *const (),
);

// SAFETY: addresses of code.
unsafe impl Sync for Symbol {}

/// All functions, so that none is left out by the linker.
pub(crate) const TABLES: &[&[Symbol]] = &[
    binaries::TABLE,
    maps::TABLE,
    messages::TABLE,
    resources::TABLE,
    system::TABLE,
    terms::TABLE,
    threads::TABLE,
    vectors::TABLE,
];

/// The table of a file's functions, with the names and types that C has for them. Their bodies may do what C may.
macro_rules! abi {
    ($($(#[$about:meta])* fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block)*) => {
        $(
            $(#[$about])*
            #[unsafe(no_mangle)]
            #[allow(unused_unsafe, reason = "some do nothing that is unsafe")]
            pub(crate) unsafe extern "C" fn $name($($argument: $type),*) $(-> $result)? {
                // SAFETY: a library calls it with what the chapter of erl_nif or erl_driver asks for: an environment or a port that is there, terms of
                // it, and places for results that may be written.
                unsafe { $body }
            }
        )*
        pub(crate) const TABLE: &[$crate::abi::Symbol] = &[$($crate::abi::Symbol($name as *const ())),*];
    };
}
pub(crate) use abi;
