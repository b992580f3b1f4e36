//! Compiling and running.

use super::*;
use oxbeam_term::Atom;
use oxbeam_term::atom::known;

/// Runs `test` with room to build in.
fn building(test: impl for<'p> FnOnce(&mut Builder<'p>)) {
    let mut arena = Arena::new();
    // SAFETY: the arena outlives the test.
    test(&mut unsafe { arena.builder() });
}

fn atom(text: &str) -> Term<'static> {
    Term::atom(Atom::of(text))
}

fn clause<'p>(
    b: &mut Builder<'p>,
    head: Term<'p>,
    guards: &[Term<'p>],
    body: &[Term<'p>],
) -> Term<'p> {
    let guards = b.list(guards.iter().copied());
    let body = b.list(body.iter().copied());
    b.tuple(&[head, guards, body])
}

fn run<'p>(b: &mut Builder<'p>, clauses: &[Term<'p>], subject: Term<'p>) -> Option<Term<'p>> {
    let specification = b.list(clauses.iter().copied());
    let compiled = compile(specification, Dialect::Table).expect("a good specification");
    Runner::new(7).run(&compiled, Subject::Term(subject), false, b)
}

#[test]
fn heads_bind_and_compare() {
    building(|b| {
        let (one, two) = (atom("$1"), atom("$2"));
        let inner = b.tuple(&[two, one]);
        let list = b.list([inner, Term::atom(known::ANY)]);
        let head = b.tuple(&[one, list]);
        let clause = clause(b, head, &[], &[atom("$$")]);
        let make = |b: &mut Builder<'_>, first, second| {
            let inner = b.tuple(&[Term::small(5), Term::small(second)]);
            let list = b.list([inner, Term::NIL]);
            // SAFETY: the arena outlives both.
            unsafe { Term::from_word(b.tuple(&[Term::small(first), list]).word()) }
        };
        let equal = make(b, 1, 1);
        let found = run(b, &[clause], equal).expect("it matches");
        let found: Vec<_> = found.list_iter().map(|term| term.as_small()).collect();
        assert_eq!(found, [Some(1), Some(5)]);
        let unequal = make(b, 1, 2);
        assert!(run(b, &[clause], unequal).is_none());
    });
}

#[test]
fn maps_in_heads_need_their_keys_only() {
    building(|b| {
        let pattern = b.map_from_pairs([(atom("a"), atom("$1")), (atom("b"), Term::small(2))]);
        let head = b.tuple(&[pattern, atom("$2")]);
        let clause = clause(b, head, &[], &[atom("$$")]);
        let map = b.map_from_pairs([
            (atom("a"), Term::small(1)),
            (atom("b"), Term::small(2)),
            (atom("c"), Term::small(3)),
        ]);
        let subject = b.tuple(&[map, Term::small(9)]);
        let found = run(b, &[clause], subject).expect("it matches");
        let found: Vec<_> = found.list_iter().map(|term| term.as_small()).collect();
        assert_eq!(found, [Some(1), Some(9)]);
        let other = b.map_from_pairs([(atom("a"), Term::small(1)), (atom("b"), Term::small(1))]);
        let subject = b.tuple(&[other, Term::small(9)]);
        assert!(run(b, &[clause], subject).is_none());
    });
}

#[test]
fn failures_refuse_in_guards_and_show_in_bodies() {
    building(|b| {
        let sum = b.tuple(&[atom("+"), atom("$1"), Term::small(1)]);
        let guard = b.tuple(&[atom(">"), sum, Term::small(2)]);
        let head = b.tuple(&[atom("$1")]);
        let inner = b.tuple(&[sum, atom("x")]);
        let result = b.tuple(&[inner]);
        let guarded = clause(b, head, &[guard], &[result]);
        let open = clause(b, head, &[], &[result]);
        let number = b.tuple(&[Term::small(2)]);
        let text = b.tuple(&[atom("a")]);
        let found = run(b, &[guarded], number).expect("3 > 2");
        assert_eq!(
            found.tuple_elements().expect("a pair")[0].as_small(),
            Some(3)
        );
        assert!(run(b, &[guarded], text).is_none());
        let found = run(b, &[guarded, open], text).expect("the second clause has no guard");
        assert!(found.tuple_elements().expect("a pair")[0].is(known::UPPER_EXIT));
    });
}

