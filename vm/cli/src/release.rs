//! The OTP releases that Oxbeam runs.

/// A release of OTP, by the number that `erlang:system_info(otp_release)` gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Release {
    /// OTP 25, erts 13.
    Otp25,
    /// OTP 27, erts 15.
    Otp27,
    /// OTP 29, erts 17.
    Otp29,
}

impl Release {
    /// All of them, oldest first.
    pub(crate) const ALL: [Release; 3] = [Release::Otp25, Release::Otp27, Release::Otp29];

    /// 25, 27 or 29.
    pub(crate) fn number(self) -> u32 {
        match self {
            Release::Otp25 => 25,
            Release::Otp27 => 27,
            Release::Otp29 => 29,
        }
    }

    /// The release of that number, if it is one that Oxbeam runs.
    pub(crate) fn from_number(number: u32) -> Option<Release> {
        Release::ALL
            .into_iter()
            .find(|release| release.number() == number)
    }
}
