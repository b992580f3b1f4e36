//! Guard functions: those that are instructions of their own, and calls of all others.
//!
//! As with arithmetic, a failure jumps to `otherwise` in a guard and raises in a body, where `otherwise` is the instruction itself.

use crate::interp::frame::{Frame, term};
use crate::native::{Cx, NativeFunction};
use oxbeam_term::Word;
use oxbeam_term::boxed::fun::Export;
use oxbeam_term::word::subtag;

crate::instructions! { frame;
    /// `target := native()`
    bif0(export: Immediate, target: Destination, otherwise: Label) {
        let result = invoke(&mut frame, export, 0, otherwise);
        if result.is_none() { return fail(frame, otherwise) }
        target.set(result);
        frame.advance()
    }
    /// `target := native(first)`
    bif1(export: Immediate, first: Source, target: Destination, otherwise: Label) {
        (*frame.registers).arguments[0] = first;
        let result = invoke(&mut frame, export, 1, otherwise);
        if result.is_none() { return fail(frame, otherwise) }
        target.set(result);
        frame.advance()
    }
    /// `target := native(first, second)`
    bif2(export: Immediate, first: Source, second: Source, target: Destination, otherwise: Label) {
        (*frame.registers).arguments[0] = first;
        (*frame.registers).arguments[1] = second;
        let result = invoke(&mut frame, export, 2, otherwise);
        if result.is_none() { return fail(frame, otherwise) }
        target.set(result);
        frame.advance()
    }
    /// `target := native(first, second, third)`
    bif3(export: Immediate, first: Source, second: Source, third: Source, target: Destination, otherwise: Label) {
        (*frame.registers).arguments[0] = first;
        (*frame.registers).arguments[1] = second;
        (*frame.registers).arguments[2] = third;
        let result = invoke(&mut frame, export, 3, otherwise);
        if result.is_none() { return fail(frame, otherwise) }
        target.set(result);
        frame.advance()
    }
    /// `target := self()`
    self_pid(target: Destination) {
        target.set(Word::local_pid(frame.process().number));
        frame.advance()
    }
    /// `target := hd(list)`
    hd(list: Source, target: Destination, export: Immediate, otherwise: Label) {
        if list.is_cons() {
            target.set(*list.pointer());
            return frame.advance();
        }
    } => {
        (*frame.registers).arguments[0] = list;
        let _ = invoke(&mut frame, export, 1, otherwise);
        fail(frame, otherwise)
    }
    /// `target := tl(list)`
    tl(list: Source, target: Destination, export: Immediate, otherwise: Label) {
        if list.is_cons() {
            target.set(*list.pointer().add(1));
            return frame.advance();
        }
    } => {
        (*frame.registers).arguments[0] = list;
        let _ = invoke(&mut frame, export, 1, otherwise);
        fail(frame, otherwise)
    }
    /// `target := element(index, tuple)`
    element(index: Source, tuple: Source, target: Destination, export: Immediate, otherwise: Label) {
        if index.is_small() && crate::interp::ops::data::boxed_as(tuple, subtag::TUPLE) {
            let position = index.small_value();
            let object = tuple.pointer();
            if position >= 1 && position <= (*object).arity() as i64 {
                target.set(*object.add(position as usize));
                return frame.advance();
            }
        }
    } => {
        (*frame.registers).arguments[0] = index;
        (*frame.registers).arguments[1] = tuple;
        let _ = invoke(&mut frame, export, 2, otherwise);
        fail(frame, otherwise)
    }
    /// `target := tuple_size(tuple)`
    tuple_size(tuple: Source, target: Destination, export: Immediate, otherwise: Label) {
        if crate::interp::ops::data::boxed_as(tuple, subtag::TUPLE) {
            target.set(Word::small((*tuple.pointer()).arity() as i64));
            return frame.advance();
        }
    } => {
        (*frame.registers).arguments[0] = tuple;
        let _ = invoke(&mut frame, export, 1, otherwise);
        fail(frame, otherwise)
    }
    /// `target := map_get(key, map)`
    map_get(key: Source, map: Source, target: Destination, export: Immediate, otherwise: Label) {
        if term(map).is_map()
            && let Some(value) = oxbeam_term::map::get_words(map, key) {
                target.set(value);
                return frame.advance();
            }
        (*frame.registers).arguments[0] = key;
        (*frame.registers).arguments[1] = map;
        let _ = invoke(&mut frame, export, 2, otherwise);
        fail(frame, otherwise)
    }
    /// `target := is_map_key(key, map)`
    is_map_key(key: Source, map: Source, target: Destination, export: Immediate, otherwise: Label) {
        if term(map).is_map() {
            target.set(Word::boolean(oxbeam_term::map::get_words(map, key).is_some()));
            return frame.advance();
        }
        (*frame.registers).arguments[0] = key;
        (*frame.registers).arguments[1] = map;
        let _ = invoke(&mut frame, export, 2, otherwise);
        fail(frame, otherwise)
    }
}

/// Jumps, or raises what was set.
#[inline(always)]
unsafe fn fail(frame: Frame, otherwise: *const u64) {
    // SAFETY: a native that failed in a body has set its exception.
    unsafe {
        if otherwise == frame.pc {
            frame.raise()
        } else {
            frame.go(otherwise)
        }
    }
}

/// After something was built out of line: takes the heap top back, and lets the next call collect if much was built in fragments.
#[inline(always)]
pub(super) unsafe fn after_building(frame: &mut Frame) {
    // SAFETY: the heap was borrowed.
    unsafe {
        frame.leave();
        frame.collect_at_call();
    }
}

/// Calls a native with the register file's arguments; `NONE` when it failed.
#[inline(never)]
unsafe fn invoke(frame: &mut Frame, export: u64, arity: usize, otherwise: *const u64) -> Word {
    // SAFETY: the lowering wrote the address of an export entry that has a native; the worker runs this process.
    unsafe {
        let export = &*(export as *const Export);
        let owned = frame.borrow_heap();
        let native = std::mem::transmute::<u64, NativeFunction>(
            export.native.load(std::sync::atomic::Ordering::Relaxed),
        );
        let arguments = (*frame.registers).arguments.as_ptr();
        let mut cx = Cx::new(frame.process(), arguments, arity);
        match native(&mut cx) {
            Ok(result) => {
                after_building(frame);
                result.word()
            }
            Err(raise) => {
                if otherwise == frame.pc {
                    super::call::native_failed(
                        frame,
                        raise,
                        (export.module(), export.function(), arity),
                        arguments,
                        false,
                    );
                }
                frame.leave();
                let _ = owned;
                Word::NONE
            }
        }
    }
}
