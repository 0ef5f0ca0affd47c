//! The page's message types are those of the protocol.

use std::path::Path;
use std::{env, fs};

use pixel_debate_protocol::declarations;

#[test]
fn the_pages_types_are_up_to_date() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../judge-ui/src/protocol.ts");
    let expected = declarations();
    if env::var_os("PIXEL_DEBATE_WRITE").is_some() {
        fs::write(&file, &expected).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == expected,
        "{} is not what the protocol's types give: write it again with \
         PIXEL_DEBATE_WRITE=1 cargo test -p pixel-debate-protocol",
        file.display()
    );
}
