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

/// The settings of the schemas of either description.
fn settings(dialect: SchemaSettings) -> SchemaSettings {
    dialect.with_transform(WithoutLinks).with(|settings| {
        settings.definitions_path = SCHEMAS.into();
        settings.meta_schema = None;
    })
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
