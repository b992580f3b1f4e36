//! Signals between processes that do not run: each test fetches and looks.

use super::monitor::{Options as MonitorOptions, Target};
use super::*;
use crate::config::Config;
use crate::machine::{Machine, Tables};
use crate::process::exit::exit;
use crate::process::relations::{Alias, AliasMode, Link};
use crate::process::spawn::{Options, spawn};
use crate::process::{Class, Priority};
use oxbeam_term::atom::known;
use oxbeam_term::{Term, Word};
use std::sync::{Arc, Once};

const NONE: Tables = Tables {
    natives: &[],
    stand_ins: &[],
    static_nifs: &[],
    spare_nifs: &[],
};

fn process() -> Arc<Process> {
    static BUILT: Once = Once::new();
    BUILT.call_once(|| {
        let built = Machine::build(Config::new(27), &NONE);
        assert!(built.is_ok());
    });
    let spawned = spawn(
        None,
        known::ERLANG,
        known::SELF,
        &[],
        &Options::default_options(),
        crate::seq_trace::Request::PLAIN,
    );
    let number = spawned.expect("there is room").number;
    machine().processes.get(number).expect("it was just made")
}

#[expect(clippy::mut_from_ref, reason = "the test's thread runs all processes")]
fn owned(process: &Process) -> &mut Owned {
    // SAFETY: each test has its own processes and keeps no reference over a call.
    unsafe { &mut *process.owned_pointer() }
}

/// The messages of a process, as text.
fn messages(process: &Process) -> Vec<String> {
    process.fetch_signals();
    let messages: Vec<_> = owned(process)
        .mailbox
        .iter()
        .map(|message| message.term().to_string())
        .collect();
    owned(process).mailbox.extract(true, |_| true);
    messages
}

fn peer(process: &Process) -> Peer {
    Peer::Process(process.number)
}

fn pid(process: &Process) -> String {
    Term::local_pid(process.number).to_string()
}

fn link(a: &Process, b: &Process) {
    assert!(super::link::link(a, owned(a), peer(b)).is_ok());
    assert!(b.fetch_signals());
}

fn exit_with(process: &Process, reason: Atom) {
    owned(process)
        .exception
        .set(Class::Exit, Word::atom(reason));
    exit(process);
}

#[test]
fn an_exit_goes_along_links() {
    let (a, b, c) = (process(), process(), process());
    link(&a, &b);
    link(&b, &c);
    owned(&c).trap_exit = true;
    exit_with(&a, known::KILLED);
    assert!(!b.fetch_signals());
    exit(&b);
    assert_eq!(messages(&c), [format!("{{'EXIT',{},killed}}", pid(&b))]);
    assert!(machine().processes.get(a.number).is_none());
    assert!(owned(&c).relations().links.is_empty());
}

#[test]
fn a_normal_exit_is_told_only_to_those_who_trap() {
    let (a, b, c) = (process(), process(), process());
    link(&a, &b);
    link(&a, &c);
    owned(&c).trap_exit = true;
    exit_with(&a, known::NORMAL);
    assert!(b.fetch_signals());
    assert!(messages(&b).is_empty());
    assert_eq!(messages(&c).len(), 1);
}

#[test]
fn unlinking_ignores_the_exit_that_is_on_its_way() {
    let (a, b) = (process(), process());
    link(&a, &b);
    super::link::unlink(&a, owned(&a), peer(&b));
    assert!(matches!(
        owned(&a).relations().links.get(&peer(&b)),
        Some(Link::Unlinking(_))
    ));
    // The other side exits before it has seen the unlink.
    exit_with(&b, known::KILLED);
    assert!(a.fetch_signals());
    assert!(owned(&a).relations().links.is_empty());
}

#[test]
fn an_acknowledged_unlink_leaves_nothing() {
    let (a, b) = (process(), process());
    link(&a, &b);
    super::link::unlink(&a, owned(&a), peer(&b));
    assert!(b.fetch_signals() && a.fetch_signals());
    assert!(owned(&a).relations().links.is_empty());
    assert!(owned(&b).relations().links.is_empty());
}

