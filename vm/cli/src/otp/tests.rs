//! Finding an installation.

use super::*;

/// A directory that goes when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let path = std::env::temp_dir().join(format!("oxbeam-otp-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a temporary directory");
        Scratch(path)
    }

    fn root(&self, place: &str, number: u32, erts: &str) -> PathBuf {
        let root = self.0.join(place);
        for directory in [
            "lib/kernel-1",
            "bin",
            &format!("erts-{erts}/bin"),
            &format!("releases/{number}"),
        ] {
            fs::create_dir_all(root.join(directory)).expect("a directory");
        }
        fs::write(
            root.join("releases/start_erl.data"),
            format!("{erts} {number}\n"),
        )
        .expect("a file");
        fs::write(root.join(format!("releases/{number}/OTP_VERSION")), "x\n").expect("a file");
        root
    }

    fn places(&self) -> Places {
        Places {
            here: self.0.join("a/b"),
            executable: self.0.join("build/oxbeam"),
            path: vec![self.0.join("bin")],
            installed: vec![self.0.join("system")],
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_number_means_the_fetched_then_the_installed() {
    let scratch = Scratch::new("number");
    let system = scratch.root("system", 25, "13.1.5");
    let places = scratch.places();
    assert_eq!(
        places.choose(Some("25".as_ref())).expect("installed").root,
        system
    );
    assert_eq!(
        places.choose(Some("27".as_ref())),
        Err(NoOtp::Absent(Release::Otp27))
    );
    assert_eq!(
        places.choose(Some("24".as_ref())),
        Err(NoOtp::Unknown("24".into()))
    );
    let fetched = scratch.root(".otp/25/usr/lib/erlang", 25, "13.1.5");
    assert_eq!(
        places.choose(Some("25".as_ref())).expect("fetched").root,
        fetched
    );
}

#[test]
fn without_a_wish_the_installed_then_the_usual() {
    let scratch = Scratch::new("usual");
    let places = scratch.places();
    assert_eq!(places.choose(None), Err(NoOtp::Nowhere));
    let fetched = scratch.root("build/.otp/27/usr/lib/erlang", 27, "15.2.7");
    assert_eq!(places.choose(None).expect("fetched").root, fetched);
    let system = scratch.root("system", 29, "17.1");
    let otp = places.choose(Some("".as_ref())).expect("installed");
    assert_eq!(
        (otp.root, otp.release, otp.erts_version.as_str()),
        (system, Release::Otp29, "17.1")
    );
}

#[test]
fn a_directory_may_be_the_root_or_what_was_fetched() {
    let scratch = Scratch::new("directory");
    let root = scratch.root("a/b/x/usr/lib/erlang", 27, "15.2.7");
    let places = scratch.places();
    assert_eq!(
        places.choose(Some("x".as_ref())).expect("fetched").root,
        root
    );
    assert_eq!(
        places.choose(Some(root.as_os_str())).expect("a root").root,
        root
    );
    let nothing = scratch.0.join("nothing");
    assert!(matches!(
        places.choose(Some(nothing.as_os_str())),
        Err(NoOtp::NotARoot(..))
    ));
    let other = scratch.root("other", 26, "14.0");
    assert_eq!(
        places.choose(Some(other.as_os_str())),
        Err(NoOtp::Unsupported(other, 26))
    );
}

#[test]
fn the_release_of_a_target_system_comes_from_its_erts() {
    let scratch = Scratch::new("target");
    let root = scratch.root("target", 1, "15.2");
    fs::remove_file(root.join("releases/1/OTP_VERSION")).expect("it is there");
    assert_eq!(Otp::at(&root).expect("a root").release, Release::Otp27);
}

#[test]
fn our_own_erl_is_not_an_installation() {
    let scratch = Scratch::new("own");
    let root = scratch.root("real", 25, "13.1.5");
    for directory in ["bin", "build"] {
        fs::create_dir_all(scratch.0.join(directory)).expect("a directory");
    }
    fs::write(scratch.0.join("build/oxbeam"), "").expect("a file");
    let link = scratch.0.join("bin/erl");
    std::os::unix::fs::symlink(scratch.0.join("build/oxbeam"), &link).expect("a link");
    assert_eq!(scratch.places().choose(None), Err(NoOtp::Nowhere));
    fs::write(root.join("bin/erl"), "").expect("a file");
    fs::remove_file(&link).expect("it is there");
    std::os::unix::fs::symlink(root.join("bin/erl"), &link).expect("a link");
    assert_eq!(
        scratch.places().choose(None).expect("the real one").root,
        root
    );
}

#[test]
fn a_program_in_an_erts_knows_its_installation() {
    let home = |path: &str| embed::home(Path::new(path));
    let found = Some((PathBuf::from("/r"), "15.2.7".to_owned()));
    assert_eq!(home("/r/erts-15.2.7/bin/beam.smp"), found);
    assert_eq!(home("/r/erts-15.2.7/bin/oxbeam"), None);
    assert_eq!(home("/r/bin/beam.smp"), None);
    let scratch = Scratch::new("home");
    let root = scratch.root("target", 27, "15.2");
    let mut places = scratch.places();
    assert_eq!(places.own(), None);
    places.executable = root.join("erts-15.2/bin/beam.smp");
    assert_eq!(places.own().expect("its own").root, root);
}

#[test]
fn an_installation_is_given_another_emulator() {
    let scratch = Scratch::new("embed");
    let root = scratch.root("target", 27, "15.2");
    let modules = root.join("lib/erts-15.2/ebin");
    fs::create_dir_all(&modules).expect("a directory");
    fs::write(modules.join("init.beam"), "init").expect("a file");
    fs::write(modules.join("erlang.beam"), "erlang").expect("a file");
    fs::write(root.join("bin/erl"), "theirs").expect("a file");
    fs::write(root.join("erts-15.2/bin/erl"), "theirs").expect("a file");
    let program = scratch.0.join("oxbeam");
    fs::write(&program, "program").expect("a file");
    let otp = Otp::at(&root).expect("a root");
    assert_eq!(embed::embed(&otp, &program), Ok(true));
    let emulator = fs::read(otp.emulator()).expect("the emulator");
    // The modules in OTP's order, and their length.
    let expected = b"programerlanginit\x0a\0\0\0\0\0\0\0oxbeam preloaded";
    assert_eq!(emulator, expected);
    let launcher = fs::read_to_string(root.join("bin/erl")).expect("a launcher");
    assert!(launcher.contains("beam.smp") && root.join("erts-15.2/bin/erlexec").is_file());
    assert!(
        !root.join("bin/erlc").exists(),
        "only what was there is replaced"
    );
    assert_eq!(embed::embed(&otp, &program), Ok(false));
    // What is behind a program is not taken along.
    assert_eq!(embed::embed(&otp, &otp.emulator()), Ok(false));
}
