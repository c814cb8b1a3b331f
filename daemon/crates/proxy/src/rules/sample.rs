//! Samples: where values come from and how they are changed.

use super::context::Context;
use config::haproxy::model::{self, Converter, Fetch, HeaderFetch};
use http1::target;
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::atomic::Ordering::Relaxed;

#[derive(Debug, Clone)]
pub enum Value<'a> {
    Text(Cow<'a, [u8]>),
    Int(i64),
    Bool(bool),
    Ip(IpAddr),
}

impl<'a> Value<'a> {
    pub fn bytes(bytes: &'a [u8]) -> Self {
        Self::Text(Cow::Borrowed(bytes))
    }

    pub fn truth(&self) -> bool {
        match self {
            Self::Bool(b) => *b,
            Self::Int(n) => *n != 0,
            Self::Text(_) | Self::Ip(_) => self.int().is_some_and(|n| n != 0),
        }
    }

    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n),
            Self::Bool(b) => Some(i64::from(*b)),
            Self::Text(t) => std::str::from_utf8(t).ok()?.trim().parse().ok(),
            Self::Ip(_) => None,
        }
    }

    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Ip(ip) => Some(*ip),
            Self::Text(t) => std::str::from_utf8(t).ok()?.trim().parse().ok(),
            Self::Int(_) | Self::Bool(_) => None,
        }
    }

    pub fn text(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Text(t) => Cow::Borrowed(t),
            Self::Int(n) => Cow::Owned(n.to_string().into_bytes()),
            Self::Bool(b) => Cow::Borrowed(if *b { b"1" } else { b"0" }),
            Self::Ip(ip) => Cow::Owned(ip.to_canonical().to_string().into_bytes()),
        }
    }
}

#[derive(Debug)]
pub struct Sample {
    fetch: Fetch,
    converters: Vec<Converter>,
}

impl Sample {
    /// Refuses what this proxy cannot evaluate, so that nothing is silently never true.
    pub fn compile(sample: &model::Sample) -> Result<Self, String> {
        use Fetch as F;
        let missing = match &sample.fetch.value {
            F::SslFcSni => Some("ssl_fc_sni"),
            F::ReqSslSni => Some("req.ssl_sni"),
            F::ReqSslHelloType => Some("req.ssl_hello_type"),
            F::FeSessRate(_) => Some("fe_sess_rate"),
            F::BeSessRate(_) => Some("be_sess_rate"),
            F::UniqueId => Some("unique-id"),
            F::Var(_) => Some("var"),
            _ => None,
        };
        if let Some(name) = missing {
            return Err(format!("the sample fetch '{name}' is not available yet"));
        }
        for c in &sample.converters {
            if let Converter::Other { name, .. } = &c.value {
                return Err(format!("the converter '{name}' is not available yet"));
            }
        }
        let converters = sample.converters.iter().map(|c| c.value.clone()).collect();
        Ok(Self {
            fetch: sample.fetch.value.clone(),
            converters,
        })
    }

    /// Calls `test` with each value until it says yes; whether it did.
    pub fn each(&self, ctx: &Context<'_>, test: &mut dyn FnMut(&Value<'_>) -> bool) -> bool {
        let mut convert = |value: Value<'_>| {
            if self.converters.is_empty() {
                return test(&value);
            }
            test(&self.converters.iter().fold(value, apply))
        };
        match &self.fetch {
            Fetch::ReqHeader(h) => ctx
                .request
                .is_some_and(|m| header(m.fields(), h, &mut convert)),
            Fetch::ResHeader(h) => ctx
                .response
                .is_some_and(|m| header(m.fields(), h, &mut convert)),
            fetch => single(fetch, ctx).is_some_and(convert),
        }
    }

    /// The value as a text has it: the last one of several.
    pub fn last(&self, ctx: &Context<'_>, out: &mut Vec<u8>) {
        let start = out.len();
        self.each(ctx, &mut |value| {
            out.truncate(start);
            out.extend_from_slice(&value.text());
            false
        });
    }
}

fn apply<'a>(value: Value<'a>, converter: &Converter) -> Value<'a> {
    match converter {
        Converter::Lower => Value::Text(Cow::Owned(value.text().to_ascii_lowercase())),
        Converter::Upper => Value::Text(Cow::Owned(value.text().to_ascii_uppercase())),
        Converter::Length => Value::Int(i64::try_from(value.text().len()).unwrap_or(i64::MAX)),
        Converter::Other { .. } => value,
    }
}

fn header<'a>(
    fields: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    wanted: &HeaderFetch,
    test: &mut impl FnMut(Value<'a>) -> bool,
) -> bool {
    let named = fields.filter(|(name, _)| {
        wanted
            .name
            .as_ref()
            .is_none_or(|w| name.eq_ignore_ascii_case(w.as_bytes()))
    });
    let values = named.flat_map(|(_, value)| {
        let whole = wanted.full_line.then_some(value);
        let parts = (!wanted.full_line).then(|| http1::field::list(value));
        whole.into_iter().chain(parts.into_iter().flatten())
    });
    match wanted.occurrence {
        None => values.map(Value::bytes).any(test),
        Some(n) if n > 0 => {
            let nth = usize::try_from(n - 1).unwrap_or(usize::MAX);
            let mut values = values;
            values.nth(nth).is_some_and(|v| test(Value::bytes(v)))
        }
        Some(n) => {
            let all: Vec<&[u8]> = values.collect();
            let back = usize::try_from(n.unsigned_abs().max(1)).unwrap_or(usize::MAX);
            let at = all.len().checked_sub(back);
            at.and_then(|at| all.get(at))
                .is_some_and(|v| test(Value::bytes(v)))
        }
    }
}

