//! What damaged or foreign files are told.

use oxbeam_loader::{LoadErrorKind, Op, TABLE, load};

use crate::assemble::{
    Bytes, alloc, atom, atom_index, code_chunk, f, int, list, literal, nil, op, sample,
    sample_code, sample_with, tagged, typed, u, words, x, y,
};

fn fault(bytes: &[u8]) -> String {
    load(bytes).expect_err("a fault").to_string()
}

/// What the loader says of one more instruction, without its place.
fn told(instruction: Bytes) -> String {
    let text = fault(&sample_with(instruction));
    let (place, told) = text.split_once(": ").expect("a place");
    assert!(place.starts_with("chunk Code, offset "), "{text}");
    told.to_owned()
}

fn code_fault(code: &[Bytes]) -> String {
    fault(&sample().with(b"Code", code_chunk(182, 6, 2, code)).bytes())
}

#[test]
fn containers_that_are_none() {
    assert_eq!(
        fault(b""),
        "chunk FOR1, offset 0: data ends where FOR1 was expected"
    );
    assert_eq!(
        fault(b"\x7fELF...."),
        "chunk FOR1, offset 0: expected FOR1, found `\\x7fELF`"
    );
    assert_eq!(
        fault(b"FOR1\0\0\0\x04AIFF"),
        "chunk FOR1, offset 8: expected the form type BEAM, found `AIFF`"
    );
    assert_eq!(
        fault(b"FOR1\xff\0\0\x04BEAM"),
        "chunk FOR1, offset 4: expected a form size below 5, found 4278190084"
    );
    assert_eq!(
        fault(b"FOR1\0\0\0\x04BEAM"),
        "chunk AtU8, offset 0: mandatory chunk is missing"
    );
    assert!(fault(b"\x1f\x8b\x08garbage").contains("expected zlib data, found damage"));
}

#[test]
fn mandatory_chunks() {
    for id in [b"AtU8", b"Code", b"ImpT", b"ExpT"] {
        let error = load(&sample().without(id).bytes()).expect_err("a missing chunk");
        assert_eq!(
            (error.chunk, error.kind),
            (*id, LoadErrorKind::MissingChunk)
        );
    }
    let needless = sample()
        .without(b"Line")
        .without(b"Type")
        .without(b"LocT")
        .without(b"Meta")
        .without(b"Attr");
    assert!(load(&needless.bytes()).is_ok());
}

#[test]
fn unknown_opcodes_are_given_by_number() {
    assert_eq!(
        told(vec![192]),
        "expected an opcode of OTP 29 or earlier (1 to 191), found 192: compiled for a later release"
    );
    let later = sample()
        .with(b"Code", code_chunk(200, 6, 2, &sample_code(&[])))
        .bytes();
    assert!(
        fault(&later).starts_with("chunk Code, offset 8: expected an opcode of OTP 29"),
        "{}",
        fault(&later)
    );
}

#[test]
fn retired_opcodes_are_given_with_their_releases() {
    assert_eq!(
        told(op(Op::PutTuple, &[u(2), x(0)])),
        "opcode 70 (put_tuple/2, introduced in OTP R5) is refused since OTP 25: recompile the module"
    );
    for row in TABLE.iter().filter(|row| row.op.is_refused()) {
        assert!(told(vec![row.op.number()]).contains(row.name));
    }
}

#[test]
fn an_older_release_refuses_newer_opcodes() {
    let beam = load(&sample().bytes()).expect("a good file");
    assert_eq!(beam.check_release(26), Ok(()));
    let error = beam
        .check_release(25)
        .expect_err("bs_match is newer")
        .to_string();
    assert!(
        error.ends_with(
            "opcode 182 (bs_match/3) was introduced in OTP 26, the release in use is 25"
        ),
        "{error}"
    );
}

