//! From the name of a fetch to the function that gets its value.

use super::header::Header;
use super::{auth, body, connection, distcc, http, packed, payload, state, sticky, tls};
use crate::rules::context::Context;
use crate::rules::environment::Environment;
use crate::rules::last_rule;
use crate::rules::memory::Variable;
use crate::rules::value::Value;
use crate::shared::table::Table;
use config::haproxy::model::Fetch;
use std::sync::Arc;

/// What a fetch or a converter was written with.
#[derive(Debug, Default, Clone)]
pub struct Arguments {
    pub texts: Vec<Vec<u8>>,
    pub numbers: Vec<i64>,
    pub variable: Option<Variable>,
    pub table: Option<Arc<Table>>,
    pub asked: Option<sticky::Question>,
}

impl Arguments {
    pub fn texts(list: &[String]) -> Self {
        Self {
            texts: list.iter().map(|text| text.clone().into_bytes()).collect(),
            numbers: list
                .iter()
                .map(|text| text.trim().parse().unwrap_or(0))
                .collect(),
            ..Self::default()
        }
    }

    pub fn number(n: i64) -> Self {
        Self {
            numbers: vec![n],
            ..Self::default()
        }
    }

    pub fn text(&self, at: usize) -> &[u8] {
        self.texts.get(at).map_or(b"", Vec::as_slice)
    }

    /// The argument, when it was written and is not empty.
    pub fn given(&self, at: usize) -> Option<&[u8]> {
        self.texts
            .get(at)
            .map(Vec::as_slice)
            .filter(|text| !text.is_empty())
    }

    pub fn int(&self, at: usize) -> i64 {
        self.numbers.get(at).copied().unwrap_or(0)
    }

    pub fn name(&self) -> Option<&str> {
        self.given(0)
            .and_then(|text| std::str::from_utf8(text).ok())
    }
}

pub type Get = for<'a> fn(&'a Arguments, &Context<'a>) -> Option<Value<'a>>;

#[derive(Debug)]
pub enum Source {
    /// Each value of a header in turn.
    Header(Header),
    One(Get, Arguments),
    /// Each cookie of that name in turn; of the response when `true`.
    Cookies(bool, Arguments),
    /// Each group of the user who asks; shown, it is the user's name.
    Groups(Arguments),
}

impl Source {
    pub fn compile(fetch: &Fetch, env: &Environment<'_>) -> Result<Self, String> {
        if let Some(header) = Header::of(fetch) {
            return Ok(Self::Header(header));
        }
        let (name, list) = written(fetch);
        match name {
            "cook" | "req.cook" | "cookie" => {
                return Ok(Self::Cookies(false, Arguments::texts(&list)));
            }
            "scook" | "res.cook" => return Ok(Self::Cookies(true, Arguments::texts(&list))),
            "http_auth_group" => {
                let texts = auth::users(name, &list, env)?;
                return Ok(Self::Groups(Arguments {
                    texts,
                    ..Arguments::default()
                }));
            }
            _ => {}
        }
        let mut arguments = Arguments::texts(&list);
        if let Fetch::Var(name) = fetch {
            arguments.variable = Some(env.variable(name)?);
            env.remember();
        }
        let get = connection::get(name)
            .or_else(|| http::get(name))
            .or_else(|| auth::get(name))
            .or_else(|| body::get(name).inspect(|_| env.look_at_bodies()))
            .or_else(|| state::get(name))
            .or_else(|| payload::get(name))
            .or_else(|| packed::get(name))
            .or_else(|| distcc::get(name))
            .or_else(|| tls::get(name))
            .or_else(|| last_rule::get(name).inspect(|_| env.tell_rules()));
        if let Some(get) = get {
            if matches!(
                name,
                "fe_sess_rate" | "fe_req_rate" | "be_sess_rate" | "srv_sess_rate"
            ) {
                env.needs.rates.set(true);
            }
            if name.starts_with("capture.")
                || matches!(
                    name,
                    "fc_err"
                        | "fc_err_str"
                        | "fc_pp_authority"
                        | "fc_pp_unique_id"
                        | "fc_rcvd_proxy"
                        | "http_first_req"
                        | "prio_class"
                        | "prio_offset"
                        | "res.ver"
                        | "ssl_bc_err"
                        | "ssl_bc_err_str"
                        | "ssl_fc_err"
                        | "ssl_fc_err_str"
                        | "resp_ver"
                        | "unique-id"
                )
            {
                env.remember();
            }
            if name.starts_with("ssl_f_") {
                env.needs.certificates.set(true);
            }
            if name.starts_with("http_auth") {
                arguments.texts = auth::users(name, &list, env)?;
            }
            if name == "bin" {
                arguments.texts = vec![http::hexadecimal(&list)?];
            }
            if name.starts_with("table_") {
                arguments.table = Some(env.table(list.first().map(String::as_str))?);
            }
            return Ok(Self::One(get, arguments));
        }
        sticky::compile(name, &list, env)?
            .map(|(get, arguments)| Self::One(get, arguments))
            .ok_or_else(|| format!("the sample fetch '{name}' is not available yet"))
    }

