//! Maps, as far as `erlang` has functions for them.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
}
