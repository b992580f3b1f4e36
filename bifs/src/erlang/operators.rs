//! Operators as functions: arithmetic, comparison, booleans.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
}
