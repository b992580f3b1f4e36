//! Single functions of `io`, `error_logger`, `net_kernel`.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "io";
    "printable_range" / 0 Plain => printable_range_0;
}

natives! { ERROR_LOGGER: "error_logger";
    "warning_map" / 0 Plain => warning_map_0;
}

natives! { NET_KERNEL: "net_kernel";
    "dflag_unicode_io" / 1 Plain => dflag_unicode_io_1;
}

fn printable_range_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::atom(
        if cx.machine().config.settings.printable_unicode {
            known::UNICODE
        } else {
            known::LATIN1
        },
    ))
}

fn warning_map_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::atom(Atom::of(cx.machine().config.settings.warnings)))
}

/// Can this process's node take unicode in the I/O protocol? Ours can; of a node without a connection nothing is known.
fn dflag_unicode_io_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let pid = cx.arg(0);
    if pid.is_pid() {
        Ok(Term::boolean(pid.as_local_pid().is_some()))
    } else {
        Err(Raise::Badarg)
    }
}
