//! `source ADDRESS[:PORT[-PORT]] [usesrc …] [interface NAME]` of backends and servers.

use super::address::{bare_ipv6, ip, split};
use super::args::Args;
use super::context::Context;
use super::lexer::Word;
use super::model::{Source, UseSource};
use crate::source::Spanned;
use std::net::SocketAddr;

const EXAMPLE: &str = "source 10.0.0.11 usesrc clientip";

impl Context<'_> {
    /// `ranges`: whether a range of ports may be given, as on `server` lines.
    pub fn source(&mut self, args: &mut Args<'_>, ranges: bool) -> Option<Spanned<Source>> {
        let Some(word) = args.take() else {
            self.missing(args, "the address", "source 10.0.0.11");
            return None;
        };
        let (address, ports) = self.source_ports(word, ranges)?;
        let mut source = Source {
            address,
            ports,
            interface: None,
            used: None,
        };
        loop {
            if args.take_if("usesrc").is_some() {
                source.used = Some(self.used_source(args)?);
            } else if args.take_if("interface").is_some() {
                let example = "source 10.0.0.11 interface eth1";
                source.interface = Some(self.string(args, "the interface", example)?);
            } else {
                return Some(Spanned::new(source, word.span));
            }
        }
    }

    fn source_ports(
        &mut self,
        word: &Word<'_>,
        ranges: bool,
    ) -> Option<(SocketAddr, Option<(u16, u16)>)> {
        let (text, last) = match word.text.rsplit_once('-') {
            Some((text, last)) if text.contains(':') && !last.contains(':') => (text, Some(last)),
            _ => (word.text.as_ref(), None),
        };
        let Some(address) = source_address(text) else {
            self.bad(word, "an address", "write ADDRESS or ADDRESS:PORT");
            return None;
        };
        let Some(last) = last else {
            return Some((address, None));
        };
        let last = last.parse().ok().filter(|last| *last >= address.port());
        match last.filter(|_| ranges && address.port() > 0) {
            Some(last) => Some((address, Some((address.port(), last)))),
            None => {
                let help = if ranges {
                    "write the lower port first, e.g. 10.0.0.11:10000-20000"
                } else {
                    "write ADDRESS or ADDRESS:PORT; ranges of ports belong to 'server' lines"
                };
                self.bad(word, "an address", help);
                None
            }
        }
    }

    /// `client`, `clientip`, `hdr_ip(NAME[,N])`, `ADDRESS[:PORT]`
    fn used_source(&mut self, args: &mut Args<'_>) -> Option<UseSource> {
        let Some(word) = args.take() else {
            self.missing(args, "whose address is used", EXAMPLE);
            return None;
        };
        let found = match word.text.as_ref() {
            "client" => Some(UseSource::Client),
            "clientip" => Some(UseSource::ClientIp),
            text => match text
                .strip_prefix("hdr_ip(")
                .and_then(|t| t.strip_suffix(')'))
            {
                Some(inner) => header(inner, word),
                None => source_address(text).map(UseSource::Address),
            },
        };
        if found.is_none() {
            self.bad(
                word,
                "an address to be used",
                "write client, clientip, hdr_ip(NAME[,OCCURRENCE]) or ADDRESS[:PORT]",
            );
        }
        found
    }
}

fn header(inner: &str, word: &Word<'_>) -> Option<UseSource> {
    let (name, occurrence) = match inner.split_once(',') {
        Some((name, occurrence)) => (name, occurrence.trim().parse().ok()?),
        None => (inner, -1),
    };
    (!name.is_empty()).then(|| UseSource::Header {
        name: Spanned::new(name.trim().to_owned(), word.span),
        occurrence,
    })
}

fn source_address(text: &str) -> Option<SocketAddr> {
    let address = split(text);
    let (host, port) = bare_ipv6(&address, text);
    let port = port.map_or(Some(0), |port| port.parse().ok())?;
    Some(SocketAddr::new(ip(host, address.prefix)?, port))
}
