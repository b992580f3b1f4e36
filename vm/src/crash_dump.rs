//! Crash dumps, in OTP's text format: `crashdump_viewer` and people read them. Follows the chapter «How to Interpret the Erlang Crash
//! Dumps» and `ERL_CRASH_DUMP*` of erl(1).

use crate::environment;
use oxbeam_term::atom;
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;

/// Writes a dump with this slogan, unless the environment says that none is wanted.
pub fn write(slogan: &str) {
    let seconds = environment::text("ERL_CRASH_DUMP_SECONDS")
        .and_then(|text| text.trim().parse::<i64>().ok());
    let limit = environment::text("ERL_CRASH_DUMP_BYTES")
        .and_then(|text| text.trim().parse::<usize>().ok());
    if seconds == Some(0) || limit == Some(0) {
        return;
    }
    let path = environment::text("ERL_CRASH_DUMP").unwrap_or_else(|| "erl_crash.dump".into());
    let say = |text: &str| {
        // Nobody is left to tell when the error output is gone.
        let _ = io::stderr().write_all(text.as_bytes());
    };
    say(&format!("Crash dump is being written to: {path}..."));
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o640)
        .open(&path);
    let written = file.and_then(|file| {
        let mut out = BufWriter::new(Limited {
            file,
            left: limit.unwrap_or(usize::MAX),
        });
        dump(slogan, &mut out)?;
        out.flush()
    });
    match written {
        Ok(()) => say("done\n"),
        Err(error) => say(&format!("failed: {error}\n")),
    }
}

/// Writes only so many bytes, and swallows the rest.
struct Limited {
    file: std::fs::File,
    left: usize,
}

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let wanted = bytes.len().min(self.left);
        self.file.write_all(&bytes[..wanted])?;
        self.left -= wanted;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn dump(slogan: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "=erl_crash_dump:0.5")?;
    writeln!(out, "{}", now())?;
    writeln!(out, "Slogan: {slogan}")?;
    writeln!(
        out,
        "System version: {}",
        crate::stats::system_version().trim_end()
    )?;
    writeln!(out, "Taints: ")?;
    writeln!(out, "Atoms: {}", atom::count())?;
    writeln!(
        out,
        "Calling Thread: {}",
        std::thread::current().name().unwrap_or("unknown")
    )?;
    writeln!(out, "=memory")?;
    let memory = crate::stats::memory();
    for (name, bytes) in memory.rows() {
        writeln!(out, "{name}: {bytes}")?;
    }
    writeln!(out, "=node:'nonode@nohost'\n=no_distribution")?;
    writeln!(out, "=atoms")?;
    for index in (0..atom::count()).rev() {
        writeln!(
            out,
            "{}",
            oxbeam_term::print::atom_text(atom::Atom::from_index(index))
        )?;
    }
    writeln!(out, "=end")
}

fn now() -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let posix = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs() as i64);
    let civil = crate::local_time::Civil::local(posix)
        .unwrap_or_else(|| crate::local_time::Civil::from_posix(posix));
    let day = civil.to_posix().div_euclid(86_400).rem_euclid(7);
    format!(
        "{} {} {:2} {:02}:{:02}:{:02} {}",
        DAYS[day as usize],
        MONTHS[civil.month as usize - 1],
        civil.day,
        civil.hour,
        civil.minute,
        civil.second,
        civil.year
    )
}
