//! The key schedule of TLS 1.3 (RFC 8446, 7.1) with each secret's HMAC begun once.
//!
//! A secret gives three to five others. The library's own HKDF extracts it anew for each of them,
//! and takes the key into HMAC again for each step; of a session that is taken up again that was a
//! third of the work in the hash. The steps and the primitives are the same.

use aws_lc_rs::hmac;
use rustls::crypto::hmac::Tag;
use rustls::crypto::tls13::{Hkdf, HkdfExpander, OkmBlock, OutputLengthError};
use std::sync::OnceLock;

/// HKDF (RFC 5869) of one hash.
#[derive(Debug)]
pub struct Schedule {
    hash: hmac::Algorithm,
    /// Zeroes as a key, with which the first secret of every session is extracted.
    no_salt: OnceLock<hmac::Key>,
}

pub static SHA256: Schedule = Schedule::new(hmac::HMAC_SHA256);
pub static SHA384: Schedule = Schedule::new(hmac::HMAC_SHA384);

/// A secret, ready for the next step.
struct Secret(hmac::Key);

impl Schedule {
    const fn new(hash: hmac::Algorithm) -> Self {
        Self {
            hash,
            no_salt: OnceLock::new(),
        }
    }

    fn hash_len(&self) -> usize {
        self.hash.digest_algorithm().output_len
    }

    fn key(&self, bytes: &[u8]) -> hmac::Key {
        hmac::Key::new(self.hash, bytes)
    }

    fn extract(&self, salt: Option<&[u8]>, secret: &[u8]) -> Box<dyn HkdfExpander> {
        let extracted = if let Some(salt) = salt {
            hmac::sign(&self.key(salt), secret)
        } else {
            let zeroes = || self.key(&[0; OkmBlock::MAX_LEN][..self.hash_len()]);
            hmac::sign(self.no_salt.get_or_init(zeroes), secret)
        };
        // It wipes itself.
        self.expander_for_okm(&OkmBlock::new(extracted.as_ref()))
    }
}

impl Hkdf for Schedule {
    fn extract_from_zero_ikm(&self, salt: Option<&[u8]>) -> Box<dyn HkdfExpander> {
        self.extract(salt, &[0; OkmBlock::MAX_LEN][..self.hash_len()])
    }

    fn extract_from_secret(&self, salt: Option<&[u8]>, secret: &[u8]) -> Box<dyn HkdfExpander> {
        self.extract(salt, secret)
    }

    fn expander_for_okm(&self, okm: &OkmBlock) -> Box<dyn HkdfExpander> {
        Box::new(Secret(self.key(okm.as_ref())))
    }

    fn hmac_sign(&self, key: &OkmBlock, message: &[u8]) -> Tag {
        Tag::new(hmac::sign(&self.key(key.as_ref()), message).as_ref())
    }
}

impl Secret {
    /// `T(number)` of RFC 5869, 2.3.
    fn step(&self, before: &[u8], info: &[&[u8]], number: u8) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(before);
        for part in info {
            context.update(part);
        }
        context.update(&[number]);
        context.sign()
    }
}

impl HkdfExpander for Secret {
    fn expand_slice(&self, info: &[&[u8]], output: &mut [u8]) -> Result<(), OutputLengthError> {
        let mut before: Option<hmac::Tag> = None;
        for (at, piece) in output.chunks_mut(self.hash_len()).enumerate() {
            let number = u8::try_from(at + 1).map_err(|_| OutputLengthError)?;
            let step = self.step(before.as_ref().map_or(&[], AsRef::as_ref), info, number);
            piece.copy_from_slice(&step.as_ref()[..piece.len()]);
            before = Some(step);
        }
        Ok(())
    }

    fn expand_block(&self, info: &[&[u8]]) -> OkmBlock {
        OkmBlock::new(self.step(&[], info, 1).as_ref())
    }

    fn hash_len(&self) -> usize {
        self.0.algorithm().digest_algorithm().output_len
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::SupportedCipherSuite;
    use rustls::crypto::aws_lc_rs::cipher_suite as suites;

    /// The library's own of the same hash.
    fn known(suite: SupportedCipherSuite) -> &'static dyn Hkdf {
        suite.tls13().unwrap().hkdf_provider
    }

    fn expanded(secret: &dyn HkdfExpander) -> Vec<Vec<u8>> {
        let mut all = vec![
            secret
                .expand_block(&[b"a", b"", b"label"])
                .as_ref()
                .to_vec(),
        ];
        let length = secret.hash_len();
        for count in [
            0,
            1,
            12,
            length - 1,
            length,
            length + 1,
            3 * length,
            255 * length,
        ] {
            let mut output = vec![0; count];
            secret
                .expand_slice(&[b"tls13 ", b"key"], &mut output)
                .unwrap();
            all.push(output);
        }
        let mut beyond = vec![0; 255 * length + 1];
        assert!(secret.expand_slice(&[], &mut beyond).is_err());
        all
    }

    #[test]
    fn every_secret_is_that_of_the_librarys_own_schedule() {
        for (ours, theirs) in [
            (&SHA256, known(suites::TLS13_AES_128_GCM_SHA256)),
            (&SHA384, known(suites::TLS13_AES_256_GCM_SHA384)),
        ] {
            let both: [&dyn Hkdf; 2] = [ours, theirs];
            for salt in [None, Some(&b""[..]), Some(b"salt"), Some(&[7; 200])] {
                let [one, two] = both.map(|it| expanded(&*it.extract_from_zero_ikm(salt)));
                assert_eq!(one, two);
                for secret in [&b""[..], b"secret", &[9; 300]] {
                    let extracted =
                        |it: &dyn Hkdf| expanded(&*it.extract_from_secret(salt, secret));
                    assert_eq!(extracted(ours), extracted(theirs));
                }
            }
            let okm = OkmBlock::new(&[3; 64][..ours.hash_len()]);
            let [one, two] = both.map(|it| expanded(&*it.expander_for_okm(&okm)));
            assert_eq!(one, two);
            let [one, two] = both.map(|it| it.hmac_sign(&okm, b"message"));
            assert_eq!(one.as_ref(), two.as_ref());
        }
    }
}
