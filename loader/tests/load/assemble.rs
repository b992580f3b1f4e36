//! Assembles small BEAM files byte by byte, so that tests need no compiler.

use oxbeam_loader::{ChunkId, Op};

/// The bytes of one operand.
pub(crate) type Bytes = Vec<u8>;

/// A compact term: a value under one of the tags 0 to 7.
pub(crate) fn tagged(tag: u8, value: u64) -> Bytes {
    if value < 16 {
        return vec![tag | (value as u8) << 4];
    }
    if value < 2048 {
        return vec![tag | 0x08 | ((value >> 8) as u8) << 5, value as u8];
    }
    let bytes = value.to_be_bytes();
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(7);
    // Integers have a sign; a leading zero byte does no harm to other tags.
    let mut significant = vec![0];
    significant.extend(&bytes[start..]);
    long(tag, &significant)
}

/// A compact term whose value is these bytes: two or more.
pub(crate) fn long(tag: u8, bytes: &[u8]) -> Bytes {
    let mut encoded = match bytes.len() {
        length @ 2..=8 => vec![tag | 0x18 | ((length - 2) as u8) << 5],
        length => [vec![tag | 0xf8], tagged(0, length as u64 - 9)].concat(),
    };
    encoded.extend(bytes);
    encoded
}

pub(crate) fn u(value: u64) -> Bytes {
    tagged(0, value)
}

pub(crate) fn int(value: i64) -> Bytes {
    match u64::try_from(value) {
        Ok(value) => tagged(1, value),
        Err(_) => long(1, &value.to_be_bytes()),
    }
}

pub(crate) fn nil() -> Bytes {
    tagged(2, 0)
}

pub(crate) fn x(number: u64) -> Bytes {
    tagged(3, number)
}

pub(crate) fn y(number: u64) -> Bytes {
    tagged(4, number)
}

pub(crate) fn f(label: u64) -> Bytes {
    tagged(5, label)
}

pub(crate) fn list(items: &[Bytes]) -> Bytes {
    [tagged(7, 1), u(items.len() as u64), items.concat()].concat()
}

pub(crate) fn float_register(number: u64) -> Bytes {
    [tagged(7, 2), u(number)].concat()
}

pub(crate) fn alloc(pairs: &[(u64, u64)]) -> Bytes {
    let pairs: Vec<Bytes> = pairs
        .iter()
        .map(|(kind, size)| [u(*kind), u(*size)].concat())
        .collect();
    [tagged(7, 3), u(pairs.len() as u64), pairs.concat()].concat()
}

pub(crate) fn literal(index: u64) -> Bytes {
    [tagged(7, 4), u(index)].concat()
}

pub(crate) fn typed(register: Bytes, kind: u64) -> Bytes {
    [tagged(7, 5), register, u(kind)].concat()
}

/// One instruction.
pub(crate) fn op(op: Op, operands: &[Bytes]) -> Bytes {
    [vec![op.number()], operands.concat()].concat()
}

