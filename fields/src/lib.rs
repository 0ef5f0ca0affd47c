//! TOML files read strictly: nothing is passed over, and every refusal says on which line which field was given
//! what, and what is allowed.
//!
//! A type that may stand in a field says what it may be and reads itself: it is a [`Value`]. [`Fields`] are those
//! of one table, of which others are refused. Whatever the reading of a value needs to know beside the file goes
//! along in its [`Source`].
//!
//! ```
//! use pixel_debate_fields::{Count, Fields, Refusal, Source, document};
//!
//! fn pixels(text: &str) -> Result<u64, Refusal> {
//!     let file = document(text)?;
//!     let fields = Fields::of(Source { text, context: &() }, "the file", 0..0, file.get_ref(), &["pixels"])?;
//!     let count: Count<1, 128> = fields.required("pixels")?.into_inner();
//!     Ok(count.get())
//! }
//!
//! assert_eq!(pixels("pixels = 6"), Ok(6));
//! let refusal = pixels("\npixels = 0").unwrap_err().to_string();
//! assert_eq!(refusal, "line 2: `pixels` is 0: it must be a whole number from 1 to 128");
//! let refusal = pixels("pixel = 6").unwrap_err().to_string();
//! assert_eq!(refusal, "line 1: unknown field `pixel`: the file has `pixels`");
//! ```

mod fields;
mod numbers;
mod places;
mod refusal;
mod values;

pub use fields::{Field, Fields, Given, OR_LIST, Source, Value};
pub use numbers::{Count, Number, integer};
pub use places::Places;
pub use refusal::{Location, Refusal, document};
pub use values::{Text, name_in, names_of};
