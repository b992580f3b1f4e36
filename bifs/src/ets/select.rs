//! Match specifications on tables: `select`, `match` and their kin. Continuations have the forms that `ets:repair_continuation/2` knows:
//! `{Table, Slot, Limit, Compiled, Found, Count}` and, of an ordered_set, `{Table, Key, End, Limit, Compiled, Found, Reverse, Count}`.

use super::{allowed, fault, table};
use oxbeam_vm::ets::select::{Chunk, Key, Next, Plan, Start, Walk, keeps_keys, plan};
use oxbeam_vm::ets::{Fault, Found, Kind, Right, find};
use oxbeam_vm::match_spec::{
    Action, Dialect, Errors, MatchSpec, Runner, Subject, Tracer, compile, compile_for_table,
};
use oxbeam_vm::native::prelude::*;
use std::io::Write;

natives! { ERLANG: "erlang";
    "match_spec_test" / 3 Plain => match_spec_test_3;
}

/// Rows visited for one reduction.
const ROWS: usize = 8;

/// What `select` does in which way.
struct Query<'p> {
    specification: Term<'p>,
    /// Results at most, or all.
    limit: Option<usize>,
    reverse: bool,
}

/// The table of the first argument, as a walk may keep it for long.
fn kept<'p>(cx: &mut Cx<'p>) -> Result<Found<'p>, Raise> {
    match table(cx)?.keep() {
        Some(table) => Ok(table),
        None => Err(fault(cx, Fault::Id)),
    }
}

/// A specification that is none.
fn refused(errors: Errors) -> Raise {
    if errors.too_deep {
        Raise::SystemLimit
    } else {
        Raise::Badarg
    }
}

/// `[{Pattern, [], [Result]}]`
fn specification<'p>(cx: &mut Cx<'p>, pattern: Term<'p>, result: Atom) -> Term<'p> {
    let body = cx.list([Term::atom(result)]);
    let clause = cx.tuple(&[pattern, Term::NIL, body]);
    cx.list([clause])
}

/// The limit that argument `index` gives; the table is looked at first.
fn limit<'p>(cx: &mut Cx<'p>, index: usize) -> Result<usize, Raise> {
    let limit = cx
        .arg(index)
        .as_small()
        .and_then(|limit| usize::try_from(limit).ok())
        .filter(|&limit| limit > 0);
    if let Some(limit) = limit {
        return Ok(limit);
    }
    let table = table(cx)?;
    match table.check(cx.process().number, Right::Read) {
        Ok(_) => Err(Raise::Badarg),
        Err(found) => Err(fault(cx, found)),
    }
}

/// A walk over many rows is done elsewhere.
fn leave_if_long(cx: &mut Cx<'_>, plan: &Plan<'_>, table: &Found<'_>) -> Result<(), Raise> {
    match plan {
        Plan::Everything | Plan::Range(..) => {
            let rows = allowed!(cx, table.read_all(cx.process().number, Right::Info)).len();
            cx.leave_if_long(rows * STEPS_PER_ROW)
        }
        Plan::Nothing | Plan::Keys(_) => Ok(()),
    }
}

/// Rows that a walk for a number of results visits here; if they are not enough it begins again elsewhere.
const MOST_VISITED: usize = 10_000;

fn most_visited(cx: &Cx<'_>) -> usize {
    match cx.leave_if_long(usize::MAX) {
        Ok(()) => usize::MAX,
        Err(_) => MOST_VISITED,
    }
}

/// A walk that has found less than `limit` and may not go on here is done elsewhere.
fn leave_if_stopped(
    cx: &Cx<'_>,
    (visited, most): (usize, usize),
    chunk: &Chunk<'_>,
    limit: usize,
) -> Result<(), Raise> {
    if visited >= most && chunk.found.len() < limit && !matches!(chunk.next, Next::End) {
        return cx.leave_if_long(usize::MAX);
    }
    Ok(())
}

/// Steps of long work that a row is worth.
const STEPS_PER_ROW: usize = 2;

