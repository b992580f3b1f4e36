//! Making, naming, owning, fixing and deleting tables.

use super::{allowed, fault, table};
use oxbeam_vm::ets::{
    self, Concurrency, GiveAwayError, Heir, Kind, Options, Protection, RenameError, Right, Row,
    create, find,
};
use oxbeam_vm::native::prelude::*;

/// A heir, if the process lives.
fn heir(pid: u64, data: Option<Term<'_>>) -> Option<Heir> {
    Heir::of(pid, data.map(|data| Row::of(&[data], 0)))
}

/// `new(Name, Options)`
pub(super) fn new_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    let mut options = Options {
        name,
        named: false,
        kind: Kind::Set,
        key: 0,
        protection: Protection::Protected,
        compressed: false,
        write_concurrency: Concurrency::Off,
        read_concurrency: false,
        decentralized_counters: false,
        heir: None,
    };
    let rules = &cx.machine().release.ets;
    let mut decentralized = None;
    let mut heir_given = None;
    let mut list = cx.arg(1).list_iter();
    for option in list.by_ref() {
        if let Some(atom) = option.as_atom() {
            match atom {
                known::SET | known::PROTECTED => {}
                known::BAG => options.kind = Kind::Bag,
                known::DUPLICATE_BAG => options.kind = Kind::DuplicateBag,
                known::ORDERED_SET => {
                    options.decentralized_counters = true;
                    options.kind = Kind::OrderedSet;
                }
                known::PUBLIC => options.protection = Protection::Public,
                known::PRIVATE => options.protection = Protection::Private,
                known::NAMED_TABLE => options.named = true,
                known::COMPRESSED => options.compressed = true,
                _ => return Err(Raise::Badarg),
            }
            continue;
        }
        if let Some([key, pid, data]) = option.as_tuple_of() {
            let pid = pid.as_local_pid().filter(|_| key.is(known::HEIR));
            heir_given = Some((pid.ok_or(Raise::Badarg)?, Some(data)));
            continue;
        }
        let [key, value] = option.as_tuple_of().ok_or(Raise::Badarg)?;
        let boolean = value.as_boolean().ok_or(Raise::Badarg);
        match key.as_atom().ok_or(Raise::Badarg)? {
            known::KEYPOS => {
                options.key = value
                    .as_small()
                    .and_then(|position| usize::try_from(position).ok()?.checked_sub(1))
                    .ok_or(Raise::Badarg)?;
            }
            known::WRITE_CONCURRENCY => {
                options.write_concurrency = concurrency(value).ok_or(Raise::Badarg)?;
                match options.write_concurrency {
                    Concurrency::Auto | Concurrency::Locks(_) => {
                        options.decentralized_counters = true;
                    }
                    Concurrency::On => {
                        options.decentralized_counters &= options.kind == Kind::OrderedSet;
                    }
                    Concurrency::Off => {}
                }
            }
            known::READ_CONCURRENCY => options.read_concurrency = boolean?,
            known::DECENTRALIZED_COUNTERS => decentralized = Some(boolean?),
            known::HEIR if value.is(known::NONE) => heir_given = None,
            known::HEIR if rules.silent_heirs => {
                heir_given = Some((value.as_local_pid().ok_or(Raise::Badarg)?, None));
            }
            _ => return Err(Raise::Badarg),
        }
    }
    if !list.rest().is_nil() {
        return Err(Raise::Badarg);
    }
    if options.kind == Kind::OrderedSet
        && matches!(options.write_concurrency, Concurrency::Locks(_))
    {
        return Err(Raise::Badarg);
    }
    if options.protection == Protection::Private {
        options.read_concurrency = false;
        options.write_concurrency = Concurrency::Off;
    }
    options.decentralized_counters = decentralized.unwrap_or(options.decentralized_counters)
        && options.write_concurrency != Concurrency::Off;
    options.heir = heir_given.and_then(|(pid, data)| heir(pid, data));
    let named = options.named;
    let table = create(options, cx.process().number)
        .map_err(|_| cx.badarg_because(Atom::of("already_exists")))?;
    if named {
        return Ok(Term::atom(name));
    }
    table.reference(cx).ok_or(Raise::Badarg)
}

fn concurrency(value: Term<'_>) -> Option<Concurrency> {
    if value.is(known::AUTO) {
        return Some(Concurrency::Auto);
    }
    if let Some(on) = value.as_boolean() {
        return Some(if on {
            Concurrency::On
        } else {
            Concurrency::Off
        });
    }
    let [key, locks] = value.as_tuple_of()?;
    let locks = locks
        .as_i64()
        .filter(|locks| (1..=32_768).contains(locks))?;
    key.is(Atom::of("debug_hash_fixed_number_of_locks"))
        // The power of two below, from 64 up.
        .then_some(Concurrency::Locks(1 << locks.ilog2().max(6)))
}

/// `delete(Table)`
pub(super) fn delete_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let table = table(cx)?;
    match table.delete(cx.process().number) {
        Ok(()) => Ok(Term::TRUE),
        Err(found) => Err(fault(cx, found)),
    }
}

