//! `prim_net` and `prim_socket`: the network without ports. As OTP does where it was built without them, there is no function behind
//! their names; the Erlang functions of the modules then raise `notsup`, with which `prim_socket:init/0` and all that use them reckon.

use oxbeam_vm::native::StaticNif;

/// `prim_net` loads its library as `net`.
pub(crate) const NIF: StaticNif = StaticNif {
    name: "net",
    natives: &[],
    load: None,
};

/// `prim_socket`.
pub(crate) const SOCKET: StaticNif = StaticNif {
    name: "prim_socket",
    natives: &[],
    load: None,
};
