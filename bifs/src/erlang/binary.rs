//! Binaries, bitstrings and iolists.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
}
