//! `lists`

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "lists";
}
