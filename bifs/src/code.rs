//! Natives of module `code`: coverage, which only OTP's JIT supports; without it these answer as OTP's interpreter does.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "code";
    "coverage_support" / 0 Plain [27 ..= 255] => coverage_support_0;
    "get_coverage" / 2 Plain [27 ..= 255] => no_coverage;
    "get_coverage_mode" / 0 Plain [27 ..= 255] => no_coverage;
    "get_coverage_mode" / 1 Plain [27 ..= 255] => no_coverage;
    "get_debug_info" / 1 Plain [29 ..= 255] => no_coverage;
    "reset_coverage" / 1 Plain [27 ..= 255] => no_coverage;
    "set_coverage_mode" / 1 Plain [27 ..= 255] => no_coverage;
}

fn coverage_support_0<'p>(_cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::FALSE)
}

fn no_coverage<'p>(_cx: &mut Cx<'p>) -> NativeResult<'p> {
    Err(Raise::Badarg)
}
