//! Sending and receiving.

use super::control::leave_at;
use crate::interp::dispatch::Outcome;
use crate::interp::exception;
use crate::interp::frame::Frame;
use crate::process::saved_calls::SavedCall;
use crate::signal::message::Behind;
use crate::trace::{call, event, flag};
use oxbeam_term::atom::known;
use oxbeam_term::{Atom, Term, Word};

crate::instructions! { frame;
    /// `x0 := x1`, sent to X0.
    send() {
        match send_message(&mut frame) {
            Behind::Next => frame.advance(),
            Behind::Raise => frame.raise(),
            Behind::Wait => send_again(frame),
        }
    }
    /// X0 := the message at the save pointer, or jump if there is none.
    loop_rec(otherwise: Label) {
        if let Some(message) = frame.owned().mailbox.ready() {
            frame.set_x(0, message);
            return frame.advance();
        }
    } => {
        match next_message(&mut frame) {
            Next::Message(message) => {
                frame.set_x(0, message);
                frame.advance()
            }
            Next::None => frame.go(otherwise),
            Next::Exit => exception::exit_at(frame.pc, frame.e, frame.htop, frame.registers, frame.reds),
        }
    }
    /// The message did not match: on to the next.
    loop_rec_end(target: Label) {
        if frame.reds > 1 {
            frame.owned().mailbox.advance();
            frame.reds -= 1;
            return frame.go(target);
        }
    } => {
        frame.owned().mailbox.advance();
        frame.reds -= 1;
        leave_at(frame, target, 0, Outcome::Yield)
    }
    /// The message matched: takes it out.
    remove_message() {
        let owned = frame.owned();
        if owned.mailbox.is_on_loan() { keep_message(&mut frame) }
        if crate::seq_trace::in_use() { crate::seq_trace::takes(frame.process(), owned) }
        if call::counts_memory() { call::takes_message(owned) }
        owned.mailbox.remove_current();
        if owned.saves_calls { owned.save_call(SavedCall::Receive) }
        // It may have fired while the message came.
        if owned.receive_timer_is_set() { owned.cancel_receive_timer(frame.process()) }
        // Who passes on what it gets may build nothing itself.
        frame.collect_at_call();
        frame.advance()
    }
    /// Waits for a message, then goes on at `target`.
    wait(target: Label) {
        leave_at(frame, target, 0, Outcome::Wait)
    }
    /// Waits for a message or `timeout` milliseconds: a message goes on at `target`, the timeout falls through.
    wait_timeout(target: Label, timeout: Source) {
        match time_out(&mut frame, timeout) {
            Timeout::Over => frame.advance(),
            // Woken, it looks for a message first; if there is none it comes here again.
            Timeout::Wait => leave_at(frame, target, 0, Outcome::Wait),
            Timeout::Bad => frame.error(Word::atom(known::TIMEOUT_VALUE)),
        }
    }
    /// A receive has timed out: the next one begins with the first message.
    timeout() {
        let owned = frame.owned();
        owned.mailbox.reset();
        if owned.saves_calls { owned.save_call(SavedCall::Timeout) }
        if frame.process().trace.has(flag::RECEIVE) { timed_out(&mut frame) }
        frame.advance()
    }
    /// `target :=` a marker at the queue's end.
    recv_marker_reserve(target: Destination) {
        let marker = reserve(&mut frame);
        target.set(marker);
        frame.advance()
    }
    /// The marker belongs to this reference now.
    recv_marker_bind(marker: Source, reference: Source) {
        frame.owned().mailbox.marker_bind(marker, reference);
        frame.advance()
    }
    /// Forgets the reference's marker.
    recv_marker_clear(reference: Source) {
        frame.owned().mailbox.marker_clear(reference);
        frame.advance()
    }
    /// The next receive begins at the reference's marker.
    recv_marker_use(reference: Source) {
        frame.owned().mailbox.marker_use(reference);
        frame.advance()
    }
}

