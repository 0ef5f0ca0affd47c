//! The frames of one client, both ways, until the connection ends.
//!
//! However it ends, it ends with the closing handshake: what was asked before is answered, then each
//! side has sent a close frame, then the connection is shut down, and what the client has sent
//! meanwhile is read and thrown away, for unread bytes would make the system reset the connection,
//! and a reset takes away what the client has not read yet. Each of these steps has its time.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use axum::body::Bytes;
use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_util::sync::CancellationToken;

use super::gate::Gate;
use super::handler::{Farewell, Handler, Stay};
use super::look::Look;
use super::unread::Unread;
use crate::limits::{Limits, milliseconds};
use crate::metrics::Dropped;
use crate::outbox::Watch;

/// How many times larger than a message may be a frame is read at all, so as to refuse it politely.
const OVERSIZE: usize = 4;

/// The buffer for what is read of a client. Messages are short; longer ones make it grow.
const READ_BUFFER: usize = 1024;

/// Messages of a client that wait while one is carried out.
const UNREAD: usize = 8;

/// How long a client that leaves is answered, then how long the handshake may take, and then how
/// long is waited for the end of what it sends.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The most that is thrown away of a client that has been left.
const THROWN_AWAY: u64 = 16 * 1024 * 1024;

/// A client's websocket and what waits to be sent.
pub(super) struct Line<S> {
    socket: WebSocketStream<Gate<S>>,
    watch: Watch,
    waiting: Receiver<Message>,
    silence: Duration,
    heartbeat: Interval,
}

/// A line that is to be closed.
pub(super) struct Ended<S> {
    line: Line<S>,
    why: Why,
}

/// Why a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// The client's close frame has come.
    Left,
    /// The client says nothing more, and has sent no close frame.
    Gone,
    /// The connection is broken.
    Broken,
    /// What the client sends cannot be read any more.
    Fault(Farewell),
    /// The server wants it.
    Farewell(Farewell),
}

/// When a client was heard last, and the ping that it has not answered.
struct Heard {
    watch: Watch,
    at: Instant,
    pinged: Option<(u8, Instant)>,
}

/// What has come from a client.
enum Incoming {
    Message(Message),
    Fault(Error),
    /// Its close frame, kept back.
    Close,
    End,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Line<S> {
    /// A websocket whose handshake is done.
    pub(super) async fn new(
        stream: S,
        limits: &Limits,
        watch: Watch,
        waiting: Receiver<Message>,
    ) -> Self {
        let most = limits.message_bytes.saturating_mul(OVERSIZE);
        let config = WebSocketConfig::default()
            .max_message_size(Some(most))
            .max_frame_size(Some(most))
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0);
        let stream = Gate::new(stream);
        let socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
        let mut heartbeat = interval(limits.ping);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { socket, watch, waiting, silence: limits.silence, heartbeat }
    }

    /// The same, which sends its first ping later than a case of Autobahn lasts: these count all that
    /// comes.
    #[cfg(test)]
    pub(super) fn quiet(mut self) -> Self {
        self.heartbeat.reset();
        self
    }

    /// Carries messages both ways until the connection ends or has to. While the handler is at work
    /// the connection goes on.
    pub(super) async fn talk(
        mut self,
        handler: &mut impl Handler,
        stop: &CancellationToken,
    ) -> Ended<S> {
        let (unread, to_read) = mpsc::channel(UNREAD);
        let mut reading = pin!(read(handler, to_read));
        let why = tokio::select! {
            Some(farewell) = &mut reading => {
                return Ended { line: self, why: Why::Farewell(farewell) };
            }
            why = self.carry(unread, stop) => why,
        };
        if why.is_answered() {
            // What was asked before is carried out, as long as that takes no longer than it may.
            let carried_out = async {
                tokio::select! {
                    _ = &mut reading => {}
                    _ = self.send_all() => {}
                }
            };
            let _ = timeout(LAST_WORDS, carried_out).await;
        }
        Ended { line: self, why }
    }

