//! Single functions of `io`, `error_logger`, `net_kernel`.

use oxbeam_vm::dist;
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

/// Can this process's node take unicode in the I/O protocol? Of a node without a connection nothing is known.
fn dflag_unicode_io_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let pid = cx.arg(0);
    match pid.view() {
        View::Pid(_) => Ok(Term::TRUE),
        View::ExternalPid(pid) => {
            let connection = dist::find(pid.node().name);
            let flags = connection.and_then(|connection| connection.flags());
            let unicode = flags.is_some_and(|flags| flags & dist::flag::UNICODE_IO != 0);
            Ok(Term::boolean(unicode))
        }
        _ => Err(Raise::Badarg),
    }
}