    pub fn each<'a>(&'a self, ctx: &Context<'a>, test: &mut dyn FnMut(Value<'a>) -> bool) -> bool {
        match self {
            Self::Header(header) => header.each(ctx, test),
            Self::One(get, arguments) => get(arguments, ctx).is_some_and(test),
            Self::Cookies(response, arguments) => {
                let mut values = http::cookies(ctx, *response, arguments.given(0));
                values.any(|value| test(Value::bytes(value)))
            }
            Self::Groups(arguments) => {
                let groups = auth::groups(&arguments.texts, ctx);
                groups.into_iter().any(|group| test(Value::owned(group)))
            }
        }
    }

    /// What stands for all values, where one is asked for: the last one.
    pub fn shown<'a>(&'a self, ctx: &Context<'a>) -> Option<Value<'a>> {
        match self {
            Self::Groups(arguments) => auth::user_of(&arguments.texts, ctx).map(Value::owned),
            Self::One(get, arguments) => get(arguments, ctx),
            _ => {
                let mut last = None;
                self.each(ctx, &mut |value| {
                    last = Some(value);
                    false
                });
                last
            }
        }
    }
}

/// Name and arguments of a fetch that the model has in a form of its own.
fn written(fetch: &Fetch) -> (&str, Vec<String>) {
    use Fetch as F;
    let optional =
        |name: &'static str, text: &Option<String>| (name, text.iter().cloned().collect());
    let one = |name: &'static str, text: &String| (name, vec![text.clone()]);
    let none = |name: &'static str| (name, Vec::new());
    match fetch {
        F::AlwaysTrue => none("always_true"),
        F::AlwaysFalse => none("always_false"),
        F::Int(n) => ("int", vec![n.to_string()]),
        F::Bool(b) => ("bool", vec![u8::from(*b).to_string()]),
        F::Str(s) | F::Env(s) => one("str", s),
        F::Src => none("src"),
        F::SrcPort => none("src_port"),
        F::Dst => none("dst"),
        F::DstPort => none("dst_port"),
        F::SslFc => none("ssl_fc"),
        F::SslFcSni => none("ssl_fc_sni"),
        F::ReqSslSni => none("req.ssl_sni"),
        F::ReqSslHelloType => none("req.ssl_hello_type"),
        F::Method => none("method"),
        F::Path => none("path"),
        F::PathQuery => none("pathq"),
        F::Url => none("url"),
        F::Query => none("query"),
        F::Base => none("base"),
        F::ReqVersion => none("req.ver"),
        F::ReqHeaderCount(name) => optional("req.hdr_cnt", name),
        F::ResHeaderCount(name) => optional("res.hdr_cnt", name),
        F::ReqCookie(name) => one("req.cook", name),
        F::ResCookie(name) => one("res.cook", name),
        F::UrlParam(name) => one("urlp", name),
        F::Status => none("status"),
        F::NbSrv(name) => optional("nbsrv", name),
        F::FeConn(name) => optional("fe_conn", name),
        F::BeConn(name) => optional("be_conn", name),
        F::FeSessRate(name) => optional("fe_sess_rate", name),
        F::BeSessRate(name) => optional("be_sess_rate", name),
        F::FeName => none("fe_name"),
        F::BeName => none("be_name"),
        F::SrvName => none("srv_name"),
        F::SrvIsUp(name) => one("srv_is_up", name),
        F::UniqueId => none("unique-id"),
        F::Rand(range) => ("rand", range.iter().map(ToString::to_string).collect()),
        F::Date(offset) => ("date", vec![offset.to_string()]),
        F::Hostname => none("hostname"),
        F::Var(name) => one("var", name),
        F::Other { name, arguments } => (name.as_str(), arguments.clone()),
        F::ReqHeader(_) | F::ResHeader(_) => none("hdr"),
    }
}
