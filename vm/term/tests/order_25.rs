//! Terms are ordered and hashed as in OTP 25.

#[path = "order/check.rs"]
mod check;

#[test]
fn terms_are_ordered_and_hashed_as_in_otp_25() {
    oxbeam_term::rules::set(oxbeam_term::rules::OTP_25);
    check::check(include_str!("order/otp_25.txt"));
}

#[test]
fn float_zeroes_are_one_key_in_otp_25() {
    use oxbeam_term::Term;
    oxbeam_term::rules::set(oxbeam_term::rules::OTP_25);
    let mut arena = oxbeam_term::heap::arena::Arena::new();
    // SAFETY: the arena outlives the builder.
    let mut builder = unsafe { arena.builder() };
    for others in [0, 40] {
        let (zero, minus) = (builder.float(0.0), builder.float(-0.0));
        let pairs = (0..others).map(|number| (Term::small(number), Term::NIL));
        let pairs = pairs.chain([(zero, Term::TRUE), (minus, Term::FALSE)]);
        let term = builder.map_from_pairs(pairs);
        let map = term.as_map().expect("a map");
        assert_eq!(map.len() as i64, others + 1);
        assert!(map.contains(zero) && map.contains(minus));
        let removed = builder.map_remove(map, minus);
        assert_eq!(removed.as_map().map(|map| map.len() as i64), Some(others));
    }
}
