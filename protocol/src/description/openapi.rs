//! HTTP, as OpenAPI 3.1 describes such things.

use pixel_debate_game::Transcript;
use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Value, json};

use super::{info, settings};
use crate::{API, Analysis, Created, DebateList, OtherJudges, Refusal, Setup, Snapshot, Standings};

/// What may be asked of the server over HTTP: an OpenAPI 3.1 document.
pub fn openapi() -> Value {
    let mut generator = settings(SchemaSettings::draft2020_12()).into_generator();
    let paths = paths(&mut generator);
    json!({
        "openapi": "3.1.0",
        "info": info(
            "Pixel Debate, HTTP",
            "Debates as resources. They are played over the websocket: see /asyncapi.json.",
        ),
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A private debate's token for spectators, or the administrator's.",
                },
            },
        },
    })
}

/// Every resource.
fn paths(schemas: &mut SchemaGenerator) -> Value {
    let setup = content::<Setup>(schemas);
    let created = content::<Created>(schemas);
    let list = content::<DebateList>(schemas);
    let snapshot = content::<Snapshot>(schemas);
    let transcript = content::<Transcript>(schemas);
    let analysis = content::<Analysis>(schemas);
    let standings = content::<Standings>(schemas);
    let judges = content::<OtherJudges>(schemas);
    let refusal = content::<Refusal>(schemas);
    // What is asked, with what is answered if all goes well.
    let asked = |summary: &str, status: &str, answer: Value| {
        let mut answers = json!({
            "default": { "description": "What was wrong.", "content": refusal },
        });
        answers[status] = answer;
        json!({ "summary": summary, "security": [{}, { "token": [] }], "responses": answers })
    };
    let shown = |summary: &str, content: &Value| {
        asked(summary, "200", json!({ "description": "What was asked for.", "content": content }))
    };
    let plain = |summary: &str, kind: &str| {
        let kinds = json!({ kind: {} });
        let answer = json!({ "description": "What was asked for.", "content": kinds });
        json!({ "get": { "summary": summary, "responses": { "200": answer } } })
    };

    let made = json!({
        "description": "The debate and its tokens.",
        "headers": {
            "Location": { "description": "The debate.", "schema": { "type": "string" } },
        },
        "content": created,
    });
    let mut create = asked("Sets up a debate", "201", made);
    create["requestBody"] = json!({ "required": false, "content": setup });
    let mut all = shown("Debates, the newest first; private ones for the administrator", &list);
    let most = DebateList::MOST;
    all["parameters"] = json!([
        {
            "name": "limit",
            "in": "query",
            "description": "The most debates to list.",
            "schema": { "type": "integer", "minimum": 1, "maximum": most, "default": most },
        },
        {
            "name": "before",
            "in": "query",
            "description": "The `next` of another list, to go on after it.",
            "schema": { "type": "integer", "minimum": 0 },
        },
    ]);
    let one = shown("A debate as spectators see it", &snapshot);
    let summary = "What each legal reveal would do to the classifier, once there is an outcome";
    let mut analysed = shown(summary, &analysis);
    analysed["parameters"] = json!([{
        "name": "revealed",
        "in": "query",
        "description": "The position after so many reveals; after all of them if left out.",
        "schema": { "type": "integer", "minimum": 0 },
    }]);
    let ended = json!({ "description": "The debate has ended." });
    let end = asked("Ends a debate, as the administrator", "204", ended);

    let id = json!([{
        "name": "id",
        "in": "path",
        "required": true,
        "description": "The debate's name.",
        "schema": { "type": "string" },
    }]);
    let mut paths = json!({
        format!("{API}/debates"): { "post": create, "get": all },
        format!("{API}/debates/{{id}}"): { "get": one, "delete": end, "parameters": id },
        format!("{API}/debates/{{id}}/transcript"): {
            "get": shown("Everything, once there is an outcome", &transcript),
            "parameters": id,
        },
        format!("{API}/debates/{{id}}/analysis"): { "get": analysed, "parameters": id },
        format!("{API}/debates/{{id}}/judges"): {
            "get": shown("How others judged the same question, once there is an outcome", &judges),
            "parameters": id,
        },
        format!("{API}/standings"): { "get": shown("How debaters and judges have done", &standings) },
        "/healthz": plain("Whether the process answers", "text/plain"),
        "/readyz": plain("Whether debates can be set up and go on", "text/plain"),
        "/metrics": plain("Measurements for Prometheus", "application/openmetrics-text"),
        "/asyncapi.json": plain("The websocket", "application/json"),
        "/openapi.json": plain("This document", "application/json"),
    });
    for (suffix, kind) in [("png", "image/png"), ("svg", "image/svg+xml"), ("gif", "image/gif")] {
        let summary = "A picture: what the judge sees, and after the outcome both views";
        paths[format!("{API}/debates/{{id}}/picture.{suffix}")] =
            json!({ "get": shown(summary, &json!({ kind: {} })), "parameters": id });
    }
    paths
}

/// A body of that type, in JSON.
fn content<T: JsonSchema>(schemas: &mut SchemaGenerator) -> Value {
    json!({ "application/json": { "schema": schemas.subschema_for::<T>() } })
}
