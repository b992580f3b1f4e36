//! MD5, CRC-32, Adler-32.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
}
