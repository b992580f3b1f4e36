//! Every function that has a stand-in is known again in each OTP below `.otp/`: else it would only be slow, and nobody would see why.

use std::path::{Path, PathBuf};

/// The file of `module` in an OTP's folder.
fn module_file(otp: &Path, module: &str) -> Option<PathBuf> {
    let libraries = std::fs::read_dir(otp.join("usr/lib/erlang/lib")).ok()?;
    libraries
        .flatten()
        .map(|library| library.path().join("ebin").join(format!("{module}.beam")))
        .find(|file| file.is_file())
}

#[test]
fn every_stand_in_knows_its_function() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.otp");
    for release in ["25", "27", "29"] {
        let otp = root.join(release);
        for row in oxbeam_bifs::STAND_INS {
            let Some(path) = module_file(&otp, row.module) else {
                eprintln!("not checked: OTP {release} is not there");
                break;
            };
            let bytes = std::fs::read(&path).expect("the file can be read");
            let file = oxbeam_loader::load(&bytes).expect("the file is whole");
            let found = oxbeam_loader::fingerprint(&file, row.function, u32::from(row.arity));
            let found = found.expect("the function is there");
            assert!(
                row.fingerprints.contains(&found),
                "OTP {release} has another {}:{}/{}, {found:#018x}: whether the stand-in does the same is to be looked at",
                row.module,
                row.function,
                row.arity,
            );
        }
    }
}
