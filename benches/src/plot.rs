//! The ratios as a picture: a line for each program, a dot for each reference, left of the middle where Oxbeam is better.

use crate::figures::Figure;
use crate::program::Group;
use crate::table::Table;
use std::fmt::Write;

const LABELS: f64 = 170.0;
const WIDTH: f64 = 620.0;
const RIGHT: f64 = 30.0;
const LINE: f64 = 15.0;
/// Told apart without colour, too: by the order in the legend, and by form.
const COLOURS: [&str; 4] = ["#0b6fb8", "#c4501b", "#4b8b3b", "#7d4fa3"];
/// Where lines are drawn, if they lie within.
const TICKS: [f64; 13] = [
    0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.3, 2.0, 3.0, 5.0, 10.0, 20.0,
];

/// As SVG. None if there is nothing to compare with.
pub(crate) fn draw(table: &Table) -> Option<String> {
    let machines = 1..table.machines.len();
    let groups: Vec<Group> = Group::ALL
        .into_iter()
        .filter(|&group| group != Group::Parallel && table.group(group).next().is_some())
        .collect();
    let ratios: Vec<f64> = table
        .rows
        .iter()
        .filter(|row| groups.contains(&row.program.group))
        .flat_map(|row| {
            let measure = row.program.group.measure();
            machines
                .clone()
                .filter_map(move |machine| row.ratio(machine, measure))
        })
        .map(|ratio| ratio.median)
        .collect();
    if ratios.is_empty() {
        return None;
    }
    let scale = Scale {
        least: ratios.iter().copied().fold(0.7, f64::min) / 1.15,
        most: ratios.iter().copied().fold(1.3, f64::max) * 1.15,
    };

    let mut body = String::new();
    let mut y = 2.0 * LINE;
    for &group in &groups {
        y += 1.5 * LINE;
        let means = machines
            .clone()
            .map(|machine| table.mean(group, machine, group.measure()));
        line(
            &mut body,
            y,
            group.title(),
            true,
            &scale,
            means.map(|mean| {
                mean.map(|median| Figure {
                    median,
                    spread: 0.0,
                })
            }),
        );
        for row in table.group(group) {
            y += LINE;
            let ratios = machines
                .clone()
                .map(|machine| row.ratio(machine, group.measure()));
            line(&mut body, y, &row.program.name, false, &scale, ratios);
        }
    }
    let bottom = y + LINE;
    let width = LABELS + WIDTH + RIGHT;
    let height = bottom + 2.0 * LINE;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n<title>Oxbeam / reference, less is better</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    legend(&mut svg, table);
    grid(&mut svg, &scale, 2.5 * LINE, bottom);
    svg += &body;
    svg += "</svg>\n";
    Some(svg)
}

/// From ratios to places, by logarithms.
struct Scale {
    least: f64,
    most: f64,
}

impl Scale {
    fn at(&self, ratio: f64) -> f64 {
        let part = (ratio / self.least).ln() / (self.most / self.least).ln();
        LABELS + part.clamp(0.0, 1.0) * WIDTH
    }
}

fn legend(svg: &mut String, table: &Table) {
    put(
        svg,
        format_args!("<text x=\"8\" y=\"{LINE}\">Oxbeam /</text>\n"),
    );
    let mut x = 70.0;
    for (index, machine) in table.machines.iter().skip(1).enumerate() {
        mark(svg, x, LINE - 4.0, index, false);
        put(
            svg,
            format_args!(
                "<text x=\"{:.1}\" y=\"{LINE}\">{}</text>\n",
                x + 8.0,
                escaped(machine)
            ),
        );
        x += 30.0 + 7.0 * machine.chars().count() as f64;
    }
    put(
        svg,
        format_args!(
            "<text x=\"{x:.1}\" y=\"{LINE}\" fill=\"#777777\">large: geometric mean; left is better</text>\n"
        ),
    );
}

fn grid(svg: &mut String, scale: &Scale, top: f64, bottom: f64) {
    let within = TICKS
        .iter()
        .filter(|tick| (scale.least..=scale.most).contains(*tick));
    for tick in within {
        let x = scale.at(*tick);
        let colour = if *tick == 1.0 { "#555555" } else { "#dddddd" };
        put(
            svg,
            format_args!(
                "<line x1=\"{x:.1}\" y1=\"{top:.1}\" x2=\"{x:.1}\" y2=\"{bottom:.1}\" stroke=\"{colour}\"/>\n"
            ),
        );
        put(
            svg,
            format_args!(
                "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{tick}</text>\n",
                bottom + LINE
            ),
        );
    }
}

