//! Pages that are made from tables.

use crate::natives::{self, Corpus};
use crate::tree::Tree;
use oxbeam_vm::interp::isa::{Form, Row};
use oxbeam_vm::interp::ops;
use oxbeam_vm::native::{Kind, Native};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::{fs, io};

/// A page.
pub struct Page {
    path: &'static str,
    make: fn(&Tree) -> String,
}

/// All of them.
pub const ALL: &[Page] = &[
    Page {
        path: "docs/instructions.md",
        make: instructions,
    },
    Page {
        path: "docs/natives.md",
        make: natives_page,
    },
];

impl Page {
    /// Writes it.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn write(&self, tree: &Tree) -> io::Result<()> {
        fs::write(tree.root.join(self.path), (self.make)(tree))
    }
}

/// Each page is what its tables make.
pub fn fresh(tree: &Tree) -> Vec<String> {
    ALL.iter()
        .filter(|page| tree.text(page.path) != (page.make)(tree))
        .map(|page| {
            format!(
                "{}: not what its tables make; run `cargo xtask codegen`",
                page.path
            )
        })
        .collect()
}

fn instructions(_: &Tree) -> String {
    let mut page = String::from(
        "# Instructions\n\nMade from the tables in `vm/src/interp/ops` by `cargo xtask codegen`.\n\n\
         The *specific* instructions: what `vm/src/code/lower` makes of the generic ones that a file holds. A `Source` is an X or Y register or a \
         constant, a `Destination` an X or Y register; the machine has one handler for each combination of them. `Label`: jump target. `Number`: 16 bits. \
         `Immediate`: 64 bits. `Words`: any number of words, at the end.\n",
    );
    let mut handlers = 0;
    for (family, rows) in ops::FAMILIES {
        let _ = writeln!(
            page,
            "\n## {family}\n\n| instruction | operands | what it does |\n|---|---|---|"
        );
        for row in *rows {
            handlers += instances(row);
            let operands: Vec<String> = row
                .operands
                .iter()
                .map(|(name, form)| format!("{name}: {form:?}"))
                .collect();
            let _ = writeln!(
                page,
                "| `{}` | {} | {} |",
                row.name,
                operands.join(", "),
                cell(row.doc)
            );
        }
    }
    let _ = writeln!(
        page,
        "\n{} instructions, {handlers} handlers.",
        ops::rows().count()
    );
    page
}

/// Handlers of an instruction: one for each combination of places.
fn instances(row: &Row) -> usize {
    row.operands
        .iter()
        .map(|(_, form)| match form {
            Form::Source => 3,
            Form::Destination => 2,
            _ => 1,
        })
        .product()
}

/// Text for a cell of a table; links of the source's documentation lead nowhere here.
fn cell(doc: &str) -> String {
    doc.trim()
        .replace("[`", "`")
        .replace("`]", "`")
        .replace('|', "\\|")
}

fn natives_page(tree: &Tree) -> String {
    let corpus = Corpus::of(tree);
    let mut page = String::from(
        "# Natives\n\nMade from the tables of `bifs` and `otp_stubs` by `cargo xtask codegen`.\n\n\
         Functions of Erlang modules that are part of the machine. A `Guard` may stand in guards; `DirtyCpu` and `DirtyIo` run on dirty schedulers. \
         \"Releases\" is empty for what OTP 25 to 29 all have. \"Test\": a program of `tests/data/erl` mentions it.\n",
    );
    let mut modules: BTreeMap<&str, Vec<(&Native, &str)>> = BTreeMap::new();
    let natives: Vec<(&Native, String)> = natives::all();
    for (native, library) in &natives {
        modules
            .entry(native.module)
            .or_default()
            .push((native, library));
    }
    for (module, rows) in &mut modules {
        rows.sort_by_key(|(native, _)| (native.function, native.arity, native.since));
        let _ = write!(page, "\n## {module}\n\n");
        let library = rows[0].1;
        if !library.is_empty() {
            let _ = write!(page, "NIFs of the library `{library}`.\n\n");
        }
        page.push_str("| function | kind | releases | test |\n|---|---|---|---|\n");
        for (native, _) in rows {
            let kind = match native.kind {
                Kind::Plain => String::new(),
                kind => format!("{kind:?}"),
            };
            let test = if corpus.mentions(native) { "yes" } else { "" };
            let _ = writeln!(
                page,
                "| `{}/{}` | {kind} | {} | {test} |",
                native.function.replace('|', "\\|"),
                native.arity,
                releases(native)
            );
        }
    }
    let _ = writeln!(page, "\n{} rows.", natives.len());
    page
}

fn releases(native: &Native) -> String {
    match (native.since, native.until) {
        (0..=25, 29..) => String::new(),
        (since, 29..) => format!("from {since}"),
        (0..=25, until) => format!("to {until}"),
        (since, until) if since == until => format!("{since}"),
        (since, until) => format!("{since}–{until}"),
    }
}
