//! Processes: flags, information, dictionary, exit.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
}
