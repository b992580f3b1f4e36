//! What waits to go to another node. Small messages go in the order in which they came. Large ones are cut, and their pieces take turns with
//! each other and with all that others send; only what the same process sends waits behind its own large message.
//!
//! The queue is busy from the limit on, until half of it is free. Who sends to a busy queue is suspended *after* its message has been taken. Of a
//! large message so much counts as is admitted; the rest is admitted as there is room, and who has sent it waits until all of it is. So others get
//! their turn long before a very large message has left.

use super::header::{Frame, Packet, Writer};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// So many large messages are on their way at once, at most.
const MOST_LANES: usize = 64;
/// So many bytes of small messages go before it is a large one's turn.
const SHARE: usize = 64 << 10;

/// What waits of one process: the rest of a large message, and what it has sent after that.
struct Lane {
    from: u64,
    pieces: VecDeque<Packet>,
    behind: VecDeque<Frame>,
}

/// The queue of a connection.
pub(super) struct Queue {
    frames: VecDeque<Frame>,
    lanes: VecDeque<Lane>,
    /// Bytes of small messages that have gone since a large one's turn.
    small: usize,
    /// `None`: packets have no headers.
    writer: Option<Writer>,
    /// Bytes that wait.
    queued: usize,
    /// Those of them that are not admitted, by process.
    held: BTreeMap<u64, usize>,
    held_bytes: usize,
    busy: bool,
    /// Processes that wait for room.
    waiting: BTreeSet<u64>,
    /// Bytes from which on it is busy.
    limit: usize,
}

