//! `erts_debug`: what terms look like inside.

use hashbrown::HashMap;
use oxbeam_term::binary::HEAP_LIMIT;
use oxbeam_term::binary::refc::SharedBytes;
use oxbeam_term::boxed::fun::FunKind;
use oxbeam_term::copy;
use oxbeam_term::heap::literal::is_literal;
use oxbeam_term::iolist::BitBuffer;
use oxbeam_term::rules::rules;
use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erts_debug";
    "flat_size" / 1 Plain => flat_size_1;
    "size_shared" / 1 Plain => size_shared_1;
    "same" / 2 Plain => same_2;
    "copy_shared" / 2 Plain => copy_shared_2;
    "interpreter_size" / 0 Plain => interpreter_size_0;
    "map_info" / 1 Plain => map_info_1;
    "unaligned_bitstring" / 2 Plain [29 ..= 255] => unaligned_bitstring_2;
}

fn flat_size_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let size = copy::flat_size(cx.arg(0));
    Ok(cx.unsigned(size as u64))
}

fn size_shared_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let size = copy::shared_size(cx.arg(0));
    Ok(cx.unsigned(size as u64))
}

/// Are these equal terms of which OTP has only one object: the empty tuple, and each external fun (from OTP 26)?
fn are_only_one(first: Term<'_>, second: Term<'_>) -> bool {
    match (first.view(), second.view()) {
        (View::Tuple(first), View::Tuple(second)) => first.is_empty() && second.is_empty(),
        (View::Fun(first), View::Fun(second)) if rules().external_fun_words == 2 => {
            match (first.kind(), second.kind()) {
                (FunKind::External(first), FunKind::External(second)) => {
                    std::ptr::eq(first, second)
                }
                _ => false,
            }
        }
        _ => false,
    }
}

fn same_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (first, second) = (cx.arg(0), cx.arg(1));
    Ok(Term::boolean(
        first.same(second) || are_only_one(first, second),
    ))
}

/// OTP's JIT has no interpreter either, and says so.
fn interpreter_size_0<'p>(_: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::small(0))
}

/// `copy_shared(Term, CopyLiterals)`: a copy in which what is shared in the original is shared again.
fn copy_shared_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let copy_literals = cx.arg(1).as_boolean().ok_or(Raise::Badarg)?;
    let original = cx.arg(0);
    let mut copies: HashMap<Word, Term<'p>> = HashMap::new();
    let is_kept = |term: Term<'p>| {
        let word = term.word();
        word.is_immediate() || (!copy_literals && is_literal(word))
    };
    // A term is looked at twice: to have its parts copied, and then to be put together from them.
    let mut tasks = vec![(original, false)];
    while let Some((term, parts_done)) = tasks.pop() {
        if is_kept(term) || copies.contains_key(&term.word()) {
            continue;
        }
        let parts = parts(term);
        if !parts.is_empty() && !parts_done {
            tasks.push((term, true));
            tasks.extend(parts.into_iter().map(|part| (part, false)));
            continue;
        }
        let parts: Vec<Term<'p>> = parts
            .into_iter()
            .map(|part| copies.get(&part.word()).copied().unwrap_or(part))
            .collect();
        let copy = put_together(cx, term, &parts);
        copies.insert(term.word(), copy);
    }
    Ok(copies.get(&original.word()).copied().unwrap_or(original))
}

/// The terms that a term is made of.
fn parts<'p>(term: Term<'p>) -> Vec<Term<'p>> {
    match term.view() {
        View::Cons(cell) => vec![cell.head(), cell.tail()],
        View::Tuple(tuple) => tuple.elements().to_vec(),
        View::Map(map) => map.iter().flat_map(|(key, value)| [key, value]).collect(),
        View::Record(record) => record.values().to_vec(),
        View::Fun(fun) => match fun.kind() {
            FunKind::Local { free, .. } => free.to_vec(),
            FunKind::External(_) => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// A term like `term` of these parts.
fn put_together<'p>(cx: &mut Cx<'p>, term: Term<'p>, parts: &[Term<'p>]) -> Term<'p> {
    match (term.view(), parts) {
        (View::Cons(_), [head, tail]) => cx.cons(*head, *tail),
        (View::Tuple(_), _) if !parts.is_empty() => cx.tuple(parts),
        (View::Map(_), _) if !parts.is_empty() => {
            cx.map_from_pairs(parts.chunks_exact(2).map(|pair| (pair[0], pair[1])))
        }
        (View::Record(record), _) => cx.record(record.definition_term(), parts),
        (View::Fun(fun), _) => match fun.kind() {
            FunKind::Local { entry, creator, .. } => cx.local_fun(entry, creator, parts),
            FunKind::External(_) => copy::copy_all(term, cx.builder()),
        },
        _ => copy::copy_all(term, cx.builder()),
    }
}

