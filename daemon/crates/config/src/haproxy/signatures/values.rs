//! Arguments of fetches and converters of which only some values mean something.

use crate::haproxy::patterns::hexadecimal;
use std::net::{Ipv4Addr, Ipv6Addr};

/// What `digest` and `hmac` can compute.
const DIGESTS: [&str; 6] = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"];

/// Types of fields in protocol buffers that are read as numbers.
const FIELD_TYPES: [&str; 13] = [
    "int32", "int64", "uint32", "uint64", "sint32", "sint64", "bool", "enum", "fixed64",
    "sfixed64", "double", "fixed32", "sfixed32",
];

const FIX_TAGS: [&str; 6] = [
    "BeginString",
    "BodyLength",
    "MsgType",
    "SenderCompID",
    "TargetCompID",
    "CheckSum",
];

const CONNECT_FIELDS: [&str; 9] = [
    "flags",
    "protocol_name",
    "protocol_version",
    "client_identifier",
    "will_topic",
    "will_payload",
    "username",
    "password",
    "keepalive",
];
const CONNACK_FIELDS: [&str; 3] = ["flags", "protocol_version", "reason_code"];

/// Properties of MQTT 5.0 (2.2.2.2) by packet; user properties have names of their own.
const CONNECT_PROPERTIES: [&str; 15] = [
    "17", "33", "39", "34", "25", "23", "21", "22", "24", "1", "2", "3", "8", "9", "38",
];
const CONNACK_PROPERTIES: [&str; 17] = [
    "17", "33", "36", "37", "39", "18", "34", "31", "40", "41", "42", "19", "26", "28", "21", "22",
    "38",
];

/// What is wrong, and what may be written instead.
pub type Wrong = (String, String);

/// Looks at the values of arguments whose number and kinds fit.
pub fn wrong(name: &str, list: &[&str]) -> Option<Wrong> {
    match (name, list) {
        ("regsub", [pattern, _, rest @ ..]) => regsub(pattern, rest.first().copied()),
        ("ipmask", [v4, rest @ ..]) => mask(v4, rest.first().copied()),
        ("add" | "and" | "div" | "mod" | "mul" | "or" | "sub" | "xor", [operand])
            if operand.trim().parse::<i64>().is_err() && !is_variable(operand) =>
        {
            Some((
                format!("'{operand}' is neither a whole number nor a variable"),
                "write a number, or a variable such as 'txn.count'".to_owned(),
            ))
        }
        ("be2dec" | "be2hex", [_, size, rest @ ..]) => pieces(name, size, rest.first().copied()),
        ("be2dec", [_]) => pieces(name, "0", None),
        ("json", [kind]) => one_of(kind, &["ascii", "utf8", "utf8s", "utf8p", "utf8ps"]),
        ("sha2", [bits]) => one_of(bits, &["224", "256", "384", "512"]),
        ("digest", [name]) | ("hmac", [name, _]) => one_of(&name.to_ascii_lowercase(), &DIGESTS),
        ("uuid", [version]) => one_of(version, &["4"]),
        ("date", [_, unit, ..]) => one_of(unit, &["s", "ms", "us"]),
        ("fc_rtt" | "fc_rttvar", [unit, ..]) => one_of(unit, &["us", "ms"]),
        ("bool", [value, ..]) => one_of(value, &["true", "false", "1", "0"]),
        ("ipv4", [address]) if address.parse::<Ipv4Addr>().is_err() => Some((
            format!("'{address}' is not an IPv4 address"),
            "write e.g. 'ipv4(10.0.0.1)'".to_owned(),
        )),
        ("ipv6", [address]) if address.parse::<Ipv6Addr>().is_err() => Some((
            format!("'{address}' is not an IPv6 address"),
            "write e.g. 'ipv6(2001:db8::1)'".to_owned(),
        )),
        ("bin", [text]) if hexadecimal(text).is_none() => Some((
            format!("'{text}' is not text in hexadecimal"),
            "write pairs of digits, e.g. 'bin(16030100)'".to_owned(),
        )),
        ("protobuf" | "ungrpc", [path, rest @ ..]) => field(path, rest.first().copied()),
        ("fix_tag_value", [tag]) => fix_tag(tag),
        ("mqtt_field_value", [packet, field]) => mqtt(packet, field),
        ("aes_gcm_dec", [bits, parameters @ ..]) => aes(bits, parameters),
        ("distcc_body" | "distcc_param", [token, ..]) if token.len() != 4 => Some((
            format!("'{token}' is not a token of distcc: those have four letters"),
            "write e.g. 'DOTI', 'ARGC' or 'DIST'".to_owned(),
        )),
        _ => None,
    }
}

fn one_of(given: &str, known: &[&str]) -> Option<Wrong> {
    if known.contains(&given) {
        return None;
    }
    let message = format!("'{given}' means nothing here");
    Some((message, format!("write one of {}", known.join(", "))))
}

