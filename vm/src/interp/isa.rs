//! How an instruction is declared: its row, with operands and meaning, and its handler, in one place.
//!
//! ```ignore
//! instructions! { frame;
//!     /// Continue if `value` is a list cell, else jump to `otherwise`.
//!     is_nonempty_list(value: Source, otherwise: Label) {
//!         if value.is_cons() { frame.advance() } else { frame.go(otherwise) }
//!     }
//! }
//! ```
//! A block behind the body, `=> { … }`, holds what is done out of line when the body comes to its end without a `return`.
//!
//! The rows give a handler for each place that `value` may be, and a [`Row`] by which the lowering emits it. A run of words (`Words`) must be
//! the last operand; the handler finds it behind all others, at `words(index)`.

use super::frame::Handler;
use super::operand::Place;

/// Kind of an operand.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Form {
    /// X, Y or constant.
    Source,
    /// X or Y, to write to.
    Destination,
    /// Jump target.
    Label,
    /// 16-bit number.
    Number,
    /// 64-bit immediate.
    Immediate,
    /// The rest of the instruction.
    Words,
}

/// A specific instruction.
pub struct Row {
    /// Name.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// Operands, by name and form.
    pub operands: &'static [(&'static str, Form)],
    /// The handler for operands in these places (sources and destinations, in order).
    pub select: fn(&[Which]) -> Handler,
}

impl Row {
    /// Is this a handler of the instruction, for operands in whatever places?
    pub fn has_handler(&self, handler: u64) -> bool {
        const KINDS: [Which; 3] = [Which::X, Which::Y, Which::Constant];
        let places = self
            .operands
            .iter()
            .filter(|(_, form)| matches!(form, Form::Source | Form::Destination))
            .count();
        (0..3usize.pow(places as u32)).any(|choice| {
            let chosen: Vec<Which> = (0..places)
                .map(|place| KINDS[choice / 3usize.pow(place as u32) % 3])
                .collect();
            (self.select)(&chosen) as usize as u64 == handler
        })
    }
}

/// Which kind of place.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Which {
    /// X register.
    X,
    /// Y register.
    Y,
    /// Constant.
    Constant,
}

impl Place {
    /// Which kind of place this is.
    pub fn which(self) -> Which {
        match self {
            Place::X(_) => Which::X,
            Place::Y(_) => Which::Y,
            Place::Constant(_) => Which::Constant,
        }
    }
}

