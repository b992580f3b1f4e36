//! `maps`

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "maps";
}
