//! Fetches by name (configuration manual, 7.3): the typed form, and what kind of value it gives.

use super::context::Context;
use super::model::{Fetch, HeaderFetch};
use super::piece::Piece;
use super::signatures::{self, Signature};
use crate::source::Spanned;

/// What a fetch gives, as far as the default match depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Bool,
    Int,
    Ip,
    Text,
    /// Bytes that are no text: nothing says how they are compared.
    Bytes,
    /// Of a converter: what came in.
    Same,
}

pub fn kind(fetch: &Fetch) -> Kind {
    use Fetch as F;
    match fetch {
        F::AlwaysTrue | F::AlwaysFalse | F::Bool(_) | F::SslFc | F::SrvIsUp(_) => Kind::Bool,
        F::Int(_)
        | F::SrcPort
        | F::DstPort
        | F::ReqSslHelloType
        | F::ReqHeaderCount(_)
        | F::ResHeaderCount(_)
        | F::Status
        | F::NbSrv(_)
        | F::FeConn(_)
        | F::BeConn(_)
        | F::FeSessRate(_)
        | F::BeSessRate(_)
        | F::Rand(_)
        | F::Date(_) => Kind::Int,
        F::Src | F::Dst => Kind::Ip,
        F::Var(_) => Kind::Bytes,
        F::Other { name, .. } => {
            signatures::fetch(name).map_or(Kind::Text, |signature| signature.kind)
        }
        _ => Kind::Text,
    }
}

impl Context<'_> {
    /// `name` or `name(arguments)`; `None` when it has no typed form, which is said.
    pub fn fetch(&mut self, piece: Piece<'_>) -> Option<Spanned<Fetch>> {
        let (written, arguments) = piece.call();
        if !self.known("fetch", written.text, "sample fetch", written.span) {
            return None;
        }
        let name = Piece {
            text: self.of_side(written.text),
            ..written
        };
        let texts = match arguments {
            Some(inner) if !inner.text.is_empty() => inner.arguments(),
            _ => Vec::new(),
        };
        let list: Vec<&str> = texts.iter().map(String::as_str).collect();
        // Of those with a signature the arguments are looked at behind it.
        if signatures::fetch(name.text).is_none() {
            self.values(piece, &list)?;
        }
        let fetch = plain(name.text).or_else(|| self.with_arguments(name, &list, piece));
        fetch.map(|fetch| Spanned::new(fetch, piece.span))
    }

    fn with_arguments(
        &mut self,
        name: Piece<'_>,
        list: &[&str],
        whole: Piece<'_>,
    ) -> Option<Fetch> {
        let first = list.first().map(|text| (*text).to_owned());
        let required = |cx: &mut Self| {
            if first.is_none() {
                let message = format!("'{}' needs an argument", name.text);
                cx.error("haproxy/missing-value", whole.span, message)
                    .suggest(format!("write e.g. '{}(name)'", name.text));
            }
            first.clone()
        };
        Some(match name.text {
            "int" => Fetch::Int(self.integer(whole, first.as_deref())?),
            "bool" => {
                Fetch::Bool(first.as_deref() != Some("0") && first.as_deref() != Some("false"))
            }
            "str" => Fetch::Str(first.unwrap_or_default()),
            "env" => {
                let name = required(self)?;
                Fetch::Env(self.environment.get(&name).unwrap_or_default().to_owned())
            }
            "var" => {
                let name = required(self)?;
                let piece = whole.call().1.unwrap_or(whole).trim();
                if !self.variable_name(piece) {
                    return None;
                }
                Fetch::Var(name)
            }
            "hdr" | "req.hdr" => Fetch::ReqHeader(self.header(whole, list, false)?),
            "req.fhdr" => Fetch::ReqHeader(self.header(whole, list, true)?),
            "shdr" | "res.hdr" => Fetch::ResHeader(self.header(whole, list, false)?),
            "res.fhdr" => Fetch::ResHeader(self.header(whole, list, true)?),
            "hdr_cnt" | "req.hdr_cnt" => Fetch::ReqHeaderCount(first),
            "shdr_cnt" | "res.hdr_cnt" => Fetch::ResHeaderCount(first),
            "cook" | "req.cook" | "cookie" => Fetch::ReqCookie(required(self)?),
            "scook" | "res.cook" => Fetch::ResCookie(required(self)?),
            "url_param" | "urlp" => Fetch::UrlParam(required(self)?),
            "nbsrv" => Fetch::NbSrv(first),
            "fe_conn" => Fetch::FeConn(first),
            "be_conn" => Fetch::BeConn(first),
            "fe_sess_rate" => Fetch::FeSessRate(first),
            "be_sess_rate" => Fetch::BeSessRate(first),
            "srv_is_up" => Fetch::SrvIsUp(required(self)?),
            "rand" => {
                let range = match first {
                    None => None,
                    Some(text) => u32::try_from(self.integer(whole, Some(&text))?).ok(),
                };
                Fetch::Rand(range)
            }
            "date" => Fetch::Date(match first {
                None => 0,
                Some(text) => self.integer(whole, Some(&text))?,
            }),
            other => {
                // Without a signature it is known by name only; the support table has said so.
                let signature = signatures::fetch(other)?;
                self.arguments(whole, list, &signature)?;
                Fetch::Other {
                    name: other.to_owned(),
                    arguments: list.iter().map(|text| (*text).to_owned()).collect(),
                }
            }
        })
    }

    /// Whether the arguments fit the signature; says what does not.
    pub fn arguments(
        &mut self,
        whole: Piece<'_>,
        list: &[&str],
        signature: &Signature,
    ) -> Option<()> {
        let (required, optional) = signature
            .arguments
            .split_once('?')
            .unwrap_or((signature.arguments, ""));
        let all: Vec<char> = required.chars().chain(optional.chars()).collect();
        let name = whole.call().0.text;
        if list.len() < required.len() {
            let message = format!(
                "'{name}' needs {} argument{}",
                required.len(),
                if required.len() == 1 { "" } else { "s" }
            );
            let names: Vec<&str> = required.chars().map(argument_name).collect();
            self.error("haproxy/missing-value", whole.span, message)
                .suggest(format!("write '{name}({})'", names.join(",")));
            return None;
        }
        if list.len() > all.len() {
            let message = match all.len() {
                0 => format!("'{name}' takes no argument"),
                n => format!("'{name}' takes at most {n} argument(s)"),
            };
            self.error("haproxy/bad-value", whole.span, message)
                .suggest("remove what is too much");
            return None;
        }
        for (at, (text, kind)) in list.iter().copied().zip(all).enumerate() {
            let left_out = text.is_empty() && at >= required.len();
            let span = whole.span;
            if kind == 'v' && !self.variable_name(Piece { text, span }) {
                return None;
            }
            if kind == 'i' && !left_out && text.trim().parse::<i64>().is_err() {
                let message = format!("'{text}' in '{}' is not a whole number", whole.text);
                self.error("haproxy/bad-value", span, message)
                    .suggest("write a whole number there");
                return None;
            }
        }
        self.values(whole, list)
    }

    /// Whether the arguments are values that mean something; says which is not.
    fn values(&mut self, whole: Piece<'_>, list: &[&str]) -> Option<()> {
        let Some((message, help)) = signatures::wrong(whole.call().0.text, list) else {
            return Some(());
        };
        self.error("haproxy/bad-value", whole.span, message)
            .suggest(help);
        None
    }

    fn integer(&mut self, whole: Piece<'_>, text: Option<&str>) -> Option<i64> {
        let number = text.and_then(|text| text.trim().parse().ok());
        if number.is_none() {
            let message = format!("'{}' needs a whole number", whole.text);
            self.error("haproxy/bad-value", whole.span, message)
                .suggest("write e.g. 'int(5)'");
        }
        number
    }

    /// `(NAME[,OCCURRENCE])`
    fn header(&mut self, whole: Piece<'_>, list: &[&str], full_line: bool) -> Option<HeaderFetch> {
        let name = list
            .first()
            .filter(|name| !name.is_empty())
            .map(|name| (*name).to_owned());
        let occurrence = match list.get(1) {
            None => None,
            Some(text) => Some(i32::try_from(self.integer(whole, Some(text))?).unwrap_or(i32::MAX)),
        };
        Some(HeaderFetch {
            name,
            occurrence,
            full_line,
        })
    }
}