    /// Carries messages until there is a reason to end.
    async fn carry(&mut self, unread: Sender<Unread>, stop: &CancellationToken) -> Why {
        let watch = self.watch.clone();
        let mut stopped = pin!(stop.cancelled());
        let mut cut_off = pin!(watch.cut_off());
        let mut heard = Heard { watch: watch.clone(), at: Instant::now(), pinged: None };
        let mut beat = 0_u8;
        let mut look: Option<Look> = None;
        loop {
            let outgoing = tokio::select! {
                () = &mut stopped => return Why::Farewell(Farewell::STOP),
                () = &mut cut_off => return Why::Farewell(Farewell::SLOW),
                _ = self.heartbeat.tick() => {
                    if unread.capacity() == 0 {
                        // It is not listened to at the moment.
                        heard.at = Instant::now();
                    } else if heard.at.elapsed() > self.silence {
                        // What has come in a pause of the server has not been read yet.
                        match next(&mut self.socket, &unread).now_or_never() {
                            None => return Why::Farewell(Farewell::SILENT),
                            Some(came) => {
                                if let Some(why) = heard.take(came) {
                                    return why;
                                }
                            }
                        }
                    }
                    beat = beat.wrapping_add(1);
                    heard.pinged = Some((beat, Instant::now()));
                    Message::Ping(Bytes::copy_from_slice(&[beat]))
                }
                Some(frame) = self.waiting.recv() => frame,
                asked = watch.asked_to_look() => {
                    match &mut look {
                        Some(look) => look.join(asked),
                        None => look = Some(Look::begin(asked)),
                    }
                    continue;
                }
                () = Look::quiet(look.as_ref()) => {
                    let over = look.as_ref().is_none_or(Look::is_over);
                    if !over && let Some(came) = next(&mut self.socket, &unread).now_or_never() {
                        if let Some(why) = heard.take(came) {
                            return why;
                        }
                        look.iter_mut().for_each(Look::go_on);
                    } else {
                        look = look.take().and_then(|look| look.end(&unread));
                    }
                    continue;
                }
                came = next(&mut self.socket, &unread) => {
                    if let Some(why) = heard.take(came) {
                        return why;
                    }
                    look.iter_mut().for_each(Look::go_on);
                    continue;
                }
            };
            let sent = tokio::select! {
                sent = timeout(self.silence, self.send(outgoing)) => sent,
                () = &mut cut_off => return Why::Farewell(Farewell::SLOW),
            };
            match sent {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Why::Broken,
                Err(_) => return Why::Farewell(Farewell::SLOW),
            }
        }
    }

    /// Sends a frame, and with it all that wait.
    async fn send(&mut self, first: Message) -> Result<(), Error> {
        self.socket.feed(first).await?;
        self.send_waiting().await
    }

    /// Sends all frames that wait.
    async fn send_waiting(&mut self) -> Result<(), Error> {
        while let Ok(frame) = self.waiting.try_recv() {
            self.socket.feed(frame).await?;
        }
        self.socket.flush().await
    }

    /// Sends what waits and what comes until nobody has anything more to say.
    async fn send_all(&mut self) -> Result<(), Error> {
        while let Some(frame) = self.waiting.recv().await {
            self.send(frame).await?;
        }
        Ok(())
    }

    /// Waits for the client's close frame, and answers it unless it is an answer itself.
    async fn until_closed(&mut self) -> Result<(), Error> {
        self.socket.get_mut().open();
        loop {
            match self.socket.next().await {
                None | Some(Err(Error::ConnectionClosed | Error::AlreadyClosed)) => return Ok(()),
                Some(Err(error)) => return Err(error),
                Some(Ok(_)) => {}
            }
        }
    }

    async fn say_farewell(&mut self, Farewell { code, reason, .. }: Farewell) -> Result<(), Error> {
        let reason = Utf8Bytes::from_static(reason);
        self.socket.send(Message::Close(Some(CloseFrame { code: code.into(), reason }))).await
    }
}