fn select<'p>(cx: &mut Cx<'p>, query: &Query<'p>) -> NativeResult<'p> {
    let table = kept(cx)?;
    let compiled = compile_for_table(query.specification);
    let process = cx.process().number;
    allowed!(cx, table.check(process, Right::Read));
    let compiled = compiled.map_err(refused)?;
    let plan = plan(query.specification, table.kind, table.key);
    if query.limit.is_none() {
        leave_if_long(cx, &plan, &table)?;
    }
    let mut runner = Runner::new(process);
    let mut walk = Walk {
        plan: &plan,
        specification: &compiled,
        whole: compiled.gives_whole(),
        runner: &mut runner,
        visited: 0,
        most: most_visited(cx),
    };
    let Some(limit) = query.limit else {
        let list = table.select(process, &mut walk, query.reverse, cx);
        let visited = walk.visited;
        cx.bump_reductions(visited / ROWS);
        return Ok(allowed!(cx, list));
    };
    let start = Start::Beginning;
    let chunk = table.select_chunk(process, &mut walk, start, limit, query.reverse, cx);
    let chunk = allowed!(cx, chunk);
    let visited = walk.visited;
    leave_if_stopped(cx, (visited, walk.most), &chunk, limit)?;
    cx.bump_reductions(visited / ROWS);
    let tid = cx.arg(0);
    if table.kind == Kind::OrderedSet {
        let end = match (&plan, query.reverse) {
            (Plan::Range(Key(least), _), true) => *least,
            (Plan::Range(_, Key(most)), false) => *most,
            _ => Term::NIL,
        };
        let more = matches!(chunk.next, Next::Behind(_));
        let program = more.then(|| cx.make_magic(Box::new(compiled)));
        return Ok(ordered_result(
            cx,
            chunk,
            &Ordered {
                table: tid,
                end,
                limit,
                program: program.unwrap_or(Term::NIL),
                reverse: query.reverse,
            },
        ));
    }
    hash_result(cx, &table, chunk, limit, Program::New(Box::new(compiled)))
}

/// What a continuation of an ordered_set keeps.
struct Ordered<'p> {
    table: Term<'p>,
    /// Pattern of the keys at the end of the walk, or the empty list.
    end: Term<'p>,
    limit: usize,
    program: Term<'p>,
    reverse: bool,
}

fn ordered_result<'p>(cx: &mut Cx<'p>, chunk: Chunk<'p>, kept: &Ordered<'p>) -> Term<'p> {
    let end_of_table = Term::atom(known::END_OF_TABLE);
    let continuation = match chunk.next {
        Next::Behind(key) => cx.tuple(&[
            kept.table,
            key,
            kept.end,
            Term::small(kept.limit as i64),
            kept.program,
            Term::NIL,
            Term::small(i64::from(kept.reverse)),
            Term::small(0),
        ]),
        _ if chunk.found.is_empty() => return end_of_table,
        _ => end_of_table,
    };
    let list = cx.list(chunk.found);
    cx.tuple(&[list, continuation])
}

/// A compiled specification that has no term yet, or has one.
enum Program<'p> {
    New(Box<MatchSpec>),
    Known(Term<'p>),
}

fn hash_result<'p>(
    cx: &mut Cx<'p>,
    table: &Found<'_>,
    mut chunk: Chunk<'p>,
    limit: usize,
    program: Program<'p>,
) -> NativeResult<'p> {
    let end_of_table = Term::atom(known::END_OF_TABLE);
    let rest = chunk.found.split_off(limit.min(chunk.found.len()));
    let slot = match chunk.next {
        Next::Slot(slot) => slot as i64,
        _ => -1,
    };
    let continuation = if slot >= 0 || !rest.is_empty() {
        let program = match program {
            Program::New(compiled) => cx.make_magic(compiled),
            Program::Known(program) => program,
        };
        let reference = table.reference(cx).ok_or(Raise::Badarg)?;
        let count = Term::small(rest.len() as i64);
        let rest = cx.list(rest.into_iter().rev());
        cx.tuple(&[
            reference,
            Term::small(slot),
            Term::small(limit as i64),
            program,
            rest,
            count,
        ])
    } else if chunk.found.is_empty() {
        return Ok(end_of_table);
    } else {
        end_of_table
    };
    let list = cx.list(chunk.found.into_iter().rev());
    Ok(cx.tuple(&[list, continuation]))
}

