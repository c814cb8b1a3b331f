//! Error codes (RFC 9113 §7).

/// Why a stream or a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    NoError,
    Protocol,
    Internal,
    FlowControl,
    SettingsTimeout,
    StreamClosed,
    FrameSize,
    RefusedStream,
    Cancel,
    Compression,
    Connect,
    EnhanceYourCalm,
    InadequateSecurity,
    Http11Required,
    /// One that is not known means no more than that it ended (§7).
    Other(u32),
}

const KNOWN: [Code; 14] = [
    Code::NoError,
    Code::Protocol,
    Code::Internal,
    Code::FlowControl,
    Code::SettingsTimeout,
    Code::StreamClosed,
    Code::FrameSize,
    Code::RefusedStream,
    Code::Cancel,
    Code::Compression,
    Code::Connect,
    Code::EnhanceYourCalm,
    Code::InadequateSecurity,
    Code::Http11Required,
];

impl Code {
    #[must_use]
    pub fn of(number: u32) -> Self {
        let known = usize::try_from(number).ok().and_then(|n| KNOWN.get(n));
        known.copied().unwrap_or(Self::Other(number))
    }

    #[must_use]
    pub fn number(self) -> u32 {
        if let Self::Other(number) = self {
            return number;
        }
        let place = KNOWN.iter().position(|known| *known == self);
        place.and_then(|n| u32::try_from(n).ok()).unwrap_or(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_keep_their_numbers() {
        for number in 0..20 {
            assert_eq!(Code::of(number).number(), number);
        }
        assert_eq!(Code::EnhanceYourCalm.number(), 11);
        assert_eq!(Code::Http11Required.number(), 13);
    }
}
