//! `zstd` of OTP 28 and later: not yet. The module loads, as whatever loads all of stdlib needs (a release in embedded mode does), and each
//! function raises an error of the library's form that says so.

use oxbeam_vm::native::prelude::*;

/// The library.
pub(crate) const NIF: StaticNif = StaticNif {
    name: "zstd",
    natives: NATIVES,
    load: None,
};

natives! { NATIVES: "zstd";
    "init_compress_nif" / 0 Plain => missing;
    "init_decompress_nif" / 0 Plain => missing;
    "load_compress_dictionary_nif" / 2 Plain => missing;
    "ref_compress_dictionary_nif" / 2 Plain => missing;
    "set_compress_parameter_nif" / 3 Plain => missing;
    "get_compress_parameter_nif" / 2 Plain => missing;
    "set_pledged_src_size_nif" / 2 Plain => missing;
    "load_decompress_dictionary_nif" / 2 Plain => missing;
    "ref_decompress_dictionary_nif" / 2 Plain => missing;
    "set_decompress_parameter_nif" / 3 Plain => missing;
    "get_decompress_parameter_nif" / 2 Plain => missing;
    "compress_stream_nif" / 3 Plain => missing;
    "decompress_stream_nif" / 3 Plain => missing;
    "compress_reset_nif" / 1 Plain => missing;
    "decompress_reset_nif" / 1 Plain => missing;
    "compress_close_nif" / 1 Plain => missing;
    "decompress_close_nif" / 1 Plain => missing;
    "create_cdict_nif" / 2 Plain => missing;
    "create_ddict_nif" / 1 Plain => missing;
    "getDictId_fromCDict_nif" / 1 Plain => missing;
    "getDictId_fromDDict_nif" / 1 Plain => missing;
    "getDictId_fromDict_nif" / 1 Plain => missing;
    "getDictId_fromFrame_nif" / 1 Plain => missing;
    "get_frame_header_nif" / 1 Plain => missing;
}

fn missing<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let text = cx.binary(b"Oxbeam does not have zstd yet");
    let reason = cx.tuple(&[Term::atom(Atom::of("zstd_error")), text]);
    Err(cx.error(reason))
}
