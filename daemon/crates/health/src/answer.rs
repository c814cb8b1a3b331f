//! An HTTP answer, as far as it has come.

use std::borrow::Cow;

use http1::ChunkDecoder;

/// Most of an answer that is looked at; what comes later is not needed for any rule.
pub(crate) const MAX_ANSWER: usize = 64 << 10;
pub(crate) const MAX_FIELDS: usize = 100;

pub(crate) struct Answer<'h, 'b> {
    pub status: u16,
    pub reason: &'b str,
    pub fields: &'h [httparse::Header<'b>],
    /// Without what chunks are framed in.
    pub body: Cow<'b, [u8]>,
    /// All of it is here.
    pub whole: bool,
}

pub(crate) enum Reading<'h, 'b> {
    Answer(Answer<'h, 'b>),
    /// The head is not whole.
    Short,
    /// No HTTP.
    Other,
}

impl<'h, 'b> Answer<'h, 'b> {
    pub fn read(fields: &'h mut [httparse::Header<'b>], bytes: &'b [u8]) -> Reading<'h, 'b> {
        let mut response = httparse::Response::new(fields);
        match response.parse(bytes) {
            Ok(httparse::Status::Complete(length)) => match response.code {
                Some(status) => {
                    let (body, whole) = body(response.headers, &bytes[length..]);
                    Reading::Answer(Self {
                        status,
                        reason: response.reason.unwrap_or_default(),
                        fields: response.headers,
                        body,
                        whole,
                    })
                }
                None => Reading::Other,
            },
            Ok(httparse::Status::Partial) => Reading::Short,
            Err(_) => Reading::Other,
        }
    }
}

/// What the head announces of the bytes behind it, and whether all of that is here.
fn body<'b>(fields: &[httparse::Header<'_>], bytes: &'b [u8]) -> (Cow<'b, [u8]>, bool) {
    let value = |name: &str| {
        let field = fields
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(field.value).ok()
    };
    let coding = value("transfer-encoding").and_then(|codings| codings.rsplit(',').next());
    if coding.is_some_and(|coding| coding.trim().eq_ignore_ascii_case("chunked")) {
        let (body, whole) = unchunked(bytes);
        return (Cow::Owned(body), whole);
    }
    let length: Option<usize> =
        value("content-length").and_then(|length| length.trim().parse().ok());
    let whole = length.is_some_and(|length| bytes.len() >= length);
    (Cow::Borrowed(bytes), whole)
}

/// RFC 9112 section 7.1, as far as it goes. Nothing follows what is framed badly.
fn unchunked(bytes: &[u8]) -> (Vec<u8>, bool) {
    let (mut decoder, mut body, mut at) = (ChunkDecoder::default(), Vec::new(), 0);
    while at < bytes.len() {
        match decoder.step(&bytes[at..]) {
            Ok(step) if step.done => return (body, true),
            Ok(step) => {
                body.extend_from_slice(&bytes[at..][step.data]);
                at += step.used;
            }
            Err(_) => return (body, true),
        }
    }
    (body, decoder.is_done())
}

#[cfg(test)]
#[path = "answer_test.rs"]
mod tests;
