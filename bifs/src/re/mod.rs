//! `re`: regular expressions, by PCRE2.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "re";
}
