//! Comments: `!` or `#` anywhere outside double quotes, to the end of the line.

use super::line::Line;

/// What turns a comment into a directive of this daemon, invisible to keepalived.
pub const MAGIC: &str = "#tandem:";

/// `#tandem: track_proxy weight 10` as a line whose first word is `#tandem:track_proxy`.
pub fn magic(line: &Line) -> Option<Line> {
    let rest = line.text.strip_prefix(MAGIC)?;
    let keyword = rest.trim_start_matches([' ', '\t']);
    let skipped = MAGIC.len() + rest.len() - keyword.len();
    let mut body = line.slice(skipped, line.text.len());
    // A comment may follow, as behind any keyword.
    strip(&mut body);
    let mut magic = Line::standing_for(MAGIC, line.span(0, skipped));
    magic.push(&body);
    Some(magic)
}

/// Cuts the comment off and takes the backslash from `\#` and `\!`.
pub fn strip(line: &mut Line) {
    let mut quoted = false;
    let mut at = 0;
    while let Some(byte) = line.text.as_bytes().get(at) {
        match byte {
            b'"' => quoted = !quoted,
            b'\\' if !quoted && matches!(line.text.as_bytes().get(at + 1), Some(b'#' | b'!')) => {
                line.remove(at);
            }
            b'#' | b'!' if !quoted => {
                line.cut(at);
                line.trim();
                return;
            }
            _ => {}
        }
        at += 1;
    }
}

/// Where the comment of a physical line begins, if it has one that is no directive of this daemon.
pub fn at(line: &str) -> Option<usize> {
    if line.trim_start().starts_with(MAGIC) {
        return None;
    }
    let (mut quoted, mut escaped) = (false, false);
    line.bytes().position(|byte| {
        let begins = matches!(byte, b'#' | b'!') && !quoted && !escaped;
        quoted ^= byte == b'"';
        escaped = byte == b'\\' && !quoted;
        begins
    })
}
