//! The `pixel-debate` program.
fn main() {}
