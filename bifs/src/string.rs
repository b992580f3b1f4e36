//! `string`

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "string";
}
