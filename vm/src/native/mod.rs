//! Native functions: what they look like to those who write them, and the table that the machine is handed.
//!
//! A native function reads its arguments, builds its result and returns it, or says how it stops instead: with an exception, by
//! calling an Erlang function in its place, or by waiting. Nothing moves or is collected while it runs.

mod cx;
mod process;
mod raise;

pub use cx::Cx;
pub use raise::Raise;

use oxbeam_term::Term;

/// What a native function gives.
pub type NativeResult<'p> = Result<Term<'p>, Raise>;

/// A native function.
pub type NativeFunction = for<'p> fn(&mut Cx<'p>) -> NativeResult<'p>;

/// Where and when a native function may run.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Allowed in guards: no effects, bounded time.
    Guard,
    /// Everything else.
    Plain,
    /// Runs long on the processor: on a dirty CPU scheduler.
    DirtyCpu,
    /// Waits for the system: on a dirty I/O scheduler.
    DirtyIo,
}

/// A row of a table of native functions.
#[derive(Copy, Clone)]
pub struct Native {
    /// Erlang module.
    pub module: &'static str,
    /// Function.
    pub function: &'static str,
    /// Arity.
    pub arity: u8,
    /// Kind.
    pub kind: Kind,
    /// The function.
    pub native: NativeFunction,
    /// First release that has it.
    pub since: u8,
    /// Last release that has it.
    pub until: u8,
}

/// What stands in for a function of OTP's that is written in Erlang: where the function's code is the code that this was written for, its
/// entry comes here first.
#[derive(Copy, Clone)]
pub struct StandIn {
    /// Erlang module.
    pub module: &'static str,
    /// Function.
    pub function: &'static str,
    /// Arity.
    pub arity: u8,
    /// What comes to the same as the function, or declines, and the function does its work itself. It may ask for a dirty CPU scheduler, but
    /// raises nothing.
    pub native: StandInFunction,
    /// Fingerprints of the function in the releases whose code was looked at ([`oxbeam_loader::fingerprint`]).
    pub fingerprints: &'static [u64],
}

/// The function of a [`StandIn`]; no term where it declines.
pub type StandInFunction = for<'p> fn(&mut Cx<'p>) -> Result<Option<Term<'p>>, Raise>;

/// A NIF library that is part of the machine: `erlang:load_nif/2` with this name finds it.
#[derive(Copy, Clone)]
pub struct StaticNif {
    /// Name of the library, which is the module's, or what the module calls it.
    pub name: &'static str,
    /// Its functions.
    pub natives: &'static [Native],
    /// Called by `load_nif/2` with the load information.
    pub load: Option<NativeFunction>,
}

/// The table of a file's native functions: a row each, functions below.
///
/// ```ignore
/// natives! { NATIVES: "lists";
///     "member"  / 2 Plain => member_2;
///     "reverse" / 2 Plain => reverse_2;
///     "keyfind" / 3 Plain [27..=29] => keyfind_3;     // not in OTP 25
/// }
/// ```
#[macro_export]
macro_rules! natives {
    ($table:ident : $module:literal; $($function:literal / $arity:literal $kind:ident $([$since:literal ..= $until:literal])? => $native:path;)*) => {
        /// The native functions of this file.
        pub const $table: &[$crate::native::Native] = &[$(
            $crate::native::Native {
                module: $module,
                function: $function,
                arity: $arity,
                kind: $crate::native::Kind::$kind,
                native: $native,
                since: $crate::first_of!($($since,)? 0),
                until: $crate::first_of!($($until,)? 255),
            },
        )*];
    };
}

/// The first of its arguments.
#[doc(hidden)]
#[macro_export]
macro_rules! first_of {
    ($first:expr $(, $rest:expr)*) => {
        $first
    };
}

/// What a file of native functions uses.
pub mod prelude {
    pub use super::{Cx, Kind, Native, NativeResult, Raise, StandIn, StaticNif};
    pub use crate::natives;
    pub use oxbeam_term::atom::known;
    pub use oxbeam_term::{Atom, Builder, Term, View, Word};
}
