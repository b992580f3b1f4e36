//! What was measured, as tables in Markdown: one for each group.

use crate::figures::{Figure, Measure, Row, geometric_mean};
use crate::program::Group;
use std::fmt;
use std::path::Path;

/// The tables stand between these lines of a page.
const BEGIN: &str = "<!-- table: begin -->";
const END: &str = "<!-- table: end -->";

/// Rows, and the machines that are their columns; the first is Oxbeam.
pub(crate) struct Table {
    pub(crate) machines: Vec<String>,
    pub(crate) rows: Vec<Row>,
    /// How all that was measured, a sentence.
    pub(crate) conditions: String,
}

impl Table {
    /// Its rows.
    pub(crate) fn group(&self, group: Group) -> impl Iterator<Item = &Row> {
        self.rows
            .iter()
            .filter(move |row| row.program.group == group)
    }

    /// Geometric mean of a group's ratios to a machine.
    pub(crate) fn mean(&self, group: Group, machine: usize, measure: Measure) -> Option<f64> {
        let ratios = self
            .group(group)
            .filter_map(|row| row.ratio(machine, measure));
        geometric_mean(&ratios.map(|it| it.median).collect::<Vec<_>>())
    }

    /// A row as a line to look at while the others run.
    pub(crate) fn line(&self, row: &Row) -> String {
        let mut line = format!("{:18}", row.program.name);
        for (index, machine) in self.machines.iter().enumerate() {
            line += &format!("  {machine}: {}", cell(row, index));
            if let (1.., Some(ratio)) = (index, ratio(row, index)) {
                line += &format!(" = {}", percent(&ratio));
            }
        }
        line
    }

    /// Puts the tables between the markers of the page, behind `picture`.
    pub(crate) fn write(&self, page: &Path, picture: &str) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("{}: {error}", page.display());
        let text = std::fs::read_to_string(page).map_err(failed)?;
        let text = replaced(&text, &format!("{picture}{self}"))
            .ok_or_else(|| format!("{}: no markers", page.display()))?;
        std::fs::write(page, text).map_err(failed)
    }

    fn references(&self) -> std::ops::Range<usize> {
        1..self.machines.len()
    }

    fn show(&self, group: Group, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let references = if group == Group::Parallel {
            0..0
        } else {
            self.references()
        };
        write!(f, "\n### {}\n\n| program | question |", group.title())?;
        for machine in &self.machines {
            write!(f, " {machine} |")?;
        }
        for machine in &self.machines[references.clone()] {
            write!(f, " to {machine} |")?;
        }
        let columns = self.machines.len() + references.len();
        writeln!(f, "\n|---|---|{}", "---:|".repeat(columns))?;
        for row in self.group(group) {
            write!(f, "| `{}` | {} |", row.program.name, row.program.question)?;
            for machine in 0..self.machines.len() {
                write!(f, " {} |", cell(row, machine))?;
            }
            for machine in references.clone() {
                let ratio = ratio(row, machine).map_or("–".to_owned(), |it| percent(&it));
                write!(f, " {ratio} |")?;
            }
            writeln!(f)?;
        }
        if group == Group::Parallel {
            return self.show_gains(f);
        }
        if references.is_empty() {
            return Ok(());
        }
        let measure = group.measure();
        self.show_mean("geometric mean", group, measure, f)?;
        self.show_highest(group, f)?;
        for (title, other) in [
            ("mean by the clock", Measure::Clock),
            ("mean of memory", Measure::Memory),
        ] {
            if other != measure {
                self.show_mean(title, group, other, f)?;
            }
        }
        Ok(())
    }

    fn show_mean(
        &self,
        title: &str,
        group: Group,
        measure: Measure,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        write!(f, "| **{title}** | |{}", " |".repeat(self.machines.len()))?;
        for machine in self.references() {
            match self.mean(group, machine, measure) {
                Some(mean) => write!(f, " **{mean:.2}** |")?,
                None => write!(f, " – |")?,
            }
        }
        writeln!(f)
    }

    fn show_highest(&self, group: Group, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "| **highest** | |{}", " |".repeat(self.machines.len()))?;
        for machine in self.references() {
            let ratios = self
                .group(group)
                .filter_map(|row| Some((ratio(row, machine)?.median, &row.program.name)));
            match ratios.max_by(|one, other| one.0.total_cmp(&other.0)) {
                Some((highest, name)) => write!(f, " {highest:.2} `{name}` |")?,
                None => write!(f, " – |")?,
            }
        }
        writeln!(f)
    }

    fn show_gains(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "| **geometric mean** | |")?;
        for machine in 0..self.machines.len() {
            let gains = self
                .group(Group::Parallel)
                .filter_map(|row| row.gain(machine));
            match geometric_mean(&gains.map(|it| it.median).collect::<Vec<_>>()) {
                Some(mean) => write!(f, " **{mean:.2}** |")?,
                None => write!(f, " – |")?,
            }
        }
        writeln!(f)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.conditions)?;
        for group in Group::ALL {
            if self.group(group).next().is_some() {
                self.show(group, f)?;
            }
        }
        Ok(())
    }
}

