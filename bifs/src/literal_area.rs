//! `erts_literal_area_collector`

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erts_literal_area_collector";
}
