//! Functions with a variable number of arguments are beyond stable Rust: those few are in C.

fn main() {
    println!("cargo:rerun-if-changed=src/variadic.c");
    cc::Build::new()
        .file("src/variadic.c")
        .warnings(true)
        .link_lib_modifier("+whole-archive")
        .compile("oxbeam_nif_variadic");
}
