//! Studies with people as judges: the plan as a file, its items, its frozen form.

pub mod file;
mod texts;

pub use texts::{Texts, Wording};
