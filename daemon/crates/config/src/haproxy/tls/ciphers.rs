//! Lists of cipher suites and curves in OpenSSL's words (openssl-ciphers(1)).

use crate::haproxy::model::{CipherSuite, Curve};

/// What a list comes to, and its parts that come to nothing here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen<T> {
    pub list: Vec<T>,
    pub foreign: Vec<String>,
}

impl CipherSuite {
    /// Whether a keyword of a list means it, among others.
    fn is(self, word: &str) -> bool {
        let name = self.name();
        match word {
            "ALL" | "DEFAULT" | "HIGH" | "FIPS" | "TLSv1.2" | "ECDHE" | "EECDH" | "ECDH"
            | "kECDHE" | "kEECDH" | "kECDH" => true,
            "ECDSA" | "aECDSA" => name.contains("ECDSA"),
            "aRSA" => name.contains("-RSA-"),
            "AESGCM" => name.contains("GCM"),
            "AES" => name.contains("AES"),
            "AES128" => name.contains("AES128"),
            "AES256" => name.contains("AES256"),
            "CHACHA20" | "POLY1305" => name.contains("CHACHA20"),
            "SUITEB128" => name.contains("ECDSA-AES") && name.contains("GCM"),
            "SUITEB128ONLY" => name == "ECDHE-ECDSA-AES128-GCM-SHA256",
            "SUITEB192" => name == "ECDHE-ECDSA-AES256-GCM-SHA384",
            _ => name == word || self.iana() == word,
        }
    }

    /// The registry's name of a suite of TLS 1.2.
    fn iana(self) -> &'static str {
        match self {
            Self::EcdheEcdsaAes128Gcm => "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            Self::EcdheEcdsaAes256Gcm => "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            Self::EcdheEcdsaChacha20Poly1305 => "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            Self::EcdheRsaAes128Gcm => "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            Self::EcdheRsaAes256Gcm => "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            Self::EcdheRsaChacha20Poly1305 => "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
            Self::Aes128Gcm | Self::Aes256Gcm | Self::Chacha20Poly1305 => self.name(),
        }
    }

    fn bits(self) -> u16 {
        if self.name().contains("128-GCM") {
            128
        } else {
            256
        }
    }
}

/// `ciphers`: suites of TLS 1.2, the best first.
pub fn list(text: &str) -> Chosen<CipherSuite> {
    let mut list: Vec<CipherSuite> = Vec::new();
    let mut killed: Vec<CipherSuite> = Vec::new();
    let mut foreign = Vec::new();
    for word in text
        .split([':', ',', ';', ' '])
        .filter(|word| !word.is_empty())
    {
        // What a system's policy says is for OpenSSL's ears; all that is spoken here is modern.
        let word = if word.starts_with("PROFILE=") {
            "DEFAULT"
        } else {
            word
        };
        let (word, command) = word.split_once('@').unwrap_or((word, ""));
        if command == "STRENGTH" {
            list.sort_by_key(|suite| std::cmp::Reverse(suite.bits()));
        }
        if word.is_empty() {
            continue;
        }
        let action = word.chars().next().filter(|c| "!-+".contains(*c));
        let word = word.trim_start_matches(['!', '-', '+']);
        let means = |suite: &CipherSuite| word.split('+').all(|part| suite.is(part));
        match action {
            Some('!') => {
                killed.extend(CipherSuite::TLS12.iter().filter(|suite| means(suite)));
                list.retain(|suite| !means(suite));
            }
            Some('-') => list.retain(|suite| !means(suite)),
            Some(_) => list.sort_by_key(means),
            None => {
                let all = CipherSuite::TLS12.into_iter();
                let meant: Vec<_> = all.filter(means).collect();
                if meant.is_empty() && !CipherSuite::TLS13.iter().any(|s| s.name() == word) {
                    foreign.push(word.to_owned());
                }
                let new = meant.into_iter().filter(|suite| !killed.contains(suite));
                for suite in new {
                    if !list.contains(&suite) {
                        list.push(suite);
                    }
                }
            }
        }
    }
    Chosen { list, foreign }
}

