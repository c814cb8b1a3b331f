//! Fields that tell something about the rest of their message: `Connection`, and `Host`, which says what
//! the target says.

use super::Subject;
use http1::field::list;
use http1::target::{authority, is_authority};

/// A rule sets or adds `Connection`. What ends the connection is written where the head is.
pub fn connection(subject: &mut Subject<'_>, set: bool, value: &[u8]) {
    const NAME: &[u8] = b"Connection";
    if set {
        subject.edits.remove_name(subject.buf, subject.fields, NAME);
    }
    let (said, close) = without_persistence(value);
    subject.edits.close |= close;
    if !said.is_empty() {
        subject.edits.add(NAME, &said);
    }
}

/// The field without `keep-alive` and `close`, and whether it said the latter: that a connection goes
/// on is not for rules to say, that it ends is.
pub fn without_persistence(value: &[u8]) -> (Vec<u8>, bool) {
    let is = |t: &[u8], name: &str| t.eq_ignore_ascii_case(name.as_bytes());
    let close = list(value).any(|t| is(t, "close"));
    let others = list(value).filter(|t| !t.is_empty() && !is(t, "close") && !is(t, "keep-alive"));
    (others.collect::<Vec<_>>().join(&b", "[..]), close)
}

/// A rule sets `Host`: a target that names an authority names this one.
pub fn host(subject: &mut Subject<'_>, value: &[u8]) {
    name_host(subject, value);
    let Some(line) = subject.line else { return };
    let target = subject.edits.target.as_deref().unwrap_or(line.target);
    let Some(named) = authority(target).filter(|_| is_place(value)) else {
        return;
    };
    let (before, behind) = (&target[..named.start], &target[named.end..]);
    subject.edits.target = Some([before, value, behind].concat());
}

/// A rule sets the whole target: `Host` is what it names (RFC 9112 §3.2.2).
pub fn target(subject: &mut Subject<'_>, target: Vec<u8>) {
    if let Some(named) = authority(&target)
        && is_place(&target[named.clone()])
    {
        name_host(subject, &target[named]);
    }
    subject.edits.whole = true;
    subject.edits.target = Some(target);
}

fn is_place(authority: &[u8]) -> bool {
    !authority.is_empty() && is_authority(authority)
}

fn name_host(subject: &mut Subject<'_>, value: &[u8]) {
    const NAME: &[u8] = b"Host";
    subject.edits.remove_name(subject.buf, subject.fields, NAME);
    subject.edits.add(NAME, value);
    subject.edits.host = true;
}
