//! Code that would read, write or jump where it must not is refused; what only may be wrong is made safe.

use oxbeam_loader::{BeamFile, Flow, LoadError, Op, Test, load};

use crate::assemble::{
    Bytes, Image, atom, atom_index, code_chunk, f, float_register, list, nil, op, sample, u, words,
    x, y,
};

/// A module with the function `main`, whose code begins behind its entry label 2. Labels to 9 may be used; behind the code stand
/// another function, `ok/0` (labels 20 and 21).
fn module(arity: u32, code: &[Bytes]) -> Result<BeamFile, LoadError> {
    let head = [
        op(Op::Label, &[u(1)]),
        op(Op::FuncInfo, &[atom("m"), atom("main"), u(arity.into())]),
        op(Op::Label, &[u(2)]),
    ];
    let tail = [
        op(Op::Label, &[u(20)]),
        op(Op::FuncInfo, &[atom("m"), atom("ok"), u(0)]),
        op(Op::Label, &[u(21)]),
        op(Op::Move, &[atom("ok"), x(0)]),
        op(Op::Return, &[]),
        op(Op::IntCodeEnd, &[]),
    ];
    let code = [&head[..], code, &tail[..]].concat();
    let imports = words(&[1, atom_index("erlang"), atom_index("+"), 2]);
    let image: Image = sample()
        .with(b"Code", code_chunk(182, 22, 2, &code))
        .with(b"ExpT", words(&[1, atom_index("main"), arity, 2]))
        .with(b"ImpT", imports)
        .without(b"LocT")
        .without(b"FunT")
        .without(b"Line");
    load(&image.bytes())
}

fn refusal(arity: u32, code: &[Bytes]) -> String {
    module(arity, code)
        .expect_err("code that is refused")
        .to_string()
}

fn flow(arity: u32, code: &[Bytes]) -> Flow {
    match module(arity, code) {
        Ok(beam) => beam.flow,
        Err(error) => panic!("{error}"),
    }
}

fn ret() -> Bytes {
    op(Op::Return, &[])
}

fn call() -> Bytes {
    op(Op::Call, &[u(0), f(21)])
}

#[test]
fn registers_are_read_only_when_set() {
    // A handler's x4, which nothing can have set.
    let handler = [
        op(Op::Allocate, &[u(1), u(0)]),
        op(Op::Try, &[y(0), f(3)]),
        call(),
        op(Op::TryEnd, &[y(0)]),
        op(Op::Deallocate, &[u(1)]),
        ret(),
        op(Op::Label, &[u(3)]),
        op(Op::TryCase, &[y(0)]),
        op(Op::Move, &[x(4), x(0)]),
        op(Op::Deallocate, &[u(1)]),
        ret(),
    ];
    assert_eq!(
        refusal(0, &handler),
        "chunk Code, offset 47: in main/0, move/2: x4 has not been set"
    );
    let text = refusal(0, &[call(), ret()]);
    assert!(text.ends_with("a call without a stack frame"), "{text}");
    let live = [
        op(Op::IsNonemptyList, &[f(3), x(0)]),
        op(Op::Move, &[nil(), x(1)]),
        op(Op::Label, &[u(3)]),
        op(Op::Allocate, &[u(0), u(2)]),
        call(),
        op(Op::Deallocate, &[u(0)]),
        ret(),
    ];
    // One way has not set x1: it is filled at the entry, and behind calls.
    assert_eq!(flow(1, &live).filled, [(3, 1), (8, 1)]);
    let float = op(Op::Fmove, &[float_register(1), x(0)]);
    let text = refusal(1, &[op(Op::TestHeap, &[u(2), u(1)]), float, ret()]);
    assert!(text.ends_with("fmove/2: fr1 has not been set"), "{text}");
}

