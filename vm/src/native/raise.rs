//! How a native function stops without a result.

/// Why there is no result. Small and `Copy`: terms that belong to it are parked in the process, by the functions of
/// [`Cx`](super::Cx) that make it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
// As wide as a term, so that a `NativeResult` comes back in two registers.
#[repr(u64)]
pub enum Raise {
    /// `error:badarg`
    Badarg,
    /// `error:badarith`
    Badarith,
    /// `error:system_limit`
    SystemLimit,
    /// `error:notsup`
    Notsup,
    /// `error:undef`: the function is not here on this release.
    Undef,
    /// An exception whose class and reason are parked: [`Cx::error`](super::Cx::error) and its kin.
    Parked,
    /// Go on in the Erlang function parked: [`Cx::trap`](super::Cx::trap).
    Trap,
    /// Go on in the fun parked: [`Cx::trap_to_fun`](super::Cx::trap_to_fun).
    Apply,
    /// Drop the stack, wait for a message, then go on in the Erlang function parked: `erlang:hibernate/3`.
    Hibernate,
    /// Give up the processor, then call this native again with the same arguments.
    Yield,
    /// Give up the processor, then go on behind the call, whose result is parked: [`Cx::give_up_turn`](super::Cx::give_up_turn).
    GiveUp,
    /// Wait until a signal arrives, then call this native again with the same arguments.
    Wait,
    /// Call this native again with the same arguments on a dirty CPU scheduler: [`Cx::leave_if_long`](super::Cx::leave_if_long).
    Dirty,
    /// The process was told to exit, the reason is parked: [`Cx::exit_self`](super::Cx::exit_self).
    Exit,
}

/// A failed conversion of an argument is a `badarg`.
impl From<()> for Raise {
    fn from((): ()) -> Raise {
        Raise::Badarg
    }
}
