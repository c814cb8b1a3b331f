//! `option checkcache`: a cookie in an answer that caches may keep would be everybody's.

use crate::rules::Message;
use http1::Method;
use http1::field::list;

/// Whether an answer must not reach the client.
pub(super) fn leaks_cookie(status: u16, method: Method, message: Message<'_>) -> bool {
    if message.values(b"set-cookie").next().is_none() {
        return false;
    }
    let kept = matches!(
        status,
        200 | 203 | 204 | 206 | 300 | 301 | 404 | 405 | 410 | 414 | 501
    );
    let read = matches!(
        method,
        Method::Get | Method::Head | Method::Options | Method::Trace
    );
    let mut cacheable = kept && read;
    let words = |name: &'static [u8]| message.values(name).flat_map(list);
    if words(b"pragma").any(|word| word.eq_ignore_ascii_case(b"no-cache")) {
        return false;
    }
    for word in words(b"cache-control") {
        let word = word.to_ascii_lowercase();
        match &word[..] {
            b"private"
            | b"no-cache"
            | b"no-store"
            | b"max-age=0"
            | b"s-maxage=0"
            | b"no-cache=\"set-cookie\""
            | b"no-cache=\"set-cookie" => return false,
            b"public" => cacheable = true,
            _ => {}
        }
    }
    cacheable
}