#[test]
fn operands_of_the_wrong_form() {
    let one_more = |operation, operands: &[Bytes]| told(op(operation, operands));
    assert_eq!(
        one_more(Op::Move, &[u(1), x(0)]),
        "move/2: expected a register or value as operand 1, found 1"
    );
    assert_eq!(
        one_more(Op::Move, &[x(0), atom("ok")]),
        "move/2: expected a register to write as operand 2, found an atom"
    );
    assert_eq!(
        one_more(Op::Jump, &[f(0)]),
        "jump/1: expected a defined label as operand 1, found label 0"
    );
    assert_eq!(
        one_more(Op::Catch, &[x(0), f(5)]),
        "catch/2: expected a y register as operand 1, found an x register"
    );
    assert_eq!(
        one_more(Op::Fmove, &[x(0), x(1)]),
        "fmove/2: expected a float register on one side as operand 2, found none"
    );
    assert_eq!(
        one_more(Op::BsTestUnit, &[f(5), x(0), u(0)]),
        "bs_test_unit/3: expected a unit from 1 to 256 as operand 3, found 0"
    );
    assert_eq!(
        one_more(Op::MakeFun3, &[u(1), x(0), list(&[])]),
        "make_fun3/3: expected the index of a fun as operand 1, found 1"
    );
    assert_eq!(
        one_more(Op::MakeFun3, &[u(0), x(0), list(&[])]),
        "make_fun3/3: expected as many values as the fun has free variables as operand 3, found 0"
    );
    assert_eq!(
        one_more(Op::CallFun2, &[atom("ok"), u(1), x(1)]),
        "call_fun2/3: expected safe, unsafe or the index of a fun as operand 1, found an atom"
    );
    assert_eq!(
        one_more(Op::Line, &[u(3)]),
        "line/1: expected the index of a line as operand 1, found 3"
    );
    assert_eq!(
        one_more(Op::Allocate, &[u(1025), u(0)]),
        "allocate/2: expected at most 1024 stack slots as operand 1, found 1025"
    );
    assert_eq!(
        one_more(Op::TestHeap, &[u(1 << 28), u(0)]),
        "test_heap/2: expected a number of words as operand 1, found 268435456"
    );
    assert_eq!(
        one_more(Op::BsPutString, &[u(2), u(2)]),
        "bs_put_string/2: expected an offset with that many bytes of string as operand 2, found 2"
    );
    assert_eq!(
        one_more(Op::BsMatchString, &[f(5), x(0), u(25), u(0)]),
        "bs_match_string/4: expected an offset with that many bytes of string as operand 4, found 0"
    );
}

#[test]
fn calls_agree_with_what_they_call() {
    assert_eq!(
        told(op(Op::Call, &[u(1), f(4)])),
        "call/2: expected the arity of the function called as operand 1, found 1"
    );
    assert_eq!(
        told(op(Op::Call, &[u(2), f(5)])),
        "call/2: expected the entry label of a function as operand 2, found label 5"
    );
    assert_eq!(
        told(op(Op::CallExt, &[u(1), u(0)])),
        "call_ext/2: expected the arity of the import as operand 1, found 1"
    );
    assert_eq!(
        told(op(Op::CallExt, &[u(2), u(1)])),
        "call_ext/2: expected the index of an import as operand 2, found 1"
    );
    assert_eq!(
        told(op(Op::Bif1, &[f(0), u(0), x(0), x(0)])),
        "bif1/4: expected an import of arity 1 as operand 2, found 2"
    );
}

#[test]
fn indices_beyond_their_tables() {
    assert_eq!(
        told(op(Op::Move, &[literal(1), x(0)])),
        "expected a literal index below 1, found 1"
    );
    assert_eq!(
        told(op(Op::Move, &[tagged(2, 19), x(0)])),
        "expected an atom index below 19, found 19"
    );
    assert_eq!(
        told(op(Op::Move, &[typed(x(0), 2), x(0)])),
        "expected a type index below 2, found 2"
    );
    assert_eq!(
        told(op(Op::Jump, &[f(6)])),
        "expected a label below 6, found 6"
    );
    assert_eq!(
        told(op(Op::Move, &[typed(int(0), 0), x(0)])),
        "expected a typed register, found tag Integer"
    );
    assert_eq!(
        told(op(Op::Move, &[tagged(6, 65), x(0)])),
        "expected an operand, found the unused tag for characters"
    );
    assert_eq!(
        told(op(Op::Move, &[tagged(7, 0), x(0)])),
        "expected an extended operand, found a float of before OTP R12"
    );
    assert_eq!(
        told(op(Op::Move, &[tagged(7, 6), x(0)])),
        "expected an extended operand, found kind 6"
    );
    assert_eq!(
        told(op(Op::PutTuple2, &[x(0), list(&[list(&[])])])),
        "expected an item of a list, found a list"
    );
}

