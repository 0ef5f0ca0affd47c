//! Whatever a frame says, the parser reads a message or says what is wrong.
//!
//! The short form of `protocol/fuzz`, whose corpus is played here.

use std::fs;
use std::path::Path;

use pixel_debate_protocol::{ClientMessage, RefusalCode, Request};
use proptest::prelude::*;

/// Whether the text is a message; fails where the parser does neither what it should.
fn is_message(text: &str) -> bool {
    match Request::parse(text) {
        // A number beyond an f32 is read as infinite, which JSON cannot write.
        Ok(Request {
            message: ClientMessage::Verdict { .. } | ClientMessage::Belief { .. },
            ..
        }) => true,
        Ok(request) => {
            let text = serde_json::to_string(&request).unwrap();
            assert_eq!(Request::parse(&text), Ok(request));
            true
        }
        Err(refusal) => {
            assert_eq!(refusal.code, RefusalCode::Malformed);
            assert!(!refusal.message.is_empty() && refusal.expected.contains("\"create\""));
            false
        }
    }
}

/// The corpus of the fuzzing, by name.
fn corpus() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/request");
    let files = fs::read_dir(folder).unwrap().map(Result::unwrap);
    files
        .map(|file| {
            let name = file.file_name().into_string().unwrap();
            // What a frame is, which the fuzzer's own inputs need not be.
            let text = String::from_utf8_lossy(&fs::read(file.path()).unwrap()).into_owned();
            (name, text)
        })
        .collect()
}

#[test]
fn the_corpus_is_read_or_refused() {
    let corpus = corpus();
    assert!(corpus.len() >= 15);
    let messages = corpus.iter().filter(|(_, text)| is_message(text)).count();
    assert!(messages >= 10, "the corpus has messages of every type");
    assert!(messages < corpus.len(), "and what is none");
}

/// A text of the corpus with a few bytes changed, taken out, or said twice.
fn mutated() -> impl Strategy<Value = String> {
    let texts: Vec<_> = corpus().into_iter().map(|(_, text)| text).collect();
    let change = (any::<prop::sample::Index>(), 0..3_u8, any::<u8>());
    (prop::sample::select(texts), prop::collection::vec(change, 0..6)).prop_map(
        |(text, changes)| {
            let mut bytes = text.into_bytes();
            for (place, kind, byte) in changes {
                if bytes.is_empty() {
                    break;
                }
                let place = place.index(bytes.len());
                match kind {
                    0 => bytes[place] = byte,
                    1 => drop(bytes.remove(place)),
                    _ => bytes.extend_from_within(place..),
                }
            }
            String::from_utf8_lossy(&bytes).into_owned()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn changed_messages_are_read_or_refused(text in mutated()) {
        is_message(&text);
    }

    #[test]
    fn any_text_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        is_message(&String::from_utf8_lossy(&bytes));
    }
}
