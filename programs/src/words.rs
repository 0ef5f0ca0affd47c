//! What a program has written, in an error.

/// The most characters of it that an error has.
const MOST: usize = 200;

/// The beginning of some bytes, on one line.
pub(crate) fn quoted(bytes: &[u8]) -> String {
    // A character is four bytes at most.
    let some = &bytes[..bytes.len().min(4 * MOST)];
    let text = String::from_utf8_lossy(some);
    let mut said: String = text.trim().chars().take(MOST).collect();
    if said.len() < text.trim().len() || some.len() < bytes.len() {
        said.push('…');
    }
    format!("`{}`", said.escape_debug().to_string().replace("\\\"", "\"").replace("\\'", "'"))
}

/// The last line that says something.
pub(crate) fn last_line(bytes: &[u8]) -> Option<String> {
    let mut lines = bytes.split(|byte| *byte == b'\n' || *byte == b'\r').rev();
    lines.find(|line| !line.trim_ascii().is_empty()).map(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_writes_stays_on_one_short_line() {
        assert_eq!(quoted(b" {\"a\": 'b'}\n"), "`{\"a\": 'b'}`");
        assert_eq!(quoted(b"a\x1b[2J\nb"), "`a\\u{1b}[2J\\nb`");
        assert_eq!(quoted(&[0xff, b'a']), "`\u{fffd}a`");
        assert_eq!(quoted("é".repeat(300).as_bytes()), format!("`{}…`", "é".repeat(200)));
        assert_eq!(last_line(b"one\ntwo\n\n \n").as_deref(), Some("`two`"));
        assert_eq!(last_line(b"\n\n"), None);
    }
}