#[test]
fn lists_of_the_wrong_shape() {
    let select = |items: &[Bytes]| told(op(Op::SelectVal, &[x(0), f(5), list(items)]));
    assert_eq!(
        select(&[atom("ok")]),
        "select_val/3: expected pairs of constant and label as operand 3, found a list of 1"
    );
    assert_eq!(
        select(&[x(0), f(5)]),
        "select_val/3: expected pairs of constant and label as operand 3, found a list of 2"
    );
    assert_eq!(
        select(&[]),
        "select_val/3: expected a list that is not empty as operand 3, found a list of 0"
    );

    let create = |items: &[Bytes]| {
        told(op(
            Op::BsCreateBin,
            &[f(0), u(0), u(0), u(1), x(0), list(items)],
        ))
    };
    assert!(create(&[nil()]).contains("six operands for each segment"));
    assert!(
        create(&[atom("ok"), u(0), u(1), nil(), x(0), int(1)]).contains("segments of known types")
    );
    assert!(
        create(&[atom("string"), u(0), u(8), nil(), u(0), int(4)]).contains("within the strings")
    );
    assert!(
        create(&[atom("string"), u(0), u(8), nil(), u(0), int(-1)]).contains("within the strings")
    );
    assert!(
        create(&[atom("integer"), u(0), u(1), u(0), x(0), int(1)])
            .contains("the flags of each segment")
    );
    let append = [atom("append"), u(0), u(1), nil(), x(0), atom("all")];
    assert!(create(&[append.clone(), append].concat()).contains("append only as the first"));

    let matching = |items: &[Bytes]| told(op(Op::BsMatch, &[f(5), x(0), list(items)]));
    assert!(matching(&[u(1)]).contains("the name of each command"));
    assert!(matching(&[atom("ok")]).contains("commands with their operands"));
    assert!(matching(&[atom("ensure_at_least"), u(8)]).contains("commands with their operands"));
    assert!(matching(&[atom("=:="), nil(), u(65), u(0)]).contains("commands with their operands"));

    let update = |items: &[Bytes]| {
        told(op(
            Op::UpdateRecord,
            &[atom("copy"), u(3), x(0), x(0), list(items)],
        ))
    };
    assert!(update(&[u(0), nil()]).contains("pairs of position and value"));
    assert!(update(&[u(4), nil()]).contains("positions within the tuple as operand 5, found 4"));
    assert!(told(op(Op::InitYregs, &[list(&[x(0)])])).contains("a list of y registers"));
    assert!(told(op(Op::InitYregs, &[y(0)])).contains("expected a list as operand 1"));
    assert!(told(op(Op::TestHeap, &[alloc(&[(0, 1)]), x(0)])).contains("live registers"));
}

#[test]
fn code_out_of_order() {
    let good = sample_code(&[]);
    assert!(
        code_fault(&good[..good.len() - 1])
            .contains("data ends where an opcode or int_code_end was expected")
    );
    assert!(
        code_fault(&[&good[..], &[vec![0]]].concat())
            .contains("expected the end of the chunk, found 1 more bytes")
    );
    assert!(
        code_fault(&[&[op(Op::Return, &[])], &good[..]].concat())
            .contains("expected func_info first, found return")
    );
    let mut without_entry = good.clone();
    without_entry.remove(3);
    assert!(code_fault(&without_entry).contains("expected a label after func_info, found none"));
    let mut twice = good.clone();
    twice[3] = op(Op::Label, &[u(1)]);
    assert!(code_fault(&twice).contains("expected a new label, found 1 again"));
    let mut too_large = good.clone();
    too_large[3] = op(Op::Label, &[u(6)]);
    assert!(code_fault(&too_large).contains("expected a label from 1 and below 6, found 6"));
    let mut other_module = good.clone();
    other_module[2] = op(Op::FuncInfo, &[atom("ok"), atom("main"), u(0)]);
    assert!(code_fault(&other_module).contains("expected the module's own name, found ok"));
    let miscounted = sample().with(b"Code", code_chunk(182, 6, 3, &good)).bytes();
    assert!(
        fault(&miscounted)
            .contains("expected as many functions as the header says, found 2 functions")
    );
    let sparse = sample()
        .with(b"Code", code_chunk(182, 1 << 30, 2, &good))
        .bytes();
    assert!(fault(&sparse).contains("expected a number of labels below"));
}

#[test]
fn tables_agree_with_the_code() {
    let main = atom_index("main");
    let exported = |arity, label| {
        fault(
            &sample()
                .with(b"ExpT", words(&[1, main, arity, label]))
                .bytes(),
        )
    };
    assert!(
        exported(1, 2)
            .contains("expected the entry label of the function named, found that of main/0")
    );
    assert!(exported(0, 5).contains("expected an entry label, found label 5"));
    assert!(exported(0, 6).contains("expected an entry label below 6, found 6"));
    assert!(exported(256, 2).contains("expected an arity below 256"));
    let fun = fault(
        &sample()
            .with(b"FunT", words(&[1, main, 0, 2, 0, 1, 0]))
            .bytes(),
    );
    assert!(fun.contains("expected a number of free variables below 1, found 1"));
    let counts = fault(&sample().with(b"ImpT", words(&[u32::MAX])).bytes());
    assert_eq!(
        counts,
        "chunk ImpT, offset 0: expected the number of imports below 1, found 4294967295"
    );
}
