//! OCSP responses: shown, and exchanged for newer ones.

use super::certificates::{date, hex};
use super::word;
use crate::control::Control;
use crate::desk::Answer;
use runtime::Invocation;
use std::fmt::Write as _;
use tls::ocsp::{Id, Status};
use tls::{Described, Problem};

/// In `show ssl cert`.
pub fn key_line(one: &Described) -> String {
    let staple = one.staple.as_ref();
    let key = staple.map_or(String::new(), |staple| key(&staple.answer.id));
    format!("OCSP Response Key: {key}\n")
}

fn key(id: &Id) -> String {
    hex(&id.der()).to_lowercase()
}

/// Lines about whom a response is for.
fn about(out: &mut String, id: &Id, indent: &str) {
    let _ = write!(
        out,
        "{indent}Issuer Name Hash: {}\n{indent}Issuer Key Hash: {}\n{indent}Serial Number: {}\n",
        hex(&id.issuer_name),
        hex(&id.issuer_key),
        hex(&id.serial)
    );
}

impl Control {
    pub(super) fn show_stapled(&self, wanted: &str) -> Answer {
        let Some(registry) = &self.registry else {
            return super::find::nothing_runs();
        };
        let shown = registry.tls.list(&self.attachments);
        let mut stapled: Vec<_> = shown.into_iter().filter_map(|one| one.staple).collect();
        stapled.sort_by_key(|one| one.answer.id.der());
        stapled.dedup_by(|a, b| a.answer.id == b.answer.id);
        if !wanted.is_empty() {
            let found = stapled.iter().find(|one| key(&one.answer.id) == wanted);
            return match found {
                Some(one) => Answer::Text(whole(&one.answer)),
                None => Answer::error("Certificate ID does not match any certificate.\n"),
            };
        }
        let mut out = String::new();
        if !stapled.is_empty() {
            out.push_str("# Certificate IDs\n");
        }
        for one in &stapled {
            let id = &one.answer.id;
            let _ = write!(out, "Certificate ID key : {}\n Certificate ID:\n", key(id));
            about(&mut out, id, "   ");
        }
        Answer::Text(out)
    }

    /// The word behind the command, or the payload, is a response in base64.
    pub(super) fn set_stapled(&mut self, it: &Invocation) -> Answer {
        let given = it.payload.as_deref().unwrap_or_else(|| word(&it.words, 0));
        if given.is_empty() {
            let text = "'set ssl ocsp-response' expects response in base64 encoding.\n";
            return Answer::error(text);
        }
        let Some(der) = tls::base64(given) else {
            let text = "'set ssl ocsp-response' received invalid base64 encoded response.\n";
            return Answer::error(text);
        };
        let Some(registry) = &mut self.registry else {
            return super::find::nothing_runs();
        };
        match registry.tls.restaple(&mut self.attachments, &der) {
            Ok(()) => Answer::info("OCSP Response updated!\n"),
            Err(Problem::Ocsp(fault)) => Answer::error(format!("{}.\n", fault.told())),
            Err(why) => Answer::error(format!("{why}.\n")),
        }
    }
}

/// What a response says, up to its signature, in OpenSSL's words.
fn whole(answer: &tls::ocsp::Answer) -> String {
    let mut out = format!(
        "OCSP Response Data:\n    OCSP Response Status: successful (0x0)\n    \
         Response Type: Basic OCSP Response\n    Version: 1 (0x0)\n    Responder Id: {}\n    \
         Produced At: {}\n    Responses:\n    Certificate ID:\n      Hash Algorithm: {}\n",
        answer.responder,
        date(answer.produced),
        answer.id.digest.name(),
    );
    about(&mut out, &answer.id, "      ");
    let _ = match answer.status {
        Status::Good => writeln!(out, "    Cert Status: good"),
        Status::Unknown => writeln!(out, "    Cert Status: unknown"),
        Status::Revoked(at) => writeln!(
            out,
            "    Cert Status: revoked\n    Revocation Time: {}",
            date(at)
        ),
    };
    let _ = writeln!(out, "    This Update: {}", date(answer.this_update));
    if let Some(next) = answer.next_update {
        let _ = writeln!(out, "    Next Update: {}", date(next));
    }
    out
}
