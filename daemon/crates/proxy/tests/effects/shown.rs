//! Answers in a form that both proxies can agree on.

/// All that came over a connection of HTTP/1.
pub fn whole(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    match text.split_once("\r\n\r\n") {
        Some((head, body)) => shown(head, body.as_bytes()),
        None => text.into_owned(),
    }
}

/// Status, fields in order of their names, body. Reasons and pages of their own differ.
pub fn shown(head: &str, body: &[u8]) -> String {
    let body = String::from_utf8_lossy(body);
    let own = body.contains("<html>");
    let mut lines = head.split("\r\n").filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let status = if first.starts_with(":status") {
        first.to_owned()
    } else {
        first.split(' ').take(2).collect::<Vec<_>>().join(" ")
    };
    let mut fields: Vec<String> = lines.map(small_name).collect();
    fields.retain(|line| !(own && line.starts_with("content-length")));
    fields.sort();
    // The origin says what it saw, in lines like these.
    let mut seen: Vec<String> = body.split("\r\n").map(small_name).collect();
    seen.sort();
    let seen = if own {
        "own page".to_owned()
    } else {
        seen.join("\n")
    };
    format!("{status}\n{}\n\n{}", fields.join("\n"), seen.trim_start())
}

fn small_name(line: &str) -> String {
    match line.split_once(':') {
        Some((name, value)) if !name.contains(' ') => {
            format!("{}: {}", name.to_ascii_lowercase(), value.trim())
        }
        _ => line.to_owned(),
    }
}
