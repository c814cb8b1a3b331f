//! Bytes from clients in log lines (HAProxy configuration manual 8.6).

/// Appends text from outside: bytes beyond printable ASCII, `#` and `"` become `#XX`.
pub fn push_text(out: &mut Vec<u8>, text: &[u8]) {
    push_escaped(out, text, b"");
}

/// The same inside captured headers, where `{`, `|` and `}` delimit.
pub fn push_captured(out: &mut Vec<u8>, text: &[u8]) {
    push_escaped(out, text, b"{|}");
}

fn push_escaped(out: &mut Vec<u8>, text: &[u8], also: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut rest = text;
    loop {
        let special = |b: &u8| !PLAIN[usize::from(*b)] || also.contains(b);
        let run = rest.iter().position(special).unwrap_or(rest.len());
        out.extend_from_slice(&rest[..run]);
        let Some((byte, behind)) = rest[run..].split_first() else {
            return;
        };
        let digits = [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
        out.push(b'#');
        out.extend_from_slice(&digits);
        rest = behind;
    }
}

/// Bytes that stand for themselves: printable ASCII but `"` and `#`.
static PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = b' ';
    while b <= b'~' {
        table[b as usize] = b != b'"' && b != b'#';
        b += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_could_confuse_a_reader_is_encoded() {
        let mut out = Vec::new();
        push_text(&mut out, b"GET /\"#\x01{ \xff~");
        assert_eq!(out, b"GET /#22#23#01{ #FF~");
        out.clear();
        push_captured(&mut out, b"a{|}b");
        assert_eq!(out, b"a#7B#7C#7Db");
    }

    proptest! {
        #[test]
        fn no_line_break_and_no_quote_gets_through(text in prop::collection::vec(any::<u8>(), 0..64)) {
            let mut out = Vec::new();
            push_text(&mut out, &text);
            prop_assert!(out.iter().all(|byte| (32..=126).contains(byte) && *byte != b'"'));
        }
    }
}
