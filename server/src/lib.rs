//! The HTTP and websocket server that hosts debates and serves the page.
