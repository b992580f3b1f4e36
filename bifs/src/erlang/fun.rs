//! Funs.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
}
