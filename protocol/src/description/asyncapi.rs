//! The websocket, as AsyncAPI 3.0 describes such things.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::{both, heard, info, reference, said, take};
use crate::{PATH, Request, ServerMessage};

/// What a client may say and hear on the websocket: an AsyncAPI 3.0 document.
///
/// It has one message for each `"type"`, with a schema of its own.
pub fn asyncapi() -> Value {
    let mut generator = said(SchemaSettings::draft07()).into_generator();
    generator.subschema_for::<Request>();
    let mut said_schemas = generator.take_definitions(true);
    let mut generator = heard(SchemaSettings::draft07()).into_generator();
    generator.subschema_for::<ServerMessage>();
    let mut heard_schemas = generator.take_definitions(true);

    let (said, kinds) = messages(take(&mut said_schemas, "Request"), true);
    said_schemas.extend(kinds);
    let (heard, kinds) = messages(take(&mut heard_schemas, "ServerMessage"), false);
    heard_schemas.extend(kinds);
    let schemas = both(said_schemas, heard_schemas);
    let operation = |action: &str, summary: &str, messages: &Map<String, Value>| {
        let messages = messages
            .keys()
            .map(|name| json!({ "$ref": format!("#/channels/socket/messages/{name}") }));
        json!({
            "action": action,
            "summary": summary,
            "channel": { "$ref": "#/channels/socket" },
            "messages": messages.collect::<Vec<_>>(),
        })
    };
    let operations = json!({
        "say": operation("receive", "What a client says.", &said),
        "hear": operation("send", "What the server says, first of all `hello`.", &heard),
    });
    let all: Map<_, _> = said.into_iter().chain(heard).collect();
    let references: Map<_, _> = all
        .keys()
        .map(|name| (name.clone(), json!({ "$ref": format!("#/components/messages/{name}") })))
        .collect();
    json!({
        "asyncapi": "3.1.0",
        "info": info(
            "Pixel Debate, the websocket",
            "Debating, judging and watching: JSON objects in text frames, one in each.",
        ),
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": "127.0.0.1:8080",
                "protocol": "ws",
                "description": "A server that was started without options.",
            },
        },
        "channels": { "socket": { "address": PATH, "messages": references } },
        "operations": operations,
        "components": { "messages": all, "schemas": schemas },
    })
}

/// The messages of one side by their `"type"`, and the schemas of their payloads by name.
///
/// What a client says may have an `id`, and has no fields that it does not know.
fn messages(mut sum: Value, said: bool) -> (Map<String, Value>, Map<String, Value>) {
    let id = sum.pointer("/properties/id").cloned();
    let kinds = sum.get_mut("oneOf").and_then(Value::as_array_mut).map(std::mem::take);
    let (mut messages, mut schemas) = (Map::new(), Map::new());
    for mut schema in kinds.unwrap_or_default() {
        let Some(kind) = schema.pointer("/properties/type/const").and_then(Value::as_str) else {
            continue;
        };
        let kind = kind.to_owned();
        let summary = schema.get("description").cloned();
        if said && let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            fields.extend(id.clone().map(|id| ("id".into(), id)));
            schema["additionalProperties"] = false.into();
        }
        let name = format!("{}Message", capitalised(&kind));
        let message = json!({ "name": kind, "summary": summary, "payload": reference(&name) });
        messages.insert(kind, message);
        schemas.insert(name, schema);
    }
    (messages, schemas)
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}