/// What the ratios of its group are about, to a machine.
fn ratio(row: &Row, machine: usize) -> Option<Figure> {
    row.ratio(machine, row.program.group.measure())
}

fn percent(figure: &Figure) -> String {
    format!("{:.2} ±{:.0} %", figure.median, figure.spread * 100.0)
}

/// A program on a machine.
fn cell(row: &Row, machine: usize) -> String {
    let group = row.program.group;
    let figure = |measure| row.figure(machine, measure);
    let (Some(main), Some(memory)) = (figure(group.measure()), figure(Measure::Memory)) else {
        return "–".to_owned();
    };
    let spread = main.spread * 100.0;
    match (
        group,
        figure(Measure::Processor),
        row.gain(machine),
        row.single(machine),
    ) {
        (Group::Parallel, _, Some(gain), Some(single)) => {
            format!(
                "{}: {:.0} → {:.0} ms",
                percent(&gain),
                single.median,
                main.median
            )
        }
        (Group::Memory, Some(time), ..) => {
            format!(
                "{:.0} MB ±{spread:.0} %, {:.0} ms",
                main.median, time.median
            )
        }
        _ => format!(
            "{:.0} ms ±{spread:.0} %, {:.0} MB",
            main.median, memory.median
        ),
    }
}

fn replaced(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{table}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::tests::row;

    fn table() -> Table {
        Table {
            machines: ["Oxbeam", "one", "other"].map(str::to_owned).to_vec(),
            rows: vec![
                row("p", Group::Cpu, &[200, 100, 0]),
                row("q", Group::Cpu, &[100, 200, 50]),
                row("m", Group::Memory, &[30, 60, 60]),
                row("t", Group::Parallel, &[10, 10, 10]),
            ],
            conditions: "One round.".to_owned(),
        }
    }

    #[test]
    fn each_group_has_its_means() {
        let text = table().to_string();
        let lines: Vec<&str> = text.lines().collect();
        for line in [
            "| program | question | Oxbeam | one | other | to one | to other |",
            "| `p` | How fast is p? | 200 ms ±0 %, 200 MB | 100 ms ±0 %, 100 MB | – | 2.00 ±0 % | – |",
            "| **geometric mean** | | | | | **1.00** | **2.00** |",
            "| **highest** | | | | | 2.00 `p` | 2.00 `q` |",
            "| `m` | How fast is m? | 30 MB ±0 %, 30 ms | 60 MB ±0 %, 60 ms | 60 MB ±0 %, 60 ms | 0.50 ±0 % | 0.50 ±0 % |",
            "| `t` | How fast is t? | 2.00 ±0 %: 20 → 10 ms | 2.00 ±0 %: 20 → 10 ms | 2.00 ±0 %: 20 → 10 ms |",
            "| **geometric mean** | | **2.00** | **2.00** | **2.00** |",
        ] {
            assert!(lines.contains(&line), "{line}\n{text}");
        }
    }

    #[test]
    fn all_rows_of_a_table_have_as_many_columns() {
        let text = table().to_string();
        for part in text.split("###").skip(1) {
            let mut counts = part
                .lines()
                .filter(|line| line.starts_with('|'))
                .map(|line| line.matches('|').count());
            let first = counts.next();
            assert!(counts.all(|count| Some(count) == first), "{part}");
        }
    }

    #[test]
    fn the_table_replaces_the_one_before() {
        let page = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        let page = replaced(&page, "new\n").expect("markers");
        assert_eq!(page, format!("before\n{BEGIN}\nnew\n{END}\nafter\n"));
        assert!(replaced("none", "new").is_none());
    }
}
