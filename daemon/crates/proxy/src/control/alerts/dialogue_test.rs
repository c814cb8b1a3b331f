use super::*;

fn dialogue() -> Dialogue {
    let envelope = Envelope {
        from: "lb@example.org".into(),
        to: "ops@example.org".into(),
        host: "lb".into(),
    };
    let line = "Server b/s is DOWN, info: \"a\r\nBcc: x\". 0 left.";
    let date = "Sun, 22 Nov 2026 01:35:08 +0000 (UTC)";
    Dialogue::new(Arc::new(Letter::new(&envelope, line, date)))
}

/// Takes what is said whole.
fn say(dialogue: &mut Dialogue) -> String {
    let Need::Say(bytes) = dialogue.need() else {
        return String::new();
    };
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    dialogue.said(text.len());
    text
}

fn end(dialogue: &Dialogue) -> Result<(), String> {
    match dialogue.need() {
        Need::Done(end) => end,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_turn_waits_for_its_answer() {
    let mut dialogue = dialogue();
    let mut said = Vec::new();
    for answer in [
        "220-first\r\n220 relay\r\n",
        "250 hello\r\n",
        "250\n",
        "250 ok\r\n",
        "354 go on\r\n",
        "250 taken\r\n",
    ] {
        assert_eq!(dialogue.need(), Need::Hear);
        // In pieces, as a network may bring it.
        for byte in answer.bytes() {
            dialogue.heard(&[byte]);
        }
        said.push(say(&mut dialogue));
    }
    dialogue.heard(b"221 bye\r\n");
    assert_eq!(end(&dialogue), Ok(()));
    let text = "Server b/s is DOWN, info: \"a  Bcc: x\". 0 left";
    let mail = format!(
        "From: lb@example.org\r\nTo: ops@example.org\r\nDate: Sun, 22 Nov 2026 01:35:08 +0000 (UTC)\r\nSubject: [HAProxy Alert] {text}\r\n\r\n{text}\r\n\r\n.\r\n"
    );
    let wanted = [
        "HELO lb\r\n",
        "MAIL FROM:<lb@example.org>\r\n",
        "RCPT TO:<ops@example.org>\r\n",
        "DATA\r\n",
        &mail,
        "QUIT\r\n",
    ];
    assert_eq!(said, wanted);
}

#[test]
fn a_refusal_is_told_in_the_words_of_the_server() {
    let mut refused = dialogue();
    refused.heard(b"220 relay\r\n");
    say(&mut refused);
    refused.heard(b"550-no\x1b[2J\r\n550 mail for you\r\n");
    let why = "the server said '550-no [2J  550 mail for you'";
    assert_eq!(end(&refused), Err(why.to_owned()));
}

#[test]
fn what_is_no_answer_ends_it() {
    for bytes in [&b"SSH-2.0\r\n"[..], b"\r\n", b"25\n", b"\xff\xff\xff\xff\n"] {
        let mut dialogue = dialogue();
        dialogue.heard(bytes);
        assert!(end(&dialogue).is_err(), "{bytes:?}");
    }
    let mut endless = dialogue();
    for _ in 0..=LONGEST / 8 {
        endless.heard(b"220-xxx\n");
    }
    assert_eq!(end(&endless), Err("its answer does not end".to_owned()));
}

#[test]
fn a_mail_that_was_taken_stays_so() {
    for taken in [false, true] {
        let mut dialogue = dialogue();
        let answers = [220, 250, 250, 250, 354, 250];
        for code in answers.iter().take(if taken { 6 } else { 5 }) {
            dialogue.heard(format!("{code} x\r\n").as_bytes());
            say(&mut dialogue);
        }
        dialogue.ended("it closed the connection");
        assert_eq!(end(&dialogue).is_ok(), taken);
    }
}
