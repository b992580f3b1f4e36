//! What follows from the samples: medians, ratios, and how far the rounds lie apart.

use crate::machine::Sample;
use crate::program::{Group, Program};

/// A median, and half of the range as a part of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figure {
    pub(crate) median: f64,
    pub(crate) spread: f64,
}

impl Figure {
    /// None of no values.
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Option<Figure> {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        let (least, most) = (*values.first()?, *values.last()?);
        let half = values.len() / 2;
        let median = if values.len() % 2 == 1 {
            values[half]
        } else {
            (values[half - 1] + values[half]) / 2.0
        };
        Some(Figure {
            median,
            spread: (most - least) / 2.0 / median.max(f64::MIN_POSITIVE),
        })
    }
}

/// None of no values.
pub(crate) fn geometric_mean(values: &[f64]) -> Option<f64> {
    let logarithms = values.iter().map(|value| value.ln()).sum::<f64>();
    (!values.is_empty()).then(|| (logarithms / values.len() as f64).exp())
}

/// What is looked at in a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Processor,
    Clock,
    Memory,
}

impl Measure {
    /// Milliseconds or MB; never zero.
    fn value(self, sample: &Sample) -> f64 {
        let (value, unit) = match self {
            Measure::Processor => (sample.processor, 1000.0),
            Measure::Clock => (sample.elapsed, 1000.0),
            Measure::Memory => (sample.peak, 1024.0),
        };
        value.max(1) as f64 / unit
    }
}

impl Group {
    /// What its ratios are about.
    pub(crate) fn measure(self) -> Measure {
        match self {
            Group::Cpu | Group::Messages | Group::Start => Measure::Processor,
            Group::Memory => Measure::Memory,
            Group::Parallel => Measure::Clock,
        }
    }
}

/// A program, with the samples of each machine, a round each; none where the machine cannot run it.
pub(crate) struct Row {
    pub(crate) program: Program,
    pub(crate) samples: Vec<Vec<Sample>>,
    /// The same on one scheduler, for those of `Group::Parallel`.
    pub(crate) single: Vec<Vec<Sample>>,
}

impl Row {
    /// Of one machine.
    pub(crate) fn figure(&self, machine: usize, measure: Measure) -> Option<Figure> {
        Figure::of(self.samples[machine].iter().map(|it| measure.value(it)))
    }

    /// Of Oxbeam, the first machine, to another, round by round.
    pub(crate) fn ratio(&self, machine: usize, measure: Measure) -> Option<Figure> {
        quotients(&self.samples[0], &self.samples[machine], measure)
    }

    /// How many times faster two schedulers are than one.
    pub(crate) fn gain(&self, machine: usize) -> Option<Figure> {
        let single = self.single.get(machine)?;
        quotients(single, &self.samples[machine], Measure::Clock)
    }

    /// Milliseconds by the clock on one scheduler.
    pub(crate) fn single(&self, machine: usize) -> Option<Figure> {
        let samples = self.single.get(machine)?;
        Figure::of(samples.iter().map(|it| Measure::Clock.value(it)))
    }
}

fn quotients(above: &[Sample], below: &[Sample], measure: Measure) -> Option<Figure> {
    let pairs = above.iter().zip(below);
    Figure::of(pairs.map(|(above, below)| measure.value(above) / measure.value(below)))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A row with a sample a machine: so many milliseconds, as many MB.
    pub(crate) fn row(name: &str, group: Group, on: &[u64]) -> Row {
        let text = format!("%% How fast is {name}?\n");
        let mut program = Program::parse(name, &text).expect("a question");
        program.group = group;
        let sample = |value: u64| Sample {
            result: 1,
            elapsed: value * 1000,
            processor: value * 1000,
            peak: value * 1024,
        };
        let samples = on.iter().map(|&value| {
            if value == 0 {
                Vec::new()
            } else {
                vec![sample(value)]
            }
        });
        Row {
            program,
            samples: samples.collect(),
            single: on.iter().map(|&value| vec![sample(value * 2)]).collect(),
        }
    }

    #[test]
    fn medians_and_spreads() {
        let of = |values: &[f64]| Figure::of(values.iter().copied());
        assert_eq!(
            of(&[9.0, 1.0, 2.0]),
            Some(Figure {
                median: 2.0,
                spread: 2.0
            })
        );
        assert_eq!(of(&[1.0, 2.0, 4.0, 9.0]).map(|it| it.median), Some(3.0));
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn the_mean_of_twice_and_half_is_one() {
        let mean = geometric_mean(&[2.0, 0.5]).expect("values");
        assert!((mean - 1.0).abs() < 1e-9);
        assert_eq!(geometric_mean(&[]), None);
    }

    #[test]
    fn ratios_are_of_the_first_machine() {
        let row = row("p", Group::Cpu, &[100, 200, 0]);
        let ratio = |machine| row.ratio(machine, Measure::Processor).map(|it| it.median);
        assert_eq!((ratio(1), ratio(2)), (Some(0.5), None));
        assert_eq!(row.gain(0).map(|it| it.median), Some(2.0));
    }
}
