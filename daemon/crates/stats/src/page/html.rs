//! The page itself: one document that loads nothing from elsewhere.

use super::{Action, Live, Options};
use std::time::Duration;

/// What is said on the page besides the figures.
#[derive(Debug)]
pub struct Look<'a> {
    /// The page's path.
    pub uri: &'a str,
    pub node: &'a str,
    /// `stats show-node`: it stands in the heading, too.
    pub show_node: bool,
    pub description: Option<&'a str>,
    /// `None`: the version is not told.
    pub version: Option<&'a str>,
    /// How often the figures are asked for.
    pub refresh: Option<Duration>,
    /// Orders may be given, and come with this.
    pub token: Option<&'a str>,
    /// A value that nobody can guess: only what carries it is run.
    pub nonce: &'a str,
}

/// What becomes of orders, by the code that the answer carries.
const ANSWERS: &[(&str, &str)] = &[
    ("DONE", "done"),
    ("NONE", "nothing was to be changed"),
    ("PART", "done for some of the servers only"),
    ("ERRP", "the order could not be understood"),
    ("EXCD", "the order was too long"),
    ("DENY", "refused"),
    ("UNKN", "the action is not known"),
];

/// One script: its parts share what they declare.
const SCRIPT: &str = concat!(
    include_str!("script/small.js"),
    include_str!("script/plots.js"),
    include_str!("script/rows.js"),
    include_str!("script/orders.js"),
    include_str!("script/sections.js"),
    include_str!("script/tiles.js"),
    include_str!("script/pair.js"),
    include_str!("script/render.js"),
    include_str!("script/live.js"),
);

const EVERY: Duration = Duration::from_secs(1);

/// The page with its first figures in it.
pub fn html(look: &Look<'_>, options: &Options, live: &Live<'_>) -> String {
    let every = look.refresh.unwrap_or(EVERY).as_millis();
    let answers: serde_json::Map<String, serde_json::Value> = ANSWERS
        .iter()
        .map(|(code, text)| ((*code).to_owned(), (*text).into()))
        .collect();
    let actions: Vec<[&str; 2]> = Action::ALL.iter().map(|(v, _, t)| [*v, *t]).collect();
    let settings = serde_json::json!({
        "uri": look.uri,
        "live": format!("{};live", look.uri),
        "every": u64::try_from(every).unwrap_or(u64::MAX),
        "paused": options.norefresh,
        "node": look.node,
        "admin": look.token.is_some(),
        "token": look.token.unwrap_or_default(),
        "actions": actions,
        "answers": answers,
    });
    let heading = if look.show_node {
        format!("Statistics of {}", look.node)
    } else {
        "Statistics".to_owned()
    };
    let news = options.done.as_deref().and_then(|done| {
        let known = ANSWERS.iter().find(|(code, _)| *code == done);
        known.map(|(_, text)| format!("The order: {text}."))
    });
    let version = look
        .version
        .map(|version| format!("tandemd {version}"))
        .unwrap_or_default();
    let whole = [
        ("title", escaped(&heading)),
        ("heading", escaped(&heading)),
        ("about", escaped(look.description.unwrap_or_default())),
        ("uri", escaped(look.uri)),
        (
            "scope",
            escaped(options.scope.as_deref().unwrap_or_default()),
        ),
        ("news", escaped(&news.unwrap_or_default())),
        ("version", escaped(&version)),
        ("nonce", look.nonce.to_owned()),
        ("style", include_str!("page.css").to_owned()),
        ("settings", inside_script(&settings.to_string())),
        ("data", inside_script(&live.json())),
        ("script", SCRIPT.to_owned()),
    ];
    filled(include_str!("page.html"), &whole)
}

/// The template with the parts in their places. Parts are not looked into.
fn filled(template: &str, parts: &[(&str, String)]) -> String {
    let size: usize = parts.iter().map(|(_, text)| text.len()).sum();
    let mut out = String::with_capacity(template.len() + size);
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, behind)) = behind.split_once("}}") else {
            break;
        };
        if let Some((_, text)) = parts.iter().find(|(known, _)| *known == name) {
            out.push_str(text);
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// Text as HTML, also within quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// JSON that no reader takes for the end of its element.
fn inside_script(json: &str) -> String {
    json.replace('<', "\\u003c")
}
