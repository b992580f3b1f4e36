//! `ets`

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "ets";
}
