//! Whatever a frame says, the parser reads a message or says what is wrong.
//!
//! The short form of `protocol/fuzz`, whose corpus is played here.

use std::fs;
use std::path::Path;

use pixel_debate_protocol::{ClientMessage, RefusalCode, Request};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Whether the text is a message; fails where the parser does neither what it should.
fn is_message(text: &str) -> bool {
    let request = Request::parse(text);
    if let Ok(request) = &request {
        // Whatever is read was an object, with its kind in words.
        let value: Value = serde_json::from_str(text).unwrap();
        let kind = value["type"].as_str().expect("a kind in words").to_owned();
        assert!(serde_json::to_string(request).unwrap().contains(&format!("\"type\":\"{kind}\"")));
    }
    match request {
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
            assert!(!refusal.message.is_empty() && !refusal.expected.is_empty());
            assert!(refusal.message.len() + refusal.expected.len() < 2000, "{refusal}");
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

/// Whole messages: those of the corpus, and one with every field that is a word or an object.
fn messages() -> Vec<String> {
    let full = json!({
        "type": "create", "order": "alone", "legal": "any", "first": "liar", "visibility": "unlisted",
        "spectators_see": "image", "honest": "outside", "liar": "random", "judge": "outside:Ada",
        "clock": { "move_ms": 1 },
    });
    let corpus = corpus().into_iter().map(|(_, text)| text);
    corpus.filter(|text| Request::parse(text).is_ok()).chain([full.to_string()]).collect()
}

/// Where an object or a word stands in a message, as JSON pointers.
fn places(message: &Value) -> Vec<String> {
    let words =
        ["type", "order", "legal", "first", "visibility", "spectators_see", "honest", "judge"];
    let fields = message.as_object().unwrap();
    let inside = fields.iter().filter(|(name, value)| {
        value.is_object() || (value.is_string() && words.contains(&name.as_str()))
    });
    let inside = inside.map(|(name, _)| format!("/{name}"));
    inside.chain([String::new()]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn changed_messages_are_read_or_refused(text in mutated()) {
        is_message(&text);
    }

    #[test]
    fn an_object_in_another_shape_is_refused_by_name(
        text in prop::sample::select(messages()), place: prop::sample::Index, shape in 0..3_u8,
    ) {
        let mut message: Value = serde_json::from_str(&text).unwrap();
        let places = places(&message);
        let place = &places[place.index(places.len())];
        let part = message.pointer_mut(place).unwrap();
        // What serde alone takes for the same.
        *part = match (&*part, shape) {
            (Value::Object(fields), 0) => fields.values().cloned().collect(),
            (Value::Object(_), 1) => json!([]),
            (Value::String(word), 0) => json!({ word: null }),
            (Value::String(word), 1) => json!([word]),
            _ => json!(0),
        };
        let refusal = Request::parse(&message.to_string()).unwrap_err();
        let name = place.trim_start_matches('/').replace('/', ".");
        let named = if name.is_empty() { "this is".into() } else { format!("\"{name}\" is ") };
        prop_assert!(refusal.message.starts_with(&named), "{}: {}", message, refusal);
    }

    #[test]
    fn any_text_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        is_message(&String::from_utf8_lossy(&bytes));
    }
}
