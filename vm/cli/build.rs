//! Libraries of native functions find the machine's `enif_…` in its executable.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-link-arg-bins=-Wl,--export-dynamic-symbol=enif_*");
}
