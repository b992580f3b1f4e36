//! Numbers put into a terminal's string, as its description asks for: a small stack machine (`%p1%{65}%+%c`). Nothing in a string is a fault: what is
//! not understood is left out, and a stack that is empty gives zeros.

/// Parameters that a string can name.
const PARAMETERS: usize = 9;
/// Values that are kept at once; more are lost.
const DEPTH: usize = 20;

/// `string` with `parameters` put in.
pub(super) fn expand(string: &[u8], parameters: &[i32]) -> Vec<u8> {
    let mut machine = Machine::default();
    for (slot, &parameter) in machine.parameters.iter_mut().zip(parameters) {
        *slot = parameter;
    }
    if let Some(wanted) = wanted_in_order(string) {
        machine.in_order = true;
        let wanted = &machine.parameters[..wanted];
        machine.stack.extend(wanted.iter().rev());
    }
    machine.run(string);
    machine.output
}

/// How many parameters a string takes that names none: those of old (`%d;%d`) take one after the other.
fn wanted_in_order(mut string: &[u8]) -> Option<usize> {
    let mut wanted = 0;
    while let Some(at) = string.iter().position(|&byte| byte == b'%') {
        let (_, rest) = Format::read(&string[at + 1..]);
        let Some((&operation, rest)) = rest.split_first() else {
            break;
        };
        let skipped = match operation {
            b'p' => return None,
            b'd' | b'o' | b'x' | b'X' | b'c' | b'l' | b's' | b'!' | b'~' => {
                wanted += 1;
                0
            }
            b'P' => {
                wanted += 1;
                1
            }
            b'g' => 1,
            b'\'' => 2,
            _ if is_binary(operation) => {
                wanted += 2;
                0
            }
            _ => 0,
        };
        string = rest.get(skipped..).unwrap_or_default();
    }
    Some(wanted.min(PARAMETERS))
}

fn is_binary(operation: u8) -> bool {
    b"+-*/mAO&|^=<>".contains(&operation)
}

fn binary(operation: u8, left: i32, right: i32) -> i32 {
    match operation {
        b'+' => left.wrapping_add(right),
        b'-' => left.wrapping_sub(right),
        b'*' => left.wrapping_mul(right),
        b'/' if right != 0 => left.wrapping_div(right),
        b'm' if right != 0 => left.wrapping_rem(right),
        b'A' => i32::from(left != 0 && right != 0),
        b'O' => i32::from(left != 0 || right != 0),
        b'&' => left & right,
        b'|' => left | right,
        b'^' => left ^ right,
        b'=' => i32::from(left == right),
        b'<' => i32::from(left < right),
        b'>' => i32::from(left > right),
        _ => 0,
    }
}

/// Flags and sizes in front of `d`, `o`, `x` and `X`, as `printf` has them.
#[derive(Default)]
struct Format {
    left: bool,
    zeros: bool,
    blank: bool,
    prefix: bool,
    width: usize,
    precision: Option<usize>,
}

impl Format {
    /// The largest size.
    const LIMIT: usize = 10_000;

    /// What stands at the beginning of `text`, and the rest.
    fn read(mut text: &[u8]) -> (Format, &[u8]) {
        let mut format = Format::default();
        let mut may_be_left = false;
        let mut size = 0;
        while let Some((&byte, rest)) = text.split_first() {
            match byte {
                b'0' if size == 0 && format.precision.is_none() => format.zeros = true,
                b'0'..=b'9' => {
                    size = (size * 10 + usize::from(byte - b'0')).min(Format::LIMIT);
                    match &mut format.precision {
                        Some(precision) => *precision = size,
                        None => format.width = size,
                    }
                }
                b'.' => (format.precision, size) = (Some(0), 0),
                b'#' => format.prefix = true,
                b' ' => format.blank = true,
                b':' => may_be_left = true,
                b'-' if may_be_left => format.left = true,
                _ => break,
            }
            text = rest;
        }
        (format, text)
    }
    fn number(&self, operation: u8, value: i32) -> String {
        let mut digits = match operation {
            b'o' => format!("{value:o}"),
            b'x' => format!("{value:x}"),
            b'X' => format!("{value:X}"),
            _ => value.unsigned_abs().to_string(),
        };
        if self.precision == Some(0) && value == 0 {
            digits.clear();
        }
        let sign = match operation {
            b'd' if value < 0 => "-",
            b'd' if self.blank => " ",
            b'x' if self.prefix && value != 0 => "0x",
            b'X' if self.prefix && value != 0 => "0X",
            b'o' if self.prefix && value != 0 => "0",
            _ => "",
        };
        let zeros = match self.precision {
            Some(precision) => precision,
            None if self.zeros && !self.left => self.width.saturating_sub(sign.len()),
            None => 0,
        };
        let text = format!("{sign}{digits:0>zeros$}");
        let width = self.width;
        if self.left {
            format!("{text:<width$}")
        } else {
            format!("{text:>width$}")
        }
    }
}

#[derive(Default)]
struct Machine {
    parameters: [i32; PARAMETERS],
    /// Parameters are taken in order.
    in_order: bool,
    stack: Vec<i32>,
    variables: std::collections::BTreeMap<u8, i32>,
    output: Vec<u8>,
}

