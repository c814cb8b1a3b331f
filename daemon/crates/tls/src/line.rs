//! A bind line's words, and what the lists say that it names.

use crate::error::Problem;
use crate::store::Files;
use config::haproxy::model::{BindTls, Global, ListedCertificate};
use config::{Options, Severity, Source};

#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub tls: BindTls,
    /// The lines of all `crt-list` files, in order.
    pub listed: Vec<ListedCertificate>,
}

impl Line {
    /// What goes wrong is said with the file that it is about.
    pub fn read(
        tls: &BindTls,
        global: &Global,
        files: &Files,
    ) -> Result<Self, Vec<(String, Problem)>> {
        let (mut listed, mut problems) = (Vec::new(), Vec::new());
        for list in &tls.crt_lists {
            let path = &list.value;
            let Some(bytes) = files.get(path) else {
                problems.push((path.clone(), Problem::Missing));
                continue;
            };
            let source = Source::new(path.clone(), String::from_utf8_lossy(bytes));
            let options = Options::default();
            let read = config::haproxy::listed(&source, global, &tls.settings, &options);
            for found in &read.diagnostics {
                if found.severity == Severity::Error {
                    let line = read.sources.position(found.span).line;
                    let place = format!("{path}:{line}");
                    problems.push((place, Problem::Settings(found.message.clone())));
                }
            }
            listed.extend(read.config);
        }
        if problems.is_empty() {
            let tls = tls.clone();
            Ok(Self { tls, listed })
        } else {
            Err(problems)
        }
    }
}
