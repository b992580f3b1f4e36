//! `crypto`, where OTP's library in C can't be loaded: hashes, HMAC and random bytes, which build tools and releases want.
//!
//! OTP's library needs OpenSSL of a certain version, which a system may lack. What is not here raises `notsup` and says so, and
//! `crypto:supports/1` lists none of it. Follows `crypto.erl`; exceptions are those of the C files, whose names they have too, with no line.

mod digest;
mod hash;
mod mac;
mod random;

use oxbeam_vm::native::prelude::*;

/// The library.
pub(crate) const NIF: StaticNif = StaticNif {
    name: "crypto",
    natives: NATIVES,
    load: Some(load),
};

natives! { NATIVES: "crypto";
    "info_lib"              / 0 Plain => info_lib_0;
    "info_nif"              / 0 Plain => info_nif_0;
    "info_fips"             / 0 Plain => info_fips_0;
    "enable_fips_mode_nif"  / 1 Plain => enable_fips_mode_1;
    "hash_algorithms"       / 0 Plain => hash::algorithms_0;
    "hash_info"             / 1 Plain => hash::info_1;
    "hash_nif"              / 2 Plain => hash::hash_2;
    "hash_init_nif"         / 1 Plain => hash::init_1;
    "hash_update_nif"       / 2 Plain => hash::update_2;
    "hash_final_nif"        / 1 Plain => hash::final_1;
    "hash_final_xof_nif"    / 2 Plain [27..=29] => hash::final_xof_2;
    "hash_equals_nif"       / 2 Plain => hash::equals_2;
    "do_exor"               / 2 Plain => hash::exor_2;
    "mac_algorithms"        / 0 Plain => mac::algorithms_0;
    "mac_nif"               / 4 Plain => mac::mac_4;
    "mac_init_nif"          / 3 Plain => mac::init_3;
    "mac_update_nif"        / 2 Plain => mac::update_2;
    "mac_final_nif"         / 1 Plain => mac::final_1;
    "pbkdf2_hmac_nif"       / 5 Plain => mac::pbkdf2_hmac_5;
    "strong_rand_bytes_nif" / 1 Plain => random::bytes_1;
    "strong_rand_range_nif" / 1 Plain => random::range_1;
    "rand_uniform_nif"      / 2 Plain => random::uniform_2;
    "rand_seed_nif"         / 1 Plain => random::seed_1;

    "pubkey_algorithms"     / 0 Plain => none_0;
    "cipher_algorithms"     / 0 Plain => none_0;
    "curve_algorithms"      / 0 Plain => none_0;
    "rsa_opts_algorithms"   / 0 Plain => none_0;
    "kem_algorithms_nif"    / 0 Plain [29..=29] => none_0;
    "engine_get_all_methods_nif" / 0 Plain => none_0;

    "ng_crypto_init_nif"    / 4 Plain => missing;
    "ng_crypto_update_nif"  / 2 Plain => missing;
    "ng_crypto_update_nif"  / 3 Plain [25..=25] => missing;
    "ng_crypto_final_nif"   / 1 Plain => missing;
    "ng_crypto_get_data_nif" / 1 Plain => missing;
    "ng_crypto_one_time_nif" / 5 Plain => missing;
    "aead_cipher_nif"       / 7 Plain => missing;
    "aead_cipher_init_nif"  / 4 Plain [29..=29] => missing;
    "aead_cipher_nif"       / 4 Plain [29..=29] => missing;
    "cipher_info_nif"       / 1 Plain => missing;
    "pkey_sign_nif"         / 5 Plain => missing;
    "pkey_sign_heavy_nif"   / 5 Plain [29..=29] => missing;
    "pkey_verify_nif"       / 6 Plain => missing;
    "pkey_crypt_nif"        / 6 Plain => missing;
    "evp_generate_key_nif"  / 2 Plain => missing;
    "evp_compute_key_nif"   / 3 Plain => missing;
    "encapsulate_key_nif"   / 2 Plain [29..=29] => missing;
    "decapsulate_key_nif"   / 3 Plain [29..=29] => missing;
    "srp_host_secret_nif"   / 5 Plain => missing;
    "srp_user_secret_nif"   / 7 Plain => missing;
    "srp_value_B_nif"       / 5 Plain => missing;
    "rsa_generate_key_nif"  / 2 Plain => missing;
    "dh_generate_key_nif"   / 4 Plain => missing;
    "dh_compute_key_nif"    / 3 Plain => missing;
    "ec_generate_key_nif"   / 2 Plain => missing;
    "ecdh_compute_key_nif"  / 3 Plain => missing;
    "privkey_to_pubkey_nif" / 2 Plain => missing;
    "mod_exp_nif"           / 4 Plain => missing;
    "engine_by_id_nif"      / 1 Plain => missing;
    "engine_init_nif"       / 1 Plain => missing;
    "engine_free_nif"       / 1 Plain => missing;
    "engine_load_dynamic_nif" / 0 Plain => missing;
    "engine_ctrl_cmd_strings_nif" / 3 Plain => missing;
    "engine_add_nif"        / 1 Plain => missing;
    "engine_remove_nif"     / 1 Plain => missing;
    "engine_register_nif"   / 2 Plain => missing;
    "engine_unregister_nif" / 2 Plain => missing;
    "engine_get_first_nif"  / 0 Plain => missing;
    "engine_get_next_nif"   / 1 Plain => missing;
    "engine_get_id_nif"     / 1 Plain => missing;
    "engine_get_name_nif"   / 1 Plain => missing;
    "ensure_engine_loaded_nif" / 2 Plain => missing;
}

