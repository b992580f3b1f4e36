//! Time. The machine's monotonic time is nanoseconds since it started; Erlang's begins at -576460752 s, so that it is a small integer
//! for long. System time is monotonic time plus an offset, as OTP has it: fixed at the start (`no_time_warp`), fixed once
//! (`single_time_warp`) or following the system's clock (`multi_time_warp`).
//!
//! Nothing else asks the system for the time: the simulator gives another [`Clock`].

use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Native units in a second.
pub const NATIVE_PER_SECOND: i64 = 1_000_000_000;
/// `erlang:system_info(start_time)`
pub const START: i64 = -576_460_752 * NATIVE_PER_SECOND;
const NANOS_PER_TICK: u64 = 1_000_000;

/// Where time comes from.
pub trait Clock: Send + Sync {
    /// Nanoseconds since the machine started; never goes back.
    fn monotonic(&self) -> u64;
    /// The system's clock: nanoseconds since 1970.
    fn system(&self) -> i64;
    /// Virtual time goes on to `nanoseconds`, when nothing can run before. Real time does so by itself.
    fn advance(&self, nanoseconds: u64) {
        let _ = nanoseconds;
    }
    /// Is this time virtual?
    fn is_virtual(&self) -> bool {
        false
    }
}

/// The system's clocks.
pub struct RealClock(Instant);

impl RealClock {
    /// A clock that starts now.
    pub fn new() -> RealClock {
        RealClock(Instant::now())
    }
}

impl Default for RealClock {
    fn default() -> RealClock {
        RealClock::new()
    }
}

impl Clock for RealClock {
    #[inline]
    fn monotonic(&self) -> u64 {
        self.0.elapsed().as_nanos() as u64
    }
    fn system(&self) -> i64 {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => since.as_nanos() as i64,
            Err(before) => -(before.duration().as_nanos() as i64),
        }
    }
}

/// Time that passes only when the simulator says so.
pub struct VirtualClock {
    now: AtomicU64,
    begin: i64,
}

impl VirtualClock {
    /// Virtual time that begins at `begin`, nanoseconds since 1970.
    pub fn new(begin: i64) -> VirtualClock {
        VirtualClock {
            now: AtomicU64::new(0),
            begin,
        }
    }
}

impl Clock for VirtualClock {
    fn monotonic(&self) -> u64 {
        // Time passes a little at each look, so that two looks differ, as programs expect.
        self.now.fetch_add(100, Ordering::Relaxed) + 100
    }
    fn system(&self) -> i64 {
        self.begin + self.now.load(Ordering::Relaxed) as i64
    }
    fn advance(&self, nanoseconds: u64) {
        self.now.fetch_max(nanoseconds, Ordering::Relaxed);
    }
    fn is_virtual(&self) -> bool {
        true
    }
}

/// `+C`
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Warp {
    /// `no_time_warp`
    None,
    /// `single_time_warp`
    Single,
    /// `multi_time_warp`
    Multi,
}

/// The machine's time.
pub struct Time {
    clock: Box<dyn Clock>,
    /// `+C`
    pub warp: Warp,
    offset: AtomicI64,
    last_check: AtomicU64,
    finalized: AtomicBool,
    /// Told of each change of the offset.
    changed: Mutex<Option<fn(i64)>>,
}

/// How long the offset is kept before it is compared with the system's clock.
const CHECK_INTERVAL: Duration = Duration::from_secs(60);
/// The offset follows the clock once they differ by so much.
const TOLERANCE: i64 = NATIVE_PER_SECOND / 100;

