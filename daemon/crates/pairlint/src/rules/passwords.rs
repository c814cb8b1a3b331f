//! E06: a comment character inside a value, which cuts it off without a word.

use crate::finding::Findings;
use crate::node::Node;
use config::{FileId, Span};

/// `auth_pass ab#cd` is the password "ab" (keepalived.conf(5): a comment starts anywhere).
pub fn comment_characters(index: usize, node: &Node<'_>, found: &mut Findings) {
    let sources = &node.parsed.sources;
    for file in (0..u32::try_from(sources.len()).unwrap_or(0)).map(FileId) {
        let mut start = 0;
        for line in sources.text(file).split_inclusive('\n') {
            if let Some((at, keyword)) = cut(line) {
                let sign = &line[at..=at];
                let span = Span::new(file, start + at, start + at + 1);
                let is_password = keyword == "auth_pass";
                let message =
                    format!("'{sign}' starts a comment in the middle of the value of '{keyword}'");
                let finding = if is_password {
                    found.error("E06", message)
                } else {
                    found.warning("E06", message)
                };
                finding.at(index, span);
                finding.why("keepalived reads what stands before it alone, and says nothing");
                finding.help(format!("put the value in double quotes, write \\{sign}, or a blank before a comment that is meant"));
            }
            start += line.len();
        }
    }
}

/// The first comment sign outside quotes that stands directly behind a value, and the line's
/// keyword.
fn cut(line: &str) -> Option<(usize, &str)> {
    let keyword = line.split_ascii_whitespace().next()?;
    let mut quoted = false;
    let mut before = b' ';
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'#' | b'!' if !quoted => {
                let inside =
                    !before.is_ascii_whitespace() && !matches!(before, b'\\' | b'{' | b'}');
                let has_value = at > line.find(keyword).unwrap_or(0) + keyword.len();
                if before == b'\\' {
                    before = byte;
                    continue;
                }
                return (inside && has_value && keyword != "$").then_some((at, keyword));
            }
            _ => {}
        }
        before = byte;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn only_a_sign_inside_a_value_counts() {
        for (line, at) in [
            ("auth_pass ab#cd", Some(12)),
            ("auth_pass \"ab#cd\"", None),
            ("auth_pass ab\\#cd", None),
            ("auth_pass ab #cd", None),
            ("# auth_pass a#b", None),
            ("priority 100! note", Some(12)),
            ("vrrp_instance x {# note", None),
            ("#tandem: track_proxy", None),
            ("", None),
        ] {
            assert_eq!(cut(line).map(|(at, _)| at), at, "{line}");
        }
    }
}
