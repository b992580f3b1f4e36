//! Native functions of the Erlang modules.
