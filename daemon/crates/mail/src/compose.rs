//! The text of a mail (RFC 5322), with the marks of one that no person wrote (RFC 3834).

use std::time::{Duration, UNIX_EPOCH};

use ipc::mail::Letter;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};

/// Why there is nothing to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unwritable(pub String);

pub fn compose(letter: &Letter, host: &str) -> Result<Vec<u8>, Unwritable> {
    let from = mailbox(&letter.from)?;
    let mut builder = Message::builder()
        .date(UNIX_EPOCH + Duration::from_millis(letter.at_ms))
        .from(from)
        .subject(one_line(&letter.subject))
        .message_id(Some(format!("<{}@{}>", letter.id, one_line(host))))
        .raw_header(header("X-Mailer", "Tandem"))
        .raw_header(header("Auto-Submitted", "auto-generated"));
    for to in &letter.to {
        // A recipient that cannot be written is refused by name in the conversation.
        if let Ok(to) = mailbox(to) {
            builder = builder.to(to);
        }
    }
    let message = builder
        .header(ContentType::TEXT_PLAIN)
        .body(letter.text.clone())
        .map_err(|error| Unwritable(error.to_string()))?;
    Ok(message.formatted())
}

pub fn mailbox(address: &str) -> Result<Mailbox, Unwritable> {
    let address = address
        .parse()
        .map_err(|error| Unwritable(format!("'{address}' is no mail address: {error}")))?;
    Ok(Mailbox::new(None, address))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Nothing from a configuration may begin another header.
fn one_line(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            id: "17-1".into(),
            from: "lb@example.org".into(),
            to: vec!["ops@example.org".into(), "noc@example.org".into()],
            subject: "[LB_A] VRRP Instance VI_1 - Entering MASTER state".into(),
            text: "Since now.\n.\nEnd.\n".into(),
            at_ms: 1_732_187_203_000,
        }
    }

    fn written(letter: &Letter) -> String {
        String::from_utf8(compose(letter, "lb.example.org").unwrap()).unwrap()
    }

    #[test]
    fn a_mail_has_the_headers_that_filters_look_at() {
        let text = written(&letter());
        for line in [
            "Date: Thu, 21 Nov 2024 11:06:43 +0000",
            "From: lb@example.org",
            "Subject: [LB_A] VRRP Instance VI_1 - Entering MASTER state",
            "To: ops@example.org, noc@example.org",
            "Message-ID: <17-1@lb.example.org>",
            "X-Mailer: Tandem",
            "Auto-Submitted: auto-generated",
        ] {
            assert!(text.contains(&format!("{line}\r\n")), "{line}\n{text}");
        }
        assert!(text.is_ascii());
    }

    #[test]
    fn a_name_from_the_configuration_cannot_begin_a_header() {
        let mut letter = letter();
        letter.subject = "[a\r\nBcc: x@example.org] is up".into();
        let text = written(&letter);
        assert!(!text.contains("\nBcc:"), "{text}");
    }

    #[test]
    fn other_alphabets_are_sent_in_seven_bits() {
        let mut letter = letter();
        letter.text = "Schalter Süd → Nord\n".into();
        assert!(written(&letter).is_ascii());
    }

    #[test]
    fn an_impossible_sender_is_named() {
        let mut letter = letter();
        letter.from = "lb at example".into();
        let error = compose(&letter, "h").unwrap_err();
        assert!(error.0.contains("'lb at example'"), "{}", error.0);
    }
}
