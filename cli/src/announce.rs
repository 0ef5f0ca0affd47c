//! Where a server is, told to whoever started it.

use std::io::{self, Write};

/// Tells on standard output where a server is and what opens it, all at once.
///
/// A reader that has gone has read what it wanted, the first line perhaps, and the server is not there for it: that is
/// no error.
///
/// # Errors
///
/// Whatever else keeps it from being written, a full disk say: then nobody may know where the server is.
pub(crate) fn announce(told: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    match output.write_all(told.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
