//! Which certificate a client is shown: by the name that it asks for and by what it can verify.

use crate::certificate::Certificate;
use rustls::server::ClientHello;
use rustls::{SignatureAlgorithm, SignatureScheme};
use std::collections::HashMap;

/// A certificate on offer, and by which of several settings the connection goes on.
#[derive(Debug, Clone)]
pub struct Offer {
    pub certificate: Certificate,
    pub settings: usize,
}

#[derive(Debug, Default)]
pub struct Names {
    offers: Vec<Offer>,
    exact: HashMap<String, Vec<usize>>,
    /// What stands behind `*.`
    wild: HashMap<String, Vec<usize>>,
    /// Names that a certificate is not shown for.
    refused: Vec<(usize, String)>,
    /// No certificate for names that are not there.
    strict: bool,
}

impl Names {
    pub fn new(strict: bool) -> Self {
        Self {
            strict,
            ..Self::default()
        }
    }

    /// Adds a certificate; without a name among the filters it is for those that it names itself.
    pub fn add(&mut self, offer: Offer, filters: &[String]) {
        let at = self.offers.len();
        let (no, yes): (Vec<_>, Vec<_>) = filters.iter().partition(|name| name.starts_with('!'));
        let refused = no.iter().map(|name| (at, name[1..].to_owned()));
        self.refused.extend(refused);
        let names: Vec<String> = if yes.is_empty() {
            offer.certificate.facts.hosts().collect()
        } else {
            yes.into_iter().cloned().collect()
        };
        for name in names {
            let (list, name) = match name.strip_prefix("*.") {
                Some(rest) => (&mut self.wild, rest.to_owned()),
                None => (&mut self.exact, name),
            };
            let list = list.entry(name).or_default();
            if !list.contains(&at) {
                list.push(at);
            }
        }
        self.offers.push(offer);
    }

    pub fn choose(&self, hello: &ClientHello<'_>) -> Option<&Offer> {
        self.find(hello.server_name(), hello.signature_schemes())
    }

    /// By which settings a connection went on that asked for that name.
    pub fn settings_of(&self, name: Option<&str>) -> usize {
        self.find(name, ALL_SCHEMES)
            .map_or(0, |offer| offer.settings)
    }

    fn find(&self, name: Option<&str>, schemes: &[SignatureScheme]) -> Option<&Offer> {
        let named = name.map(|name| name.trim_end_matches('.').to_lowercase());
        if let Some(name) = named {
            let rest = name.split_once('.').map_or("", |(_, rest)| rest);
            let lists = [self.exact.get(&name), self.wild.get(rest)];
            for list in lists.into_iter().flatten() {
                let there = list.iter().filter(|at| !self.refuses(**at, &name));
                if let Some(offer) = self.best(there.copied(), schemes) {
                    return Some(offer);
                }
            }
        }
        if self.strict {
            return None;
        }
        self.offers.first()
    }

    fn refuses(&self, at: usize, name: &str) -> bool {
        let mut of = self.refused.iter().filter(|(offer, _)| *offer == at);
        of.any(|(_, pattern)| match pattern.strip_prefix("*.") {
            Some(rest) => name.split_once('.').is_some_and(|(_, own)| own == rest),
            None => pattern == name || pattern == "*",
        })
    }

    /// The first that the client can verify, keys on curves before those of RSA.
    fn best(
        &self,
        list: impl Iterator<Item = usize>,
        schemes: &[SignatureScheme],
    ) -> Option<&Offer> {
        let offers = list.filter_map(|at| self.offers.get(at));
        let usable = offers.filter(|offer| can_sign(offer, schemes));
        usable.min_by_key(|offer| offer.certificate.kind == SignatureAlgorithm::RSA)
    }
}

/// Of a client that can verify whatever there is.
const ALL_SCHEMES: &[SignatureScheme] = &[
    SignatureScheme::ECDSA_NISTP256_SHA256,
    SignatureScheme::ECDSA_NISTP384_SHA384,
    SignatureScheme::ECDSA_NISTP521_SHA512,
    SignatureScheme::ED25519,
    SignatureScheme::RSA_PSS_SHA256,
];

fn can_sign(offer: &Offer, schemes: &[SignatureScheme]) -> bool {
    let key = &offer.certificate.certified.key;
    key.choose_scheme(schemes).is_some()
}