/// A name, and a mark for each reference at its ratio, with a stroke as long as the spread.
fn line(
    svg: &mut String,
    y: f64,
    name: &str,
    bold: bool,
    scale: &Scale,
    ratios: impl Iterator<Item = Option<Figure>>,
) {
    let (x, anchor, weight) = if bold {
        (8.0, "start", "bold")
    } else {
        (LABELS - 8.0, "end", "normal")
    };
    put(
        svg,
        format_args!(
            "<text x=\"{x}\" y=\"{:.1}\" text-anchor=\"{anchor}\" font-weight=\"{weight}\">{}</text>\n",
            y + 4.0,
            escaped(name)
        ),
    );
    for (index, ratio) in ratios.enumerate() {
        let Some(Figure { median, spread }) = ratio else {
            continue;
        };
        let (from, to) = (
            scale.at(median * (1.0 - spread).max(0.01)),
            scale.at(median * (1.0 + spread)),
        );
        if to - from > 1.0 {
            put(
                svg,
                format_args!(
                    "<line x1=\"{from:.1}\" y1=\"{y:.1}\" x2=\"{to:.1}\" y2=\"{y:.1}\" stroke=\"{}\"/>\n",
                    COLOURS[index % COLOURS.len()]
                ),
            );
        }
        mark(svg, scale.at(median), y, index, bold);
    }
}

/// A circle, a square, a diamond or a triangle.
fn mark(svg: &mut String, x: f64, y: f64, index: usize, large: bool) {
    let r = if large { 6.0 } else { 3.5 };
    let colour = COLOURS[index % COLOURS.len()];
    let (left, right, above, below) = (x - r, x + r, y - r, y + r);
    match index % 4 {
        0 => put(
            svg,
            format_args!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r}\" fill=\"{colour}\"/>\n"),
        ),
        1 => put(
            svg,
            format_args!(
                "<path d=\"M{left:.1} {above:.1}H{right:.1}V{below:.1}H{left:.1}Z\" fill=\"{colour}\"/>\n"
            ),
        ),
        2 => put(
            svg,
            format_args!(
                "<path d=\"M{left:.1} {y:.1}L{x:.1} {above:.1}L{right:.1} {y:.1}L{x:.1} {below:.1}Z\" fill=\"{colour}\"/>\n"
            ),
        ),
        _ => put(
            svg,
            format_args!(
                "<path d=\"M{left:.1} {below:.1}L{x:.1} {above:.1}L{right:.1} {below:.1}Z\" fill=\"{colour}\"/>\n"
            ),
        ),
    }
}

fn put(svg: &mut String, text: std::fmt::Arguments<'_>) {
    svg.write_fmt(text).expect("a string grows");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::tests::row;

    fn table(machines: &[&str], rows: Vec<crate::figures::Row>) -> Table {
        Table {
            machines: machines.iter().map(|&name| name.to_owned()).collect(),
            rows,
            conditions: String::new(),
        }
    }

    #[test]
    fn a_dot_for_each_ratio_one_for_the_mean_one_for_the_legend() {
        let rows = vec![
            row("p", Group::Cpu, &[100, 200, 50]),
            row("q", Group::Cpu, &[100, 100, 0]),
            row("t", Group::Parallel, &[100, 100, 100]),
        ];
        let svg = draw(&table(&["Oxbeam", "a < b", "c"], rows)).expect("ratios");
        assert_eq!(svg.matches("<circle").count(), 4);
        assert_eq!(svg.matches("<path").count(), 3);
        assert!(svg.contains(">a &lt; b</text>") && svg.contains(">p</text>"));
        assert!(!svg.contains(">t</text>") && svg.ends_with("</svg>\n"));
    }

    #[test]
    fn alone_there_is_nothing_to_draw() {
        assert_eq!(
            draw(&table(&["Oxbeam"], vec![row("p", Group::Cpu, &[100])])),
            None
        );
    }

    #[test]
    fn one_lies_between_half_and_twice() {
        let scale = Scale {
            least: 0.5,
            most: 2.0,
        };
        assert!((scale.at(1.0) - (LABELS + WIDTH / 2.0)).abs() < 1e-6);
        assert_eq!(scale.at(0.01), LABELS);
    }
}