/// `regsub(REGEX,TEXT[,FLAGS])`
fn regsub(pattern: &str, flags: Option<&str>) -> Option<Wrong> {
    if let Some(flag) = flags.and_then(|flags| flags.chars().find(|c| !matches!(c, 'g' | 'i'))) {
        let message = format!("'{flag}' is not a flag of 'regsub'");
        return Some((
            message,
            "write g (each place), i (any case), or both".to_owned(),
        ));
    }
    let built = regex::bytes::RegexBuilder::new(pattern)
        .unicode(false)
        .build();
    let why = built.err()?.to_string();
    let why = why.lines().last().unwrap_or_default();
    Some((
        format!(
            "this is no regular expression: {}",
            why.trim_start_matches("error: ")
        ),
        "put quotes around it when it contains ',' or parentheses".to_owned(),
    ))
}

/// `ipmask(MASK4[,MASK6])`
fn mask(v4: &str, v6: Option<&str>) -> Option<Wrong> {
    let bits = |text: &str, most: u8| text.parse::<u8>().is_ok_and(|bits| bits <= most);
    if !bits(v4, 32) && v4.parse::<Ipv4Addr>().is_err() {
        let message = format!("'{v4}' is not a mask of IPv4 addresses");
        return Some((message, "write 0 to 32, or e.g. 255.255.255.0".to_owned()));
    }
    let v6 = v6.filter(|text| !bits(text, 128) && text.parse::<Ipv6Addr>().is_err())?;
    let message = format!("'{v6}' is not a mask of IPv6 addresses");
    Some((message, "write 0 to 128, or e.g. ffff:ffff::".to_owned()))
}

fn field(path: &str, kind: Option<&str>) -> Option<Wrong> {
    if path.split('.').any(|number| number.parse::<u32>().is_err()) {
        let message = format!("'{path}' is not the number of a field of protocol buffers");
        let help = "write numbers with dots between them, e.g. '48.59.1'".to_owned();
        return Some((message, help));
    }
    let kind = kind.filter(|kind| *kind != "float" && !FIELD_TYPES.contains(kind))?;
    Some((
        format!("'{kind}' is not a type of fields that are read as numbers"),
        format!(
            "write one of {}, float, or no type to get the bytes",
            FIELD_TYPES.join(", ")
        ),
    ))
}

fn fix_tag(tag: &str) -> Option<Wrong> {
    let known = FIX_TAGS.iter().any(|name| name.eq_ignore_ascii_case(tag));
    if known || tag.parse::<u32>().is_ok_and(|number| number > 0) {
        return None;
    }
    Some((
        format!("there is no FIX tag '{tag}'"),
        format!("write its number, or one of {}", FIX_TAGS.join(", ")),
    ))
}

fn mqtt(packet: &str, field: &str) -> Option<Wrong> {
    let (names, properties): (&[&str], &[&str]) = match packet.to_ascii_lowercase().as_str() {
        "connect" | "1" => (&CONNECT_FIELDS, &CONNECT_PROPERTIES),
        "connack" | "2" => (&CONNACK_FIELDS, &CONNACK_PROPERTIES),
        _ => {
            let message =
                format!("packets '{packet}' are not looked into: they are never the first");
            return Some((message, "write 'connect' or 'connack'".to_owned()));
        }
    };
    let known = names.iter().any(|name| name.eq_ignore_ascii_case(field));
    if known || properties.contains(&field) {
        return None;
    }
    Some((
        format!("packets '{packet}' of MQTT have no field '{field}'"),
        format!(
            "write one of {}, or the number of a property: {}",
            names.join(", "),
            properties.join(", ")
        ),
    ))
}

fn aes(bits: &str, parameters: &[&str]) -> Option<Wrong> {
    if !["128", "192", "256"].contains(&bits) {
        let message = format!("there are no AES keys of '{bits}' bits");
        return Some((message, "write 128, 192 or 256".to_owned()));
    }
    let names = ["nonce", "key", "tag"];
    let (name, _) = names
        .iter()
        .zip(parameters)
        .find(|(_, text)| !is_variable(text) && !is_base64(text))?;
    // What stands there may be a secret.
    Some((
        format!("the {name} of 'aes_gcm_dec' is neither base64 nor a variable"),
        "write it in base64, or a variable such as 'txn.key'".to_owned(),
    ))
}

fn is_variable(text: &str) -> bool {
    let scopes = ["proc.", "sess.", "txn.", "req.", "res."];
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let name = scopes.iter().find_map(|scope| text.strip_prefix(scope));
    name.is_some_and(|name| !name.is_empty() && name.chars().all(good))
}

/// RFC 4648, 4.
fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - digits.len() <= 2
        && !digits.is_empty()
        && digits
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
}

/// `be2dec(SEPARATOR,SIZE[,TRUNCATE])`; numbers have at most eight bytes.
fn pieces(name: &str, size: &str, truncate: Option<&str>) -> Option<Wrong> {
    let most = if name == "be2dec" { 8 } else { i64::MAX };
    if !size
        .trim()
        .parse()
        .is_ok_and(|size| (1..=most).contains(&size))
    {
        let message = format!("'{size}' is not a number of bytes for the pieces of '{name}'");
        return Some((message, format!("write 1 to 8, e.g. '{name}(:,2)'")));
    }
    one_of(
        truncate.filter(|text| !text.is_empty())?.trim(),
        &["0", "1"],
    )
}
