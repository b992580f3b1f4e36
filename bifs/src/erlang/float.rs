//! Floats and their texts.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
}
