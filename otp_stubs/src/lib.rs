//! Stand-ins for what OTP writes in C outside the core.
