//! Links, monitors and aliases.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
}