#[cold]
#[inline(never)]
unsafe fn timed_out(frame: &mut Frame) {
    // SAFETY: the worker runs this process.
    unsafe {
        let _ = frame.borrow_heap();
        let clock = Term::atom(Atom::of("clock_service"));
        event::receive(frame.process(), Some(clock), Term::atom(known::TIMEOUT));
        frame.leave();
    }
}

enum Next {
    Message(Word),
    None,
    Exit,
}

/// Signals in the inbox are handled when the queue is at its end.
#[inline(never)]
unsafe fn next_message(frame: &mut Frame) -> Next {
    // SAFETY: the worker runs this process.
    unsafe {
        let owned = frame.borrow_heap();
        let before = call::counts_memory().then(|| call::words(owned));
        let next = match owned.mailbox.current(&mut owned.heap) {
            Some(message) => Next::Message(message),
            None if frame.process().fetch_signals() => {
                let owned = frame.owned();
                let message = owned.mailbox.current(&mut owned.heap);
                message.map_or(Next::None, Next::Message)
            }
            None => Next::Exit,
        };
        if let Some(before) = before {
            let owned = frame.owned();
            call::words_came(owned, call::words(owned) - before);
        }
        frame.leave();
        next
    }
}

/// What is taken becomes a part of the heap.
#[cold]
#[inline(never)]
unsafe fn keep_message(frame: &mut Frame) {
    // SAFETY: the worker runs this process.
    unsafe {
        let owned = frame.borrow_heap();
        owned.mailbox.keep(&mut owned.heap);
        frame.leave();
    }
}

#[inline(never)]
unsafe fn reserve(frame: &mut Frame) -> Word {
    // SAFETY: the worker runs this process.
    unsafe {
        let _ = frame.borrow_heap();
        frame.process().fetch_signals();
        let marker = frame.owned().mailbox.marker_reserve();
        frame.leave();
        marker
    }
}

enum Timeout {
    Over,
    Wait,
    Bad,
}

/// Longest timeout of a receive, in milliseconds.
const MAX_TIMEOUT: i64 = 0xffff_ffff;

#[inline(never)]
unsafe fn time_out(frame: &mut Frame, limit: Word) -> Timeout {
    // SAFETY: the worker runs this process.
    unsafe {
        let owned = frame.owned();
        if owned.receive_timer_fired() {
            owned.cancel_receive_timer(frame.process());
            return Timeout::Over;
        }
        // The register that had the limit is gone when the process comes here again.
        if !owned.receive_timer_is_set() {
            if limit == Word::atom(known::INFINITY) {
                owned.wait_for_ever();
                return Timeout::Wait;
            }
            if !limit.is_small() || !(0..=MAX_TIMEOUT).contains(&limit.small_value()) {
                // The receive ends here: the next one begins with the first message.
                owned.mailbox.reset();
                return Timeout::Bad;
            }
            if limit.small_value() == 0 {
                return Timeout::Over;
            }
            owned.start_receive_timer(frame.process(), limit.small_value() as u64);
        }
        Timeout::Wait
    }
}

/// Leaves, to send when the port is less busy.
#[cold]
#[inline(never)]
unsafe fn send_again(frame: Frame) {
    let pc = frame.pc;
    // SAFETY: X0 and X1 are the instruction's own.
    unsafe { leave_at(frame, pc, 2, Outcome::Wait) }
}

#[inline(never)]
unsafe fn send_message(frame: &mut Frame) -> Behind {
    // SAFETY: X0 and X1 are terms of the running process.
    unsafe {
        let owned = frame.owned();
        if owned.saves_calls {
            owned.save_call(SavedCall::Function((known::ERLANG, known::SEND, 2)));
            owned.save_call(SavedCall::Send);
        }
        let _ = frame.borrow_heap();
        let (to, message) = (frame.x(0), frame.x(1));
        let sent = crate::signal::send_from_instruction(frame.process(), to, message);
        frame.leave();
        if sent == Behind::Next {
            frame.set_x(0, message);
        }
        sent
    }
}
