//! Does a binary's interpreter go from handler to handler by jumps?
//!
//! A handler ends in a call in tail position, and nothing but the compiler's good will makes a jump of it (`docs/design/interpreter.md`).
//! A call instead would let the native stack grow with every instruction. Here the machine code of each handler is looked at, as
//! `objdump` shows it:
//! - no call through a register or through memory that a register points to: that is what dispatch by call looks like. Calls of
//!   named functions, and those through the table of shared libraries' functions (`*…(%rip)`), are the handler's own business;
//! - no call of a function that itself goes on with the next instruction (another handler, or one of [`CONTINUATIONS`]).

use std::io;
use std::path::Path;
use std::process::Command;

/// Functions that go on with the next instruction, as handlers do: slow paths that a handler ends in. They are looked at as well.
pub const CONTINUATIONS: &[&str] = &[
    "oxbeam_vm::interp::dispatch::collect_and_go",
    "oxbeam_vm::interp::dispatch::yield_at_entry",
    "oxbeam_vm::interp::exception::unwind",
    "oxbeam_vm::interp::exception::exit_at",
    "oxbeam_vm::interp::ops::call::collect_and_return",
    "oxbeam_vm::interp::ops::call::native_stopped",
];

/// What was found in a binary.
pub struct Findings {
    /// Handlers looked at.
    pub handlers: usize,
    /// Those that end in an indirect jump somewhere.
    pub jumping: usize,
    /// What is wrong.
    pub faults: Vec<String>,
}

/// Looks at the handlers of a binary. `None`: there is no `objdump`.
///
/// # Errors
/// `objdump` can't read the binary.
pub fn look_at(binary: &Path) -> io::Result<Option<Findings>> {
    let mut command = Command::new("objdump");
    command
        .args(["--disassemble", "--demangle", "--no-show-raw-insn"])
        .arg(binary);
    match command.output() {
        Ok(output) if output.status.success() => {
            Ok(Some(judge(&String::from_utf8_lossy(&output.stdout))))
        }
        Ok(output) => Err(io::Error::other(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Judges what `objdump --disassemble --demangle --no-show-raw-insn` printed.
pub fn judge(listing: &str) -> Findings {
    let mut findings = Findings {
        handlers: 0,
        jumping: 0,
        faults: Vec::new(),
    };
    let mut current: Option<&str> = None;
    let mut jumps = false;
    for line in listing.lines() {
        if let Some(symbol) = line
            .strip_suffix(">:")
            .and_then(|line| Some(line.split_once('<')?.1))
        {
            findings.jumping += usize::from(jumps);
            jumps = false;
            current = goes_on(symbol).then_some(symbol);
            findings.handlers += usize::from(current.is_some());
            continue;
        }
        let (Some(symbol), Some((_, instruction))) = (current, line.split_once(":\t")) else {
            continue;
        };
        let (mnemonic, operand) = instruction.split_once(' ').unwrap_or((instruction, ""));
        let operand = operand.trim();
        match mnemonic {
            "jmp" | "notrack" if operand.contains('*') => jumps = true,
            "br" => jumps = true,
            "call" | "callq" | "bl" | "blr" => {
                if let Some(what) = wrong_call(mnemonic, operand) {
                    findings
                        .faults
                        .push(format!("{symbol}: {what}: {instruction}"));
                }
            }
            _ => {}
        }
    }
    findings.jumping += usize::from(jumps);
    findings
}

fn wrong_call(mnemonic: &str, operand: &str) -> Option<&'static str> {
    // Through the global offset table the target is a library's function, fixed when the program starts.
    let indirect = mnemonic == "blr" || (operand.starts_with('*') && !operand.contains("(%rip)"));
    if indirect {
        return Some("a call through a register");
    }
    let target = operand
        .split_once('<')
        .and_then(|(_, rest)| rest.rsplit_once('>'));
    target
        .filter(|(target, _)| goes_on(target))
        .map(|_| "a call of what goes on with the next instruction")
}

/// Is this the name of a handler or a continuation?
fn goes_on(symbol: &str) -> bool {
    let symbol = symbol.strip_prefix("<").unwrap_or(symbol);
    let handler = symbol.starts_with("oxbeam_vm::interp::ops::")
        && (symbol.contains("::handlers::") || symbol.contains("::cold_handlers::"));
    handler
        || CONTINUATIONS
            .iter()
            .any(|name| symbol.strip_prefix(name).is_some_and(ends_name))
}

/// What may follow a function's name in a symbol: a hash, or nothing.
fn ends_name(rest: &str) -> bool {
    rest.is_empty()
        || rest
            .strip_prefix("::h")
            .is_some_and(|hash| hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
