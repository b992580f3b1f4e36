//! `BeamFile`: everything the machine needs from a file, and the order in which chunks are read.

use crate::attributes::{self, external_term};
use crate::code::{self, GenericOp};
use crate::container::{self, Chunk, find, find_mandatory};
use crate::cursor::Cursor;
use crate::error::{ChunkId, LoadError, LoadErrorKind};
use crate::exports::{self, Export};
use crate::flow::{self, Flow};
use crate::funs::{self, FunEntry};
use crate::genop::{Op, major_release};
use crate::imports::{self, Import};
use crate::lines::{self, LineTable};
use crate::operand::{AtomIx, Limits};
use crate::records::{self, RecordDef};
use crate::types::{self, TypeEntry};
use crate::verify::{self, Function};
use crate::{atoms, digest, literals, strings};

/// A chunk's name and place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkInfo {
    /// Its name.
    pub id: ChunkId,
    /// Where its data starts in the (inflated) file.
    pub offset: usize,
    /// The size of its data.
    pub size: usize,
}

/// A compiled module. Every index, label and register in it is in range and every operand of a form its
/// instruction may have: see `verify`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BeamFile {
    /// The module's name.
    pub module: String,
    /// Names of atoms; 1 is the module, 0 stands unused and empty.
    pub atoms: Vec<String>,
    /// What is called in other modules.
    pub imports: Vec<Import>,
    /// What other modules may call.
    pub exports: Vec<Export>,
    /// Functions that are not exported; empty if the file does not tell.
    pub locals: Vec<Export>,
    /// Funs.
    pub funs: Vec<FunEntry>,
    /// Constant terms as external terms, not looked into.
    pub literals: Vec<Vec<u8>>,
    /// Bytes that binary instructions take pieces of.
    pub strings: Vec<u8>,
    /// Source positions.
    pub lines: LineTable,
    /// Types of registers; empty if the file has none, and then no register is typed.
    pub types: Vec<TypeEntry>,
    /// The module's attributes as an external term.
    pub attributes: Option<Vec<u8>>,
    /// The compiler's version, options and source as an external term.
    pub compile_info: Option<Vec<u8>>,
    /// Enabled features as an external term.
    pub meta: Option<Vec<u8>>,
    /// Native records defined here.
    pub records: Vec<RecordDef>,
    /// The instructions; the last is `int_code_end`.
    pub code: Vec<GenericOp>,
    /// The functions in the code, in order.
    pub functions: Vec<Function>,
    /// What the lowering must add to the instructions for the code to be safe.
    pub flow: Flow,
    /// Labels are below this.
    pub label_count: u32,
    /// Highest opcode number the header claims.
    pub max_opcode: u32,
    /// The module's MD5.
    pub md5: [u8; 16],
    /// All chunks of the file, also those not read here, in file order.
    pub chunks: Vec<ChunkInfo>,
}

/// Reads a BEAM file, compressed or not, and checks it.
pub fn load(bytes: &[u8]) -> Result<BeamFile, LoadError> {
    let file = container::inflate_file(bytes)?;
    let chunks = container::chunks(&file)?;

    let atoms = atoms::atoms(find_mandatory(&chunks, atoms::ID)?)?;
    let module = atoms[1].clone();
    let imports = imports::imports(find_mandatory(&chunks, imports::ID)?, atoms.len())?;
    let literals = read_if_present(&chunks, literals::ID, literals::literals)?;
    let types = read_if_present(&chunks, types::ID, types::types)?;
    let lines = match find(&chunks, lines::ID) {
        Some(data) => lines::lines(data, &module)?,
        None => LineTable::absent(&module),
    };

    let mut cursor = Cursor::new(code::ID, find_mandatory(&chunks, code::ID)?);
    let header = code::header(&mut cursor)?;
    let label_count = header.label_count;
    let limits = Limits {
        atoms: atoms.len(),
        labels: label_count as usize,
        literals: literals.len(),
        types: types.len(),
    };
    let code = code::instructions(&mut cursor, &limits)?;

    let exports = find_mandatory(&chunks, exports::EXPORTS)?;
    let exports = exports::exports(exports::EXPORTS, exports, atoms.len(), label_count)?;
    let locals = read_if_present(&chunks, exports::LOCALS, |data| {
        exports::exports(exports::LOCALS, data, atoms.len(), label_count)
    })?;
    let funs = read_if_present(&chunks, funs::ID, |data| {
        funs::funs(data, atoms.len(), label_count)
    })?;
    let records = read_if_present(&chunks, records::ID, |data| {
        records::records(data, &atoms, &limits)
    })?;

    let mut beam = BeamFile {
        module,
        imports,
        exports,
        locals,
        funs,
        literals,
        strings: strings::strings(find(&chunks, strings::ID)),
        lines,
        types,
        attributes: external_term(find(&chunks, attributes::ATTRIBUTES)),
        compile_info: external_term(find(&chunks, attributes::COMPILE_INFO)),
        meta: external_term(find(&chunks, attributes::META)),
        records,
        code,
        functions: Vec::new(),
        flow: Flow::default(),
        label_count,
        max_opcode: header.max_opcode,
        md5: digest::md5(&chunks),
        chunks: chunks.iter().map(ChunkInfo::of).collect(),
        atoms,
    };
    beam.functions = verify::verify(&beam, header.function_count)?;
    beam.flow = flow::flow(&beam, &beam.functions)?;
    Ok(beam)
}

fn read_if_present<T>(
    chunks: &[Chunk<'_>],
    id: ChunkId,
    read: impl FnOnce(&[u8]) -> Result<Vec<T>, LoadError>,
) -> Result<Vec<T>, LoadError> {
    find(chunks, id).map_or(Ok(Vec::new()), read)
}

impl ChunkInfo {
    fn of(chunk: &Chunk<'_>) -> ChunkInfo {
        ChunkInfo {
            id: chunk.id,
            offset: chunk.offset,
            size: chunk.data.len(),
        }
    }
}

impl BeamFile {
    /// An atom's name.
    pub fn atom(&self, index: AtomIx) -> &str {
        &self.atoms[index.0 as usize]
    }

    /// Checks that a release has every instruction used: an older machine must refuse what it cannot run.
    pub fn check_release(&self, release: u8) -> Result<(), LoadError> {
        let mut known = [None; 256];
        for instruction in &self.code {
            let op = instruction.op;
            let fits = known[usize::from(op.number())].get_or_insert_with(|| is_in(op, release));
            if !*fits {
                let kind = LoadErrorKind::NewerOpcode { op, release };
                return Err(LoadError::new(code::ID, instruction.offset as usize, kind));
            }
        }
        Ok(())
    }
}

fn is_in(op: Op, release: u8) -> bool {
    major_release(op.since()).is_none_or(|since| since <= release)
}
