//! Whatever a frame says, it is a message that survives being written and read again, or is refused
//! with what is wrong.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pixel_debate_protocol::{ClientMessage, Request};

fuzz_target!(|text: &str| {
    match Request::parse(text) {
        // A number beyond an f32 is read as infinite, which JSON cannot write.
        Ok(Request { message: ClientMessage::Verdict { .. } | ClientMessage::Belief { .. }, .. }) => {}
        Ok(request) => {
            let text = serde_json::to_string(&request).unwrap();
            assert_eq!(Request::parse(&text), Ok(request));
        }
        Err(refusal) => assert!(!refusal.message.is_empty() && !refusal.expected.is_empty()),
    }
});
