//! Debates between the server's own agents that nobody follows, beside those that are measured.

use std::net::SocketAddr;

use pixel_debate_protocol::{ClientMessage, Player, Request, ServerMessage, Setup};
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::connection::Connection;
use crate::error::LoadError;

/// So many debates in which both sides are played by one of the server's agents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crowd {
    /// How many.
    pub debates: u32,
    /// The agent's name.
    pub agent: String,
}

/// What became of a crowd.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CrowdReport {
    /// Debates that were set up.
    pub debates: u64,
    /// Of the server's debates, those that wait, at the end of the measured time.
    pub waiting: u64,
    /// Those that go on.
    pub revealing: u64,
    /// Moves that the server's agents have made.
    pub searches: u64,
}

/// Sets the debates up.
pub(crate) async fn set_up(
    server: SocketAddr,
    crowds: &[Crowd],
    pixels: u8,
) -> Result<u64, LoadError> {
    let failed = |detail: String| LoadError::Crowd(detail);
    let mut connection =
        Connection::open(server, None).await.map_err(|lost| failed(lost.to_string()))?;
    let mut number = 0;
    for Crowd { debates, agent } in crowds {
        let player = || Player::BuiltIn(agent.clone());
        let setup = Setup { pixels, honest: player(), liar: player(), ..Setup::default() };
        for _ in 0..*debates {
            let create =
                Request { id: Some(number), message: ClientMessage::Create(setup.clone()) };
            connection.say(&create).await.map_err(|lost| failed(lost.to_string()))?;
            loop {
                match connection.hear().await.map_err(|lost| failed(lost.to_string()))? {
                    ServerMessage::Created(_) => break,
                    ServerMessage::Error(refusal) => return Err(failed(refusal.to_string())),
                    _ => {}
                }
            }
            number += 1;
        }
    }
    Ok(number.into())
}

/// How the server's debates stand, by what it says of itself.
pub(crate) async fn standing(server: SocketAddr, debates: u64) -> CrowdReport {
    let metrics = metrics(server).await.unwrap_or_default();
    let value = |name: &str| {
        let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.and_then(|value| value.trim().parse().ok()).unwrap_or(0)
    };
    CrowdReport {
        debates,
        waiting: value("pixel_debate_debates{phase=\"waiting\"}"),
        revealing: value("pixel_debate_debates{phase=\"revealing\"}"),
        searches: value("pixel_debate_searches_total"),
    }
}

async fn metrics(server: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(server).await?;
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}
