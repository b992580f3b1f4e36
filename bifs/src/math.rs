//! `math`

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "math";
}
