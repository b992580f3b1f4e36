//! Raising exceptions.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
}
