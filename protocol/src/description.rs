//! Descriptions of the protocol for programs, made from its types.

mod asyncapi;
mod openapi;

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Map, Value, json};

pub use asyncapi::asyncapi;
pub use openapi::openapi;

/// Where a description keeps the schemas that others refer to.
const SCHEMAS: &str = "/components/schemas";

/// What both descriptions say of themselves.
fn info(title: &str, description: &str) -> Value {
    json!({
        "title": title,
        "version": crate::VERSION.to_string(),
        "description": description,
        "license": { "name": env!("CARGO_PKG_LICENSE") },
    })
}

/// The settings of the schemas of what a client says: these fields and no others.
fn said(dialect: SchemaSettings) -> SchemaSettings {
    dialect.with_transform(WithoutLinks).with_transform(PlainEnums).with(|settings| {
        settings.definitions_path = SCHEMAS.into();
        settings.meta_schema = None;
    })
}

/// The settings of the schemas of what the server says: these fields and, without a new version,
/// others.
fn heard(dialect: SchemaSettings) -> SchemaSettings {
    said(dialect).for_serialize().with_transform(Open)
}

/// The schemas of both sides by name. Where one name has two, since a client says it as well as the
/// server, the client's gets another.
fn both(mut said: Map<String, Value>, heard: Map<String, Value>) -> Map<String, Value> {
    let names: Vec<_> = said.keys().filter(|name| heard.contains_key(*name)).cloned().collect();
    for name in names {
        if said.get(&name) == heard.get(&name) {
            continue;
        }
        let schema = take(&mut said, &name);
        let renamed = format!("{name}Said");
        let (old, new) = (reference(&name), reference(&renamed));
        said.insert(renamed, schema);
        said.values_mut().for_each(|schema| replace(schema, &old, &new));
    }
    said.extend(heard);
    said
}

/// Puts one value in the place of another, wherever it stands.
fn replace(value: &mut Value, old: &Value, new: &Value) {
    if let (Some(fields), Some(old), Some(new)) =
        (value.as_object_mut(), old.get("$ref"), new.get("$ref"))
        && fields.get("$ref") == Some(old)
    {
        fields.insert("$ref".into(), new.clone());
    }
    match value {
        Value::Object(fields) => fields.values_mut().for_each(|value| replace(value, old, new)),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, old, new)),
        _ => {}
    }
}

/// Lets objects have fields that are not described.
#[derive(Clone, Debug)]
struct Open;

impl Transform for Open {
    fn transform(&mut self, schema: &mut Schema) {
        for keyword in ["additionalProperties", "unevaluatedProperties"] {
            if schema.get(keyword) == Some(&Value::Bool(false)) {
                schema.remove(keyword);
            }
        }
        transform_subschemas(self, schema);
    }
}

/// Makes of alternatives that are one text each an `enum`, which more programs can read, and says in
/// its description what each of them means.
#[derive(Clone, Debug)]
struct PlainEnums;

impl Transform for PlainEnums {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let kinds = schema.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default();
        let words = |kind: &Value| -> Option<Vec<Value>> {
            let one = kind.get("const").map(|word| vec![word.clone()]);
            let several = || kind.get("enum").and_then(Value::as_array).cloned();
            let words = one.or_else(several)?;
            (kind.get("type")? == "string" && kind.get("properties").is_none()).then_some(words)
        };
        let Some(all) = kinds.iter().map(words).collect::<Option<Vec<_>>>() else { return };
        if all.is_empty() {
            return;
        }
        let mut text =
            schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
        for (kind, words) in kinds.iter().zip(&all) {
            if let (Some(meaning), [Value::String(word)]) =
                (kind.get("description").and_then(Value::as_str), &words[..])
            {
                text.extend(["\n\n`", word.as_str(), "`: ", meaning]);
            }
        }
        schema.remove("oneOf");
        schema.insert("type".into(), "string".into());
        schema.insert("enum".into(), all.concat().into());
        if !text.is_empty() {
            schema.insert("description".into(), text.trim_start().into());
        }
    }
}

/// A reference to the schema with that name.
fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#{SCHEMAS}/{name}") })
}

/// Takes the links to Rust documentation out of the descriptions, and their line breaks.
#[derive(Clone, Debug)]
struct WithoutLinks;

impl Transform for WithoutLinks {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(Value::String(text)) = schema.get_mut("description") {
            *text = without_links(text);
        }
        transform_subschemas(self, schema);
    }
}

/// The text with `` `name` `` for every `` [`name`](path) `` and `` [`name`] ``, each paragraph in
/// one line.
fn without_links(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, link)) = rest.split_once("[`") {
        plain.push_str(before);
        let Some((name, after)) = link.split_once("`]") else {
            plain.push_str("[`");
            rest = link;
            continue;
        };
        plain.push('`');
        plain.push_str(name);
        plain.push('`');
        rest = after
            .strip_prefix('(')
            .and_then(|path| path.split_once(')'))
            .map_or(after, |(_, after)| after);
    }
    plain.push_str(rest);
    let paragraphs: Vec<_> = plain.split("\n\n").map(|lines| lines.replace('\n', " ")).collect();
    paragraphs.join("\n\n")
}

/// The value at a field of an object; nothing where there is none.
fn take(schema: &mut Map<String, Value>, field: &str) -> Value {
    schema.remove(field).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_have_no_links_and_no_line_breaks() {
        for (text, plain) in [
            ("as [`Setup::default`] says", "as `Setup::default` says"),
            ("one of [`pixels`](crate::Offer::pixels),\nor `any`", "one of `pixels`, or `any`"),
            ("one\ntwo\n\nthree", "one two\n\nthree"),
            ("an open [`link", "an open [`link"),
        ] {
            assert_eq!(without_links(text), plain);
        }
    }
}
