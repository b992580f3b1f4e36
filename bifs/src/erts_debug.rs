//! `erts_debug`

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erts_debug";
}
