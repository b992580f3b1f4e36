//! Counters: the natives behind `counters`.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erts_internal";
}
