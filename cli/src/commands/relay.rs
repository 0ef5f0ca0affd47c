//! `pixel-debate relay`: what a server is measured against.

use std::io::{self, Write};
use std::net::SocketAddr;

use clap::Args;

use crate::failure::Failure;

/// Pass websocket frames on and do nothing else: what `load --relay` measures
#[derive(Args)]
#[command(hide = true)]
pub(crate) struct Relay {
    /// Address to listen at
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
}

impl Relay {
    pub(crate) fn run(self) -> Result<(), Failure> {
        tokio::runtime::Runtime::new().map_err(Failure::Runtime)?.block_on(async {
            let relay = pixel_debate_load::Relay::bind(self.listen).await?;
            writeln!(io::stdout(), "A relay is at http://{}", relay.address())?;
            Ok(relay.run().await?)
        })
    }
}
