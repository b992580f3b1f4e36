//! The loader from outside: files assembled here, files damaged on purpose, and, if there are any, the files
//! of real installations.

mod assemble;
mod chunks;
mod corpus;
mod faults;
mod flow;
mod mutation;
mod operands;
