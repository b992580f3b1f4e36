//! `Wheel`: timers by tick, in eight levels of 64 slots. A slot of level `n` spans 64^n ticks; when its time comes, its timers go down
//! to finer levels, or fire. Setting, cancelling and finding the next tick at which anything happens take constant time.
//!
//! A timer is a slot of a table, linked into the list of its place in the wheel; a key holds its index and a generation, so that the
//! key of a timer that has fired finds nothing.

const LEVELS: usize = 8;
const SLOTS: usize = 64;
const BITS: u32 = 6;
const NOTHING: u32 = u32::MAX;

/// Names a timer of one wheel.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Key {
    index: u32,
    generation: u32,
}

struct Entry<T> {
    generation: u32,
    previous: u32,
    next: u32,
    place: u16,
    when: u64,
    value: Option<T>,
}

/// The wheel.
pub struct Wheel<T> {
    entries: Vec<Entry<T>>,
    free: u32,
    heads: [u32; LEVELS * SLOTS],
    occupied: [u64; LEVELS],
    /// All ticks up to this one have been dealt with.
    elapsed: u64,
    count: usize,
}

impl<T> Wheel<T> {
    /// A wheel without timers, at tick zero.
    pub fn new() -> Wheel<T> {
        Wheel {
            entries: Vec::new(),
            free: NOTHING,
            heads: [NOTHING; LEVELS * SLOTS],
            occupied: [0; LEVELS],
            elapsed: 0,
            count: 0,
        }
    }
    /// Number of timers.
    pub fn len(&self) -> usize {
        self.count
    }
    /// No timers?
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
    /// Sets a timer for tick `when`; for the next one if that has passed.
    pub fn insert(&mut self, when: u64, value: T) -> Key {
        let when = when.max(self.elapsed + 1);
        let index = if self.free == NOTHING {
            self.entries.push(Entry {
                generation: 0,
                previous: NOTHING,
                next: NOTHING,
                place: 0,
                when: 0,
                value: None,
            });
            (self.entries.len() - 1) as u32
        } else {
            let index = self.free;
            self.free = self.entries[index as usize].next;
            index
        };
        let entry = &mut self.entries[index as usize];
        entry.when = when;
        entry.value = Some(value);
        let generation = entry.generation;
        self.count += 1;
        self.link(index);
        Key { index, generation }
    }
    fn link(&mut self, index: u32) {
        let when = self.entries[index as usize].when;
        let place = place(self.elapsed, when);
        let head = self.heads[place];
        let entry = &mut self.entries[index as usize];
        entry.place = place as u16;
        entry.previous = NOTHING;
        entry.next = head;
        if head != NOTHING {
            self.entries[head as usize].previous = index;
        }
        self.heads[place] = index;
        self.occupied[place / SLOTS] |= 1 << (place % SLOTS);
    }
    fn unlink(&mut self, index: u32) {
        let (previous, next, place) = {
            let entry = &self.entries[index as usize];
            (entry.previous, entry.next, usize::from(entry.place))
        };
        match previous {
            NOTHING => self.heads[place] = next,
            previous => self.entries[previous as usize].next = next,
        }
        if next != NOTHING {
            self.entries[next as usize].previous = previous;
        }
        if self.heads[place] == NOTHING {
            self.occupied[place / SLOTS] &= !(1 << (place % SLOTS));
        }
    }
    fn release(&mut self, index: u32) -> Option<T> {
        let entry = &mut self.entries[index as usize];
        entry.generation = entry.generation.wrapping_add(1);
        entry.next = self.free;
        self.free = index;
        self.count -= 1;
        entry.value.take()
    }
    fn entry(&self, key: Key) -> Option<&Entry<T>> {
        self.entries
            .get(key.index as usize)
            .filter(|entry| entry.generation == key.generation && entry.value.is_some())
    }
    /// The tick of a timer that is still set.
    pub fn when(&self, key: Key) -> Option<u64> {
        self.entry(key).map(|entry| entry.when)
    }
    /// The tick and the value of a timer that is still set.
    pub fn get(&self, key: Key) -> Option<(u64, &T)> {
        let entry = self.entry(key)?;
        Some((entry.when, entry.value.as_ref()?))
    }
    /// Cancels a timer; gives its tick and value back if it was still set.
    pub fn remove(&mut self, key: Key) -> Option<(u64, T)> {
        let when = self.when(key)?;
        self.unlink(key.index);
        Some((when, self.release(key.index)?))
    }
    /// The level whose slot comes next, the slot's place and its first tick.
    fn next_slot(&self) -> Option<(usize, u64)> {
        // A finer level's slots all come before a coarser one's.
        (0..LEVELS).find_map(|level| {
            let occupied = self.occupied[level];
            if occupied == 0 {
                return None;
            }
            let shift = BITS * level as u32;
            let now = (self.elapsed >> shift) % SLOTS as u64;
            let ahead = occupied.rotate_right(now as u32).trailing_zeros();
            let slot = (now + u64::from(ahead)) % SLOTS as u64;
            let range = 1u64 << (shift + BITS);
            let mut first = (self.elapsed & !(range - 1)) + (slot << shift);
            if first <= self.elapsed {
                first += range;
            }
            Some((level * SLOTS + slot as usize, first))
        })
    }
    /// A tick at which there may be something to do, none before it.
    pub fn next_tick(&self) -> Option<u64> {
        self.next_slot().map(|(_, first)| first)
    }
    /// Fires all timers up to tick `now`, in order of their ticks.
    pub fn expire(&mut self, now: u64, fired: &mut Vec<T>) {
        while let Some((place, first)) = self.next_slot() {
            if first > now {
                break;
            }
            self.elapsed = self.elapsed.max(first);
            let mut index = std::mem::replace(&mut self.heads[place], NOTHING);
            self.occupied[place / SLOTS] &= !(1 << (place % SLOTS));
            // Lists grow at their heads; those set first fire first.
            let mut due = Vec::new();
            while index != NOTHING {
                due.push(index);
                index = self.entries[index as usize].next;
            }
            for &index in due.iter().rev() {
                if self.entries[index as usize].when <= self.elapsed {
                    fired.extend(self.release(index));
                } else {
                    self.link(index);
                }
            }
        }
        self.elapsed = self.elapsed.max(now);
    }
}

