//! An HTTP answer, as far as it has come.

/// Most of an answer that is looked at; what comes later is not needed for any rule.
pub(crate) const MAX_ANSWER: usize = 64 << 10;
pub(crate) const MAX_FIELDS: usize = 100;

pub(crate) struct Answer<'h, 'b> {
    pub status: u16,
    pub reason: &'b str,
    pub fields: &'h [httparse::Header<'b>],
    pub body: &'b [u8],
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
                Some(status) => Reading::Answer(Self {
                    status,
                    reason: response.reason.unwrap_or_default(),
                    fields: response.headers,
                    body: &bytes[length..],
                }),
                None => Reading::Other,
            },
            Ok(httparse::Status::Partial) => Reading::Short,
            Err(_) => Reading::Other,
        }
    }

    /// The announced body is here.
    pub fn is_whole(&self) -> bool {
        let mut fields = self.fields.iter();
        let length = fields.find(|field| field.name.eq_ignore_ascii_case("content-length"));
        length
            .and_then(|field| std::str::from_utf8(field.value).ok()?.trim().parse().ok())
            .is_some_and(|length: usize| self.body.len() >= length)
    }
}

#[cfg(test)]
#[path = "answer_test.rs"]
mod tests;
