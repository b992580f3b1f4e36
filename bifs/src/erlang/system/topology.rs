//! The processors of the machine, as `cpu_topology` and kin show them: `{cpu, Node, Processor, ProcessorNode, Core, Thread, Logical}` rows
//! from the system's own description, or as the user defines them. Follows `erl_cpu_topology.c` and `erlang:format_cpu_topology/1`.

use oxbeam_vm::native::prelude::*;
use parking_lot::Mutex;
use std::fs;
use std::sync::LazyLock;

/// A logical processor and where it is.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Cpu {
    /// Node, processor, node within the processor, core, thread; -1 where there is no such level.
    place: [i64; 5],
    logical: i64,
}

static DETECTED: LazyLock<Option<Vec<Cpu>>> = LazyLock::new(detect);
static DEFINED: Mutex<Option<Vec<Cpu>>> = Mutex::new(None);

fn number(path: &str) -> Option<i64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// Reads `/sys/devices/system/cpu`. `None`: it is not there.
fn detect() -> Option<Vec<Cpu>> {
    const CPUS: &str = "/sys/devices/system/cpu";
    let mut found = Vec::new();
    for entry in fs::read_dir(CPUS).ok()?.flatten() {
        let name = entry.file_name();
        let Some(logical) = name
            .to_str()
            .and_then(|name| name.strip_prefix("cpu")?.parse::<i64>().ok())
        else {
            continue;
        };
        let core = number(&format!("{CPUS}/cpu{logical}/topology/core_id"));
        let package = number(&format!("{CPUS}/cpu{logical}/topology/physical_package_id"));
        if let (Some(core), Some(package)) = (core, package) {
            found.push((package, core, logical));
        }
    }
    if found.is_empty() {
        return None;
    }
    found.sort_unstable();
    let mut cpus: Vec<Cpu> = Vec::new();
    let (mut processor, mut core_index, mut thread) = (0, 0, 0);
    let mut last = None;
    for (package, core, logical) in found {
        match last {
            Some((p, c)) if (p, c) == (package, core) => thread += 1,
            Some((p, _)) if p == package => {
                core_index += 1;
                thread = 0;
            }
            Some(_) => {
                processor += 1;
                core_index = 0;
                thread = 0;
            }
            None => {}
        }
        last = Some((package, core));
        cpus.push(Cpu {
            place: [0, processor, -1, core_index, thread],
            logical,
        });
    }
    Some(cpus)
}

fn terms<'p>(cx: &mut Cx<'p>, cpus: Option<&[Cpu]>) -> Term<'p> {
    let Some(cpus) = cpus else {
        return Term::atom(known::UNDEFINED);
    };
    let mut rows = Vec::with_capacity(cpus.len());
    for cpu in cpus {
        let mut row = vec![super::name("cpu")];
        row.extend(cpu.place.iter().map(|&at| Term::small(at)));
        row.push(Term::small(cpu.logical));
        rows.push(cx.tuple(&row));
    }
    cx.list(rows)
}

/// The rows of `defined`, `detected` or `used`; `None`: it is none of them.
pub(super) fn rows<'p>(cx: &mut Cx<'p>, which: Term<'p>) -> Option<Term<'p>> {
    let defined = DEFINED.lock().clone();
    match which.as_atom()?.text() {
        "defined" => Some(terms(cx, defined.as_deref())),
        "detected" => Some(terms(cx, DETECTED.as_deref())),
        "used" => {
            let used = defined.or_else(|| DETECTED.clone());
            Some(terms(cx, used.as_deref()))
        }
        _ => None,
    }
}

/// `system_flag(internal_cpu_topology, undefined | [{cpu, …}])`: the rows used before.
pub(super) fn define<'p>(cx: &mut Cx<'p>, topology: Term<'p>) -> NativeResult<'p> {
    let new = if topology.is(known::UNDEFINED) {
        None
    } else {
        let rows = topology.proper_list().ok_or(Raise::Badarg)?;
        let mut cpus = Vec::with_capacity(rows.len());
        for row in rows {
            let [tag, node, processor, inner, core, thread, logical] =
                row.as_tuple_of::<7>().ok_or(Raise::Badarg)?;
            if tag.as_atom().map(Atom::text) != Some("cpu") {
                return Err(Raise::Badarg);
            }
            let at = |term: Term<'_>| {
                term.as_small()
                    .filter(|at| (-1..65536).contains(at))
                    .ok_or(Raise::Badarg)
            };
            cpus.push(Cpu {
                place: [
                    at(node)?,
                    at(processor)?,
                    at(inner)?,
                    at(core)?,
                    at(thread)?,
                ],
                logical: at(logical)?,
            });
        }
        if cpus.is_empty() {
            return Err(Raise::Badarg);
        }
        cpus.sort_unstable();
        Some(cpus)
    };
    let before = rows(cx, super::name("used")).ok_or(Raise::Badarg)?;
    *DEFINED.lock() = new;
    Ok(before)
}
