//! `tcp-check` and `http-check` lines as steps.

use super::phrase::Phrases;
use config::haproxy::model::{
    CheckAction, CheckConnect, CheckExpect, CheckPort, CheckRequest, CheckSeal, CheckStep,
    ExpectHeader, ExpectKind, ExpectMatch,
};
use health::{
    Action, CheckStatus, Comparison, Connect, Content, Expectation, FieldPattern, Port, Request,
    Seal, StatusRange, Step, Wanted,
};
use regex::bytes::Regex;

const STATE: &str = "X-Haproxy-Server-State";

/// `tells_state`: requests carry how the server is seen.
pub fn all(
    written: &[CheckStep],
    phrases: &mut Phrases<'_>,
    tells_state: bool,
) -> Result<Vec<Step>, String> {
    let step = |step: &CheckStep| {
        Ok(Step {
            action: action(&step.action, phrases, tells_state)?,
            number: step.number,
            comment: step.comment.clone(),
        })
    };
    written.iter().map(step).collect()
}

fn action(
    action: &CheckAction,
    phrases: &mut Phrases<'_>,
    tells_state: bool,
) -> Result<Action, String> {
    Ok(match action {
        CheckAction::Connect(to) => Action::Connect(connect(to, phrases)?),
        CheckAction::Send(text) => Action::Send(phrases.text(text)?),
        CheckAction::Request(asked) => {
            let mut request = request(asked, phrases)?;
            if tells_state {
                request.headers.push((STATE.to_owned(), phrases.state()));
            }
            Action::Request(Box::new(request))
        }
        CheckAction::Expect(expect) => Action::Expect(Box::new(expectation(expect, phrases)?)),
        CheckAction::Effect(effect) => Action::Order(phrases.effect(effect)?),
    })
}

fn connect(connect: &CheckConnect, phrases: &mut Phrases<'_>) -> Result<Connect, String> {
    let port = match &connect.port {
        None => None,
        Some(CheckPort::Fixed(port)) => Some(Port::Fixed(*port)),
        Some(CheckPort::Computed(sample)) => Some(Port::Computed(phrases.sample(sample)?)),
    };
    Ok(Connect {
        port,
        address: connect.address,
        send_proxy: connect.send_proxy,
        linger: connect.linger,
        seal: match &connect.seal {
            CheckSeal::AsServer => Seal::AsServer,
            CheckSeal::None => Seal::None,
            CheckSeal::Tls { name, alpn } => Seal::Tls {
                name: name.clone(),
                alpn: alpn.clone(),
            },
        },
    })
}

fn request(request: &CheckRequest, phrases: &mut Phrases<'_>) -> Result<Request, String> {
    let headers = request
        .headers
        .iter()
        .map(|(name, value)| Ok((name.value.clone(), phrases.in_request(value)?)));
    let headers = headers.collect::<Result<_, String>>()?;
    let body = request.body.as_ref();
    Ok(Request {
        method: request.method.value.clone(),
        uri: phrases.text_in_request(&request.uri)?,
        version: request.version.value.clone(),
        headers,
        body: body.map(|body| phrases.text(body)).transpose()?,
    })
}

fn expectation(expect: &CheckExpect, phrases: &mut Phrases<'_>) -> Result<Expectation, String> {
    let status = |code: &Option<String>| code.as_deref().and_then(CheckStatus::of_code);
    let mut said = |format: &Option<_>| format.as_ref().map(|said| phrases.raw(said)).transpose();
    let (on_success, on_error) = (said(&expect.on_success)?, said(&expect.on_error)?);
    let code = expect.status_code.as_ref();
    Ok(Expectation {
        negated: expect.negated,
        wanted: wanted(&expect.wanted, phrases)?,
        min_recv: expect.min_recv,
        ok: status(&expect.ok_status),
        error: status(&expect.error_status),
        timeout: status(&expect.timeout_status),
        on_success,
        on_error,
        code: code.map(|code| phrases.sample(code)).transpose()?,
    })
}

fn wanted(kind: &ExpectKind, phrases: &mut Phrases<'_>) -> Result<Wanted, String> {
    Ok(match kind {
        ExpectKind::Status(ranges) => {
            let range = |range: &std::ops::RangeInclusive<u16>| StatusRange {
                from: *range.start(),
                to: *range.end(),
            };
            Wanted::Status(ranges.iter().map(range).collect())
        }
        ExpectKind::StatusRegex(expression) => Wanted::StatusRegex(regex(expression)?),
        ExpectKind::Header(header) => Wanted::Field(field(header, phrases)?),
        ExpectKind::Text(text) => Wanted::Content(Content::Text(phrases.text(text)?)),
        ExpectKind::Regex(expression) => Wanted::Content(Content::Regex(regex(expression)?)),
        ExpectKind::Binary(bytes) => Wanted::Content(Content::Binary(phrases.text(bytes)?)),
        ExpectKind::BinaryRegex(expression) => {
            Wanted::Content(Content::BinaryRegex(regex(expression)?))
        }
    })
}

fn field(header: &ExpectHeader, phrases: &mut Phrases<'_>) -> Result<FieldPattern, String> {
    let value = header.value.as_ref();
    Ok(FieldPattern {
        name: comparison(&header.name, phrases)?,
        value: value.map(|value| comparison(value, phrases)).transpose()?,
        whole_value: header.full_line,
    })
}

fn comparison(pattern: &ExpectMatch, phrases: &mut Phrases<'_>) -> Result<Comparison, String> {
    Ok(match pattern {
        ExpectMatch::Whole(text) => Comparison::Whole(phrases.text(text)?),
        ExpectMatch::Beginning(text) => Comparison::Beginning(phrases.text(text)?),
        ExpectMatch::End(text) => Comparison::End(phrases.text(text)?),
        ExpectMatch::Part(text) => Comparison::Part(phrases.text(text)?),
        ExpectMatch::Regex(expression) => Comparison::Regex(regex(expression)?),
    })
}

fn regex(expression: &str) -> Result<Regex, String> {
    health::compile(expression).map_err(|why| format!("'{expression}': {why}"))
}
