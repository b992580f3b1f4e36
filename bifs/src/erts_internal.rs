//! `erts_internal`

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erts_internal";
}
