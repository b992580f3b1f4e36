//! What SIGINT does: all schedulers stand still while a menu asks what to do. Follows `break.c`.

use crate::crash_dump;
use crate::io::poll;
use crate::machine::machine;
use crate::process::Peer;
use crate::signal::link;
use crate::tty;
use oxbeam_term::Term;
use oxbeam_term::atom::known;
use std::io::{self, IsTerminal, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};

const HELP: &str = "BREAK: (a)bort (A)bort with dump (c)ontinue (p)roc info (i)nfo\n       \
                    (l)oaded (v)ersion (k)ill (D)b-tables (d)istribution\n";

/// Status of a machine that was interrupted twice.
const INTERRUPTED: i32 = 0;

/// The menu is open.
static OPEN: AtomicBool = AtomicBool::new(false);

/// SIGINT has come: opens the menu, on a thread of its own. A second one while it is open ends the machine.
pub(crate) fn requested() {
    if OPEN.swap(true, Ordering::AcqRel) {
        machine().halt(INTERRUPTED);
    }
    let menu = || {
        let scheduler = &machine().scheduler;
        scheduler.blocked(|| poll::held(|| tty::as_found(|| menu(&mut io::stdout()))));
        OPEN.store(false, Ordering::Release);
    };
    if std::thread::Builder::new()
        .name("break".into())
        .spawn(menu)
        .is_err()
    {
        machine().halt(INTERRUPTED);
    }
}

/// The next key; `None` at the end of the input.
fn key() -> Option<u8> {
    let mut bytes = [0; 512];
    loop {
        // What follows in the same line is not ours.
        match io::stdin().read(&mut bytes) {
            Ok(0) => return None,
            Ok(_) => return Some(bytes[0]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // The terminal's reader has it not to block: looks again.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            Err(_) => return None,
        }
    }
}

fn menu(out: &mut io::Stdout) {
    let on_terminal = io::stdin().is_terminal() && out.is_terminal();
    // Nobody is left to ask when the output is gone; the input's end ends the machine then.
    let _ = write!(out, "\n{}{HELP}", if on_terminal { "\x1b[J" } else { "" });
    loop {
        let _ = out.flush();
        let Some(key) = key() else { machine().halt(0) };
        let shown = match key {
            b'a' | b'q' | b'*' => machine().halt(0),
            b'A' => crate::halt::dump_stopped("Crash dump requested by user"),
            b'c' | b'm' => return,
            b'p' => crash_dump::processes(out),
            b'i' => crash_dump::general(out),
            b'l' => crash_dump::modules(out),
            b'D' => crash_dump::tables(out),
            b'd' => out.write_all(crate::dist::report().as_bytes()),
            b'o' => crash_dump::ports(out),
            b'v' => writeln!(
                out,
                "Erlang (BEAM) emulator version {}",
                machine().config.erts_version
            ),
            b'k' => kill(out),
            b'\n' => continue,
            other => {
                let _ = write!(
                    out,
                    "Invalid option '{}'. Please enter one of the following:\n{HELP}",
                    char::from(other)
                );
                continue;
            }
        };
        let _ = shown;
        let _ = out.flush();
        return;
    }
}

/// Asks for each process whether to kill it.
fn kill(out: &mut io::Stdout) -> io::Result<()> {
    writeln!(
        out,
        "\n\nProcess Information\n\n--------------------------------------------------"
    )?;
    let mut numbers = machine().processes.ids();
    numbers.sort_unstable();
    for number in numbers.into_iter().rev() {
        let Some(process) = machine().processes.get(number) else {
            continue;
        };
        crash_dump::process(out, &process)?;
        writeln!(out, "(k)ill (n)ext (r)eturn:")?;
        out.flush()?;
        loop {
            match key() {
                None => machine().halt(0),
                Some(b'k') => {
                    let from = Peer::Process(number);
                    link::send_exit(from, from, Term::atom(known::KILL));
                    break;
                }
                Some(b'n') => break,
                Some(b'r') => return Ok(()),
                Some(_) => {}
            }
        }
    }
    Ok(())
}
