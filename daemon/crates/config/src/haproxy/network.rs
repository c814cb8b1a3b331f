//! Networks.

use super::context::Context;
use super::lexer::Word;
use super::model::IpNet;
use crate::source::Spanned;
use std::net::{IpAddr, Ipv4Addr};

impl Context<'_> {
    /// `ADDRESS[/PREFIX]`, where an IPv4 prefix may be written as a mask.
    pub fn network(&mut self, word: &Word<'_>) -> Option<Spanned<IpNet>> {
        let net = network(&word.text);
        if net.is_none() {
            self.bad(
                word,
                "an address or a network",
                "write e.g. 10.0.0.0/8 or 2001:db8::/32",
            );
        }
        net.map(|net| Spanned::new(net, word.span))
    }
}

/// `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `10.1.2.3`, `2001:db8::/32`
pub fn network(text: &str) -> Option<IpNet> {
    let (host, prefix) = match text.split_once('/') {
        Some((host, prefix)) => (host, Some(prefix)),
        None => (text, None),
    };
    let address: IpAddr = host.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let prefix = match prefix {
        None => most,
        Some(mask) if address.is_ipv4() && mask.contains('.') => {
            let mask = mask.parse::<Ipv4Addr>().ok()?.to_bits();
            let ones = u8::try_from(mask.leading_ones()).ok()?;
            (mask.count_ones() == mask.leading_ones()).then_some(ones)?
        }
        Some(prefix) => prefix.parse().ok().filter(|prefix| *prefix <= most)?,
    };
    Some(IpNet { address, prefix })
}