#[test]
fn a_link_to_nobody_fails() {
    let (a, b) = (process(), process());
    exit_with(&b, known::NORMAL);
    assert!(super::link::link(&a, owned(&a), peer(&b)).is_err());
    assert!(owned(&a).relations().links.is_empty());
}

#[test]
fn a_link_that_comes_too_late_is_answered() {
    let (a, b) = (process(), process());
    owned(&a).trap_exit = true;
    assert!(super::link::link(&a, owned(&a), peer(&b)).is_ok());
    exit_with(&b, known::NORMAL);
    assert_eq!(messages(&a), [format!("{{'EXIT',{},noproc}}", pid(&b))]);
}

#[test]
fn kill_can_not_be_trapped() {
    let (a, b) = (process(), process());
    owned(&b).trap_exit = true;
    super::link::send_exit(peer(&a), peer(&b), Term::atom(known::KILLED));
    super::link::send_exit(peer(&a), peer(&b), Term::atom(known::KILL));
    assert!(!b.fetch_signals());
    assert_eq!(owned(&b).exit_reason, Word::atom(known::KILLED));
    assert_eq!(owned(&b).mailbox.len(), 1);
}

#[test]
fn a_monitor_tells_of_the_end_once() {
    let (a, b) = (process(), process());
    let reference = monitor::monitor(&a, owned(&a), Target::Peer(peer(&b)), MonitorOptions::NONE);
    assert!(b.fetch_signals());
    assert_eq!(owned(&b).relations().watched_by.len(), 1);
    exit_with(&b, known::KILLED);
    let told = messages(&a);
    assert_eq!(told.len(), 1);
    assert!(
        told[0].starts_with("{'DOWN',#Ref<") && told[0].ends_with(",killed}"),
        "{told:?}"
    );
    assert!(monitor::demonitor(&a, owned(&a), reference).is_none());
}

#[test]
fn a_monitor_that_was_ended_tells_nothing() {
    let (a, b) = (process(), process());
    let watch = |target| monitor::monitor(&a, owned(&a), target, MonitorOptions::NONE);
    let reference = watch(Target::Peer(peer(&b)));
    assert!(monitor::demonitor(&a, owned(&a), reference).is_some());
    let late = watch(Target::Peer(peer(&b)));
    exit_with(&b, known::KILLED);
    assert!(monitor::demonitor(&a, owned(&a), late).is_some());
    assert!(messages(&a).is_empty());
}

#[test]
fn a_monitor_of_nobody_tells_at_once() {
    let a = process();
    let tag = MonitorOptions {
        alias: None,
        tag: Word::atom(known::TAG),
        priority: false,
    };
    monitor::monitor(&a, owned(&a), Target::Name(known::SUPERVISOR, false), tag);
    let told = messages(&a);
    assert!(told[0].starts_with("{tag,#Ref<"), "{told:?}");
    assert!(
        told[0].ends_with(",process,{supervisor,'nonode@nohost'},noproc}"),
        "{told:?}"
    );
}

#[test]
fn names_are_given_back() {
    let (a, b) = (process(), process());
    let name = Atom::of("names_are_given_back");
    assert!(machine().registry.register(name, &a));
    assert!(!machine().registry.register(name, &b));
    assert!(!machine().registry.register(known::USER, &a));
    let reference = monitor::monitor(
        &b,
        owned(&b),
        Target::Name(name, false),
        MonitorOptions::NONE,
    );
    assert!(owned(&b).relations().watching.contains_key(&reference));
    exit_with(&a, known::NORMAL);
    assert!(machine().registry.find(name).is_none());
    let told = messages(&b);
    assert!(
        told[0].ends_with("{names_are_given_back,'nonode@nohost'},noproc}"),
        "{told:?}"
    );
    assert!(!machine().registry.register(name, &a));
}

