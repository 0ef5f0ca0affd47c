//! The messages that server, agents and page exchange.
