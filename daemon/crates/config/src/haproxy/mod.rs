//! haproxy.cfg: from texts to a typed, fully resolved model.

mod acl;
mod address;
mod args;
mod blank;
mod condition;
mod context;
mod environment;
mod fetch;
mod format;
mod global;
mod keywords;
mod lexer;
mod lists;
mod mailers;
pub mod model;
mod moment;
mod names;
mod network;
mod outgoing;
mod parser;
mod patterns;
mod peers;
mod piece;
mod preprocess;
mod resolve;
mod resolvers;
mod ring;
mod sample;
mod section;
mod signatures;
mod stats_socket;
pub(crate) mod syntax;
mod tls;
mod values;
mod variable;
mod variables;

pub use environment::LANGUAGE_VERSION;
pub use format::parse_format;
pub use model::Config;
pub use patterns::add as add_pattern;
pub use tls::{Bundle, bundles, listed, wanted};

use crate::diagnostic::Parsed;
use crate::options::Options;
use crate::secrets;
use crate::source::{FileId, Source, SourceMap};

/// Parses the files as one configuration, in order, as several `-f` of haproxy(1) would be.
pub fn parse(files: &[Source], options: &Options<'_>) -> Parsed<Config> {
    let mut sources = SourceMap::new(files);
    let mut parser = parser::Parser::new(options, files);
    for index in 0..u32::try_from(files.len()).unwrap_or(u32::MAX) {
        parser.file(&sources, FileId(index));
    }
    let parser::Parser {
        mut cx,
        config,
        sections,
        outline,
        ..
    } = parser;
    let config = resolve::resolve(&mut cx, config, sections);
    let mut diagnostics = cx.diagnostics.into_sorted();
    options.sift(&mut diagnostics);
    secrets::hide(
        secrets::HAPROXY,
        &mut sources,
        &mut diagnostics,
        options.env,
    );
    Parsed {
        config,
        diagnostics,
        sources,
        outline,
    }
}
