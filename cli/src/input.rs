//! Input line by line, of which none is longer than it may be.

use std::io::{self, BufRead};

/// The lines of an input, whose memory is bounded.
pub(crate) struct Lines<R> {
    input: R,
    /// The most bytes of a line.
    most: usize,
    line: Vec<u8>,
    number: usize,
}

/// A line, with its number from 1.
pub(crate) struct Line<'a> {
    pub(crate) number: usize,
    /// What it holds without the end of line, or `None` if that is too long.
    pub(crate) bytes: Option<&'a [u8]>,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(input: R, most: usize) -> Self {
        Self { input, most, line: Vec::new(), number: 0 }
    }

    /// What is in memory of the input and not read yet.
    pub(crate) fn get_ref(&self) -> &R {
        &self.input
    }

    /// The next line; `None` at the end of the input.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let (mut some, mut long) = (false, false);
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            some = true;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let part = &buffer[..end.unwrap_or(buffer.len())];
            long |= self.line.len() + part.len() > self.most;
            if !long {
                self.line.extend_from_slice(part);
            }
            let read = part.len() + usize::from(end.is_some());
            self.input.consume(read);
            if end.is_some() {
                break;
            }
        }
        if !some {
            return Ok(None);
        }
        self.number += 1;
        let line = self.line.strip_suffix(b"\r").unwrap_or(&self.line);
        Ok(Some(Line { number: self.number, bytes: (!long).then_some(line) }))
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    #[test]
    fn a_line_that_is_too_long_is_passed_over_and_the_next_is_read() {
        for capacity in [1, 3, 1000] {
            let input = BufReader::with_capacity(capacity, &b"one\r\nmuch too long\n\nfour"[..]);
            let mut lines = Lines::new(input, 4);
            let mut read = Vec::new();
            while let Some(Line { number, bytes }) = lines.next().unwrap() {
                read.push((number, bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned())));
            }
            let line = |text: &str| Some(text.to_owned());
            assert_eq!(read, [(1, line("one")), (2, None), (3, line("")), (4, line("four"))]);
        }
    }
}
