//! `erlang:decode_packet/3`.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
}
