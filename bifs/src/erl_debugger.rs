//! `erl_debugger`: what a debugger of OTP 28 and later asks of the machine. There is none yet: `supported/0` says so, and the rest is
//! undefined, as on an OTP that was started without `+D`.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erl_debugger";
    "breakpoint" / 3 Plain [28 ..= 255] => unsupported;
    "breakpoints" / 1 Plain [28 ..= 255] => unsupported;
    "breakpoints" / 3 Plain [28 ..= 255] => unsupported;
    "instrumentations" / 0 Plain [28 ..= 255] => unsupported;
    "peek_stack_frame_slot" / 4 Plain [28 ..= 255] => unsupported;
    "peek_xreg" / 3 Plain [28 ..= 255] => unsupported;
    "register" / 1 Plain [28 ..= 255] => unsupported;
    "stack_frames" / 2 Plain [28 ..= 255] => unsupported;
    "supported" / 0 Plain [28 ..= 255] => supported_0;
    "toggle_instrumentations" / 1 Plain [28 ..= 255] => unsupported;
    "unregister" / 2 Plain [28 ..= 255] => unsupported;
    "whereis" / 0 Plain [28 ..= 255] => unsupported;
    "xregs_count" / 1 Plain [28 ..= 255] => unsupported;
}

natives! { INTERNAL: "erts_internal";
    "notify_breakpoint_hit" / 3 Plain [28 ..= 255] => unsupported;
}

fn supported_0<'p>(_: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::boolean(false))
}

fn unsupported<'p>(_: &mut Cx<'p>) -> NativeResult<'p> {
    Err(Raise::Undef)
}