/// `select(Continuation)`, and for `match`, `match_object`, `select_reverse`
pub(super) fn continue_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let continuation = cx.arg(0);
    if continuation.is(known::END_OF_TABLE) {
        return Ok(continuation);
    }
    let elements = continuation.tuple_elements().ok_or(Raise::Badarg)?;
    let first = *elements.first().ok_or(Raise::Badarg)?;
    let table = match find(first).and_then(|table| table.keep().ok_or(Fault::Id)) {
        Ok(table) => table,
        Err(found) => return Err(fault(cx, found)),
    };
    let process = cx.process().number;
    allowed!(cx, table.check(process, Right::Read));
    let (program, limit) = match (table.kind, elements) {
        (Kind::OrderedSet, [_, _, _, limit, program, ..]) if elements.len() == 8 => {
            (*program, *limit)
        }
        (Kind::Set | Kind::Bag | Kind::DuplicateBag, [_, _, limit, program, ..])
            if elements.len() == 6 =>
        {
            (*program, *limit)
        }
        _ => return Err(Raise::Badarg),
    };
    let compiled = compiled(program).ok_or(Raise::Badarg)?;
    let limit = limit
        .as_small()
        .and_then(|limit| usize::try_from(limit).ok())
        .filter(|&limit| limit > 0)
        .ok_or(Raise::Badarg)?;
    let mut runner = Runner::new(process);
    let mut walk = Walk {
        plan: &Plan::Everything,
        specification: compiled,
        whole: compiled.gives_whole(),
        runner: &mut runner,
        visited: 0,
        most: most_visited(cx),
    };
    if let &[tid, key, end, _, _, found, reverse, count] = elements {
        let valid = found.is_list() && reverse.as_small().is_some() && count.as_small().is_some();
        if !valid {
            return Err(Raise::Badarg);
        }
        let reverse = reverse.as_small() != Some(0);
        let range = Plan::Range(Key(end), Key(end));
        if !end.is_nil() {
            walk.plan = &range;
        }
        let start = Start::Behind(key);
        let chunk = table.select_chunk(process, &mut walk, start, limit, reverse, cx);
        let chunk = allowed!(cx, chunk);
        let visited = walk.visited;
        leave_if_stopped(cx, (visited, walk.most), &chunk, limit)?;
        cx.bump_reductions(visited / ROWS);
        let kept = Ordered {
            table: tid,
            end,
            limit,
            program,
            reverse,
        };
        return Ok(ordered_result(cx, chunk, &kept));
    }
    let &[_, slot, _, _, rest, count] = elements else {
        return Err(Raise::Badarg);
    };
    count
        .as_small()
        .filter(|&count| count >= 0)
        .ok_or(Raise::Badarg)?;
    let slot = slot.as_small().ok_or(Raise::Badarg)?;
    let mut found = rest.proper_list().ok_or(Raise::Badarg)?;
    found.reverse();
    let mut next = Next::End;
    if let Ok(slot) = usize::try_from(slot) {
        if found.len() >= limit {
            next = Next::Slot(slot);
        } else {
            let more = limit - found.len();
            let start = Start::Slot(slot);
            let chunk = table.select_chunk(process, &mut walk, start, more, false, cx);
            let chunk = allowed!(cx, chunk);
            leave_if_stopped(cx, (walk.visited, walk.most), &chunk, more)?;
            found.extend(chunk.found);
            next = chunk.next;
        }
    }
    let visited = walk.visited;
    cx.bump_reductions(visited / ROWS);
    let chunk = Chunk { found, next };
    hash_result(cx, &table, chunk, limit, Program::Known(program))
}

/// `select(Table, Specification)`
pub(super) fn select_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let specification = cx.arg(1);
    select(
        cx,
        &Query {
            specification,
            limit: None,
            reverse: false,
        },
    )
}

/// `select(Table, Specification, Limit)`
pub(super) fn select_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let limit = Some(limit(cx, 2)?);
    let specification = cx.arg(1);
    select(
        cx,
        &Query {
            specification,
            limit,
            reverse: false,
        },
    )
}

/// `select_reverse(Table, Specification)`
pub(super) fn select_reverse_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let specification = cx.arg(1);
    select(
        cx,
        &Query {
            specification,
            limit: None,
            reverse: true,
        },
    )
}

/// `select_reverse(Table, Specification, Limit)`
pub(super) fn select_reverse_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let limit = Some(limit(cx, 2)?);
    let specification = cx.arg(1);
    select(
        cx,
        &Query {
            specification,
            limit,
            reverse: true,
        },
    )
}

