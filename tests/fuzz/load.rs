//! Any bytes: the loader must answer without panicking, and what it lets through must disassemble, load the
//! same again, and name no index that leads nowhere.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oxbeam_loader::{Operand, disasm, load};

fn check_operand(beam: &oxbeam_loader::BeamFile, operand: &Operand) {
    match operand {
        Operand::Atom(atom) => assert!((atom.0 as usize) < beam.atoms.len()),
        Operand::Literal(index) => assert!((*index as usize) < beam.literals.len()),
        Operand::TypedX(_, kind) | Operand::TypedY(_, kind) => {
            assert!((*kind as usize) < beam.types.len())
        }
        Operand::Label(label) => assert!(*label < beam.label_count),
        _ => {}
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(beam) = load(bytes) else { return };
    disasm(&beam);
    for instruction in &beam.code {
        assert_eq!(instruction.operands.len(), instruction.op.arity());
        for operand in &instruction.operands {
            match operand {
                Operand::List(items) => items.iter().for_each(|item| check_operand(&beam, item)),
                single => check_operand(&beam, single),
            }
        }
    }
    assert_eq!(load(bytes), Ok(beam));
});
