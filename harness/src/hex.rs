//! Bytes in hexadecimal.

use std::fmt::Write;

/// Two digits a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Memory takes all that is written.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