impl<T> Default for Wheel<T> {
    fn default() -> Wheel<T> {
        Wheel::new()
    }
}

/// Where a timer for tick `when` belongs, seen from tick `elapsed`: the level is that of the highest digit in which they differ.
fn place(elapsed: u64, when: u64) -> usize {
    let differing = (elapsed ^ when) | (SLOTS as u64 - 1);
    let level = ((63 - differing.leading_zeros()) / BITS).min(LEVELS as u32 - 1) as usize;
    let slot = (when >> (BITS * level as u32)) % SLOTS as u64;
    level * SLOTS + slot as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(wheel: &mut Wheel<u64>, now: u64) -> Vec<u64> {
        let mut fired = Vec::new();
        wheel.expire(now, &mut fired);
        fired
    }

    #[test]
    fn timers_fire_at_their_tick_and_in_order() {
        let mut wheel = Wheel::new();
        let ticks = [
            1,
            5,
            63,
            64,
            65,
            127,
            128,
            4095,
            4096,
            4097,
            300_000,
            1 << 30,
            1 << 43,
        ];
        for &tick in ticks.iter().rev() {
            wheel.insert(tick, tick);
        }
        for &tick in &ticks {
            assert!(
                run(&mut wheel, tick - 1).is_empty(),
                "nothing before {tick}"
            );
            assert_eq!(run(&mut wheel, tick), [tick]);
        }
        assert!(wheel.is_empty() && wheel.next_tick().is_none());
    }

    #[test]
    fn a_jump_fires_everything_that_is_due() {
        let mut wheel = Wheel::new();
        for tick in [7, 100, 100, 5000, 70_000] {
            wheel.insert(tick, tick);
        }
        assert_eq!(run(&mut wheel, 6000), [7, 100, 100, 5000]);
        assert_eq!(wheel.len(), 1);
    }

    #[test]
    fn a_cancelled_timer_is_gone_and_its_key_finds_nothing_later() {
        let mut wheel = Wheel::new();
        let key = wheel.insert(10, 1);
        assert_eq!(wheel.when(key), Some(10));
        assert_eq!(wheel.remove(key), Some((10, 1)));
        assert_eq!(wheel.remove(key), None);
        let other = wheel.insert(10, 2);
        assert_eq!(wheel.when(key), None);
        assert_eq!(run(&mut wheel, 10), [2]);
        assert_eq!(wheel.remove(other), None);
    }

    #[test]
    fn a_timer_for_the_past_fires_at_the_next_tick() {
        let mut wheel = Wheel::new();
        assert!(run(&mut wheel, 1000).is_empty());
        wheel.insert(3, 3);
        assert!(run(&mut wheel, 1000).is_empty());
        assert_eq!(run(&mut wheel, 1001), [3]);
    }

    #[test]
    fn the_wheel_agrees_with_a_sorted_list() {
        let mut wheel = Wheel::new();
        let mut list: Vec<(u64, u64)> = Vec::new();
        let mut keys = Vec::new();
        let mut state = 1u64;
        let mut random = || {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            state >> 33
        };
        let mut now = 0;
        for id in 0..20_000 {
            match random() % 4 {
                0 | 1 => {
                    let when = now + 1 + random() % (1 << (random() % 22));
                    keys.push((id, wheel.insert(when, id)));
                    list.push((when, id));
                }
                2 if !keys.is_empty() => {
                    let (id, key) = keys.swap_remove(random() as usize % keys.len());
                    let at = list.iter().position(|entry| entry.1 == id);
                    assert_eq!(wheel.remove(key).is_some(), at.is_some());
                    at.map(|at| list.swap_remove(at));
                }
                _ => {
                    now += random() % 500;
                    let mut expected: Vec<u64> = list
                        .iter()
                        .filter(|entry| entry.0 <= now)
                        .map(|entry| entry.1)
                        .collect();
                    list.retain(|entry| entry.0 > now);
                    let mut fired = run(&mut wheel, now);
                    fired.sort_unstable();
                    expected.sort_unstable();
                    assert_eq!(fired, expected);
                    let next = list.iter().map(|entry| entry.0).min();
                    assert!(wheel.next_tick().is_some() == next.is_some());
                    assert!(wheel.next_tick() <= next || next.is_none());
                }
            }
        }
    }
}
