//! Hashes
