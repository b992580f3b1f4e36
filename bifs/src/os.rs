//! `os`

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "os";
}
