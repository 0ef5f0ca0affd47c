//! The descriptions of the protocol are sound, and real messages are as they say.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jsonschema::Validator;
use pixel_debate_protocol::{Request, ServerMessage, asyncapi, openapi};
use serde_json::{Value, json};

/// Every `"$ref"` anywhere in a document.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(path) if name == "$ref" => found.push(path.clone()),
                    _ => references(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// What says whether something is as one of a document's schemas says.
fn validator(document: &Value, name: &str) -> Validator {
    let mut schema = document.clone();
    let dialect = if document.get("asyncapi").is_some() {
        "http://json-schema.org/draft-07/schema#"
    } else {
        "https://json-schema.org/draft/2020-12/schema"
    };
    schema["$schema"] = dialect.into();
    schema["allOf"] = json!([{ "$ref": format!("#/components/schemas/{name}") }]);
    jsonschema::validator_for(&schema).unwrap()
}

/// The schema of a message's payload.
fn payload(document: &Value, kind: &str) -> String {
    let payload = &document["components"]["messages"][kind]["payload"]["$ref"];
    payload
        .as_str()
        .unwrap_or_else(|| panic!("no message {kind}"))
        .rsplit_once('/')
        .unwrap()
        .1
        .into()
}

/// The JSON blocks of the protocol's page, each with the line of text before it.
fn example() -> Vec<(String, Value)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol.md");
    let page = fs::read_to_string(page).unwrap();
    let mut parts = page.split("```json\n");
    let mut before = parts.next().unwrap().to_owned();
    let mut blocks = Vec::new();
    for part in parts {
        let (block, after) = part.split_once("```").unwrap();
        let line = before.trim_end().lines().last().unwrap().to_owned();
        blocks.push((line, serde_json::from_str(block).unwrap()));
        after.clone_into(&mut before);
    }
    blocks
}

#[test]
fn references_lead_somewhere() {
    for document in [asyncapi(), openapi()] {
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 20);
        for path in found {
            let pointer = path.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{path}");
        }
    }
}

#[test]
fn every_type_of_message_is_described() {
    let document = asyncapi();
    let described: BTreeSet<_> = document["components"]["messages"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    // What serde itself says of the types.
    let mut types = BTreeSet::new();
    for error in [
        serde_json::from_str::<Request>(r#"{"type":"?"}"#).unwrap_err().to_string(),
        serde_json::from_str::<ServerMessage>(r#"{"type":"?"}"#).unwrap_err().to_string(),
    ] {
        let expected = error.split_once("expected one of").unwrap().1.to_owned();
        types.extend(expected.split('`').skip(1).step_by(2).map(String::from));
    }
    assert_eq!(types.len(), 20);
    assert_eq!(described, types.iter().map(String::as_str).collect());
    let channel = &document["channels"]["socket"]["messages"];
    assert_eq!(channel.as_object().unwrap().len(), types.len());
}

#[test]
fn real_messages_are_as_the_documents_say() {
    let (socket, http) = (asyncapi(), openapi());
    let (mut said, mut heard) = (0, 0);
    for (line, message) in example() {
        let name = match message["type"].as_str() {
            Some(kind) => {
                // What the types read is what the documents describe, and the other way round.
                if line.contains("says") {
                    said += 1;
                    serde_json::from_value::<Request>(message.clone()).unwrap();
                } else {
                    heard += 1;
                    serde_json::from_value::<ServerMessage>(message.clone()).unwrap();
                }
                payload(&socket, kind)
            }
            None if line.starts_with("**POST") => "Setup".into(),
            None if line == "**201**" => "Created".into(),
            None => "Transcript".into(),
        };
        let document = if message["type"].is_string() { &socket } else { &http };
        let validator = validator(document, &name);
        if let Err(error) = validator.validate(&message) {
            panic!("{name}: {error} in {message}");
        }
        // And so the schema says something.
        assert!(!validator.is_valid(&json!({})) || name == "Setup");
        assert!(!validator.is_valid(&json!({"type": "other", "image": "x"})));
    }
    assert!(said >= 8 && heard >= 15);
}

#[test]
fn what_a_client_may_not_say_is_not_described_as_possible() {
    let document = asyncapi();
    for (kind, message, possible) in [
        ("leave", json!({"type": "leave", "debate": "d"}), true),
        ("leave", json!({"type": "leave", "debate": "d", "id": 7}), true),
        ("leave", json!({"type": "leave"}), false),
        ("leave", json!({"type": "leave", "debat": "d"}), false),
        ("reveal", json!({"type": "reveal", "debate": "d", "seq": 1, "pixel": [1, 2]}), true),
        ("reveal", json!({"type": "reveal", "debate": "d", "seq": 1, "pixel": [1]}), false),
        ("reveal", json!({"type": "reveal", "debate": "d", "seq": -1, "pixel": [1, 2]}), false),
        ("create", json!({"type": "create", "pixels": 4}), true),
        ("create", json!({"type": "create", "pixel": 4}), false),
        ("create", json!({"type": "create", "pixels": 300}), false),
        ("watch", json!({"type": "watch", "debate": null}), true),
    ] {
        let schema = validator(&document, &payload(&document, kind));
        assert_eq!(schema.is_valid(&message), possible, "{message}");
        assert_eq!(Request::parse(&message.to_string()).is_ok(), possible, "{message}");
    }
}
