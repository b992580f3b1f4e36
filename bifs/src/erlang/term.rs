//! The external term format, hashes, sizes and printing of terms.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
}
