//! Tuples and records.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
}
