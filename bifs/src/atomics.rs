//! `atomics`

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "atomics";
}