#[test]
fn connectives() {
    building(|b| {
        let head = b.tuple(&[atom("$1")]);
        let bad = b.tuple(&[atom("hd"), Term::NIL]);
        let is_atom = b.tuple(&[atom("is_atom"), atom("$1")]);
        let is_list = b.tuple(&[atom("is_list"), atom("$1")]);
        let cases = [
            (vec![atom("andalso"), is_list, bad], Term::FALSE),
            (vec![atom("orelse"), is_atom, bad], Term::TRUE),
            (
                vec![atom("andalso"), is_atom, Term::small(3)],
                Term::small(3),
            ),
            (vec![atom("and"), is_list, is_atom], Term::FALSE),
            (vec![atom("or"), is_list, is_atom, is_list], Term::TRUE),
            (
                vec![atom("or"), is_list, bad],
                Term::atom(known::UPPER_EXIT),
            ),
            (vec![atom("xor"), is_list, is_atom], Term::TRUE),
            (vec![atom("not"), is_list], Term::TRUE),
        ];
        let subject = b.tuple(&[atom("a")]);
        for (expression, expected) in cases {
            let expression = b.tuple(&expression);
            let clause = clause(b, head, &[], &[expression]);
            let found = run(b, &[clause], subject).expect("it matches");
            assert!(found.same(expected), "{}", shown(found));
        }
    });
}

#[test]
fn constants_and_built_terms() {
    building(|b| {
        let head = b.tuple(&[atom("$1")]);
        let quoted = b.tuple(&[atom("$1"), atom("$_")]);
        let constant = b.tuple(&[atom("const"), quoted]);
        let nested = b.tuple(&[constant, atom("$1")]);
        let tuple = b.tuple(&[nested]);
        let map = b.map_from_pairs([(atom("k"), tuple)]);
        let body = b.list([map, atom("$_")]);
        let clause = clause(b, head, &[], &[body]);
        let subject = b.tuple(&[Term::small(1)]);
        let found = run(b, &[clause], subject).expect("it matches");
        assert_eq!(shown(found), "[#{k=>{{'$1','$_'},1}},{1}]");
    });
}

#[test]
fn errors_are_told() {
    building(|b| {
        let head = b.tuple(&[atom("$1")]);
        let unbound = clause(b, head, &[], &[atom("$2")]);
        let loose = b.tuple(&[Term::small(1), Term::small(2)]);
        let loose = clause(b, head, &[loose], &[atom("$1")]);
        let unknown = b.tuple(&[atom("nothing"), atom("$1")]);
        let unknown = clause(b, head, &[unknown], &[atom("$1")]);
        let empty = clause(b, head, &[], &[]);
        let message = b.tuple(&[atom("message"), atom("$1")]);
        let message = clause(b, head, &[], &[message]);
        let cases = [
            (unbound, "Variable $2 is unbound."),
            (
                loose,
                "{1,2} is neither a function call, nor a tuple (tuples are written {{ ... }}).",
            ),
            (unknown, "Function nothing/1 does_not_exist."),
            (empty, "Body clause does not return anything."),
            (message, "Special form 'message' used in wrong dialect."),
        ];
        for (clause, text) in cases {
            let specification = b.list([clause]);
            let Err(errors) = compile(specification, Dialect::Table) else {
                panic!("{text}");
            };
            assert_eq!(errors.texts, [text]);
        }
        assert!(compile(Term::NIL, Dialect::Table).is_err());
    });
}

#[test]
fn deep_terms_are_no_danger() {
    building(|b| {
        let mut head = atom("$1");
        let mut subject = Term::small(1);
        let mut body = atom("$1");
        let mut moderate = body;
        for depth in 0..200_000 {
            head = b.tuple(&[head]);
            subject = b.tuple(&[subject]);
            body = b.list([body]);
            if depth == 3_000 {
                moderate = body;
            }
        }
        let good = clause(b, head, &[], &[moderate]);
        assert!(run(b, &[good], subject).is_some());
        // There OTP, which recurses, gives up too.
        let bad = clause(b, head, &[], &[body]);
        let specification = b.list([bad]);
        let refused = compile(specification, Dialect::Table).err();
        assert!(refused.is_some_and(|errors| errors.too_deep));
    });
}

#[test]
fn arguments_of_calls() {
    building(|b| {
        let head = b.list([atom("$1"), Term::atom(known::ANY)]);
        let message = b.tuple(&[atom("message"), atom("$1")]);
        let back = b.tuple(&[atom("return_trace")]);
        let clause = clause(b, head, &[], &[message, back]);
        let specification = b.list([clause]);
        let compiled = compile(specification, Dialect::Call).expect("a good specification");
        let mut runner = Runner::new(7);
        let arguments = [Term::small(1), Term::small(2)];
        let found = runner.run(&compiled, Subject::Arguments(&arguments), true, b);
        assert_eq!(found.and_then(|found| found.as_small()), Some(1));
        assert!(runner.flags.return_trace && !runner.flags.exception_trace);
        let found = runner.run(&compiled, Subject::Arguments(&arguments[..1]), true, b);
        assert!(found.is_none());
    });
}
