//! Terms, heaps and their collection.