fn argument_name(kind: char) -> &'static str {
    match kind {
        'i' => "NUMBER",
        't' => "TABLE",
        'f' => "FILE",
        'v' => "VARIABLE",
        'u' => "USERLIST",
        'b' => "BACKEND",
        'e' => "FRONTEND",
        'r' => "SERVER",
        _ => "TEXT",
    }
}

/// Fetches without arguments.
fn plain(name: &str) -> Option<Fetch> {
    Some(match name {
        "always_true" => Fetch::AlwaysTrue,
        "always_false" => Fetch::AlwaysFalse,
        "src" => Fetch::Src,
        "src_port" => Fetch::SrcPort,
        "dst" => Fetch::Dst,
        "dst_port" => Fetch::DstPort,
        "ssl_fc" => Fetch::SslFc,
        "ssl_fc_sni" => Fetch::SslFcSni,
        "req.ssl_sni" | "req_ssl_sni" => Fetch::ReqSslSni,
        "req.ssl_hello_type" | "req_ssl_hello_type" => Fetch::ReqSslHelloType,
        "method" => Fetch::Method,
        "path" => Fetch::Path,
        "pathq" => Fetch::PathQuery,
        "url" => Fetch::Url,
        "query" => Fetch::Query,
        "base" => Fetch::Base,
        "req.ver" | "req_ver" => Fetch::ReqVersion,
        "status" => Fetch::Status,
        "fe_name" => Fetch::FeName,
        "be_name" => Fetch::BeName,
        "srv_name" => Fetch::SrvName,
        "unique-id" => Fetch::UniqueId,
        "hostname" => Fetch::Hostname,
        _ => return None,
    })
}