impl Machine {
    fn push(&mut self, value: i32) {
        if self.stack.len() < DEPTH {
            self.stack.push(value);
        }
    }
    fn pop(&mut self) -> i32 {
        self.stack.pop().unwrap_or(0)
    }
    fn run(&mut self, mut string: &[u8]) {
        while let Some((&byte, rest)) = string.split_first() {
            string = rest;
            if byte != b'%' {
                self.output.push(byte);
                continue;
            }
            let (format, rest) = Format::read(string);
            let Some((&operation, rest)) = rest.split_first() else {
                return;
            };
            string = self.operate(&format, operation, rest);
        }
    }
    /// Does one operation. Gives what is left of the string, `rest`.
    fn operate<'s>(&mut self, format: &Format, operation: u8, rest: &'s [u8]) -> &'s [u8] {
        let operand = rest.first().copied().unwrap_or(0);
        let behind = |count: usize| rest.get(count..).unwrap_or_default();
        match operation {
            b'%' => self.output.push(b'%'),
            b'd' | b'o' | b'x' | b'X' => {
                let value = self.pop();
                let text = format.number(operation, value);
                self.output.extend_from_slice(text.as_bytes());
            }
            b'c' => match self.pop() as u8 {
                // A zero would end the string.
                0 => self.output.push(0x80),
                byte => self.output.push(byte),
            },
            // There are no parameters but numbers: an empty text.
            b's' => drop(self.stack.pop()),
            b'l' => {
                self.pop();
                self.push(0);
            }
            b'p' => {
                let index = usize::from(operand.wrapping_sub(b'1'));
                if let Some(&value) = self.parameters.get(index) {
                    self.push(value);
                }
                return behind(1);
            }
            b'P' => {
                let value = self.pop();
                self.variables.insert(operand, value);
                return behind(1);
            }
            b'g' => {
                let value = self.variables.get(&operand).copied().unwrap_or(0);
                self.push(value);
                return behind(1);
            }
            b'\'' => {
                self.push(i32::from(operand));
                return behind(2);
            }
            b'{' => {
                let digits = rest.iter().take_while(|byte| byte.is_ascii_digit());
                let count = digits.clone().count();
                self.push(digits.fold(0_i32, |number, digit| {
                    number
                        .wrapping_mul(10)
                        .wrapping_add(i32::from(digit - b'0'))
                }));
                return behind(count + 1);
            }
            b'!' => {
                let value = self.pop();
                self.push(i32::from(value == 0));
            }
            b'~' => {
                let value = self.pop();
                self.push(!value);
            }
            b'i' => {
                for index in 0..2 {
                    self.parameters[index] = self.parameters[index].wrapping_add(1);
                    if let Some(slot) = self.stack.get_mut(index).filter(|_| self.in_order) {
                        *slot = self.parameters[index];
                    }
                }
            }
            b't' if self.pop() == 0 => return after_branch(rest, true),
            b'e' => return after_branch(rest, false),
            _ if is_binary(operation) => {
                let (right, left) = (self.pop(), self.pop());
                self.push(binary(operation, left, right));
            }
            _ => {}
        }
        rest
    }
}

/// What follows the branch at the beginning of `text`: another one, if that is wanted, or the end of the choice.
fn after_branch(mut text: &[u8], other: bool) -> &[u8] {
    let mut inside = 0;
    while let Some(at) = text.iter().position(|&byte| byte == b'%') {
        let operation = text.get(at + 1).copied();
        text = text.get(at + 2..).unwrap_or_default();
        match operation {
            Some(b'?') => inside += 1,
            Some(b';') if inside == 0 => return text,
            Some(b';') => inside -= 1,
            Some(b'e') if inside == 0 && other => return text,
            _ => {}
        }
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::expand;

    #[test]
    fn strings_of_every_age() {
        let rows: &[(&str, &[i32], &str)] = &[
            ("\x1b[%i%p1%d;%p2%dH", &[3, 7], "\x1b[4;8H"),
            ("%d;%d;%d", &[9, 7], "9;7;0"),
            ("%i%d;%d", &[9, 7], "8;10"),
            (
                "%p1%2d|%p2%03d|%p1%:-4d|%p1%#x|%p1%.3d",
                &[9, 7],
                " 9|007|9   |0x9|009",
            ),
            ("%?%p1%{5}%>%tbig%e%?%p1%t%;small%;.", &[7], "big."),
            ("%?%p1%{5}%>%tbig%e%?%p1%t%;small%;.", &[3], "small."),
            ("%p1%{0}%m%d%p1%{0}%/%d", &[7], "00"),
            ("%p1%{65}%+%c%'a'%c%%%", &[1], "Ba%"),
            ("%s%l%d%ga%d%z%", &[7], "00"),
        ];
        for (string, parameters, expanded) in rows {
            let output = expand(string.as_bytes(), parameters);
            assert_eq!(
                String::from_utf8(output).as_deref(),
                Ok(*expanded),
                "{string}"
            );
        }
    }
}
