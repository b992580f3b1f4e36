//! Queues, tables and locks of the machine; knows nothing of Erlang.