/// What `info_lib/0` has in the place of OpenSSL's name and version.
const NAME: &str = "Oxbeam";
const VERSION: &str = concat!(
    "Oxbeam ",
    env!("CARGO_PKG_VERSION"),
    ": hashes, HMAC, random bytes"
);

/// Called with `{Version, Path, FipsMode}`: there is no such mode.
fn load<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let fips = cx
        .arg(1)
        .as_tuple()
        .and_then(|information| information.get(2));
    if fips.and_then(Term::as_atom) != Some(known::TRUE) {
        return Ok(Term::atom(known::OK));
    }
    let text = cx.char_list("Library load-call unsuccessful (there is no FIPS mode)");
    let reason = cx.tuple(&[Term::atom(Atom::of("load")), text]);
    Ok(cx.tuple(&[Term::atom(known::ERROR), reason]))
}

fn info_lib_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (name, version) = (cx.binary(NAME.as_bytes()), cx.binary(VERSION.as_bytes()));
    let row = cx.tuple(&[name, Term::small(0), version]);
    Ok(cx.list([row]))
}

fn info_nif_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let version = cx.char_list(VERSION);
    let atom = |name| Term::atom(Atom::of(name));
    Ok(cx.map_from_pairs([
        (atom("compile_type"), atom("normal")),
        (atom("link_type"), atom("static")),
        (atom("cryptolib_version_compiled"), version),
        (atom("cryptolib_version_linked"), version),
        (atom("fips_provider_available"), Term::boolean(false)),
    ]))
}

fn info_fips_0<'p>(_: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::atom(Atom::of("not_supported")))
}

/// `enable_fips_mode_nif(Wanted)`: is it so now?
fn enable_fips_mode_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    match cx.arg(0).as_atom() {
        Some(known::TRUE) => Ok(Term::boolean(false)),
        Some(known::FALSE) => Ok(Term::boolean(true)),
        _ => Err(Raise::Badarg),
    }
}

/// The algorithms of a kind of which there are none.
fn none_0<'p>(_: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::NIL)
}

/// What only the library in C can do.
fn missing<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let text = "Not without OTP's own library, which can't be loaded: there are only hashes, HMAC and random bytes";
    Err(fault(cx, "notsup", None, "crypto.c", text))
}

/// The exception of a function of the library, of the kind `badarg`, `notsup` or `error`; `argument`, from 0, is the one that is wrong.
fn fault(cx: &mut Cx<'_>, kind: &str, argument: Option<u8>, file: &str, text: &str) -> Raise {
    let atom = |name| Term::atom(Atom::of(name));
    let file = cx.char_list(file);
    let argument = Term::small(argument.map_or(-1, i64::from));
    let place = cx.map_from_pairs([
        (atom("c_file_name"), file),
        (atom("c_file_line_num"), Term::small(0)),
        (atom("c_function_arg_num"), argument),
    ]);
    let text = cx.char_list(text);
    let reason = cx.tuple(&[atom(kind), place, text]);
    cx.error(reason)
}

/// A whole binary's bytes.
fn binary(term: Term<'_>) -> Option<Vec<u8>> {
    Some(term.as_bits()?.bytes()?.to_vec())
}

/// So many zero bytes, if there is memory for them.
fn zeros(count: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(count).ok()?;
    bytes.resize(count, 0);
    Some(bytes)
}
