//! Names of the operating system's errors, as OTP's `erl_errno_id` gives them: the symbol in lower case.

use oxbeam_term::Atom;

macro_rules! names {
    ($($code:ident = $name:literal;)*) => {
        /// The name of an error number; `unknown` for one without a name.
        pub fn error_name(number: i32) -> &'static str {
            match number {
                $(libc::$code => $name,)*
                _ => "unknown",
            }
        }
    };
}

// EWOULDBLOCK, EDEADLOCK and EOPNOTSUPP are other spellings of rows below.
names! {
    E2BIG = "e2big"; EACCES = "eacces"; EADDRINUSE = "eaddrinuse"; EADDRNOTAVAIL = "eaddrnotavail"; EADV = "eadv";
    EAFNOSUPPORT = "eafnosupport"; EAGAIN = "eagain"; EALREADY = "ealready"; EBADE = "ebade"; EBADF = "ebadf";
    EBADFD = "ebadfd"; EBADMSG = "ebadmsg"; EBADR = "ebadr"; EBADRQC = "ebadrqc"; EBADSLT = "ebadslt"; EBFONT = "ebfont";
    EBUSY = "ebusy"; ECHILD = "echild"; ECHRNG = "echrng"; ECOMM = "ecomm"; ECONNABORTED = "econnaborted";
    ECONNREFUSED = "econnrefused"; ECONNRESET = "econnreset"; EDEADLK = "edeadlk"; EDESTADDRREQ = "edestaddrreq";
    EDOM = "edom"; EDOTDOT = "edotdot"; EDQUOT = "edquot"; EEXIST = "eexist"; EFAULT = "efault"; EFBIG = "efbig";
    EHOSTDOWN = "ehostdown"; EHOSTUNREACH = "ehostunreach"; EIDRM = "eidrm"; EILSEQ = "eilseq"; EINPROGRESS = "einprogress";
    EINTR = "eintr"; EINVAL = "einval"; EIO = "eio"; EISCONN = "eisconn"; EISDIR = "eisdir"; EISNAM = "eisnam";
    EL2HLT = "el2hlt"; EL2NSYNC = "el2nsync"; EL3HLT = "el3hlt"; EL3RST = "el3rst"; ELIBACC = "elibacc"; ELIBBAD = "elibbad";
    ELIBEXEC = "elibexec"; ELIBMAX = "elibmax"; ELIBSCN = "elibscn"; ELNRNG = "elnrng"; ELOOP = "eloop"; EMFILE = "emfile";
    EMLINK = "emlink"; EMSGSIZE = "emsgsize"; EMULTIHOP = "emultihop"; ENAMETOOLONG = "enametoolong"; ENAVAIL = "enavail";
    ENETDOWN = "enetdown"; ENETRESET = "enetreset"; ENETUNREACH = "enetunreach"; ENFILE = "enfile"; ENOANO = "enoano";
    ENOBUFS = "enobufs"; ENOCSI = "enocsi"; ENODATA = "enodata"; ENODEV = "enodev"; ENOENT = "enoent"; ENOEXEC = "enoexec";
    ENOLCK = "enolck"; ENOLINK = "enolink"; ENOMEM = "enomem"; ENOMSG = "enomsg"; ENONET = "enonet"; ENOPKG = "enopkg";
    ENOPROTOOPT = "enoprotoopt"; ENOSPC = "enospc"; ENOSR = "enosr"; ENOSTR = "enostr"; ENOSYS = "enosys";
    ENOTBLK = "enotblk"; ENOTCONN = "enotconn"; ENOTDIR = "enotdir"; ENOTEMPTY = "enotempty"; ENOTNAM = "enotnam";
    ENOTSOCK = "enotsock"; ENOTSUP = "enotsup"; ENOTTY = "enotty"; ENOTUNIQ = "enotuniq"; ENXIO = "enxio";
    EOVERFLOW = "eoverflow"; EPERM = "eperm"; EPFNOSUPPORT = "epfnosupport"; EPIPE = "epipe"; EPROTO = "eproto";
    EPROTONOSUPPORT = "eprotonosupport"; EPROTOTYPE = "eprototype"; ERANGE = "erange"; EREMCHG = "eremchg";
    EREMOTE = "eremote"; EREMOTEIO = "eremoteio"; EROFS = "erofs"; ESHUTDOWN = "eshutdown";
    ESOCKTNOSUPPORT = "esocktnosupport"; ESPIPE = "espipe"; ESRCH = "esrch"; ESRMNT = "esrmnt"; ESTALE = "estale";
    ETIME = "etime"; ETIMEDOUT = "etimedout"; ETOOMANYREFS = "etoomanyrefs"; ETXTBSY = "etxtbsy"; EUCLEAN = "euclean";
    EUNATCH = "eunatch"; EUSERS = "eusers"; EXDEV = "exdev"; EXFULL = "exfull";
}

/// The atom that stands for an error number: `enoent` and the like.
pub fn error_atom(number: i32) -> Atom {
    Atom::of(error_name(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_symbols_in_lower_case() {
        assert_eq!(error_name(libc::ENOENT), "enoent");
        assert_eq!(error_name(libc::EWOULDBLOCK), "eagain");
        assert_eq!(error_name(libc::EOPNOTSUPP), "enotsup");
        assert_eq!(error_name(100_000), "unknown");
    }
}