/// Declares instructions; see the module.
#[macro_export]
macro_rules! instructions {
    ($frame:ident; $($(#[doc = $doc:literal])* $name:ident ( $($operand:ident : $form:ident),* ) $body:block $(=> $cold:block)?)*) => {
        /// Handlers.
        pub mod handlers {
            #![allow(non_camel_case_types, unused_variables, unused_mut, unused_assignments, missing_docs, clippy::too_many_arguments, non_snake_case)]
            #[allow(unused_imports)]
            use super::*;
            #[allow(unused_imports)]
            use $crate::interp::operand::*;
            $(
                $(#[doc = $doc])*
                ///
                /// # Safety
                /// Called by the dispatch of the code that the lowering wrote, with the registers of the process that runs.
                pub unsafe extern "C-unwind" fn $name<$($operand: $form),*>(
                    pc: *const u64,
                    e: *mut oxbeam_term::Word,
                    htop: *mut oxbeam_term::Word,
                    registers: *mut $crate::interp::registers::Registers,
                    reds: i64,
                ) {
                    let at = At { pc, e, registers };
                    // SAFETY: the lowering wrote the operands that the row declares, the frame is the running process's.
                    unsafe {
                        let slot = 0usize;
                        let immediates = 0;
                        $(
                            let $operand = <$operand as Operand>::get(at, slot);
                            let slot = slot + <$operand as Operand>::SLOTS;
                            let immediates = immediates + <$operand as Operand>::WORDS;
                        )*
                        let mut $frame = $crate::interp::frame::Frame {
                            pc, next: pc.add(1 + slot.div_ceil(4) + immediates), e, htop, registers, reds,
                        };
                        $body
                        $crate::cold_path!($frame, $name, [$($operand)*], $($cold)?)
                    }
                }
            )*
        }
        /// What the handlers of the same names leave out: the whole instruction, out of line, so that the usual path saves no
        /// registers.
        #[allow(unused_imports)]
        pub mod cold_handlers {
            #![allow(non_camel_case_types, unused_variables, unused_mut, unused_assignments, missing_docs, clippy::too_many_arguments, non_snake_case)]
            #[allow(unused_imports)]
            use super::*;
            #[allow(unused_imports)]
            use $crate::interp::operand::*;
            $(
                $crate::cold_handler!($frame, $name, [$($operand : $form),*], $($cold)?);
            )*
        }
        $(
            $(#[doc = $doc])*
            #[allow(non_upper_case_globals)]
            pub static $name: $crate::interp::isa::Row = $crate::interp::isa::Row {
                name: stringify!($name),
                doc: concat!($($doc),*),
                operands: &[$((stringify!($operand), $crate::interp::isa::Form::$form)),*],
                select: |places| {
                    let _ = places;
                    $crate::select_handler!($name, places, 0, [$($form)*], [])
                },
            };
        )*
        /// The instructions of this file.
        pub static ROWS: &[&$crate::interp::isa::Row] = &[$(&$name),*];
    };
}

/// The end of a handler: its cold path, if it has one.
#[doc(hidden)]
#[macro_export]
macro_rules! cold_path {
    ($frame:ident, $name:ident, [$($operand:ident)*], ) => { () };
    ($frame:ident, $name:ident, [$($operand:ident)*], $cold:block) => {
        super::cold_handlers::$name::<$($operand),*>($frame.pc, $frame.e, $frame.htop, $frame.registers, $frame.reds)
    };
}

/// A cold path as a handler of its own.
#[doc(hidden)]
#[macro_export]
macro_rules! cold_handler {
    ($frame:ident, $name:ident, [$($operand:ident : $form:ident),*], ) => {};
    ($frame:ident, $name:ident, [$($operand:ident : $form:ident),*], $cold:block) => {
        /// Cold path.
        ///
        /// # Safety
        /// As for the handler of the same name.
        #[cold]
        #[inline(never)]
        pub unsafe extern "C-unwind" fn $name<$($operand: $form),*>(
            pc: *const u64,
            e: *mut oxbeam_term::Word,
            htop: *mut oxbeam_term::Word,
            registers: *mut $crate::interp::registers::Registers,
            reds: i64,
        ) {
            let at = At { pc, e, registers };
            // SAFETY: the lowering wrote the operands that the row declares, the frame is the running process's.
            unsafe {
                let slot = 0usize;
                let immediates = 0;
                $(
                    let $operand = <$operand as Operand>::get(at, slot);
                    let slot = slot + <$operand as Operand>::SLOTS;
                    let immediates = immediates + <$operand as Operand>::WORDS;
                )*
                let mut $frame = $crate::interp::frame::Frame {
                    pc, next: pc.add(1 + slot.div_ceil(4) + immediates), e, htop, registers, reds,
                };
                $cold
            }
        }
    };
}

/// The instance of a handler for operands in given places.
#[doc(hidden)]
#[macro_export]
macro_rules! select_handler {
    ($name:ident, $places:ident, $index:expr, [], [$($kind:ident)*]) => {
        handlers::$name::<$($crate::interp::operand::$kind),*> as $crate::interp::frame::Handler
    };
    ($name:ident, $places:ident, $index:expr, [Source $($rest:ident)*], [$($kind:ident)*]) => {
        match $places[$index] {
            $crate::interp::isa::Which::X => $crate::select_handler!($name, $places, $index + 1, [$($rest)*], [$($kind)* X]),
            $crate::interp::isa::Which::Y => $crate::select_handler!($name, $places, $index + 1, [$($rest)*], [$($kind)* Y]),
            $crate::interp::isa::Which::Constant => $crate::select_handler!($name, $places, $index + 1, [$($rest)*], [$($kind)* C]),
        }
    };
    ($name:ident, $places:ident, $index:expr, [Destination $($rest:ident)*], [$($kind:ident)*]) => {
        match $places[$index] {
            $crate::interp::isa::Which::Y => $crate::select_handler!($name, $places, $index + 1, [$($rest)*], [$($kind)* Dy]),
            _ => $crate::select_handler!($name, $places, $index + 1, [$($rest)*], [$($kind)* Dx]),
        }
    };
    ($name:ident, $places:ident, $index:expr, [Label $($rest:ident)*], [$($kind:ident)*]) => {
        $crate::select_handler!($name, $places, $index, [$($rest)*], [$($kind)* L])
    };
    ($name:ident, $places:ident, $index:expr, [Number $($rest:ident)*], [$($kind:ident)*]) => {
        $crate::select_handler!($name, $places, $index, [$($rest)*], [$($kind)* N])
    };
    ($name:ident, $places:ident, $index:expr, [Immediate $($rest:ident)*], [$($kind:ident)*]) => {
        $crate::select_handler!($name, $places, $index, [$($rest)*], [$($kind)* I])
    };
    ($name:ident, $places:ident, $index:expr, [Words $($rest:ident)*], [$($kind:ident)*]) => {
        $crate::select_handler!($name, $places, $index, [$($rest)*], [$($kind)* W])
    };
}