#[test]
fn frames_are_there_and_of_one_size() {
    let cases: [(&[Bytes], &str); 7] = [
        (
            &[op(Op::Move, &[x(0), y(0)]), ret()],
            "y0 is outside of the frame",
        ),
        (
            &[
                op(Op::Allocate, &[u(1), u(1)]),
                op(Op::Move, &[x(0), y(1)]),
                ret(),
            ],
            "y1 is outside of the frame",
        ),
        (
            &[op(Op::Deallocate, &[u(1)]), ret()],
            "there is no stack frame",
        ),
        (
            &[
                op(Op::Allocate, &[u(1), u(1)]),
                op(Op::Deallocate, &[u(2)]),
                ret(),
            ],
            "the stack frame has 1 registers",
        ),
        (
            &[op(Op::Allocate, &[u(1), u(1)]), ret()],
            "the stack frame has 1 registers",
        ),
        (
            &[
                op(Op::Allocate, &[u(2), u(1)]),
                op(Op::Trim, &[u(1), u(2)]),
                ret(),
            ],
            "the stack frame has 2 registers",
        ),
        (
            &[
                op(Op::IsNonemptyList, &[f(3), x(0)]),
                op(Op::Allocate, &[u(1), u(1)]),
                op(Op::Label, &[u(3)]),
                op(Op::Deallocate, &[u(1)]),
                ret(),
            ],
            "stack frames of different sizes meet",
        ),
    ];
    for (code, reason) in cases {
        let text = refusal(1, code);
        assert!(text.ends_with(reason), "{text}");
    }
}

#[test]
fn frames_that_are_seen_too_early_are_cleared() {
    let code = |first: Bytes| {
        [
            op(Op::Allocate, &[u(1), u(1)]),
            first,
            call(),
            op(Op::Move, &[y(0), x(0)]),
            op(Op::Deallocate, &[u(1)]),
            ret(),
        ]
    };
    assert_eq!(flow(1, &code(op(Op::Move, &[x(0), y(0)]))).cleared, []);
    assert_eq!(flow(1, &code(op(Op::Move, &[x(0), x(1)]))).cleared, [3]);
}

#[test]
fn no_more_is_built_than_was_tested_for() {
    let put = op(Op::PutList, &[x(0), nil(), x(0)]);
    let text = refusal(
        1,
        &[
            op(Op::TestHeap, &[u(3), u(1)]),
            put.clone(),
            put.clone(),
            ret(),
        ],
    );
    assert!(
        text.ends_with("put_list/3: 2 words of heap wanted, 1 tested for"),
        "{text}"
    );
    let bif = op(Op::GcBif2, &[f(0), u(1), u(0), x(0), x(0), x(0)]);
    let text = refusal(1, &[op(Op::TestHeap, &[u(2), u(1)]), bif, put, ret()]);
    assert!(
        text.ends_with("2 words of heap wanted, 0 tested for"),
        "{text}"
    );
}

#[test]
fn what_is_not_known_to_be_of_a_kind_is_tested() {
    let get = |index| op(Op::GetTupleElement, &[x(0), u(index), x(1)]);
    // The first of several tests for all.
    let code = [get(0), get(3), get(1), op(Op::GetHd, &[x(1), x(0)]), ret()];
    assert_eq!(flow(1, &code).tests, [(3, Test::Tuple(4)), (6, Test::Cons)]);
    let tested = [
        op(Op::IsTuple, &[f(1), x(0)]),
        op(Op::TestArity, &[f(1), x(0), u(4)]),
        get(3),
        ret(),
    ];
    assert_eq!(flow(1, &tested).tests, []);
    // Only on one of two ways.
    let one_way = [
        op(Op::IsTuple, &[f(1), x(0)]),
        op(Op::TestArity, &[f(3), x(0), u(4)]),
        op(Op::Label, &[u(3)]),
        get(3),
        ret(),
    ];
    assert_eq!(flow(1, &one_way).tests, [(6, Test::Tuple(4))]);
    let context = [op(Op::BsGetTail, &[x(0), x(0), u(1)]), ret()];
    assert_eq!(flow(1, &context).tests, [(3, Test::Context)]);
}

