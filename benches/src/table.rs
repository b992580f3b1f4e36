//! What was measured, as a table in Markdown.

use crate::machine::Sample;
use std::fmt;
use std::path::Path;

/// The table stands between these lines of a page.
const BEGIN: &str = "<!-- table: begin -->";
const END: &str = "<!-- table: end -->";

/// A program on a machine.
pub(crate) struct Measured {
    /// Median, milliseconds of processor time.
    processor: f64,
    /// Median, milliseconds by the clock.
    elapsed: f64,
    /// From the least to the most processor time, as a part of the median.
    spread: f64,
    /// Median of the most memory, in MB.
    peak: f64,
}

impl Measured {
    pub(crate) fn of(samples: &[Sample]) -> Measured {
        let processor = sorted(samples.iter().map(|it| it.processor));
        let middle = median(&processor);
        let range = processor[processor.len() - 1] - processor[0];
        Measured {
            processor: middle / 1000.0,
            elapsed: median(&sorted(samples.iter().map(|it| it.elapsed))) / 1000.0,
            spread: range / middle.max(1.0),
            peak: median(&sorted(samples.iter().map(|it| it.peak))) / 1024.0,
        }
    }
}

fn sorted(values: impl Iterator<Item = u64>) -> Vec<f64> {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values.into_iter().map(|value| value as f64).collect()
}

fn median(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted[half]
    } else {
        (sorted[half - 1] + sorted[half]) / 2.0
    }
}

fn geometric_mean(values: &[f64]) -> f64 {
    (values.iter().map(|value| value.ln()).sum::<f64>() / values.len() as f64).exp()
}

/// A row for each program.
pub(crate) struct Table {
    machines: Vec<String>,
    rows: Vec<(String, String, Vec<Measured>)>,
}

impl Table {
    pub(crate) fn new(machines: Vec<String>) -> Table {
        Table {
            machines,
            rows: Vec::new(),
        }
    }

    /// Adds a row; returns it as a line to look at.
    pub(crate) fn add(&mut self, name: String, question: String, on: Vec<Measured>) -> String {
        let mut line = format!("{name:13}");
        for (machine, measured) in self.machines.iter().zip(&on) {
            line += &format!(
                "  {machine} {:.0} ms (±{:.0} %, {:.0} by the clock, {:.0} MB)",
                measured.processor,
                measured.spread * 50.0,
                measured.elapsed,
                measured.peak
            );
        }
        if let Some([processor, elapsed]) = ratios(&on) {
            line += &format!("  ratio {processor:.2} ({elapsed:.2})");
        }
        self.rows.push((name, question, on));
        line
    }

    /// Puts the table between the markers of the page.
    pub(crate) fn write(&self, page: &Path) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("{}: {error}", page.display());
        let text = std::fs::read_to_string(page).map_err(failed)?;
        let text = replaced(&text, &self.to_string())
            .ok_or_else(|| format!("{}: no markers", page.display()))?;
        std::fs::write(page, text).map_err(failed)
    }
}

fn replaced(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{table}{END}{after}"))
}

/// Of the first machine to the second: processor time, clock.
fn ratios(on: &[Measured]) -> Option<[f64; 2]> {
    let [oxbeam, reference, ..] = on else {
        return None;
    };
    Some([
        oxbeam.processor.max(1.0) / reference.processor.max(1.0),
        oxbeam.elapsed / reference.elapsed,
    ])
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "| program | question |")?;
        for machine in &self.machines {
            write!(f, " {machine} |")?;
        }
        let compared = self.machines.len() > 1;
        if compared {
            write!(f, " ratio | by the clock |")?;
        }
        write!(f, "\n|---|---|")?;
        let columns = self.machines.len() + if compared { 2 } else { 0 };
        writeln!(f, "{}", "---:|".repeat(columns))?;
        for (name, question, on) in &self.rows {
            write!(f, "| `{name}` | {question} |")?;
            for measured in on {
                write!(
                    f,
                    " {:.0} ms ±{:.0} %, {:.0} MB |",
                    measured.processor,
                    measured.spread * 50.0,
                    measured.peak
                )?;
            }
            if let Some([processor, elapsed]) = ratios(on) {
                write!(f, " {processor:.2} | {elapsed:.2} |")?;
            }
            writeln!(f)?;
        }
        if compared {
            let all: Vec<[f64; 2]> = self.rows.iter().filter_map(|row| ratios(&row.2)).collect();
            let of = |column: usize| -> f64 {
                geometric_mean(&all.iter().map(|row| row[column]).collect::<Vec<_>>())
            };
            write!(f, "| **geometric mean** | |")?;
            write!(f, "{}", " |".repeat(self.machines.len()))?;
            writeln!(f, " **{:.2}** | **{:.2}** |", of(0), of(1))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(processor: f64) -> Measured {
        Measured {
            processor,
            elapsed: processor,
            spread: 0.02,
            peak: 50.0,
        }
    }

    #[test]
    fn medians() {
        assert_eq!(median(&[1.0, 2.0, 9.0]), 2.0);
        assert_eq!(median(&[1.0, 2.0, 4.0, 9.0]), 3.0);
    }

    #[test]
    fn the_mean_of_twice_and_half_is_one() {
        let mut table = Table::new(vec!["a".to_owned(), "b".to_owned()]);
        for (one, other) in [(200.0, 100.0), (100.0, 200.0)] {
            let row = vec![measured(one), measured(other)];
            let _ = table.add("p".to_owned(), "q".to_owned(), row);
        }
        assert!(table.to_string().ends_with("| **1.00** | **1.00** |\n"));
    }

    #[test]
    fn the_table_replaces_the_one_before() {
        let page = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        let page = replaced(&page, "new\n").expect("markers");
        assert_eq!(page, format!("before\n{BEGIN}\nnew\n{END}\nafter\n"));
        assert!(replaced("none", "new").is_none());
    }
}
