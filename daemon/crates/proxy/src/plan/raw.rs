//! Whole answers from files (`errorfile`): what of them is sent as it stands.

/// Marks, as the last line of a head, that the connection ends behind the answer.
const CLOSE: &[u8] = b"connection: close\r\n";

/// A raw message as it is kept: its own status line and fields, without those about the
/// connection. One that does not say how long it is ends with its connection, as haproxy has it.
/// Nothing is kept of an empty file (`/dev/null`): nothing is sent.
pub fn normal(raw: &[u8]) -> Result<Vec<u8>, String> {
    if raw.is_empty() {
        return Ok(Vec::new());
    }
    let (head, body) = match raw.windows(4).position(|w| w == b"\r\n\r\n") {
        Some(at) => (&raw[..at], &raw[at + 4..]),
        None => match raw.windows(2).position(|w| w == b"\n\n") {
            Some(at) => (&raw[..at], &raw[at + 2..]),
            None => (raw, &b""[..]),
        },
    };
    let mut lines = head.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    let first = lines.next().unwrap_or_default();
    let version = first.split(|b| *b == b' ').next().unwrap_or_default();
    if version != b"HTTP/1.0" && version != b"HTTP/1.1" {
        return Err("it does not begin with 'HTTP/1.0' or 'HTTP/1.1' and a status".to_owned());
    }
    let mut out = [first, b"\r\n"].concat();
    let (mut length, mut close) = (None, false);
    for line in lines {
        let colon = line.iter().position(|b| *b == b':').unwrap_or(line.len());
        let name = line[..colon].to_ascii_lowercase();
        let value = line.get(colon + 1..).unwrap_or_default().trim_ascii();
        match &name[..] {
            b"connection" => close |= value.eq_ignore_ascii_case(b"close"),
            b"transfer-encoding" => {}
            b"content-length" => length = Some(value),
            _ => {
                out.extend_from_slice(line);
                out.extend_from_slice(b"\r\n");
            }
        }
    }
    if let Some(said) = length {
        let said = String::from_utf8_lossy(said);
        if said.parse() != Ok(body.len()) {
            return Err(format!(
                "its Content-Length is {said}, and {} bytes follow the head; leave the field out or correct it",
                body.len()
            ));
        }
        http1::write::content_length(body.len() as u64, &mut out);
    }
    if close || length.is_none() {
        mark_close(&mut out);
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(body);
    Ok(out)
}

/// Marks a head: the connection ends behind its answer.
pub fn mark_close(head: &mut Vec<u8>) {
    head.extend_from_slice(CLOSE);
}

/// Takes the mark off a head; whether it was there.
pub fn take_close(head: &mut Vec<u8>) -> bool {
    let marked = head.ends_with(CLOSE);
    if marked {
        head.truncate(head.len() - CLOSE.len());
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(raw: &str) -> String {
        String::from_utf8(normal(raw.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn the_status_line_stays_and_the_end_is_known() {
        let old = "HTTP/1.0 503 Sorry\nConnection: close\nX: y\n\nbye\n";
        assert_eq!(
            text(old),
            "HTTP/1.0 503 Sorry\r\nX: y\r\nconnection: close\r\n\r\nbye\n"
        );
        let long = "HTTP/1.1 503 Sorry\r\nContent-Length: 3\r\n\r\nbye";
        assert_eq!(
            text(long).to_ascii_lowercase(),
            "http/1.1 503 sorry\r\ncontent-length: 3\r\n\r\nbye"
        );
        let mut head = b"HTTP/1.1 503 Sorry\r\nconnection: close\r\n".to_vec();
        assert!(take_close(&mut head) && !take_close(&mut head));
    }

    #[test]
    fn nothing_stays_nothing() {
        assert_eq!(text(""), "");
        assert!(normal(b"\r\n\r\n").is_err());
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        let wrong = normal(b"HTTP/1.1 503 Sorry\r\nContent-Length: 7\r\n\r\nbye").unwrap_err();
        assert!(wrong.starts_with("its Content-Length is 7, and 3 bytes follow"));
        assert!(
            normal(b"sorry")
                .unwrap_err()
                .starts_with("it does not begin")
        );
    }
}
