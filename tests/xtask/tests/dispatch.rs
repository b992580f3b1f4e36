//! The interpreter dispatches by jumps: in this test's own build, which has all handlers in it, and in the release binary.
//!
//! Builds with debug assertions are not held to it. The checks of their standard library hand on addresses of locals, and functions of
//! other codegen units may do so for all that the compiler knows; there some instructions dispatch by a call, and the native stack
//! grows until the process's turn is over.

use std::path::Path;
use xtask::dispatch::{Findings, judge, look_at};

fn check(binary: &Path) {
    // Seen as used, so that the compiler keeps all handlers if this is the test itself.
    let instructions = oxbeam_vm::interp::ops::rows()
        .map(std::hint::black_box)
        .count();
    match look_at(binary) {
        Ok(Some(findings)) => {
            assert!(
                findings.faults.is_empty(),
                "{}:\n{}\n",
                binary.display(),
                findings.faults.join("\n")
            );
            assert!(
                findings.handlers > instructions && findings.jumping > instructions,
                "{}: only {} handlers seen, {} of them with a jump",
                binary.display(),
                findings.handlers,
                findings.jumping
            );
        }
        Ok(None) => eprintln!("not checked: there is no objdump (Debian: binutils)"),
        Err(error) => panic!("{}: {error}", binary.display()),
    }
}

#[test]
#[cfg_attr(
    debug_assertions,
    ignore = "builds with debug assertions may dispatch by calls"
)]
fn this_build_dispatches_by_jumps() {
    check(&std::env::current_exe().expect("the test's own path"));
}

#[test]
fn the_release_build_dispatches_by_jumps() {
    let binary = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/release/oxbeam");
    if binary.exists() {
        check(&binary);
    } else {
        eprintln!("not checked: no target/release/oxbeam (make build)");
    }
}

fn of(instructions: &str) -> Findings {
    judge(&format!(
        "0000000000001000 <oxbeam_vm::interp::ops::data::handlers::move_term::h0123456789abcdef>:\n{instructions}"
    ))
}

#[test]
fn a_jump_is_right() {
    let findings = of("    1000:\tmov    (%rdi),%rax\n    1003:\tjmp    *(%rax)\n");
    assert!(findings.faults.is_empty());
    assert_eq!((findings.handlers, findings.jumping), (1, 1));
}

#[test]
fn a_call_of_a_named_function_is_right() {
    let findings = of(
        "    1000:\tcall   2000 <oxbeam_term::compare::equal::h0>\n    1005:\tcall   *0x2345(%rip)        # 9999 <memcpy@GLIBC_2.14>\n",
    );
    assert!(findings.faults.is_empty());
}

#[test]
fn dispatch_by_call_is_wrong() {
    for call in [
        "*(%rax)",
        "*%rcx",
        "*0x8(%rdi)",
        "3000 <oxbeam_vm::interp::exception::unwind::h00ff>",
    ] {
        assert_eq!(
            of(&format!("    1000:\tcall   {call}\n    1002:\tret\n"))
                .faults
                .len(),
            1,
            "{call}"
        );
    }
}
