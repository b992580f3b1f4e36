//! Loading code.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
}