/// `ciphersuites`: suites of TLS 1.3, the best first.
pub fn suites(text: &str) -> Chosen<CipherSuite> {
    chosen(text, |name| {
        let mut all = CipherSuite::TLS13.into_iter();
        all.find(|suite| suite.name() == name)
    })
}

/// `curves` and `ecdhe`: groups of the key exchange, the best first.
pub fn curves(text: &str) -> Chosen<Curve> {
    chosen(text, |name| {
        Some(match name.to_ascii_lowercase().as_str() {
            "x25519mlkem768" => Curve::X25519MlKem768,
            "x25519" => Curve::X25519,
            "p-256" | "prime256v1" | "secp256r1" => Curve::P256,
            "p-384" | "secp384r1" => Curve::P384,
            _ => return None,
        })
    })
}

fn chosen<T: PartialEq>(text: &str, of: impl Fn(&str) -> Option<T>) -> Chosen<T> {
    let (mut list, mut foreign) = (Vec::new(), Vec::new());
    for name in text.split([':', ',']).filter(|name| !name.is_empty()) {
        match of(name) {
            Some(one) if !list.contains(&one) => list.push(one),
            Some(_) => {}
            None => foreign.push(name.to_owned()),
        }
    }
    Chosen { list, foreign }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&'static str> {
        list(text).list.into_iter().map(CipherSuite::name).collect()
    }

    #[test]
    fn suites_stand_in_the_order_of_the_list() {
        let text =
            "ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305";
        let chosen = list(text);
        let expected = [
            CipherSuite::EcdheRsaAes128Gcm,
            CipherSuite::EcdheEcdsaChacha20Poly1305,
        ];
        assert_eq!(chosen.list, expected);
        assert_eq!(chosen.foreign, ["DHE-RSA-AES128-GCM-SHA256"]);
    }

    #[test]
    fn keywords_are_combined_taken_away_and_moved() {
        let mozilla = "ECDH+AESGCM:DH+AESGCM:ECDH+AES256:RSA+AES:!aNULL:!MD5:!DSS";
        assert_eq!(names(mozilla).len(), 4);
        assert_eq!(list(mozilla).foreign, ["DH+AESGCM", "RSA+AES"]);
        let two = [
            "ECDHE-ECDSA-AES256-GCM-SHA384",
            "ECDHE-ECDSA-AES128-GCM-SHA256",
        ];
        assert_eq!(names("ECDSA+AESGCM"), two);
        assert_eq!(names("HIGH:!aRSA:!CHACHA20"), two);
        assert_eq!(names("HIGH:!ECDHE:ALL"), Vec::<&str>::new());
        assert_eq!(names("ALL:-ECDHE:ECDHE-RSA-AES128-GCM-SHA256").len(), 1);
        assert_eq!(
            names("DEFAULT:+AES256").last(),
            Some(&"ECDHE-RSA-AES256-GCM-SHA384")
        );
        assert_eq!(
            names("AESGCM+AES128:AESGCM:@STRENGTH")[0],
            "ECDHE-ECDSA-AES256-GCM-SHA384"
        );
        assert_eq!(names("PROFILE=SYSTEM").len(), 6);
        assert_eq!(names("DEFAULT@SECLEVEL=2:HIGH").len(), 6);
    }

    #[test]
    fn suites_of_version_3_and_curves_have_several_names() {
        let chosen = suites("TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256");
        assert_eq!(chosen.list, [CipherSuite::Aes128Gcm]);
        assert_eq!(chosen.foreign, ["TLS_AES_128_CCM_SHA256"]);
        let chosen = curves("X25519:prime256v1:P-256:X448");
        assert_eq!(chosen.list, [Curve::X25519, Curve::P256]);
        assert_eq!(chosen.foreign, ["X448"]);
    }
}
