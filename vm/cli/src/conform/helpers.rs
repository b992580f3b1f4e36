//! The programs, drivers and libraries in C that suites come with: each folder of data may have a `Makefile.src`, a template that OTP's own
//! `configure` would fill in.

use crate::otp::Otp;
use crate::progress::{Line, bar};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Builds those below `directory`, a folder of suites, and says which could not be built.
pub(super) fn build(directory: &Path, otp: &Otp, erl: &Path) -> Result<Vec<String>, String> {
    let templates = templates(directory);
    if templates.is_empty() {
        return Ok(Vec::new());
    }
    for program in ["cc", "make"] {
        if Command::new(program)
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .is_err()
        {
            return Ok(vec![format!(
                "{program} is not there: cases that need programs in C fail"
            )]);
        }
    }
    let variables = variables(otp, erl)?;
    let mut failed = Vec::new();
    let (line, all) = (Line::new(), templates.len());
    for (done, template) in templates.into_iter().enumerate() {
        let folder = template.parent().unwrap_or(directory);
        let shown = folder.strip_prefix(directory).unwrap_or(folder).display();
        let trouble = |error: std::io::Error| format!("{}: {error}", template.display());
        let bar = bar(done as f32 / all as f32, done, all);
        line.show(&format!("building in C {bar} {shown}"));
        let text = String::from_utf8_lossy(&fs::read(&template).map_err(trouble)?).into_owned();
        fs::write(folder.join("Makefile"), fill(&text, &variables)).map_err(trouble)?;
        let mut make = Command::new("make");
        make.args(["-k", "-C"]).arg(folder).stdin(Stdio::null());
        make.env("OXBEAM_OTP", &otp.root);
        for name in ["MAKEFLAGS", "MAKELEVEL", "MFLAGS"] {
            make.env_remove(name);
        }
        let output = make.output().map_err(trouble)?;
        let log = [output.stdout, output.stderr].concat();
        fs::write(folder.join("make.log"), log).map_err(trouble)?;
        if !output.status.success() {
            failed.push(format!("not all of {shown} could be built (its make.log)"));
        }
    }
    line.clear();
    Ok(failed)
}

/// The templates of folders of data, and of folders in them.
fn templates(directory: &Path) -> Vec<PathBuf> {
    let folders = |directory: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        let mut folders: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| path.is_dir())
            .collect();
        folders.sort();
        folders
    };
    let data = folders(directory).into_iter().filter(|folder| {
        folder
            .file_name()
            .is_some_and(|name| name.to_string_lossy().ends_with("_SUITE_data"))
    });
    data.flat_map(|folder| {
        let inner = folders(&folder);
        std::iter::once(folder).chain(inner)
    })
    .map(|folder| folder.join("Makefile.src"))
    .filter(|template| template.is_file())
    .collect()
}

/// What stands for `@NAME@`.
fn variables(otp: &Otp, erl: &Path) -> Result<Vec<(&'static str, String)>, String> {
    let include = otp.root.join("usr/include");
    let libraries = otp.root.join("lib");
    let interface = fs::read_dir(&libraries)
        .map_err(|error| format!("{}: {error}", libraries.display()))?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("erl_interface-"))
        })
        .unwrap_or(libraries);
    let include = include.display().to_string();
    // Old C: functions that nobody declared, and variables that several files define.
    let flags = format!(
        "-g -O2 -fPIC -fcommon -w -std=gnu17 -D_REENTRANT -DHAVE_ISFINITE -DHAVE_STRERROR -I. -I{include}"
    );
    let rules =
        format!("%.so: %.c\n\tcc {flags} -shared -o $@ $< $(SHLIB_EXTRA_LDLIBS) -lm -lpthread\n");
    let libraries = "-lm -lpthread".to_owned();
    Ok(vec![
        ("CC", "cc".into()),
        ("LD", "cc".into()),
        ("CFLAGS", flags.clone()),
        ("SHLIB_CFLAGS", flags.clone()),
        ("EI_CFLAGS", flags),
        ("DEFS", "-DHAVE_ISFINITE -DHAVE_STRERROR".into()),
        ("LIBS", libraries.clone()),
        ("ERTS_LIBS", libraries),
        ("EMULATOR", "beam".into()),
        ("SHLIB_RULES", rules),
        ("dll", ".so".into()),
        ("exe", String::new()),
        ("obj", ".o".into()),
        ("erl_include", include.clone()),
        ("erl_interface_include", include),
        (
            "erl_interface_eilib",
            interface.join("lib/libei.a").display().to_string(),
        ),
        ("erl_name", erl.display().to_string()),
    ])
}

/// Unknown variables are parts of OTP's build that an installation lacks: empty.
fn fill(template: &str, variables: &[(&str, String)]) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some(start) = rest.find('@') {
        let (before, after) = (&rest[..start], &rest[start + 1..]);
        text.push_str(before);
        let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        match end {
            Some(end) if end > 0 && after[end..].starts_with('@') => {
                let name = &after[..end];
                let found = variables.iter().find(|(known, _)| *known == name);
                text.push_str(found.map_or("", |(_, value)| value.as_str()));
                rest = &after[end + 1..];
            }
            _ => {
                text.push('@');
                rest = after;
            }
        }
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_in_and_commands_left_alone() {
        let variables = [("dll", ".so".to_owned()), ("CC", "cc".to_owned())];
        let template = "all: a@dll@ b@dll@\n\t@echo $@ a@b\n\t@CC@ @other@ $<\n";
        assert_eq!(
            fill(template, &variables),
            "all: a.so b.so\n\t@echo $@ a@b\n\tcc  $<\n"
        );
    }
}
