//! The JSON schema (draft 4) of what is written as JSON.

use crate::entry::{NATURES, ORIGINS, SCOPES};
use serde_json::{Value, json};

/// Answers `show schema json`.
pub fn schema() -> Value {
    let shared = |name: &str| json!({"$ref": format!("#/definitions/{name}")});
    json!({
        "$schema": "http://json-schema.org/draft-04/schema#",
        "oneOf": [
            {
                "title": "Info",
                "type": "array",
                "items": {
                    "title": "InfoItem",
                    "type": "object",
                    "properties": {
                        "field": shared("field"),
                        "processNum": shared("processNum"),
                        "tags": shared("tags"),
                        "value": shared("typedValue"),
                    },
                    "required": ["field", "processNum", "tags", "value"],
                },
            },
            {
                "title": "Stat",
                "type": "array",
                "items": {
                    "title": "InfoItem",
                    "type": "object",
                    "properties": {
                        "objType": {"enum": ["Frontend", "Backend", "Listener", "Server", "Unknown"]},
                        "proxyId": {"type": "integer", "minimum": 0},
                        "id": {"type": "integer", "minimum": 0},
                        "field": shared("field"),
                        "processNum": shared("processNum"),
                        "tags": shared("tags"),
                        "typedValue": shared("typedValue"),
                    },
                    "required": [
                        "objType", "proxyId", "id", "field", "processNum", "tags", "value",
                    ],
                },
            },
            {
                "title": "Error",
                "type": "object",
                "properties": {"errorStr": {"type": "string"}},
                "required": ["errorStr"],
            },
        ],
        "definitions": {
            "field": {
                "type": "object",
                "pos": {"type": "integer", "minimum": 0},
                "name": {"type": "string"},
                "required": ["pos", "name"],
            },
            "processNum": {"type": "integer", "minimum": 1},
            "tags": {
                "type": "object",
                "origin": one_of(ORIGINS),
                "nature": one_of(NATURES),
                "scope": one_of(SCOPES),
                "required": ["origin", "nature", "scope"],
            },
            "typedValue": typed_value(),
        },
    })
}

fn one_of(list: &[(char, &str)]) -> Value {
    let mut words: Vec<&str> = list.iter().map(|(_, word)| *word).collect();
    words.push("Unknown");
    json!({"type": "string", "enum": words})
}

fn typed_value() -> Value {
    /// Whole numbers that a double holds.
    const EXACT: i64 = (1 << 53) - 1;
    let number = |name: &str, least: i64, most: i64| {
        json!({
            "properties": {
                "type": {"type": "string", "enum": [name]},
                "value": {"type": "integer", "minimum": least, "maximum": most},
            },
            "required": ["type", "value"],
        })
    };
    let names = ["s32Value", "s64Value", "u32Value", "u64Value", "strValue"];
    let places =
        names.map(|name| json!({"$ref": format!("#/definitions/typedValue/definitions/{name}")}));
    json!({
        "type": "object",
        "oneOf": places,
        "definitions": {
            "s32Value": number("s32", i32::MIN.into(), i32::MAX.into()),
            "s64Value": number("s64", -EXACT, EXACT),
            "u32Value": number("u32", 0, u32::MAX.into()),
            "u64Value": number("u64", 0, EXACT),
            "strValue": {
                "properties": {
                    "type": {"type": "string", "enum": ["str"]},
                    "value": {"type": "string"},
                },
                "required": ["type", "value"],
            },
            "unknownValue": {
                "properties": {
                    "type": {"type": "integer", "minimum": 0},
                    "value": {"type": "string", "enum": ["unknown"]},
                },
                "required": ["type", "value"],
            },
        },
    })
}
