//! Answers of the proxy itself: one prepared text for each status.

use super::Plan;
use crate::rules::context::Context;
use crate::rules::environment::Environment;
use crate::rules::reply::Reply;
use config::haproxy::model::{self, Proxy};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Raw answers by status; built in unless `errorfile` or `errorloc` says otherwise.
#[derive(Debug, Clone, Default)]
pub struct Answers(BTreeMap<u16, Vec<u8>>);

impl Answers {
    /// What `errorfiles`, `errorfile`, `errorloc` and `http-error` say; the last is the nearest.
    pub fn compile(proxy: &Proxy, env: &Environment<'_>, problems: &mut Vec<String>) -> Self {
        let mut answers = Self::default();
        let sections = |name: &str| env.model.http_errors.iter().find(|s| s.name.value == name);
        let mut files: BTreeMap<u16, &str> = BTreeMap::new();
        for (name, statuses) in &proxy.error_sections {
            let section = sections(&name.value).into_iter().flat_map(|s| &s.files);
            let wanted = section.filter(|(code, _)| statuses.is_empty() || statuses.contains(code));
            files.extend(wanted.map(|(code, path)| (*code, path.value.as_str())));
        }
        files.extend(
            proxy
                .error_files
                .iter()
                .map(|(code, path)| (*code, path.value.as_str())),
        );
        for (status, path) in files {
            match env.answer(path) {
                Ok(raw) => answers.set(status, raw),
                Err(why) => problems.push(format!("errorfile {status} {why}")),
            }
        }
        for (status, (code, url)) in &proxy.error_locations {
            answers.set_redirect(*status, *code, &url.value);
        }
        for error in &proxy.http_errors {
            let reply = model::Reply {
                status: error.status,
                body: error.body.clone(),
                headers: error.headers.clone(),
            };
            let plan = Plan::nowhere(Arc::default());
            match Reply::compile(&reply, false, env) {
                Ok(reply) => {
                    if let Some(raw) = reply.raw(&Context::nowhere(&plan)) {
                        answers.set(error.status.value, raw);
                    }
                }
                Err(why) => problems.push(format!("http-error {}: {why}", error.status.value)),
            }
        }
        answers
    }

    /// Replaces the answer to `status` by a whole raw message.
    pub fn set(&mut self, status: u16, raw: Vec<u8>) {
        self.0.insert(status, raw);
    }

    pub fn set_redirect(&mut self, status: u16, code: u16, url: &str) {
        let text = format!(
            "HTTP/1.1 {code} {}\r\ncontent-length: 0\r\ncache-control: no-cache\r\nlocation: {url}\r\n\r\n",
            reason(code)
        );
        self.set(status, text.into_bytes());
    }

    /// Those that speak for a status in a backend: its own answer, else the frontend's.
    pub fn nearest<'a>(
        own: Option<&'a Arc<Self>>,
        frontend: &'a Arc<Self>,
        status: u16,
    ) -> &'a Arc<Self> {
        own.filter(|own| own.0.contains_key(&status))
            .unwrap_or(frontend)
    }

    /// Head and body of the answer, the head without its empty line. Without a head nothing is sent.
    pub fn get(&self, status: u16) -> (Vec<u8>, Vec<u8>) {
        if let Some(raw) = self.0.get(&status) {
            let end = raw.windows(4).position(|w| w == b"\r\n\r\n");
            return match end {
                Some(at) => (raw[..at + 2].to_vec(), raw[at + 4..].to_vec()),
                None => (raw.clone(), Vec::new()),
            };
        }
        let body = format!(
            "<html><body><h1>{status} {}</h1>\n{}\n</body></html>\n",
            reason(status),
            explanation(status)
        );
        let head = format!(
            "HTTP/1.1 {status} {}\r\ncontent-length: {}\r\ncache-control: no-cache\r\ncontent-type: text/html\r\n",
            reason(status),
            body.len()
        );
        (head.into_bytes(), body.into_bytes())
    }
}

/// Reason phrases of RFC 9110 §15 and the registry.
pub fn reason(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        101 => "Switching Protocols",
        103 => "Early Hints",
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        410 => "Gone",
        413 => "Content Too Large",
        414 => "URI Too Long",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        425 => "Too Early",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        _ => "Status",
    }
}

fn explanation(status: u16) -> &'static str {
    match status {
        200 => "The service is available.",
        400 => "The request does not follow the protocol.",
        401 | 407 => "Credentials are needed for this place.",
        403 => "The rules of this service forbid the request.",
        404 => "There is nothing at this address.",
        408 => "The request did not arrive in time.",
        413 => "The request carries more than it may.",
        414 => "The address is too long.",
        422 => "The encoding of the request is not supported here.",
        429 => "There were too many requests.",
        431 => "The head of the request is too large.",
        502 => "The server's answer was invalid or incomplete.",
        503 => "No server can take the request now.",
        504 => "The server did not answer in time.",
        505 => "This version of the protocol is not spoken here.",
        _ => "The request was not passed on.",
    }
}
