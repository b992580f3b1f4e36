//! Reads compiled BEAM files into generic instructions.
