//! Functions of the C library that Rust computes by formulas of its own: programs see the last digit, and OTP calls the library.

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        mod c {
            unsafe extern "C" {
                $(pub(super) fn $name(value: f64) -> f64;)*
            }
        }
        $(
            $(#[$doc])*
            pub fn $name(value: f64) -> f64 {
                // SAFETY: a function of the C library that takes any value.
                unsafe { c::$name(value) }
            }
        )*
    };
}
functions! {
    /// Inverse hyperbolic cosine.
    acosh;
    /// Inverse hyperbolic sine.
    asinh;
    /// Inverse hyperbolic tangent.
    atanh;
    /// Error function.
    erf;
    /// Its complement.
    erfc;
}
