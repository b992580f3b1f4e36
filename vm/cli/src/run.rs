//! `oxbeam run`: a compiled module, on a booted OTP, as a program.
//!
//! The function is called with the list of argument strings if it takes one argument, else with none. The program ends
//! when it returns: status 0; 1 after an exception, which is printed with its stack trace; 2 if there is nothing to run.

use crate::erlexec::Argument;
use crate::front::{Call, Failure, erl, path_argument};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What to run.
pub(crate) struct Program {
    /// A `.beam` file or a directory of them.
    pub(crate) path: PathBuf,
    /// `-m`.
    pub(crate) module: Option<String>,
    /// `-f`.
    pub(crate) function: Option<String>,
    /// For the program.
    pub(crate) arguments: Vec<Argument>,
}

/// Runs `program`; `call` has the choice of OTP.
pub(crate) fn run(call: &Call, program: &Program) -> Result<ExitCode, Failure> {
    let arguments = translate(program).map_err(|message| Failure {
        message: format!("oxbeam run: {message}"),
        status: 2,
    })?;
    let otp = call.choose()?;
    erl::run_with(call, &otp, &arguments)
}

fn translate(program: &Program) -> Result<Vec<Argument>, String> {
    let path = &program.path;
    let (directories, module) = if path.is_dir() {
        (code_directories(path), program.module.clone())
    } else {
        let stem = path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default();
        if !path.is_file() {
            return Err(format!("there is no {}", path.display()));
        }
        if path.extension().is_none_or(|extension| extension != "beam") {
            return Err(format!(
                "{} is not a .beam file (`oxbeam erlc` compiles Erlang source)",
                path.display()
            ));
        }
        let directory = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        (
            vec![directory.to_path_buf()],
            Some(program.module.clone().unwrap_or(stem)),
        )
    };
    if directories.is_empty() {
        return Err(format!("{} holds no .beam files", path.display()));
    }
    let module = match module {
        Some(module) => module,
        None => only_module(&directories)?,
    };
    let function = program.function.as_deref();
    let mut arguments: Vec<Argument> = vec![
        b"-noshell".to_vec(),
        b"-boot".to_vec(),
        b"no_dot_erlang".to_vec(),
        b"-pa".to_vec(),
    ];
    arguments.extend(directories.iter().map(|directory| path_argument(directory)));
    arguments.extend([
        b"-eval".to_vec(),
        expression(&module, function).into_bytes(),
        b"-extra".to_vec(),
    ]);
    arguments.extend(program.arguments.iter().cloned());
    Ok(arguments)
}

/// `path`, its `ebin`, and the `ebin`s of the applications in it, as far as they hold modules.
fn code_directories(path: &Path) -> Vec<PathBuf> {
    let mut directories = vec![path.to_path_buf(), path.join("ebin")];
    for libraries in ["", "lib", "_build/default/lib", "_build/dev/lib"] {
        let mut applications: Vec<PathBuf> = entries(&path.join(libraries))
            .into_iter()
            .map(|entry| entry.join("ebin"))
            .collect();
        applications.sort();
        directories.extend(applications);
    }
    directories.retain(|directory| !modules(directory).is_empty());
    directories
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect()
}

fn modules(directory: &Path) -> Vec<String> {
    let beams = entries(directory).into_iter().filter(|path| {
        path.extension()
            .is_some_and(|extension| extension == "beam")
    });
    beams
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect()
}

/// The one module there is; else the one that exports a main.
fn only_module(directories: &[PathBuf]) -> Result<String, String> {
    let mut all: Vec<String> = directories
        .iter()
        .flat_map(|directory| modules(directory))
        .collect();
    all.sort();
    all.dedup();
    if let [only] = all.as_slice() {
        return Ok(only.clone());
    }
    let mains: Vec<&String> = all
        .iter()
        .filter(|module| {
            directories
                .iter()
                .any(|directory| has_main(directory, module))
        })
        .collect();
    if let [only] = mains.as_slice() {
        return Ok((*only).clone());
    }
    let choice: Vec<&str> = if mains.is_empty() {
        all.iter().map(String::as_str).collect()
    } else {
        mains.into_iter().map(String::as_str).collect()
    };
    let shown = choice
        .iter()
        .take(12)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    let more = if choice.len() > 12 { ", ..." } else { "" };
    Err(format!("say which module with -m: {shown}{more}"))
}

