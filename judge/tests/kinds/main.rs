//! Judges of every kind: what they compute, and their files.

mod evaluators;
mod files;
mod hostile;
mod models;
