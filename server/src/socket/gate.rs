//! A client's stream, which keeps back the frame with which the client closes.
//!
//! tungstenite answers a close frame as soon as it reads one, and lets nothing be sent after that.
//! What was asked before it is to be answered all the same: so the close frame, and what follows it,
//! is kept back until the answers have been sent.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The opcode of a close frame.
const CLOSE: u8 = 0x8;

/// The longest header of a frame: opcode, length, eight bytes more of length, mask.
const HEADER: usize = 14;

/// A stream that stops before a close frame until it is opened.
#[derive(Debug)]
pub(super) struct Gate<S> {
    stream: S,
    frames: Frames,
    /// What has come from the close frame on, and is not read yet.
    kept: Vec<u8>,
    /// Whether a close frame is kept back.
    shut: bool,
    /// Whether nothing is kept back any more.
    opened: bool,
}

/// Where in the frames the stream is.
#[derive(Debug, Default)]
struct Frames {
    header: [u8; HEADER],
    /// Bytes of the header that have come.
    have: usize,
    /// Bytes of the payload that are still to come.
    payload: u64,
}

impl<S> Gate<S> {
    pub(super) fn new(stream: S) -> Self {
        let (frames, kept) = (Frames::default(), Vec::new());
        Self { stream, frames, kept, shut: false, opened: false }
    }

    /// Whether the client's close frame has come, and is kept back.
    pub(super) fn is_shut(&self) -> bool {
        self.shut && !self.opened
    }

    /// Keeps nothing back from now on.
    pub(super) fn open(&mut self) {
        self.opened = true;
    }

    /// The stream itself.
    pub(super) fn into_inner(self) -> S {
        self.stream
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Gate<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.is_shut() {
            // Whoever opens it reads again.
            return Poll::Pending;
        }
        if !this.kept.is_empty() {
            let some = this.kept.len().min(buffer.remaining());
            buffer.put_slice(&this.kept[..some]);
            this.kept.drain(..some);
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        if this.opened || !matches!(read, Poll::Ready(Ok(()))) {
            return read;
        }
        let Some(at) = this.frames.close_in(&buffer.filled()[before..]) else { return read };
        this.kept = buffer.filled()[before + at..].to_vec();
        this.shut = true;
        buffer.set_filled(before + at);
        // To have read nothing would be the end of the stream.
        if at == 0 { Poll::Pending } else { read }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Gate<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl Frames {
    /// Where a close frame begins in the next bytes, if one does.
    fn close_in(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if self.payload > 0 {
                let left = bytes.len() - at;
                let some = usize::try_from(self.payload).map_or(left, |payload| payload.min(left));
                self.payload -= some as u64;
                at += some;
                continue;
            }
            if self.have == 0 && byte & 0x0f == CLOSE {
                return Some(at);
            }
            self.header[self.have] = *byte;
            self.have += 1;
            at += 1;
            if let Some(payload) = self.payload() {
                (self.payload, self.have) = (payload, 0);
            }
        }
        None
    }

    /// The length of the payload, when the whole header has come.
    fn payload(&self) -> Option<u64> {
        let [_, lengths, rest @ ..] = self.header;
        let (short, mask) = (lengths & 0x7f, if lengths & 0x80 == 0 { 0 } else { 4 });
        let more = match short {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        if self.have < 2 + more + mask {
            return None;
        }
        let long = rest[..more].iter().fold(0, |long, byte| long << 8 | u64::from(*byte));
        Some(if more == 0 { short.into() } else { long })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::io::AsyncReadExt;
    use tokio_test::io::Builder;
    use tokio_tungstenite::tungstenite::protocol::frame::Frame;
    use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

    use super::*;

    fn bytes(frame: Frame, mask: bool) -> Vec<u8> {
        let mut frame = frame;
        if mask {
            frame.header_mut().mask = Some([8, 0x88, 0, 8]);
        }
        let mut bytes = Vec::new();
        frame.format(&mut bytes).unwrap();
        bytes
    }

    fn message(length: usize, ends: bool) -> Frame {
        // Each byte looks like the beginning of a close frame.
        Frame::message(vec![0x88; length], OpCode::Data(Data::Binary), ends)
    }

    proptest! {
        /// However the bytes come in pieces: what is before the close frame is read, nothing else
        /// is before it is opened, and then all.
        #[test]
        fn a_close_frame_is_kept_back_until_it_is_opened(
            frames in prop::collection::vec(
                (prop_oneof![0..300_usize, 65_530..65_540_usize], any::<bool>(), any::<bool>()),
                0..5,
            ),
            pieces in prop::collection::vec(1..2000_usize, 1..40),
        ) {
            let open = frames.into_iter().flat_map(|(length, mask, ping)| {
                let frame = if ping {
                    Frame::ping(vec![0x88; length % 125])
                } else {
                    message(length, length % 2 == 0)
                };
                bytes(frame, mask)
            });
            let open: Vec<u8> = open.collect();
            let close = [bytes(Frame::close(None), true), bytes(message(9, true), true)].concat();
            let all = [&open[..], &close].concat();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let mut stream = Builder::new();
                let (mut rest, mut sizes) = (&all[..], pieces.iter().cycle());
                while !rest.is_empty() {
                    let (piece, more) = rest.split_at(rest.len().min(*sizes.next().unwrap()));
                    stream.read(piece);
                    rest = more;
                }
                let mut gate = Gate::new(stream.build());
                let mut read = vec![0; open.len()];
                gate.read_exact(&mut read).await.unwrap();
                assert!(read == open);
                let mut byte = [0];
                let mut next = tokio_test::task::spawn(gate.read(&mut byte));
                assert!(next.poll().is_pending());
                drop(next);
                assert!(gate.is_shut());
                gate.open();
                assert!(!gate.is_shut());
                let mut read = Vec::new();
                gate.read_to_end(&mut read).await.unwrap();
                assert!(read == close);
            });
        }
    }
}