#[test]
fn handlers_are_entered_by_exceptions_and_closed_once() {
    let open = [
        op(Op::Allocate, &[u(1), u(0)]),
        op(Op::Try, &[y(0), f(3)]),
        call(),
    ];
    let close = [
        op(Op::TryEnd, &[y(0)]),
        op(Op::Deallocate, &[u(1)]),
        ret(),
        op(Op::Label, &[u(3)]),
        op(Op::TryCase, &[y(0)]),
        op(Op::Deallocate, &[u(1)]),
        ret(),
    ];
    let with = |between: &[Bytes]| [&open[..], between, &close[..]].concat();
    flow(0, &with(&[]));
    let cases: [(&[Bytes], &str); 4] = [
        (&[op(Op::Move, &[y(0), x(0)])], "y0 belongs to a handler"),
        (&[op(Op::Move, &[x(0), y(0)])], "y0 belongs to a handler"),
        (&[op(Op::TryEnd, &[y(0)])], "no handler is open there"),
        (
            &[op(Op::Deallocate, &[u(1)]), ret()],
            "a handler is still open",
        ),
    ];
    for (between, reason) in cases {
        let text = refusal(0, &with(between));
        assert!(text.ends_with(reason), "{text}");
    }
    let text = refusal(0, &with(&[op(Op::IsNil, &[f(3), x(0)])]));
    assert!(text.ends_with("reached without an exception"), "{text}");
}

#[test]
fn control_stays_in_the_function_and_comes_to_an_end() {
    let text = refusal(0, &[op(Op::Jump, &[f(21)])]);
    assert!(
        text.ends_with("jump/1: a jump out of the function"),
        "{text}"
    );
    // At the end of the code it raises.
    assert_eq!(flow(0, &[op(Op::Move, &[nil(), x(0)])]).ends, [4]);
    let round = [
        op(Op::Label, &[u(3)]),
        op(Op::IsNil, &[f(3), x(0)]),
        op(Op::Jump, &[f(3)]),
    ];
    let text = refusal(1, &round);
    assert!(text.ends_with("a loop without a call"), "{text}");
    let receive = [
        op(Op::Allocate, &[u(0), u(0)]),
        op(Op::Label, &[u(3)]),
        op(Op::LoopRec, &[f(4), x(0)]),
        op(Op::LoopRecEnd, &[f(3)]),
        op(Op::Label, &[u(4)]),
        op(Op::Wait, &[f(3)]),
    ];
    flow(0, &receive);
}

#[test]
fn tuples_are_overwritten_only_when_just_made() {
    let set = op(Op::SetTupleElement, &[atom("ok"), x(0), u(0)]);
    let text = refusal(1, &[set, ret()]);
    assert!(
        text.ends_with("a tuple that setelement/3 did not just make"),
        "{text}"
    );
}

#[test]
fn segments_need_a_bitstring_that_is_being_built() {
    let put = op(
        Op::BsPutInteger,
        &[f(0), crate::assemble::int(8), u(1), u(0), x(0)],
    );
    let text = refusal(1, &[put.clone(), ret()]);
    assert!(text.ends_with("no bitstring is being built"), "{text}");
    let begin = op(Op::BsInit2, &[f(0), u(1), u(0), u(1), u(0), x(1)]);
    let again = op(Op::TestHeap, &[u(0), u(2)]);
    flow(1, &[begin.clone(), put.clone(), ret()]);
    let text = refusal(1, &[begin, again, put, ret()]);
    assert!(text.ends_with("no bitstring is being built"), "{text}");
}

#[test]
fn many_registers_and_many_selections_are_no_trouble() {
    let moves: Vec<Bytes> = (0..1000)
        .map(|register| op(Op::Move, &[nil(), x(register)]))
        .collect();
    flow(0, &[&moves[..], &[ret()]].concat());
    let choices: Vec<Bytes> = (0..4000)
        .flat_map(|value| [crate::assemble::int(value), f(3)])
        .collect();
    let select = [
        op(Op::SelectVal, &[x(0), f(1), list(&choices)]),
        op(Op::Label, &[u(3)]),
        ret(),
    ];
    flow(1, &select);
}
