//! HTTP, as OpenAPI 3.1 describes such things.

use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Value, json};

use super::{both, heard, info, said};
use crate::{
    API, Analysis, Created, DebateList, DebateRecord, JudgeRecord, OtherJudges, Refusal, Setup,
    Snapshot, Standings,
};

/// What may be asked of the server over HTTP: an OpenAPI 3.1 document.
pub fn openapi() -> Value {
    let mut asked = said(SchemaSettings::draft2020_12()).into_generator();
    let setup = content::<Setup>(&mut asked);
    let mut answered = heard(SchemaSettings::draft2020_12()).into_generator();
    let paths = paths(&setup, &mut answered);
    let schemas = both(asked.take_definitions(true), answered.take_definitions(true));
    json!({
        "openapi": "3.1.0",
        "info": info(
            "Pixel Debate, HTTP",
            "Debates as resources. They are played over the websocket: see /asyncapi.json.",
        ),
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of the debate, or the administrator's.",
                },
                "judge": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The key to a judge's record, with which judges' seats were taken.",
                },
            },
        },
    })
}

/// Every resource.
fn paths(setup: &Value, schemas: &mut SchemaGenerator) -> Value {
    let created = content::<Created>(schemas);
    let list = content::<DebateList>(schemas);
    let snapshot = content::<Snapshot>(schemas);
    let record = content::<DebateRecord>(schemas);
    let analysis = content::<Analysis>(schemas);
    let standings = content::<Standings>(schemas);
    let judges = content::<OtherJudges>(schemas);
    let own_record = content::<JudgeRecord>(schemas);
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
    all["parameters"] = listing();
    let one = shown("A debate as spectators see it", &snapshot);
    let summary = "What each legal reveal would do to the classifier, once there is an outcome";
    let mut analysed = shown(summary, &analysis);
    analysed["parameters"] = json!([{
        "name": "revealed",
        "in": "query",
        "description": "The position after so many reveals; after all of them if left out.",
        "schema": { "type": "integer", "minimum": 0 },
    }]);
    let mut own =
        shown("A judge's record, in debates that have an outcome, the newest first", &own_record);
    own["security"] = json!([{ "judge": [] }]);
    own["parameters"] = record_parts();
    let ended = json!({ "description": "The debate has ended." });
    let end = asked("Ends a debate, as the administrator or who set it up", "204", ended);

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
            "get": shown("All that is kept of it, once there is an outcome", &record),
            "parameters": id,
        },
        format!("{API}/debates/{{id}}/analysis"): { "get": analysed, "parameters": id },
        format!("{API}/debates/{{id}}/judges"): {
            "get": shown("How others judged the same question, once there is an outcome", &judges),
            "parameters": id,
        },
        format!("{API}/judge"): { "get": own },
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
            json!({ "get": shown(summary, &json!({ kind: picture(kind) })), "parameters": id });
    }
    paths
}

/// What a list may be asked for.
fn listing() -> Value {
    let number = |least: u64| json!({ "type": "integer", "minimum": least });
    let most = DebateList::MOST;
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": most, "default": most });
    let parameter = |(name, description, schema): (&str, &str, Value)| json!({ "name": name, "in": "query", "description": description, "schema": schema });
    let phases = json!({ "type": "string", "enum": ["waiting", "revealing", "judging", "over"] });
    let pixels = json!({ "type": "integer", "minimum": 1, "maximum": 128 });
    let name = json!({ "type": "string", "minLength": 1, "maxLength": 200 });
    [
        ("limit", "The most debates to list.", limit),
        ("before", "The `next` of another list, to go on after it.", number(0)),
        ("phase", "How far they have come.", phases),
        ("pixels", "How many pixels the debaters reveal together.", pixels),
        ("image", "The number of the image, of debates that are over.", number(0)),
        ("player", "The name of somebody who took part, in debates that are over.", name),
        ("since", "Set up at that time or later, in milliseconds since 1970.", number(0)),
        ("until", "Set up before that time, in milliseconds since 1970.", number(0)),
    ]
    .map(parameter)
    .into_iter()
    .collect()
}

/// Which part of a judge's record may be asked for.
fn record_parts() -> Value {
    let most = JudgeRecord::MOST;
    json!([
        {
            "name": "limit",
            "in": "query",
            "description": "The most judgments.",
            "schema": { "type": "integer", "minimum": 1, "maximum": most, "default": most },
        },
        {
            "name": "before",
            "in": "query",
            "description": "The `next` of another part, to go on after it.",
            "schema": { "type": "integer", "minimum": 0 },
        },
    ])
}

/// A picture's bytes.
fn picture(kind: &str) -> Value {
    json!({ "schema": { "type": "string", "format": "binary", "contentMediaType": kind } })
}

/// A body of that type, in JSON.
fn content<T: JsonSchema>(schemas: &mut SchemaGenerator) -> Value {
    json!({ "application/json": { "schema": schemas.subschema_for::<T>() } })
}
