//! `unicode`

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "unicode";
}
