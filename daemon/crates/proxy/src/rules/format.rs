//! Format strings in rules: `text %[expr] %ci`.

use super::context::Context;
use super::sample::Sample;
use config::haproxy::model::{self, FormatPart};

#[derive(Debug)]
pub struct Format(Vec<Part>);

#[derive(Debug)]
enum Part {
    Literal(Vec<u8>),
    Sample(Sample),
    Variable(Variable),
}

#[derive(Debug, Clone, Copy)]
enum Variable {
    ClientIp,
    ClientPort,
    FrontendIp,
    FrontendPort,
    Frontend,
    Backend,
    Server,
    Status,
    Method,
    Uri,
    Path,
    Hostname,
    Pid,
    RequestLine,
    Version,
}

impl Format {
    pub fn compile(format: &model::Format) -> Result<Self, String> {
        let part = |p: &FormatPart| {
            Ok(match p {
                FormatPart::Literal(text) => Part::Literal(text.clone().into_bytes()),
                FormatPart::Sample { sample, flags } if flags.is_empty() => {
                    Part::Sample(Sample::compile(sample)?)
                }
                FormatPart::Sample { .. } => {
                    return Err(format!(
                        "flags of '{}' are not available yet",
                        format.text.value
                    ));
                }
                FormatPart::Variable { name, .. } => Part::Variable(variable(name)?),
            })
        };
        Ok(Self(
            format
                .parts
                .iter()
                .map(part)
                .collect::<Result<_, String>>()?,
        ))
    }

    pub fn write(&self, ctx: &Context<'_>, out: &mut Vec<u8>) {
        for part in &self.0 {
            match part {
                Part::Literal(text) => out.extend_from_slice(text),
                Part::Sample(sample) => sample.last(ctx, out),
                Part::Variable(v) => write_variable(*v, ctx, out),
            }
        }
    }

    pub fn text(&self, ctx: &Context<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(ctx, &mut out);
        out
    }
}

fn variable(name: &str) -> Result<Variable, String> {
    use Variable as V;
    Ok(match name {
        "ci" => V::ClientIp,
        "cp" => V::ClientPort,
        "fi" => V::FrontendIp,
        "fp" => V::FrontendPort,
        "f" | "ft" => V::Frontend,
        "b" => V::Backend,
        "s" => V::Server,
        "ST" => V::Status,
        "HM" => V::Method,
        "HU" => V::Uri,
        "HP" => V::Path,
        "HV" => V::Version,
        "H" => V::Hostname,
        "pid" => V::Pid,
        "r" => V::RequestLine,
        _ => {
            return Err(format!(
                "the variable '%{name}' has no meaning in a rule here"
            ));
        }
    })
}

fn write_variable(v: Variable, ctx: &Context<'_>, out: &mut Vec<u8>) {
    use Variable as V;
    let line = ctx.line.unwrap_or_default();
    let version: &[u8] = if line.http11 {
        b"HTTP/1.1"
    } else {
        b"HTTP/1.0"
    };
    let text = |s: String| s.into_bytes();
    let value = match v {
        V::ClientIp => text(
            ctx.client
                .map(|a| a.ip().to_canonical().to_string())
                .unwrap_or_default(),
        ),
        V::ClientPort => text(ctx.client.map(|a| a.port().to_string()).unwrap_or_default()),
        V::FrontendIp => text(
            ctx.local()
                .map(|a| a.ip().to_canonical().to_string())
                .unwrap_or_default(),
        ),
        V::FrontendPort => text(
            ctx.local()
                .map(|a| a.port().to_string())
                .unwrap_or_default(),
        ),
        V::Frontend => text(
            ctx.plan
                .frontends
                .get(ctx.frontend)
                .map(|f| f.name.clone())
                .unwrap_or_default(),
        ),
        V::Backend => text(
            ctx.backend
                .and_then(|b| ctx.plan.backends.get(b))
                .map(|b| b.name.clone())
                .unwrap_or_default(),
        ),
        V::Server => text(ctx.server.unwrap_or("<NOSRV>").to_owned()),
        V::Status => text(ctx.status.to_string()),
        V::Method => line.method.to_vec(),
        V::Uri => line.target.to_vec(),
        V::Path => http1::target::path(line.target).to_vec(),
        V::Hostname => rustix::system::uname().nodename().to_bytes().to_vec(),
        V::Pid => text(std::process::id().to_string()),
        V::RequestLine => [line.method, b" ", line.target, b" ", version].concat(),
        V::Version => version.to_vec(),
    };
    out.extend_from_slice(&value);
}