#[test]
fn an_alias_ends_as_it_was_told_to() {
    let a = process();
    let send_all = |mode| {
        let alias = crate::unique::next_reference();
        let entry = Alias {
            mode,
            priority: false,
        };
        owned(&a).relations().aliases.insert(alias, entry);
        for n in 0..2 {
            let message = Message::immediate(Word::small(n));
            assert!(
                deliver(
                    a.number,
                    Signal::AliasMessage {
                        alias,
                        message,
                        priority: false
                    }
                )
                .is_ok()
            );
        }
        messages(&a).len()
    };
    assert_eq!(send_all(AliasMode::Explicit), 2);
    assert_eq!(send_all(AliasMode::Reply), 1);
    assert_eq!(owned(&a).relations().aliases.len(), 1);
}

#[test]
fn a_reply_through_an_alias_ends_the_monitor() {
    let (a, b) = (process(), process());
    let options = MonitorOptions {
        alias: Some(AliasMode::ReplyDemonitor),
        tag: Word::NONE,
        priority: false,
    };
    let alias = monitor::monitor(&a, owned(&a), Target::Peer(peer(&b)), options);
    let message = Message::immediate(Word::small(1));
    assert!(
        deliver(
            a.number,
            Signal::AliasMessage {
                alias,
                message,
                priority: false
            }
        )
        .is_ok()
    );
    assert_eq!(messages(&a), ["1"]);
    assert!(b.fetch_signals());
    assert!(owned(&b).relations().watched_by.is_empty());
    exit_with(&b, known::KILLED);
    assert!(messages(&a).is_empty());
}

#[test]
fn signals_of_one_sender_keep_their_order() {
    let (a, b) = (process(), process());
    owned(&b).trap_exit = true;
    for n in 0..3 {
        send(&a, Term::local_pid(b.number), Term::small(n));
        super::link::send_exit(peer(&a), peer(&b), Term::small(n));
    }
    let told = messages(&b);
    let exits = |n: i32| format!("{{'EXIT',{},{n}}}", pid(&a));
    assert_eq!(
        told,
        [
            "0".into(),
            exits(0),
            "1".into(),
            exits(1),
            "2".into(),
            exits(2)
        ]
    );
}

#[test]
fn nothing_reaches_a_process_that_is_gone() {
    let (a, b) = (process(), process());
    exit_with(&b, known::NORMAL);
    assert_eq!(send(&a, Term::local_pid(b.number), Term::TRUE), Sent::Done);
    assert!(deliver(b.number, Signal::Link(peer(&a))).is_err());
    assert!(push(&b, Signal::Link(peer(&a))).is_err());
    assert_eq!(a.priority(), Priority::Normal);
}

#[test]
fn timers_send_and_end_with_their_process() {
    use crate::timer::service::{Destination, MessageTimer};
    let (a, b) = (process(), process());
    let machine = machine();
    let set = |process: &Process, after: u64| {
        let reference = crate::unique::next_reference();
        let timer = MessageTimer {
            reference,
            destination: Destination::Process(process.number),
            message: Message::immediate(Word::small(after as i64)),
        };
        machine
            .timers
            .send_at(machine.time.tick_after(after), timer);
        reference
    };
    let long = set(&a, 100_000);
    let left = machine.timers.read_message(long).expect("it is set");
    assert!((99_000..=100_001).contains(&left), "{left}");
    assert!(machine.timers.cancel_message(long).is_some());
    assert!(machine.timers.cancel_message(long).is_none());
    let dies = set(&b, 100_000);
    exit_with(&b, known::NORMAL);
    assert!(machine.timers.read_message(dies).is_none());
    set(&a, 1);
    let deadline = machine.time.tick_after(2);
    while machine.time.tick() <= deadline {
        std::thread::yield_now();
    }
    machine.timers.expire(0, machine.time.tick());
    assert_eq!(messages(&a), ["1"]);
}

#[test]
fn records_stay_small() {
    let sizes = (
        size_of::<Process>(),
        size_of::<Owned>(),
        size_of::<oxbeam_term::heap::Heap>(),
        size_of::<Signal>(),
    );
    assert!(
        sizes.0 <= 784 && sizes.3 <= 64,
        "{sizes:?} {} {}",
        size_of::<crate::process::Exception>(),
        size_of::<crate::process::Mailbox>()
    );
}