impl Time {
    /// Time by `clock`.
    pub fn new(clock: Box<dyn Clock>, warp: Warp) -> Time {
        let offset = clock.system() - (START + clock.monotonic() as i64);
        Time {
            clock,
            warp,
            offset: AtomicI64::new(offset),
            last_check: AtomicU64::new(0),
            finalized: AtomicBool::new(warp == Warp::None),
            changed: Mutex::new(None),
        }
    }
    /// Nanoseconds since the start.
    #[inline]
    pub fn now(&self) -> u64 {
        self.clock.monotonic()
    }
    /// The tick, of a millisecond, that now is within.
    #[inline]
    pub fn tick(&self) -> u64 {
        self.now() / NANOS_PER_TICK
    }
    /// The tick at which `milliseconds` from now have passed.
    pub fn tick_after(&self, milliseconds: u64) -> u64 {
        self.now()
            .div_ceil(NANOS_PER_TICK)
            .saturating_add(milliseconds)
    }
    /// Nanoseconds since the start at which `tick` begins.
    pub fn begin_of(tick: u64) -> u64 {
        tick.saturating_mul(NANOS_PER_TICK)
    }
    /// Largest tick that a timer may be set for.
    pub const MAX_TICK: u64 = i64::MAX as u64 / NANOS_PER_TICK;
    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
    /// `erlang:monotonic_time()`
    #[inline]
    pub fn monotonic(&self) -> i64 {
        START + self.now() as i64
    }
    /// `erlang:time_offset()`
    pub fn offset(&self) -> i64 {
        if self.warp == Warp::Multi {
            let now = self.now();
            if now - self.last_check.load(Ordering::Relaxed) > CHECK_INTERVAL.as_nanos() as u64 {
                self.check(now);
            }
        }
        self.offset.load(Ordering::Relaxed)
    }
    /// `erlang:system_time()`
    pub fn system(&self) -> i64 {
        self.monotonic() + self.offset()
    }
    /// `os:system_time()`
    pub fn os_system(&self) -> i64 {
        self.clock.system()
    }
    /// Compares the offset with the system's clock, and follows it.
    fn check(&self, now: u64) {
        self.last_check.store(now, Ordering::Relaxed);
        self.follow();
    }
    fn follow(&self) {
        let offset = self.clock.system() - self.monotonic();
        if (offset - self.offset.load(Ordering::Relaxed)).abs() > TOLERANCE {
            self.change(offset);
        }
    }
    fn change(&self, offset: i64) {
        self.offset.store(offset, Ordering::Relaxed);
        if let Some(changed) = *self.changed.lock() {
            changed(offset);
        }
    }
    /// `erlang:system_flag(time_offset, finalize)`: was the offset preliminary? It takes the system's clock and is final now,
    /// which those who watch it are told in any case.
    pub fn finalize(&self) -> bool {
        let was = self.finalized.swap(true, Ordering::AcqRel);
        if !was && self.warp == Warp::Single {
            self.change(self.clock.system() - self.monotonic());
        }
        !was
    }
    /// `erlang:system_info(time_offset)`: `final`, `preliminary` or `volatile`.
    pub fn offset_state(&self) -> &'static str {
        match self.warp {
            Warp::Multi => "volatile",
            _ if self.finalized.load(Ordering::Acquire) => "final",
            _ => "preliminary",
        }
    }
    /// Sets who is told when the offset changes.
    pub fn on_change(&self, changed: fn(i64)) {
        *self.changed.lock() = Some(changed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_never_ends_early() {
        let time = Time::new(Box::new(VirtualClock::new(0)), Warp::None);
        time.clock().advance(5 * NANOS_PER_TICK + 1);
        let tick = time.tick_after(10);
        assert!(Time::begin_of(tick) > 15 * NANOS_PER_TICK);
        assert!(Time::begin_of(tick) <= 17 * NANOS_PER_TICK);
    }

    #[test]
    fn system_time_is_monotonic_time_and_offset() {
        let time = Time::new(Box::new(VirtualClock::new(1_000)), Warp::None);
        assert!(time.monotonic() >= START);
        assert!((time.system() - time.os_system()).abs() < 1_000_000);
        assert_eq!(time.offset_state(), "final");
    }
}
