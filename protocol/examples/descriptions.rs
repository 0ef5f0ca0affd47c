//! Writes the protocol's descriptions for programs, `asyncapi.json` and `openapi.json`, into a
//! folder: what a server serves under these names.
//!
//! ```sh
//! cargo run -p pixel-debate-protocol --example descriptions -- FOLDER
//! ```

use std::path::PathBuf;
use std::{env, fs, io};

use pixel_debate_protocol::{asyncapi, openapi};

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).ok_or_else(|| io::Error::other("which FOLDER?"))?;
    let folder = PathBuf::from(folder);
    for (name, document) in [("asyncapi.json", asyncapi()), ("openapi.json", openapi())] {
        fs::write(folder.join(name), format!("{document:#}\n"))?;
    }
    Ok(())
}