/// A pattern in the second argument, a result for each object that it matches.
fn match_pattern<'p>(cx: &mut Cx<'p>, result: Atom, limited: bool) -> NativeResult<'p> {
    let limit = if limited { Some(limit(cx, 2)?) } else { None };
    let pattern = cx.arg(1);
    let specification = specification(cx, pattern, result);
    select(
        cx,
        &Query {
            specification,
            limit,
            reverse: false,
        },
    )
}

/// `match(Table, Pattern)`
pub(super) fn match_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    match_pattern(cx, known::DOLLAR_DOLLAR, false)
}

/// `match(Table, Pattern, Limit)`
pub(super) fn match_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    match_pattern(cx, known::DOLLAR_DOLLAR, true)
}

/// `match_object(Table, Pattern)`
pub(super) fn match_object_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    match_pattern(cx, known::DOLLAR_UNDERSCORE, false)
}

/// `match_object(Table, Pattern, Limit)`
pub(super) fn match_object_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    match_pattern(cx, known::DOLLAR_UNDERSCORE, true)
}

/// `select_count(Table, Specification)`
pub(super) fn select_count_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let table = kept(cx)?;
    let compiled = compile_for_table(cx.arg(1));
    let process = cx.process().number;
    allowed!(cx, table.check(process, Right::Read));
    let mut runner = Runner::new(process);
    let compiled = compiled.map_err(refused)?;
    let plan = plan(cx.arg(1), table.kind, table.key);
    leave_if_long(cx, &plan, &table)?;
    let mut walk = Walk {
        plan: &plan,
        specification: &compiled,
        whole: compiled.gives_whole(),
        runner: &mut runner,
        visited: 0,
        most: usize::MAX,
    };
    let count = table.select_count(process, &mut walk);
    let visited = walk.visited;
    cx.bump_reductions(visited / ROWS);
    let count = allowed!(cx, count);
    Ok(Term::small(count as i64))
}

/// `internal_select_delete(Table, Specification)`
pub(super) fn internal_select_delete_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let table = kept(cx)?;
    let compiled = compile_for_table(cx.arg(1));
    let process = cx.process().number;
    allowed!(cx, table.check(process, Right::Write));
    let mut runner = Runner::new(process);
    let compiled = compiled.map_err(refused)?;
    let plan = plan(cx.arg(1), table.kind, table.key);
    leave_if_long(cx, &plan, &table)?;
    let mut walk = Walk {
        plan: &plan,
        specification: &compiled,
        whole: compiled.gives_whole(),
        runner: &mut runner,
        visited: 0,
        most: usize::MAX,
    };
    let count = table.select_delete(process, &mut walk);
    let visited = walk.visited;
    cx.bump_reductions(visited / ROWS);
    let count = allowed!(cx, count);
    Ok(Term::small(count as i64))
}

/// `select_replace(Table, Specification)`
pub(super) fn select_replace_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let table = kept(cx)?;
    let compiled = compile_for_table(cx.arg(1));
    let process = cx.process().number;
    allowed!(cx, table.check(process, Right::Write));
    if table.kind == Kind::Bag {
        return Err(cx.badarg_because(Atom::of("table_type")));
    }
    let compiled = compiled.map_err(refused)?;
    if !keeps_keys(cx.arg(1), table.key) {
        return Err(Raise::Badarg);
    }
    let mut runner = Runner::new(process);
    let plan = plan(cx.arg(1), table.kind, table.key);
    leave_if_long(cx, &plan, &table)?;
    let mut walk = Walk {
        plan: &plan,
        specification: &compiled,
        whole: compiled.gives_whole(),
        runner: &mut runner,
        visited: 0,
        most: usize::MAX,
    };
    let count = table.select_replace(process, &mut walk);
    let visited = walk.visited;
    cx.bump_reductions(visited / ROWS);
    let count = allowed!(cx, count);
    Ok(Term::small(count as i64))
}

/// The compiled specification that a term is.
fn compiled<'p>(term: Term<'p>) -> Option<&'p MatchSpec> {
    term.as_reference()?
        .magic_value::<MatchSpec>()
        .filter(|compiled| compiled.dialect() == Dialect::Table)
}

/// `is_compiled_ms(Term)`
pub(super) fn is_compiled_ms_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::boolean(compiled(cx.arg(0)).is_some()))
}