impl Heard {
    /// Takes in what has come, and says why the connection ends if it does by that.
    fn take(&mut self, (room, incoming): (mpsc::Permit<'_, Unread>, Incoming)) -> Option<Why> {
        self.at = Instant::now();
        match incoming {
            Incoming::Message(message @ (Message::Text(_) | Message::Binary(_))) => {
                room.send(Unread::Message(message, self.at));
            }
            Incoming::Message(Message::Pong(payload)) => {
                let answered = self.pinged.take_if(|(beat, _)| payload[..] == [*beat]);
                if let Some((_, at)) = answered {
                    self.watch.note_latency(milliseconds(self.at - at));
                }
            }
            Incoming::Message(_) => {}
            Incoming::Close => return Some(Why::Left),
            Incoming::End => return Some(Why::Gone),
            Incoming::Fault(error) => return Some(Why::fault(&error)),
        }
        None
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Ended<S> {
    /// Takes leave of the client. All others who have something to tell it have let go of its outbox
    /// when they have, or will do so. Returns why it was dropped, if it was.
    pub(super) async fn part(self) -> Option<Dropped> {
        let Self { mut line, mut why } = self;
        if why.is_answered() {
            let _ = timeout(LAST_WORDS, line.send_all()).await;
        }
        let handshake = async {
            if why == Why::Left {
                // A close frame may be no sound one.
                match line.until_closed().await {
                    Err(error) => why = Why::fault(&error),
                    Ok(()) => return,
                }
            }
            match why {
                // What follows a frame that cannot be read cannot be read either.
                Why::Fault(farewell) => drop(line.say_farewell(farewell).await),
                Why::Farewell(farewell) => {
                    // Who is too slow has too much waiting already.
                    if farewell == Farewell::STOP {
                        let _ = line.send_waiting().await;
                    }
                    if line.say_farewell(farewell).await.is_ok() {
                        let _ = line.until_closed().await;
                    }
                }
                Why::Left | Why::Gone | Why::Broken => {}
            }
        };
        let _ = timeout(LAST_WORDS, handshake).await;
        if why != Why::Broken {
            linger(line.socket.into_inner().into_inner()).await;
        }
        match why {
            Why::Fault(farewell) | Why::Farewell(farewell) => farewell.dropped,
            Why::Left | Why::Gone | Why::Broken => None,
        }
    }
}

impl Why {
    /// What a fault in the frames of a client comes to.
    fn fault(error: &Error) -> Self {
        match error {
            Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Self::Gone,
            error => Farewell::fault(error).map_or(Self::Broken, Self::Fault),
        }
    }

    /// Whether what was asked before is answered.
    fn is_answered(self) -> bool {
        match self {
            Self::Left | Self::Gone | Self::Fault(_) => true,
            Self::Broken => false,
            Self::Farewell(farewell) => farewell == Farewell::BINARY,
        }
    }
}

/// Has the handler read one message after the other, until there are no more or it has had enough.
async fn read(handler: &mut impl Handler, mut to_read: Receiver<Unread>) -> Option<Farewell> {
    while let Some(unread) = to_read.recv().await {
        let (message, at) = match unread {
            Unread::Message(message, at) => (message, at),
            Unread::Look(asked) => {
                // Who has gone does not wait.
                let _ = asked.send(());
                continue;
            }
        };
        if let Stay::No(farewell) = handler.read(message, at).await {
            return Some(farewell);
        }
    }
    None
}

/// What comes next of a client, when there is room for it.
async fn next<'a, S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut WebSocketStream<Gate<S>>,
    unread: &'a Sender<Unread>,
) -> (mpsc::Permit<'a, Unread>, Incoming) {
    let Ok(room) = unread.reserve().await else {
        // The handler has had enough, and that is about to be heard.
        return std::future::pending().await;
    };
    let incoming = poll_fn(|context| match socket.poll_next_unpin(context) {
        Poll::Ready(Some(Ok(message))) => Poll::Ready(Incoming::Message(message)),
        Poll::Ready(Some(Err(error))) => Poll::Ready(Incoming::Fault(error)),
        Poll::Ready(None) => Poll::Ready(Incoming::End),
        Poll::Pending if socket.get_ref().is_shut() => Poll::Ready(Incoming::Close),
        Poll::Pending => Poll::Pending,
    });
    (room, incoming.await)
}

/// Ends a connection such that what was sent last arrives: the client is told that nothing more
/// comes, and what it has sent meanwhile is thrown away.
pub(crate) async fn linger(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let parting = async {
        stream.shutdown().await?;
        tokio::io::copy(&mut (&mut stream).take(THROWN_AWAY), &mut tokio::io::sink()).await
    };
    let _ = timeout(LAST_WORDS, parting).await;
}
