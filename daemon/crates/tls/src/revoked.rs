//! What a list of revoked certificates says.

use crate::facts::{Moment, attributes, line, moment, short_name};
use crate::pem::Pem;
use x509_cert::crl::CertificateList;
use x509_cert::der::Decode as _;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    /// From 1.
    pub version: u8,
    /// `ecdsa-with-SHA256`, …
    pub signature_algorithm: String,
    /// `/C=…/CN=…`
    pub issuer: String,
    pub last_update: Moment,
    pub next_update: Option<Moment>,
    /// Serial numbers, the most significant byte first, and since when.
    pub revoked: Vec<(Vec<u8>, Moment)>,
}

impl RevocationList {
    /// Those in a file, in order.
    pub fn read(pem: &[u8]) -> Vec<Self> {
        let read = Pem::read(pem).unwrap_or_default();
        let lists = read.revocation_lists.iter();
        let lists = lists.filter_map(|der| CertificateList::from_der(der).ok());
        lists.map(Self::of).collect()
    }

    fn of(list: CertificateList) -> Self {
        let own = list.tbs_cert_list;
        let revoked = own.revoked_certificates.unwrap_or_default();
        let revoked = revoked.into_iter().map(|one| {
            let serial = one.serial_number.as_bytes().to_vec();
            (serial, moment(one.revocation_date))
        });
        Self {
            version: own.version as u8 + 1,
            signature_algorithm: short_name(list.signature_algorithm.oid),
            issuer: line(&attributes(&own.issuer)),
            last_update: moment(own.this_update),
            next_update: own.next_update.map(moment),
            revoked: revoked.collect(),
        }
    }
}
