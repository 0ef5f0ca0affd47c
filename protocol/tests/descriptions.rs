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
    let said = Request::parse(r#"{"type":"?"}"#).unwrap_err().expected;
    types.extend(said.split('"').skip(3).step_by(2).map(String::from));
    let heard = serde_json::from_str::<ServerMessage>(r#"{"type":"?"}"#).unwrap_err().to_string();
    let heard = heard.split_once("expected one of").unwrap().1.to_owned();
    types.extend(heard.split('`').skip(1).step_by(2).map(String::from));
    assert_eq!(types.len(), 34);
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
                    Request::parse(&message.to_string()).unwrap();
                } else {
                    heard += 1;
                    serde_json::from_value::<ServerMessage>(message.clone()).unwrap();
                }
                payload(&socket, kind)
            }
            None if line.starts_with("**POST") => "Setup".into(),
            None if line == "**201**" => "Created".into(),
            None => "DebateRecord".into(),
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
        ("create", json!({"type": "create", "clock": {"move_ms": 1}}), true),
        ("create", json!({"type": "create", "clock": {"move": 1}}), false),
        ("create", json!({"type": "create", "clock": [1, 2]}), false),
        ("create", json!({"type": "create", "order": "alone"}), true),
        ("create", json!({"type": "create", "order": 0}), false),
        ("create", json!({"type": 0}), false),
        ("watch", json!({"type": "watch", "debate": null}), true),
    ] {
        let schema = validator(&document, &payload(&document, kind));
        assert_eq!(schema.is_valid(&message), possible, "{message}");
        assert_eq!(Request::parse(&message.to_string()).is_ok(), possible, "{message}");
    }
}

/// All schemas that are used, from that place on.
fn used(document: &Value, from: &Value, found: &mut Vec<Value>) {
    let mut names = Vec::new();
    references(from, &mut names);
    found.push(from.clone());
    for name in names {
        let schema = document.pointer(name.trim_start_matches('#')).unwrap();
        if !found.contains(schema) {
            used(document, schema, found);
        }
    }
}

/// Whether a value is somewhere in another as that field.
fn has(value: &Value, name: &str, wanted: &Value) -> bool {
    match value {
        Value::Object(fields) => {
            fields.get(name) == Some(wanted)
                || fields.values().any(|value| has(value, name, wanted))
        }
        Value::Array(items) => items.iter().any(|item| has(item, name, wanted)),
        _ => false,
    }
}

#[test]
fn the_server_may_say_more_without_a_new_version() {
    let (socket, http) = (asyncapi(), openapi());
    let mut heard = Vec::new();
    for message in socket["operations"]["hear"]["messages"].as_array().unwrap() {
        used(&socket, message, &mut heard);
    }
    for path in http["paths"].as_object().unwrap().values() {
        for operation in path.as_object().unwrap().values() {
            used(&http, &operation["responses"], &mut heard);
        }
    }
    assert!(heard.len() > 30);
    for schema in &heard {
        assert!(!has(schema, "additionalProperties", &false.into()), "{schema}");
        assert!(!has(schema, "unevaluatedProperties", &false.into()), "{schema}");
    }
    // What it says today with a field that nobody knows is still as described.
    for (line, mut message) in example() {
        let heard = message["type"].is_string() && !line.contains("says");
        if heard {
            let kind = message["type"].as_str().unwrap().to_owned();
            for part in ["", "/view", "/view/rules", "/event", "/turn", "/ending/outcome", "/offer"]
            {
                if let Some(part) = message.pointer_mut(part).and_then(Value::as_object_mut) {
                    part.insert("news".into(), json!({ "more": 1 }));
                }
            }
            let validator = validator(&socket, &payload(&socket, &kind));
            assert!(validator.is_valid(&message), "{message}");
        }
    }
    // A client may not.
    let mut said = Vec::new();
    used(&http, &http["paths"]["/api/debates"]["post"]["requestBody"], &mut said);
    let strict = |schema: &&Value| schema.get("additionalProperties") == Some(&false.into());
    assert_eq!(
        said.iter().filter(strict).count(),
        4,
        "a setup, its clock, its panel and what was recorded"
    );
}

#[test]
fn words_are_enums_and_pictures_bytes() {
    for document in [asyncapi(), openapi()] {
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let mut words = 0;
        for (name, schema) in schemas {
            words += usize::from(schema.get("enum").is_some());
            let kinds = schema.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default();
            for kind in kinds {
                let object = kind.get("properties").is_some() || kind.get("$ref").is_some();
                assert!(object || kind["type"] == "null", "{name}: {kind}");
            }
        }
        assert!(words >= 8, "{words}");
        assert!(
            schemas["OutcomeReason"]["description"].as_str().unwrap().contains("`resignation`: ")
        );
    }
    for (suffix, kind) in [("png", "image/png"), ("svg", "image/svg+xml"), ("gif", "image/gif")] {
        let path = format!("/api/debates/{{id}}/picture.{suffix}");
        let schema =
            &openapi()["paths"][path]["get"]["responses"]["200"]["content"][kind]["schema"];
        assert_eq!((&schema["type"], &schema["format"]), (&"string".into(), &"binary".into()));
    }
}
