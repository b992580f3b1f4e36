//! `docs/flags.md`, made from the tables.

use crate::emulator::flags;
use crate::front::TOOLS;
use crate::release::Release;
use std::fmt::Write;

/// The page.
pub(crate) fn page() -> String {
    let mut page = String::from(
        "# Flags\n\nMade from the tables in `vm/cli/src`; `oxbeam flags > docs/flags.md` renews it.\n\n\
         ## Tools\n\n| name | what it is |\n|---|---|\n",
    );
    // Writing to a string cannot fail.
    for tool in TOOLS {
        let _ = writeln!(page, "| `{}` | {} |", tool.name, tool.doc);
    }
    page.push_str("\n## Flags of the emulator\n\nValues may be glued to a flag (`+P5000`) or follow it (`+P 5000`).\n\n");
    page.push_str("| flag | value | from OTP | what it sets |\n|---|---|---|---|\n");
    for row in flags::rows(Release::Otp29) {
        let value = if row.value.is_empty() {
            String::new()
        } else {
            format!("`{}`", row.value.replace('|', "\\|"))
        };
        let _ = writeln!(
            page,
            "| `+{}` | {value} | {} | {} |",
            row.name,
            row.since.number(),
            row.doc
        );
    }
    page.push_str(
        "| `+M…` |  | 25 | switches of OTP's allocators: checked, otherwise without effect |\n",
    );
    page
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_is_fresh() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/flags.md");
        let found = std::fs::read_to_string(path).expect("docs/flags.md");
        assert!(
            found == super::page(),
            "run `cargo run -- flags > docs/flags.md`"
        );
    }
}
