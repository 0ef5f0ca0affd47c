//! The bounds on everything that a client can make grow or last.

mod error;
mod rows;

use std::time::Duration;

use pixel_debate_protocol::Bounds;

pub use self::error::LimitsError;

/// The bounds on everything that a client can make grow or last.
///
/// In a file they are a table with any of these names; times are in seconds, with a fraction if
/// need be. Each has bounds of its own: [`check`](Self::check) says which.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Connections at once; further ones are refused.
    pub connections: usize,
    /// Connections at once from one address, or from one /64 network of IPv6.
    pub connections_per_address: usize,
    /// Debates that the server holds at once. Those that have ended make room for new ones; when
    /// there is none such, new ones are refused.
    pub debates: usize,
    /// Debates without an outcome that clients at one address have set up.
    ///
    /// Of IPv6 an address is a /64 network, here and in all that follows; and all of a /56 network may
    /// have four times as much together, all of a /48 network sixteen times.
    pub debates_per_address: usize,
    /// Debates that clients at one address may set up a day in the long run; an address that was
    /// quiet may set up as many at once.
    pub debates_a_day: u32,
    /// Debates that clients at one address may set up a minute in the long run.
    pub creations_a_minute: u32,
    /// Debates that clients at one address may set up at once, if it was quiet.
    pub creations_at_once: u32,
    /// Participants who may begin a study from one address a day in the long run, and at once where it was quiet.
    pub participants_a_day: u32,
    /// Requests over HTTP that one address may make a second in the long run.
    pub reads_a_second: u32,
    /// Requests over HTTP that one address may make at once, if it was quiet.
    pub reads_at_once: u32,
    /// Pictures and analyses that one address may ask for a minute in the long run.
    pub works_a_minute: u32,
    /// Pictures and analyses that one address may ask for at once, if it was quiet.
    pub works_at_once: u32,
    /// The size that the store may have; beyond it no new debates are set up.
    pub store_bytes: u64,
    /// Pictures and analyses of debates that are over are kept in memory up to that size together.
    pub cache_bytes: u64,
    /// Classes at once.
    pub classes: usize,
    /// Classes at once that were opened from one address.
    pub classes_per_address: usize,
    /// Members of one class.
    pub class_members: usize,
    /// Debates that one connection follows at once.
    pub seats: usize,
    /// The largest message and the largest body of a request that is read, in bytes.
    pub message_bytes: usize,
    /// Messages a second that are read of a connection in the long run.
    pub messages_a_second: u32,
    /// Messages at once that are read of a connection that was quiet.
    pub messages_at_once: u32,
    /// Messages a second that are read of all connections from one address in the long run.
    pub messages_a_second_per_address: u32,
    /// Messages at once that are read of all connections from one address that was quiet.
    pub messages_at_once_per_address: u32,
    /// The bytes of messages to a client that wait in the system; it may take up twice as much.
    pub send_buffer_bytes: u32,
    /// Messages that wait for a client to read them; with more it is cut off.
    pub outbox: usize,
    /// How long a client may take to ask for something: for the head of a request, then for its
    /// body, and between requests.
    pub handshake: Duration,
    /// How often a client is sent a ping.
    pub ping: Duration,
    /// How long one message may take to be written, and how long a client may be silent.
    pub silence: Duration,
    /// How long a client waits for the store before it is told that the store is not available.
    pub store_wait: Duration,
    /// Threads for short searches, as many for long ones, and as many for each kind of other work.
    pub threads: usize,
    /// The longest that a built-in agent is given for a move; then it plays the best that it knows.
    pub thinking: Duration,
    /// How long built-in agents are given for their moves, in percent of what suffices on the machine
    /// that was measured: more on a slower one.
    pub allotment_percent: u32,
    /// What is kept of the judges that searches have asked, in bytes.
    pub judges_bytes: usize,
    /// What is kept of searches from one move of a debate to the next, in bytes.
    pub searches_bytes: usize,
    /// The longest pace that a setup may ask for.
    pub pace: Duration,
    /// The longest time for a move that a setup may ask for.
    pub move_time: Duration,
    /// The longest bank that a setup may ask for.
    pub bank: Duration,
    /// The grace for a debater whose connection is lost in its turn.
    pub grace: Duration,
    /// How long the outside seats of a debate may take to be taken, unless its setup says.
    pub seats_time: Duration,
    /// The longest time for that that a setup may ask for.
    pub longest_seats_time: Duration,
    /// How long an outside judge may take to answer.
    pub verdict: Duration,
    /// How long a debate that has ended is kept at hand. The store keeps it for good.
    pub memory: Duration,
    /// How long nobody may say anything in a class before it ends.
    pub class_idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            connections: 20_000,
            connections_per_address: 512,
            debates: 10_000,
            debates_per_address: 256,
            debates_a_day: 10_000,
            creations_a_minute: 600,
            creations_at_once: 256,
            participants_a_day: 500,
            reads_a_second: 100,
            reads_at_once: 1000,
            works_a_minute: 120,
            works_at_once: 60,
            store_bytes: 50_000_000_000,
            cache_bytes: 64 << 20,
            classes: 100,
            classes_per_address: 8,
            class_members: 300,
            seats: 64,
            // The longest explanation of a verdict in any common script, also where each letter is
            // escaped: six bytes each.
            message_bytes: 16 * 1024,
            messages_a_second: 50,
            messages_at_once: 200,
            messages_a_second_per_address: 2000,
            messages_at_once_per_address: 20_000,
            send_buffer_bytes: 128 << 10,
            outbox: 256,
            handshake: Duration::from_secs(10),
            ping: Duration::from_secs(15),
            silence: Duration::from_secs(45),
            store_wait: Duration::from_secs(10),
            // One core is left to the network.
            threads: cores.saturating_sub(1).max(1),
            thinking: Duration::from_mins(1),
            allotment_percent: 100,
            judges_bytes: 256 << 20,
            searches_bytes: 128 << 20,
            pace: Duration::from_secs(10),
            move_time: Duration::from_hours(1),
            bank: Duration::from_hours(24),
            grace: Duration::from_secs(10),
            seats_time: Duration::from_mins(30),
            longest_seats_time: Duration::from_hours(7 * 24),
            verdict: Duration::from_mins(30),
            memory: Duration::from_mins(10),
            class_idle: Duration::from_hours(24),
        }
    }
}

