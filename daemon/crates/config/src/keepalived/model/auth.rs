//! `authentication { … }` (RFC 2338; gone from RFC 3768 on, still common with version 2).

use crate::source::Spanned;
use std::fmt;

#[derive(Clone, PartialEq, Eq)]
pub struct Authentication {
    pub kind: Spanned<AuthKind>,
    /// The bytes on the wire: at most 8 for PASS, 16 for AH.
    pub password: Spanned<Vec<u8>>,
}

impl Authentication {
    /// The data field of a version 2 advert: zero padded.
    pub fn field(&self) -> [u8; 8] {
        let mut field = [0; 8];
        for (to, from) in field.iter_mut().zip(&self.password.value) {
            *to = *from;
        }
        field
    }
}

/// Never prints the password.
impl fmt::Debug for Authentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authentication({:?}, …)", self.kind.value)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthKind {
    /// In clear, 8 bytes.
    Pass,
    /// IPsec AH, HMAC-MD5-96.
    Ah,
}
