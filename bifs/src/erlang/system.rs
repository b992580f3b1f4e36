//! `system_info`, `system_flag`, `statistics`, `halt`.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
}
