//! The end of a command that runs until it is told to stop.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

/// What tells a command to stop: Ctrl-C, a request to terminate, and the end of the terminal or of
/// the connection that it was started from. The last is not heard by a command that was started such
/// that it outlives it, as by `nohup`.
pub(crate) struct Interrupts {
    signals: Vec<Signal>,
}

#[cfg(unix)]
type Signal = tokio::signal::unix::Signal;
#[cfg(not(unix))]
type Signal = tokio::signal::windows::CtrlC;

impl Interrupts {
    /// Listens from now on: until this is dropped and after it the signals do not end the program.
    pub(crate) fn listen() -> io::Result<Self> {
        #[cfg(unix)]
        let signals = {
            use tokio::signal::unix::{SignalKind, signal};

            let hangup = (!hangups_are_ignored()).then_some(SignalKind::hangup());
            let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
            kinds.into_iter().chain(hangup).map(signal).collect::<io::Result<_>>()?
        };
        #[cfg(not(unix))]
        let signals = vec![tokio::signal::windows::ctrl_c()?];
        Ok(Self { signals })
    }

    /// Waits for the next.
    pub(crate) async fn next(&mut self) {
        poll_fn(|context| {
            let mut signals = self.signals.iter_mut();
            let told = signals.any(|signal| signal.poll_recv(context).is_ready());
            if told { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// Listens from now on, in a runtime, and waits until the command is told to stop. Where that cannot be
/// heard, it ends at once by the signal.
pub(crate) fn interrupted() -> impl Future<Output = ()> {
    let interrupts = Interrupts::listen();
    async {
        match interrupts {
            Ok(mut interrupts) => interrupts.next().await,
            Err(_) => std::future::pending().await,
        }
    }
}

/// Whether whoever started the program has it ignore hangups. Listening to them would undo that.
#[cfg(unix)]
fn hangups_are_ignored() -> bool {
    // Where there is no such file it is not known.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // The first bit is the first signal's, which is this one.
    ignored
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & 1 == 1)
}
