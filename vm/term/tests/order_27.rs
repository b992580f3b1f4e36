//! Terms are ordered and hashed as in OTP 27.

#[path = "order/check.rs"]
mod check;

#[test]
fn terms_are_ordered_and_hashed_as_in_otp_27() {
    oxbeam_term::rules::set(oxbeam_term::rules::OTP_27);
    check::check(include_str!("order/otp_27.txt"));
}