/// Levels of OTP's hash maps.
fn hash_levels() -> usize {
    if rules().uniform_bitstrings { 16 } else { 8 }
}

/// Nodes of a hash map by kind and size.
fn map_info_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let root = cx.arg(0);
    let Some(map) = root.as_map() else {
        return Err(cx.error_pair(known::BADMAP, root));
    };
    if map.is_flat() {
        return Err(Raise::Badarg);
    }
    let with_collisions = rules().uniform_bitstrings;
    let leaf_levels = if with_collisions {
        hash_levels() + 2
    } else {
        16
    };
    let mut leaf_usage = vec![0; leaf_levels];
    let mut bitmap_usage = [0; 16];
    let mut collision_usage = [0; 16];
    let (mut leaves, mut bitmaps, mut arrays, mut collisions) = (0, 0, 0, 0);
    let mut depth = 0;
    let mut nodes = vec![(root, 0)];
    while let Some((node, level)) = nodes.pop() {
        let (children, usage) =
            if let Some(children) = node.as_map().and_then(|node| node.hash_children()) {
                if level == 0 && children.len() == 16 {
                    arrays += 1;
                    (children, None)
                } else {
                    bitmaps += 1;
                    (children, Some(&mut bitmap_usage))
                }
            } else if let Some(children) = node.tuple_elements() {
                collisions += 1;
                (children, Some(&mut collision_usage))
            } else {
                leaves += 1;
                leaf_usage[level.min(leaf_levels - 1)] += 1;
                continue;
            };
        if let Some(usage) = usage {
            usage[children.len().clamp(1, 16) - 1] += 1;
        }
        depth = depth.max(level + 1);
        nodes.extend(children.iter().map(|&child| (child, level + 1)));
    }
    let numbers = |cx: &mut Cx<'p>, numbers: &[i64]| {
        let numbers: Vec<Term<'p>> = numbers.iter().map(|&number| Term::small(number)).collect();
        cx.tuple(&numbers)
    };
    let mut row = |name: &str, count: i64, usage: Option<&[i64]>| {
        let usage = match usage {
            Some(usage) => numbers(cx, usage),
            None => Term::NIL,
        };
        cx.tuple(&[Term::atom(Atom::of(name)), Term::small(count), usage])
    };
    let mut rows = vec![row("arrays", arrays, None)];
    if with_collisions {
        rows.push(row("collisions", collisions, Some(&collision_usage)));
    }
    rows.push(row("bitmaps", bitmaps, Some(&bitmap_usage)));
    rows.push(row("leafs", leaves, Some(&leaf_usage)));
    let depth = cx.tuple(&[Term::atom(Atom::of("depth")), Term::small(depth as i64)]);
    rows.insert(0, depth);
    Ok(cx.list(rows))
}

/// `unaligned_bitstring(Bits, Offset)`: the same bits, so many bits behind the beginning of a byte.
fn unaligned_bitstring_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let bits = cx.arg(0).as_bits().ok_or(Raise::Badarg)?;
    let offset = cx
        .arg(1)
        .as_usize()
        .filter(|offset| (1..8).contains(offset))
        .ok_or(Raise::Badarg)?;
    let mut buffer = BitBuffer::default();
    buffer.skip(offset);
    buffer.append(bits);
    let (mut bytes, _) = buffer.finish();
    // Never on the heap, where it would be copied to a byte's beginning again.
    bytes.resize(bytes.len().max(HEAP_LIMIT + 1), 0);
    let whole = cx.shared_binary(SharedBytes::new(&bytes));
    Ok(cx.sub_bits(whole, offset, bits.bit_len()))
}