impl Limits {
    /// What clients are told of them.
    pub(crate) fn bounds(&self) -> Bounds {
        Bounds {
            message_bytes: u32::try_from(self.message_bytes).unwrap_or(u32::MAX),
            messages_a_second: self.messages_a_second,
            messages_at_once: self.messages_at_once,
            seats: u32::try_from(self.seats).unwrap_or(u32::MAX),
            ping_ms: milliseconds(self.ping),
            silence_ms: milliseconds(self.silence),
            seats_ms: milliseconds(self.seats_time),
            verdict_ms: milliseconds(self.verdict),
            grace_ms: milliseconds(self.grace),
            memory_ms: milliseconds(self.memory),
        }
    }
}

/// A time as the protocol tells it.
pub(crate) fn milliseconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_for_administrators_has_every_limit_and_its_default() {
        let page = include_str!("../../docs/server.md");
        let (_, table) = page.split_once("## Limits").unwrap();
        let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
        let (mut limits, mut names) = (serde_json::Map::new(), Vec::new());
        for (name, rest) in rows {
            names.push(name);
            let (default, _) = rest.split_once(" | ").unwrap();
            // The number of cores differs from machine to machine.
            if name != "threads" {
                limits.insert(name.into(), default.parse::<u64>().unwrap().into());
            }
        }
        let read: Limits = serde_json::from_value(limits.into()).unwrap();
        assert_eq!(read, Limits::default());
        // The names that there are.
        let error = serde_json::from_str::<Limits>(r#"{"?": 0}"#).unwrap_err().to_string();
        let (_, known) = error.split_once("expected one of ").unwrap();
        let known: Vec<_> = known.split('`').skip(1).step_by(2).collect();
        assert_eq!(names, known);
    }
}
