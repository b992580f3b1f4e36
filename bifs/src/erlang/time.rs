//! Clocks and calendars, unique integers and references.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
}
