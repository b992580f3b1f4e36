//! `persistent_term`

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "persistent_term";
}