fn has_main(directory: &Path, module: &str) -> bool {
    let bytes = std::fs::read(directory.join(format!("{module}.beam"))).unwrap_or_default();
    let Ok(beam) = oxbeam_loader::load(&bytes) else {
        return false;
    };
    beam.exports
        .iter()
        .any(|export| beam.atom(export.function) == "main" && export.arity <= 1)
}

/// An atom as Erlang reads it.
fn atom(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // A reserved word needs quotes too, so that all short ones get them.
    if plain && name.len() > 7 {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\\', "\\\\").replace('\'', "\\'"))
    }
}

/// What `init` evaluates.
fn expression(module: &str, function: Option<&str>) -> String {
    let functions = match function {
        Some(function) => format!("[{{{0},1}},{{{0},0}}]", atom(function)),
        None => "[{main,1},{main,0},{start,0}]".to_owned(),
    };
    let named = function.map_or_else(
        || "main/1, main/0 or start/0".to_owned(),
        |name| format!("{name}/1 or {name}/0"),
    );
    format!(
        "M={module},Stop=fun(S,F,A)->io:format(standard_error,F,A),halt(S) end,\
         case code:ensure_loaded(M) of {{module,_}}->ok;\
         {{error,R}}->Stop(2,\"oxbeam run: ~ts cannot be loaded: ~tp~n\",[M,R]) end,\
         case [FA||{{F,A}}=FA<-{functions},erlang:function_exported(M,F,A)] of \
         []->Stop(2,\"oxbeam run: ~ts exports no {named}~n\",[M]);\
         [{{F,A}}|_]->try case A of 1->M:F(init:get_plain_arguments());0->M:F() end of _->halt(0) \
         catch C:E:T->Stop(1,\"~ts~n\",[erl_error:format_exception(C,E,T,\
         #{{stack_trim_fun=>fun(X,_,_)->lists:member(X,[erl_eval,init]) end}})]) end end.",
        module = atom(module),
        named = named
            .replace('~', "~~")
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atoms_are_quoted_where_they_must_be() {
        assert_eq!(atom("my_module"), "my_module");
        assert_eq!(atom("Elixir.Foo"), "'Elixir.Foo'");
        assert_eq!(atom("end"), "'end'");
        assert_eq!(atom("it's"), "'it\\'s'");
    }

    #[test]
    fn a_file_gives_directory_and_module() {
        let directory = std::env::temp_dir().join(format!("oxbeam-run-{}", std::process::id()));
        std::fs::create_dir_all(directory.join("ebin")).expect("a directory");
        std::fs::write(directory.join("ebin/hello_world.beam"), "").expect("a file");
        let of = |path: &Path, module: Option<&str>| {
            let arguments = vec![b"x".to_vec()];
            let program = Program {
                path: path.into(),
                module: module.map(str::to_owned),
                function: None,
                arguments,
            };
            translate(&program).map(|all| String::from_utf8_lossy(&all.join(&b' ')).into_owned())
        };
        let line = of(&directory.join("ebin/hello_world.beam"), None).expect("a good program");
        let start = format!(
            "-noshell -boot no_dot_erlang -pa {} -eval M=hello_world,",
            directory.join("ebin").display()
        );
        assert!(line.starts_with(&start), "{line}");
        assert!(line.ends_with(" -extra x"), "{line}");
        assert_eq!(of(&directory, None), Ok(line));
        std::fs::write(directory.join("ebin/other.beam"), "").expect("a file");
        assert_eq!(
            of(&directory, None),
            Err("say which module with -m: hello_world, other".into())
        );
        assert!(
            of(&directory, Some("other"))
                .expect("a good program")
                .contains("M='other',")
        );
        assert!(of(&directory.join("none.beam"), None).is_err());
        let _ = std::fs::remove_dir_all(&directory);
    }
}
