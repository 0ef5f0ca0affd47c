//! Experiments: many debates, and statistics over them.
