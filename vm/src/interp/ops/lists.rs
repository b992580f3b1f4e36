//! Building and taking apart lists and tuples.

use oxbeam_term::Word;
use oxbeam_term::word::subtag;

crate::instructions! { frame;
    /// `target := [head | tail]`. The heap was reserved by a preceding `test_heap`.
    put_list(head: Source, tail: Source, target: Destination) {
        let cell = frame.htop;
        *cell = head;
        *cell.add(1) = tail;
        frame.htop = cell.add(2);
        target.set(Word::cons(cell));
        frame.advance()
    }
    /// `test_heap` for one cell, then [`put_list`].
    test_heap_put_list(live: Number, head: Source, tail: Source, target: Destination) {
        if !frame.room(2) { return frame.collect(2, live) }
        let cell = frame.htop;
        *cell = head;
        *cell.add(1) = tail;
        frame.htop = cell.add(2);
        target.set(Word::cons(cell));
        frame.advance()
    }
    /// [`put_list`] to X0, then gives the frame back and returns.
    put_list_deallocate_ret(words: Number, head: Source, tail: Source) {
        let cell = frame.htop;
        *cell = head;
        *cell.add(1) = tail;
        frame.htop = cell.add(2);
        frame.set_x(0, Word::cons(cell));
        frame.e = frame.e.add(words);
        frame.ret()
    }
    /// `test_heap` for one cell, then [`put_list_deallocate_ret`].
    test_heap_put_list_deallocate_ret(live: Number, words: Number, head: Source, tail: Source) {
        if !frame.room(2) { return frame.collect(2, live) }
        let cell = frame.htop;
        *cell = head;
        *cell.add(1) = tail;
        frame.htop = cell.add(2);
        frame.set_x(0, Word::cons(cell));
        frame.e = frame.e.add(words);
        frame.ret()
    }
    /// `[head | tail] := source`, a list cell.
    get_list(source: Source, head: Destination, tail: Destination) {
        let cell = source.pointer();
        head.set(*cell);
        tail.set(*cell.add(1));
        frame.advance()
    }
    /// `target := hd(source)`, a list cell.
    get_hd(source: Source, target: Destination) {
        target.set(*source.pointer());
        frame.advance()
    }
    /// `target := tl(source)`, a list cell.
    get_tl(source: Source, target: Destination) {
        target.set(*source.pointer().add(1));
        frame.advance()
    }
    /// Jump if `source` is no list cell, else take it apart.
    is_nonempty_get_list(otherwise: Label, source: Source, head: Destination, tail: Destination) {
        if !source.is_cons() { return frame.go(otherwise) }
        let cell = source.pointer();
        head.set(*cell);
        let rest = *cell.add(1);
        // Who walks along a list comes there next.
        rest.prefetch();
        tail.set(rest);
        frame.advance()
    }
    /// Jump if `source` is no list cell, else `target := tl(source)`.
    is_nonempty_get_tl(otherwise: Label, source: Source, target: Destination) {
        if !source.is_cons() { return frame.go(otherwise) }
        target.set(*source.pointer().add(1));
        frame.advance()
    }
    /// Jump if `source` is no list cell, else `target := hd(source)`.
    is_nonempty_get_hd(otherwise: Label, source: Source, target: Destination) {
        if !source.is_cons() { return frame.go(otherwise) }
        target.set(*source.pointer());
        frame.advance()
    }
    /// `target := element(index + 1, source)`, a tuple; `offset` is in bytes from the header.
    get_tuple_element(source: Source, offset: Number, target: Destination) {
        target.set(*source.pointer().cast::<u8>().add(offset).cast::<Word>());
        frame.advance()
    }
    /// Two elements next to each other.
    get_two_tuple_elements(source: Source, offset: Number, target: Destination, next_target: Destination) {
        let at = source.pointer().cast::<u8>().add(offset).cast::<Word>();
        target.set(*at);
        next_target.set(*at.add(1));
        frame.advance()
    }
    /// Three elements next to each other.
    get_three_tuple_elements(source: Source, offset: Number, target: Destination, next_target: Destination, last_target: Destination) {
        let at = source.pointer().cast::<u8>().add(offset).cast::<Word>();
        target.set(*at);
        next_target.set(*at.add(1));
        last_target.set(*at.add(2));
        frame.advance()
    }
    /// [`get_tuple_element`] of an index that does not fit a slot.
    get_tuple_element_far(source: Source, offset: Immediate, target: Destination) {
        target.set(*source.pointer().cast::<u8>().add(offset as usize).cast::<Word>());
        frame.advance()
    }
    /// Overwrites an element of a tuple that was just made.
    set_tuple_element(value: Source, tuple: Source, offset: Immediate) {
        *tuple.pointer().cast::<u8>().add(offset as usize).cast::<Word>() = value;
        frame.advance()
    }
    /// `target := {…}` of the run's operands.
    put_tuple(target: Destination, elements: Words) {
        let object = frame.htop;
        *object = Word::header(subtag::TUPLE, elements.count);
        for index in 0..elements.count {
            *object.add(1 + index) = frame.general(*frame.next.add(index));
        }
        frame.htop = object.add(1 + elements.count);
        target.set(Word::boxed(object));
        frame.next = frame.next.add(elements.count);
        frame.advance()
    }
    /// `target := {first, second}`
    put_tuple_2(first: Source, second: Source, target: Destination) {
        let object = frame.htop;
        *object = Word::header(subtag::TUPLE, 2);
        *object.add(1) = first;
        *object.add(2) = second;
        frame.htop = object.add(3);
        target.set(Word::boxed(object));
        frame.advance()
    }
    /// `test_heap` for three words, then [`put_tuple_2`].
    test_heap_put_tuple_2(live: Number, first: Source, second: Source, target: Destination) {
        if !frame.room(3) { return frame.collect(3, live) }
        let object = frame.htop;
        *object = Word::header(subtag::TUPLE, 2);
        *object.add(1) = first;
        *object.add(2) = second;
        frame.htop = object.add(3);
        target.set(Word::boxed(object));
        frame.advance()
    }
    /// `target := {first, second, third}`
    put_tuple_3(first: Source, second: Source, third: Source, target: Destination) {
        let object = frame.htop;
        *object = Word::header(subtag::TUPLE, 3);
        *object.add(1) = first;
        *object.add(2) = second;
        *object.add(3) = third;
        frame.htop = object.add(4);
        target.set(Word::boxed(object));
        frame.advance()
    }
    /// `target := source` with some elements replaced; the run holds pairs of offset and value. `size` elements; `inplace` lets a tuple
    /// that was made after the last collection be overwritten.
    update_record(inplace: Number, size: Number, source: Source, target: Destination, updates: Words) {
        let object = source.pointer();
        let pairs = updates.count / 2;
        // Values first: one of them may be what the target holds.
        let fresh = inplace == 1 && frame.owned().heap.is_fresh(object) && object < frame.htop;
        let result = if fresh {
            object
        } else {
            let copy = frame.htop;
            std::ptr::copy_nonoverlapping(object, copy, size + 1);
            frame.htop = copy.add(size + 1);
            copy
        };
        for pair in 0..pairs {
            let offset = *frame.next.add(2 * pair) as usize;
            let value = frame.general(*frame.next.add(2 * pair + 1));
            *result.cast::<u8>().add(offset).cast::<Word>() = value;
        }
        target.set(Word::boxed(result));
        frame.next = frame.next.add(updates.count);
        frame.advance()
    }
    /// [`update_record`] with the hint `reuse`: the source itself where nothing changes.
    update_record_reuse(size: Number, source: Source, target: Destination, updates: Words) {
        let object = source.pointer();
        let pairs = updates.count / 2;
        let mut same = true;
        for pair in 0..pairs {
            let offset = *frame.next.add(2 * pair) as usize;
            let value = frame.general(*frame.next.add(2 * pair + 1));
            same &= *object.cast::<u8>().add(offset).cast::<Word>() == value;
        }
        if same {
            target.set(source);
        } else {
            let copy = frame.htop;
            std::ptr::copy_nonoverlapping(object, copy, size + 1);
            frame.htop = copy.add(size + 1);
            for pair in 0..pairs {
                let offset = *frame.next.add(2 * pair) as usize;
                let value = frame.general(*frame.next.add(2 * pair + 1));
                *copy.cast::<u8>().add(offset).cast::<Word>() = value;
            }
            target.set(Word::boxed(copy));
        }
        frame.next = frame.next.add(updates.count);
        frame.advance()
    }
}