/// Numbers of 32 bits.
pub(crate) fn words(words: &[u32]) -> Bytes {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// The atoms of the sample, from index 1.
pub(crate) const ATOMS: [&str; 18] = [
    "m",
    "main",
    "erlang",
    "+",
    "ok",
    "-main/0-fun-0-",
    "integer",
    "string",
    "ensure_at_least",
    "copy",
    "true",
    "get_tail",
    "=:=",
    "no_fail",
    "safe",
    "append",
    "all",
    "é",
];

/// An atom of the sample as an operand.
pub(crate) fn atom(name: &str) -> Bytes {
    tagged(2, atom_index(name).into())
}

pub(crate) fn atom_index(name: &str) -> u32 {
    1 + ATOMS
        .iter()
        .position(|atom| *atom == name)
        .expect("an atom of the sample") as u32
}

pub(crate) fn short_atoms(names: &[&str]) -> Bytes {
    let mut data = words(&[names.len() as u32]);
    for name in names {
        data.push(name.len() as u8);
        data.extend(name.bytes());
    }
    data
}

pub(crate) fn long_atoms(names: &[&str]) -> Bytes {
    let mut data = words(&[(names.len() as u32).wrapping_neg()]);
    for name in names {
        data.extend(u(name.len() as u64));
        data.extend(name.bytes());
    }
    data
}

/// A file's chunks, to be changed before they are put together.
#[derive(Clone)]
pub(crate) struct Image {
    pub(crate) chunks: Vec<(ChunkId, Bytes)>,
}

impl Image {
    /// With this chunk's data instead.
    pub(crate) fn with(&self, id: &ChunkId, data: Bytes) -> Image {
        let mut image = self.without(id);
        image.chunks.push((*id, data));
        image
    }

    pub(crate) fn without(&self, id: &ChunkId) -> Image {
        Image {
            chunks: self
                .chunks
                .iter()
                .filter(|(chunk, _)| chunk != id)
                .cloned()
                .collect(),
        }
    }

    pub(crate) fn bytes(&self) -> Bytes {
        let mut body = b"BEAM".to_vec();
        for (id, data) in &self.chunks {
            body.extend(id);
            body.extend((data.len() as u32).to_be_bytes());
            body.extend(data);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        [b"FOR1".to_vec(), words(&[body.len() as u32]), body].concat()
    }
}

pub(crate) fn code_chunk(max_opcode: u32, labels: u32, functions: u32, code: &[Bytes]) -> Bytes {
    [
        words(&[16, 0, max_opcode, labels, functions]),
        code.concat(),
    ]
    .concat()
}

/// The sample's code: `main/0` with labels 1, 2 and 5, and a fun with labels 3 and 4. `extra` stands in
/// `main/0`.
pub(crate) fn sample_code(extra: &[Bytes]) -> Vec<Bytes> {
    let head = [
        op(Op::Label, &[u(1)]),
        op(Op::Line, &[u(1)]),
        op(Op::FuncInfo, &[atom("m"), atom("main"), u(0)]),
        op(Op::Label, &[u(2)]),
        op(Op::Allocate, &[u(1), u(0)]),
        op(Op::InitYregs, &[list(&[y(0)])]),
        op(Op::Move, &[literal(0), x(0)]),
        op(Op::IsTuple, &[f(5), typed(x(0), 1)]),
        op(
            Op::SelectVal,
            &[x(0), f(5), list(&[atom("ok"), f(5), int(3000), f(5)])],
        ),
        op(
            Op::GcBif2,
            &[f(0), u(1), u(0), int(-3), long(1, &[1; 12]), x(0)],
        ),
        op(Op::TestHeap, &[alloc(&[(0, 3), (1, 1), (2, 1)]), u(1)]),
        op(
            Op::BsCreateBin,
            &[
                f(0),
                u(0),
                u(1),
                u(8),
                x(1),
                list(
                    &[
                        [atom("string"), u(1), u(8), nil(), u(1), int(2)],
                        [atom("integer"), u(2), u(1), literal(0), x(0), int(8)],
                    ]
                    .concat(),
                ),
            ],
        ),
        op(Op::BsStartMatch4, &[atom("no_fail"), u(2), x(1), x(1)]),
        op(
            Op::BsMatch,
            &[
                f(5),
                x(1),
                list(
                    &[
                        vec![atom("ensure_at_least"), u(16), u(8)],
                        vec![atom("integer"), u(2), nil(), u(8), u(1), x(2)],
                        vec![atom("=:="), nil(), u(8), u(65)],
                        vec![atom("get_tail"), u(3), u(8), x(2)],
                    ]
                    .concat(),
                ),
            ],
        ),
        op(
            Op::UpdateRecord,
            &[atom("copy"), u(3), x(0), x(0), list(&[u(2), atom("ok")])],
        ),
        op(Op::MakeFun3, &[u(0), x(1), list(&[x(0)])]),
        op(Op::CallFun2, &[atom("safe"), u(1), x(1)]),
        op(Op::Call, &[u(2), f(4)]),
        op(Op::CallExt, &[u(2), u(0)]),
    ];
    let tail = [
        op(Op::Label, &[u(5)]),
        op(Op::Deallocate, &[u(1)]),
        op(Op::Return, &[]),
        op(Op::Label, &[u(3)]),
        op(Op::Line, &[u(2)]),
        op(Op::FuncInfo, &[atom("m"), atom("-main/0-fun-0-"), u(2)]),
        op(Op::Label, &[u(4)]),
        op(Op::Fmove, &[x(0), float_register(0)]),
        op(
            Op::Fadd,
            &[
                f(0),
                float_register(0),
                float_register(0),
                float_register(1),
            ],
        ),
        op(Op::TestHeap, &[u(2), u(0)]),
        op(Op::Fmove, &[float_register(1), x(0)]),
        op(Op::Return, &[]),
        op(Op::IntCodeEnd, &[]),
    ];
    [&head[..], extra, &tail[..]].concat()
}

/// `{a, b}` stands for any external term.
pub(crate) const TERM: [u8; 9] = [131, 104, 2, 119, 1, b'a', 119, 1, b'b'];

/// The literals' table before compression.
pub(crate) fn literal_table() -> Bytes {
    [words(&[1, TERM.len() as u32]), TERM.to_vec()].concat()
}

/// A file with every chunk the loader reads.
pub(crate) fn sample() -> Image {
    let fun = atom_index("-main/0-fun-0-");
    let main = atom_index("main");
    let record = [
        words(&[0, 1, 2]),
        op(
            Op::CallLast,
            &[
                atom("ok"),
                atom("true"),
                list(&[atom("main"), u(0), atom("all"), int(7)]),
            ],
        ),
    ];
    let lines = [
        words(&[0, 0, 2, 2, 1]),
        int(10),
        tagged(2, 1),
        int(70_000),
        vec![0, 5],
        b"a.hrl".to_vec(),
    ];
    let types = [
        words(&[3, 2]),
        vec![0x0f, 0xff],
        vec![0x30, 0x20],
        (-1_i64).to_be_bytes().to_vec(),
        5_i64.to_be_bytes().to_vec(),
    ];
    let chunks: [(&ChunkId, Bytes); 14] = [
        (b"AtU8", short_atoms(&ATOMS)),
        (b"Code", code_chunk(182, 6, 2, &sample_code(&[]))),
        (b"StrT", b"abc".to_vec()),
        (
            b"ImpT",
            words(&[1, atom_index("erlang"), atom_index("+"), 2]),
        ),
        (b"ExpT", words(&[1, main, 0, 2])),
        (b"LocT", words(&[1, fun, 2, 4])),
        (b"FunT", words(&[1, fun, 2, 4, 0, 1, 0xdead_beef])),
        (b"LitT", [words(&[0]), literal_table()].concat()),
        (b"Line", lines.concat()),
        (b"Type", types.concat()),
        (b"Meta", TERM.to_vec()),
        (b"Attr", TERM.to_vec()),
        (b"CInf", TERM.to_vec()),
        (b"Recs", record.concat()),
    ];
    Image {
        chunks: chunks.into_iter().map(|(id, data)| (*id, data)).collect(),
    }
}

/// The sample with one more instruction in `main/0`.
pub(crate) fn sample_with(instruction: Bytes) -> Bytes {
    sample()
        .with(b"Code", code_chunk(182, 6, 2, &sample_code(&[instruction])))
        .bytes()
}
