//! Single functions of `io`, `file`, `error_logger`, `net_kernel`.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "io";
}
