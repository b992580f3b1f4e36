//! `binary`

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "binary";
}