/// `match_spec_compile(Specification)`
pub(super) fn match_spec_compile_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let compiled = compile(cx.arg(0), Dialect::Table).map_err(refused)?;
    Ok(cx.make_magic(Box::new(compiled)))
}

/// `match_spec_run_r(List, Compiled, Results)`: the results of the terms in front of `Results`, the last one first.
pub(super) fn match_spec_run_r_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let list = cx.arg(0);
    if !list.is_list() {
        return Err(Raise::Badarg);
    }
    let compiled = compiled(cx.arg(1)).ok_or(Raise::Badarg)?;
    cx.leave_if_long_list(list)?;
    let mut results = cx.arg(2);
    let mut runner = Runner::new(cx.process().number);
    let mut terms = list.list_iter();
    let mut count = 0;
    for term in terms.by_ref() {
        count += 1;
        if let Some(result) = runner.run(compiled, Subject::Term(term), true, cx) {
            results = cx.cons(result, results);
        }
    }
    if !terms.rest().is_nil() {
        return Err(Raise::Badarg);
    }
    cx.bump_reductions(count / ROWS);
    Ok(results)
}

/// Does what traces do, as far as that can be seen in a test.
struct Test;

impl Tracer for Test {
    fn act<'p>(
        &mut self,
        action: Action,
        arguments: &[Term<'p>],
        builder: &mut Builder<'p>,
    ) -> Option<Term<'p>> {
        Some(match action {
            Action::IsSeqTrace => Term::FALSE,
            Action::GetSeqToken | Action::CurrentStacktrace => Term::NIL,
            Action::SetSeqToken => match arguments.first()?.as_atom()?.text() {
                "label" | "serial" => Term::NIL,
                "send"
                | "receive"
                | "print"
                | "timestamp"
                | "monotonic_timestamp"
                | "strict_monotonic_timestamp" => Term::FALSE,
                _ => return None,
            },
            Action::Display => {
                let mut text = String::new();
                oxbeam_term::print::display(*arguments.first()?, &mut text, usize::MAX).ok()?;
                text.push('\n');
                // Nobody is told that the output takes nothing.
                let _ = std::io::stdout().write_all(text.as_bytes());
                Term::TRUE
            }
            Action::ProcessDump => builder.binary(b""),
            Action::Caller | Action::CallerLine => Term::atom(known::UNDEFINED),
            Action::SetTraceControlWord => arguments.first()?.as_u64().map(|_| Term::small(0))?,
            Action::GetTraceControlWord => Term::small(0),
            _ => Term::TRUE,
        })
    }
}

/// `match_spec_test(Subject, Specification, Type)`
fn match_spec_test_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (subject, specification) = (cx.arg(0), cx.arg(1));
    let trace = match cx.arg(2).as_atom() {
        Some(known::TRACE) => true,
        Some(known::TABLE) => false,
        _ => return Err(Raise::Badarg),
    };
    if trace && !subject.is_list() {
        return Err(Raise::Badarg);
    }
    let dialect = if trace { Dialect::Call } else { Dialect::Table };
    let compiled = match compile(specification, dialect) {
        Ok(compiled) => compiled,
        Err(errors) => {
            let mut list = Term::NIL;
            for text in errors.texts.into_iter().rev() {
                let text = cx.char_list(&text);
                let error = cx.tuple(&[Term::atom(known::ERROR), text]);
                list = cx.cons(error, list);
            }
            return Ok(cx.tuple(&[Term::atom(known::ERROR), list]));
        }
    };
    let mut test = Test;
    let mut runner = Runner::new(cx.process().number).with_tracer(&mut test);
    let arguments: Vec<Term<'p>> = subject.list_iter().collect();
    let subject = if trace {
        Subject::Arguments(&arguments)
    } else {
        Subject::Term(subject)
    };
    let result = runner
        .run(&compiled, subject, true, cx)
        .unwrap_or(Term::FALSE);
    let mut flags = Term::NIL;
    if runner.flags.exception_trace {
        flags = cx.cons(Term::atom(known::EXCEPTION_TRACE), flags);
    }
    if runner.flags.return_trace {
        flags = cx.cons(Term::atom(known::RETURN_TRACE), flags);
    }
    Ok(cx.tuple(&[Term::atom(known::OK), result, flags, Term::NIL]))
}
