//! `pixel-debate relay`: what a server is measured against.

use std::net::SocketAddr;

use clap::Args;

use crate::announce::announce;
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
            announce(&format!("A relay is at http://{}\n", relay.address()))?;
            Ok(relay.run().await?)
        })
    }
}
