//! `code`: coverage.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "code";
}
