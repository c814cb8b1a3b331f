//! The words of an expectation's own, and of its step.

use super::tests::Happens::{Closes, Says, TimesOut};
use super::tests::{reason, step, text, written};
use crate::content::Content;
use crate::expect::{Expectation, Wanted};
use crate::result::CheckStatus;
use crate::sequence::{Action, Sequence, Speech, Step};
use crate::text::Text;

#[test]
fn a_comment_is_told_with_the_result() {
    let step = Step {
        comment: Some("wants pong".to_owned()),
        ..step(1, text("+PONG"))
    };
    let sequence = Sequence::written(vec![step], Speech::Bytes);
    assert_eq!(
        reason(&sequence, &[Says(b"-ERR\r\n"), Closes]),
        "Layer7 invalid response, info: \"TCPCHK did not match content '+PONG' at step 1 comment: wants pong\""
    );
    assert_eq!(
        reason(&sequence, &[TimesOut]),
        "Layer7 timeout, info: \" at step 1 of tcp-check (expect string '+PONG') comment: 'wants pong'\""
    );
}

#[test]
fn statuses_and_words_of_an_expectation_replace_the_usual_ones() {
    let mut wanted = Expectation::new(
        false,
        Wanted::Content(Content::Text(Text::Fixed(b"hello".to_vec()))),
    );
    wanted.ok = Some(CheckStatus::L7OkConditional);
    wanted.error = Some(CheckStatus::L7Status);
    wanted.timeout = Some(CheckStatus::L4Timeout);
    wanted.on_success = Some(Text::Fixed(b"fine".to_vec()));
    wanted.on_error = Some(Text::Fixed(b"bad one".to_vec()));
    let sequence = written(vec![Action::Expect(Box::new(wanted))]);
    assert_eq!(
        reason(&sequence, &[Says(b"hello")]),
        "Layer7 check conditionally passed, code: 0, info: \"fine\""
    );
    assert_eq!(
        reason(&sequence, &[Says(b"bye"), Closes]),
        "Layer7 wrong status, code: 0, info: \"bad one\""
    );
    assert_eq!(
        reason(&sequence, &[TimesOut]),
        "Layer4 timeout, info: \" at step 1 of tcp-check (expect string 'hello')\""
    );
}

#[test]
fn the_last_expectation_decides_what_is_said() {
    let says = |text: &[u8], code| {
        let content = Content::Text(Text::Fixed(b"hello".to_vec()));
        Action::Expect(Box::new(Expectation {
            on_success: Some(Text::Fixed(text.to_vec())),
            ok: Some(CheckStatus::L7OkConditional),
            code,
            ..Expectation::new(false, Wanted::Content(content))
        }))
    };
    let hello = || [Says(b"hello"), Closes];
    let order = || Action::Order(0);
    assert_eq!(
        reason(&written(vec![says(b"one", None), text("hell")]), &hello()),
        "Layer7 check passed, code: 0, info: \"(tcp-check)\""
    );
    assert_eq!(
        reason(&written(vec![says(b"one", Some(4)), order()]), &hello()),
        "Layer7 check conditionally passed, code: 77, info: \"one\""
    );
    assert_eq!(
        reason(&written(vec![order()]), &hello()),
        "Layer4 check passed"
    );
}