fn single<'a>(fetch: &'a Fetch, ctx: &Context<'a>) -> Option<Value<'a>> {
    use Fetch as F;
    let count = |n: usize| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
    Some(match fetch {
        F::AlwaysTrue => Value::Bool(true),
        F::AlwaysFalse | F::SslFc => Value::Bool(false),
        F::Int(n) => Value::Int(*n),
        F::Bool(b) => Value::Bool(*b),
        F::Str(s) | F::Env(s) => Value::bytes(s.as_bytes()),
        F::Src => Value::Ip(ctx.client?.ip()),
        F::SrcPort => Value::Int(i64::from(ctx.client?.port())),
        F::Dst => Value::Ip(ctx.local()?.ip()),
        F::DstPort => Value::Int(i64::from(ctx.local()?.port())),
        F::Method => Value::bytes(ctx.line?.method),
        F::Path => Value::bytes(target::path(ctx.line?.target)),
        F::PathQuery => Value::bytes(target::path_and_query(ctx.line?.target)),
        F::Url => Value::bytes(ctx.line?.target),
        F::Query => Value::bytes(target::query(ctx.line?.target)),
        F::Base => {
            let mut base = ctx.header("host").unwrap_or_default().to_vec();
            base.extend_from_slice(target::path(ctx.line?.target));
            Value::Text(Cow::Owned(base))
        }
        F::ReqVersion => Value::bytes(if ctx.line?.http11 { b"1.1" } else { b"1.0" }),
        F::ReqHeaderCount(name) => count(occurrences(ctx.request?.fields(), name.as_deref())),
        F::ResHeaderCount(name) => count(occurrences(ctx.response?.fields(), name.as_deref())),
        F::ReqCookie(name) => Value::bytes(cookie(ctx.request?.values(b"cookie"), name)?),
        F::ResCookie(name) => {
            let first_pair = |v: &'a [u8]| v.split(|b| *b == b';').next().unwrap_or(v);
            Value::bytes(cookie(
                ctx.response?.values(b"set-cookie").map(first_pair),
                name,
            )?)
        }
        F::UrlParam(name) => Value::bytes(balance::keys::url_param(
            target::query(ctx.line?.target),
            name.as_bytes(),
        )?),
        F::Status => Value::Int(i64::from(ctx.status)),
        F::NbSrv(name) => {
            let index = backend_index(ctx, name.as_deref())?;
            count(
                ctx.plan
                    .backends
                    .get(index)?
                    .servers
                    .iter()
                    .filter(|s| s.shared.state().is_up())
                    .count(),
            )
        }
        F::FeConn(name) => {
            let index = name
                .as_deref()
                .map_or(Some(ctx.frontend), |n| ctx.plan.frontend_index(n))?;
            Value::Int(i64::from(
                ctx.plan.frontends.get(index)?.shared.active.load(Relaxed),
            ))
        }
        F::BeConn(name) => {
            let index = backend_index(ctx, name.as_deref())?;
            Value::Int(i64::from(
                ctx.plan.backends.get(index)?.shared.active.load(Relaxed),
            ))
        }
        F::FeName => Value::bytes(ctx.plan.frontends.get(ctx.frontend)?.name.as_bytes()),
        F::BeName => Value::bytes(ctx.plan.backends.get(ctx.backend?)?.name.as_bytes()),
        F::SrvName => Value::bytes(ctx.server?.as_bytes()),
        F::SrvIsUp(name) => Value::Bool(server_is_up(ctx, name)?),
        F::Rand(range) => Value::Int(i64::from(
            range
                .filter(|r| *r > 0)
                .map_or(ctx.random, |r| ctx.random % r),
        )),
        F::Date(offset) => {
            Value::Int(i64::try_from(sys::epoll::unix_us() / 1_000_000).unwrap_or(0) + offset)
        }
        F::Hostname => {
            let name = rustix::system::uname().nodename().to_bytes().to_vec();
            Value::Text(Cow::Owned(name))
        }
        F::ReqHeader(_) | F::ResHeader(_) | F::SslFcSni | F::ReqSslSni | F::ReqSslHelloType => {
            return None;
        }
        F::FeSessRate(_) | F::BeSessRate(_) | F::UniqueId | F::Var(_) => return None,
    })
}

fn occurrences<'a>(
    fields: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    name: Option<&str>,
) -> usize {
    let wanted = |n: &[u8]| name.is_none_or(|w| n.eq_ignore_ascii_case(w.as_bytes()));
    fields
        .filter(|(n, _)| wanted(n))
        .map(|(_, v)| http1::field::list(v).count())
        .sum()
}

fn cookie<'a>(mut lines: impl Iterator<Item = &'a [u8]>, name: &str) -> Option<&'a [u8]> {
    lines.find_map(|line| {
        let mut pairs = line.split(|b| *b == b';').map(<[u8]>::trim_ascii);
        pairs.find_map(|pair| pair.strip_prefix(name.as_bytes())?.strip_prefix(b"="))
    })
}

fn backend_index(ctx: &Context<'_>, name: Option<&str>) -> Option<usize> {
    match name {
        Some(name) => ctx.plan.backends.iter().position(|b| b.name == name),
        None => ctx
            .backend
            .or(ctx.plan.frontends.get(ctx.frontend)?.default_backend),
    }
}

/// `BACKEND/SERVER` or a server of the current backend.
fn server_is_up(ctx: &Context<'_>, name: &str) -> Option<bool> {
    let (backend, server) = match name.split_once('/') {
        Some((b, s)) => (backend_index(ctx, Some(b))?, s),
        None => (backend_index(ctx, None)?, name),
    };
    let server = ctx
        .plan
        .backends
        .get(backend)?
        .servers
        .iter()
        .find(|s| s.name == server)?;
    Some(server.shared.state().is_up())
}
