//! `prim_file`: files and directories. Follows `prim_file.erl`, which says what each function gives.
//!
//! A file belongs to the process that opened it and is closed when that process exits; see [`handle`]. Everything that may wait for a
//! disk runs on the dirty I/O schedulers.

mod directory;
pub(crate) mod handle;
mod info;
mod io;
pub(crate) mod owners;

use oxbeam_vm::native::prelude::*;
use rustix::io::Errno;
use std::borrow::Cow;
use std::ffi::CStr;

/// The library.
pub(crate) const NIF: StaticNif = StaticNif {
    name: "prim_file",
    natives: NATIVES,
    load: Some(handle::load),
};

natives! { NATIVES: "prim_file";
    "open_nif"               / 2 DirtyIo => handle::open_2;
    "close_nif"              / 1 DirtyIo => handle::close_1;
    "delayed_close_nif"      / 1 DirtyIo => handle::delayed_close_1;
    "file_desc_to_ref_nif"   / 1 DirtyIo => handle::file_desc_to_ref_1;
    "get_handle_nif"         / 1 Plain   => handle::get_handle_1;

    "read_nif"               / 2 DirtyIo => io::read_2;
    "write_nif"              / 2 DirtyIo => io::write_2;
    "pread_nif"              / 3 DirtyIo => io::pread_3;
    "pwrite_nif"             / 3 DirtyIo => io::pwrite_3;
    "seek_nif"               / 3 DirtyIo => io::seek_3;
    "sync_nif"               / 2 DirtyIo => io::sync_2;
    "truncate_nif"           / 1 DirtyIo => io::truncate_1;
    "allocate_nif"           / 3 DirtyIo => io::allocate_3;
    "advise_nif"             / 4 DirtyIo => io::advise_4;
    "ipread_s32bu_p32bu_nif" / 3 DirtyIo => io::ipread_s32bu_p32bu_3;
    "read_file_nif"          / 1 DirtyIo => io::read_file_1;

    "read_info_nif"          / 2 DirtyIo => info::read_info_2;
    "read_handle_info_nif"   / 1 DirtyIo => info::read_handle_info_1;
    "set_permissions_nif"    / 2 DirtyIo => info::set_permissions_2;
    "set_owner_nif"          / 3 DirtyIo => info::set_owner_3;
    "set_time_nif"           / 4 DirtyIo => info::set_time_4;

    "list_dir_nif"           / 1 DirtyIo => directory::list_dir_1;
    "make_dir_nif"           / 1 DirtyIo => directory::make_dir_1;
    "del_dir_nif"            / 1 DirtyIo => directory::del_dir_1;
    "del_file_nif"           / 1 DirtyIo => directory::del_file_1;
    "rename_nif"             / 2 DirtyIo => directory::rename_2;
    "make_hard_link_nif"     / 2 DirtyIo => directory::make_hard_link_2;
    "make_soft_link_nif"     / 2 DirtyIo => directory::make_soft_link_2;
    "read_link_nif"          / 1 DirtyIo => directory::read_link_1;
    "altname_nif"            / 1 DirtyIo => directory::altname_1;
    "get_cwd_nif"            / 0 DirtyIo => directory::get_cwd_0;
    "set_cwd_nif"            / 1 DirtyIo => directory::set_cwd_1;
    "get_device_cwd_nif"     / 1 DirtyIo => directory::get_device_cwd_1;
}

/// A path as `internal_name2native/1` makes it: bytes, then one zero or more.
struct Path<'p>(Cow<'p, [u8]>);

impl<'p> Path<'p> {
    /// The path that `term` is.
    ///
    /// # Errors
    /// `einval`
    fn of(term: Term<'p>) -> Result<Path<'p>, Errno> {
        let bytes = term.as_binary().ok_or(Errno::INVAL)?;
        let end = bytes
            .iter()
            .position(|&byte| byte == 0)
            .ok_or(Errno::INVAL)?;
        if bytes[end..].iter().any(|&byte| byte != 0) {
            return Err(Errno::INVAL);
        }
        Ok(Path(bytes))
    }
    /// For the system.
    fn text(&self) -> &CStr {
        // `of` has seen the zero.
        CStr::from_bytes_until_nul(&self.0).unwrap_or(c"")
    }
}