impl Queue {
    pub(super) fn new(limit: usize) -> Queue {
        Queue {
            frames: VecDeque::new(),
            lanes: VecDeque::new(),
            small: 0,
            writer: None,
            queued: 0,
            held: BTreeMap::new(),
            held_bytes: 0,
            busy: false,
            waiting: BTreeSet::new(),
            limit,
        }
    }
    /// How packets are written is known now. What waits takes the form that `adapt` gives it, or is dropped.
    pub(super) fn opens(
        &mut self,
        writer: Option<Writer>,
        adapt: impl FnMut(Frame) -> Option<Frame>,
    ) {
        self.writer = writer;
        let waiting = std::mem::take(&mut self.frames);
        self.frames = waiting.into_iter().filter_map(adapt).collect();
        self.queued = self.frames.iter().map(Frame::len).sum();
        self.held.clear();
        self.held_bytes = 0;
        self.busy = self.queued >= self.limit;
    }
    /// The connection is lost. Those who waited.
    pub(super) fn clear(&mut self) -> BTreeSet<u64> {
        let waiting = std::mem::take(&mut self.waiting);
        *self = Queue::new(self.limit);
        waiting
    }
    pub(super) fn is_busy(&self) -> bool {
        self.busy
    }
    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty() && self.lanes.is_empty()
    }
    /// Bytes that wait.
    pub(super) fn len(&self) -> usize {
        self.queued
    }
    fn admitted(&self) -> usize {
        self.queued.saturating_sub(self.held_bytes)
    }
    /// Takes a message. `suspends`: its sender can wait for it to be admitted.
    pub(super) fn push(&mut self, frame: Frame, suspends: bool) {
        let (from, length) = (frame.from, frame.len());
        let admitted = self.admitted();
        self.queued += length;
        if suspends && length > SHARE {
            let room = self.limit.saturating_sub(admitted);
            self.hold(from, length - room.next_multiple_of(SHARE).min(length));
        }
        self.frames.push_back(frame);
        self.busy |= self.admitted() >= self.limit;
    }
    fn hold(&mut self, from: u64, bytes: usize) {
        if bytes > 0 {
            *self.held.entry(from).or_default() += bytes;
            self.held_bytes += bytes;
        }
    }
    /// Is something that the process has sent not admitted?
    pub(super) fn holds(&self, process: u64) -> bool {
        self.held.contains_key(&process)
    }
    /// The process waits until there is room. `false`: there is.
    pub(super) fn suspend(&mut self, process: u64) -> bool {
        let waits = self.busy || self.holds(process);
        if waits {
            self.waiting.insert(process);
        }
        waits
    }
    /// Does it still wait?
    pub(super) fn is_waiting(&self, process: u64) -> bool {
        self.waiting.contains(&process)
    }
    /// The next packet.
    pub(super) fn pop(&mut self) -> Option<Packet> {
        let packet = self.next()?;
        self.queued = self.queued.saturating_sub(packet.share());
        Some(packet)
    }
    fn next(&mut self) -> Option<Packet> {
        loop {
            let lanes = self.lanes.len();
            if lanes > 0
                && (self.small >= SHARE || self.frames.is_empty() || lanes >= MOST_LANES)
                && let Some(mut lane) = self.lanes.pop_front()
            {
                self.small = 0;
                let mut packet = lane.pieces.pop_front();
                if packet.is_none()
                    && let Some(frame) = lane.behind.pop_front()
                {
                    lane.pieces = self.write(frame);
                    packet = lane.pieces.pop_front();
                }
                if !lane.pieces.is_empty() || !lane.behind.is_empty() {
                    self.lanes.push_back(lane);
                }
                if packet.is_some() {
                    return packet;
                }
                continue;
            }
            let frame = self.frames.pop_front()?;
            let mut lanes = self.lanes.iter_mut();
            if let Some(lane) = lanes.find(|lane| lane.from == frame.from) {
                lane.behind.push_back(frame);
                continue;
            }
            let from = frame.from;
            let mut pieces = self.write(frame);
            let first = pieces.pop_front();
            if !pieces.is_empty() {
                let behind = VecDeque::new();
                self.lanes.push_back(Lane {
                    from,
                    pieces,
                    behind,
                });
            }
            self.small += first.as_ref().map_or(0, Packet::share);
            if first.is_some() {
                return first;
            }
        }
    }
    fn write(&mut self, frame: Frame) -> VecDeque<Packet> {
        let mut packets = VecDeque::new();
        match &mut self.writer {
            Some(writer) => writer.write(frame, &mut packets),
            None => packets.push_back(frame.pass_through()),
        }
        packets
    }
    /// If there is room: those who wait, but for those who wait for theirs to be admitted.
    fn release(&mut self) -> BTreeSet<u64> {
        if self.admitted() <= self.limit / 2 {
            self.busy = false;
        }
        if self.busy || self.waiting.is_empty() {
            return BTreeSet::new();
        }
        let held = &self.held;
        let waiting = &mut self.waiting;
        waiting
            .extract_if(.., |process| !held.contains_key(process))
            .collect()
    }
    /// Something has gone. What is held is admitted as far as there is room. Those who wait no longer, and those of whose large message only a part
    /// could be admitted.
    pub(super) fn take_woken(&mut self) -> (BTreeSet<u64>, Vec<u64>) {
        let mut again = Vec::new();
        let mut woken = self.release();
        while self.held_bytes > 0 && self.admitted() <= self.limit / 2 {
            let room = self.limit.saturating_sub(self.admitted());
            let Some(mut holder) = self.held.first_entry() else {
                break;
            };
            let bytes = room.next_multiple_of(SHARE).max(SHARE).min(*holder.get());
            *holder.get_mut() -= bytes;
            self.held_bytes -= bytes;
            if *holder.get() == 0 {
                holder.remove();
            } else {
                again.push(*holder.key());
            }
            self.busy = self.admitted() >= self.limit;
            woken.append(&mut self.release());
        }
        (woken, again)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(from: u64, payload: usize) -> Frame {
        Frame {
            from,
            body: vec![from as u8; payload + 1].into(),
            payload: Some(1),
            ..Frame::default()
        }
    }

    /// Who has sent what goes out, piece by piece.
    fn senders(queue: &mut Queue) -> Vec<u8> {
        let packets = std::iter::from_fn(|| queue.pop());
        packets
            .filter_map(|packet| packet.into_bytes().last().copied())
            .collect()
    }

    fn open(limit: usize) -> Queue {
        let mut queue = Queue::new(limit);
        queue.opens(Some(Writer::new(true)), Some);
        queue
    }

    #[test]
    fn pieces_take_turns() {
        let mut queue = open(1 << 20);
        for (from, bytes) in [(1, 3 * SHARE), (2, 2 * SHARE), (3, 9), (1, 9), (4, 9)] {
            queue.push(frame(from, bytes), false);
        }
        // A first piece is as large as a share: then it is the turn of what has waited longest.
        assert_eq!(senders(&mut queue), [1, 1, 2, 1, 3, 1, 4, 2]);
        assert!(queue.is_empty());
        assert_eq!(queue.len(), 0);
    }

    #[test]
    fn who_sends_much_waits_longer_than_others() {
        let mut queue = open(4 * SHARE);
        queue.push(frame(1, 20 * SHARE), true);
        assert!(queue.suspend(1));
        queue.push(frame(2, 9), true);
        assert!(queue.suspend(2));
        let mut gone = 0;
        while queue.is_waiting(2) {
            gone += queue.pop().map_or(0, |packet| packet.share());
            queue.take_woken();
        }
        assert!(gone < 4 * SHARE, "{gone}");
        assert!(queue.is_waiting(1));
        while queue.pop().is_some() {
            queue.take_woken();
        }
        assert!(!queue.is_waiting(1) && !queue.is_busy());
    }
}
