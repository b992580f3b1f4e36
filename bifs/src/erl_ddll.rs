//! `erl_ddll`

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erl_ddll";
}