/// `internal_delete_all(Table, undefined)`: the number of objects that there were.
pub(super) fn internal_delete_all_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let table = table(cx)?;
    match table.delete_all(cx.process().number) {
        Ok(count) => Ok(cx.unsigned(count as u64)),
        Err(found) => Err(fault(cx, found)),
    }
}

/// `internal_request_all()`: a reference, with which all tables are sent to the caller in as many parts as there are schedulers.
pub(super) fn internal_request_all_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let reference = oxbeam_vm::unique::next_reference();
    ets::send_all(cx.process().number, reference);
    Ok(cx.reference(reference))
}

/// `whereis(Name)`
pub(super) fn whereis_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = cx.arg(0);
    name.as_atom().ok_or(Raise::Badarg)?;
    let reference = match find(name) {
        Ok(table) => match table.check(cx.process().number, Right::Info) {
            Ok(_) => table.reference(cx),
            Err(_) => None,
        },
        Err(_) => None,
    };
    Ok(reference.unwrap_or(Term::atom(known::UNDEFINED)))
}

/// `rename(Table, Name)`
pub(super) fn rename_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let table = table(cx)?;
    let Some(name) = cx.arg(1).as_atom() else {
        allowed!(cx, table.check(cx.process().number, Right::Write));
        return Err(Raise::Badarg);
    };
    match ets::rename(&table, cx.process().number, name) {
        Ok(true) => Ok(Term::atom(name)),
        Ok(false) => Ok(cx.arg(0)),
        Err(RenameError::Fault(found)) => Err(fault(cx, found)),
        Err(RenameError::Taken) => Err(Raise::Badarg),
    }
}

/// `give_away(Table, Pid, Data)`
pub(super) fn give_away_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let table = table(cx)?;
    match ets::give_away(&table, cx.process().number, cx.arg(1), cx.arg(2)) {
        Ok(()) => Ok(Term::TRUE),
        Err(GiveAwayError::Fault(found)) => Err(fault(cx, found)),
        Err(GiveAwayError::Receiver) => Err(Raise::Badarg),
        Err(GiveAwayError::NotOwner) => Err(cx.badarg_because(Atom::of("not_owner"))),
        Err(GiveAwayError::Owner) => Err(cx.badarg_because(known::OWNER)),
    }
}

/// `setopts(Table, Options)`
pub(super) fn setopts_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let table = table(cx)?;
    let options = cx.arg(1);
    let mut parsed = (None, None);
    let valid = if options.is_tuple() {
        set_option(cx, options, &mut parsed).is_some()
    } else {
        let mut list = options.list_iter();
        list.by_ref()
            .all(|option| set_option(cx, option, &mut parsed).is_some())
            && list.rest().is_nil()
    };
    let mut writing = allowed!(cx, table.write_all(cx.process().number, Right::Write));
    if !valid || table.owner() != cx.process().number {
        return Err(Raise::Badarg);
    }
    let (heir, protection) = parsed;
    let old = heir.and_then(|heir| writing.set_heir(heir));
    if let Some(protection) = protection {
        writing.set_protection(protection);
    }
    drop(writing);
    drop(old);
    Ok(Term::TRUE)
}

/// A heir, perhaps none, and who may do what, as far as they are given.
type Parsed = (Option<Option<Heir>>, Option<Protection>);

fn set_option(cx: &Cx<'_>, option: Term<'_>, parsed: &mut Parsed) -> Option<()> {
    let elements = option.tuple_elements()?;
    match (elements.first()?.as_atom()?, elements) {
        (known::HEIR, [_, none]) if none.is(known::NONE) && parsed.0.is_none() => {
            parsed.0 = Some(None);
        }
        (known::HEIR, [_, pid, data]) if parsed.0.is_none() => {
            parsed.0 = Some(heir(pid.as_local_pid()?, Some(*data)));
        }
        (known::HEIR, [_, pid]) if parsed.0.is_none() && cx.machine().release.ets.silent_heirs => {
            parsed.0 = Some(heir(pid.as_local_pid()?, None));
        }
        (known::PROTECTION, [_, protection]) if parsed.1.is_none() => {
            parsed.1 = Some(match protection.as_atom()? {
                known::PUBLIC => Protection::Public,
                known::PROTECTED => Protection::Protected,
                known::PRIVATE => Protection::Private,
                _ => return None,
            });
        }
        _ => return None,
    }
    Some(())
}

/// `safe_fixtable(Table, Boolean)`
pub(super) fn safe_fixtable_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let table = table(cx)?;
    let process = cx.process().number;
    let Some(fix) = cx.arg(1).as_boolean() else {
        return match table.check(process, Right::Read) {
            Ok(_) => Err(Raise::Badarg),
            Err(found) => Err(fault(cx, found)),
        };
    };
    match table.fix(process, fix) {
        Ok(()) => Ok(Term::TRUE),
        Err(found) => Err(fault(cx, found)),
    }
}
