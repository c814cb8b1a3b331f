//! keepalived.conf: from texts to a typed, fully resolved model.

mod command;
mod context;
mod keywords;
mod lexer;
pub mod model;
mod resolve;
mod survived;
pub(crate) mod syntax;
mod tree;
mod values;

pub use keywords::names::patterns as name_files;
pub use model::Config;

use crate::diagnostic::Parsed;
use crate::options::Options;
use crate::secrets;
use crate::source::{FileId, Source, SourceMap};

/// Parses the files as one configuration, in order.
pub fn parse(files: &[Source], options: &Options<'_>) -> Parsed<Config> {
    let mut lexer = lexer::Lexer::new(options, SourceMap::new(files));
    for index in 0..u32::try_from(files.len()).unwrap_or(u32::MAX) {
        lexer.file(FileId(index));
    }
    let lexer::Lexer {
        mut sources,
        mut diagnostics,
        tokens,
        ..
    } = lexer;
    let nodes = tree::build(tokens, &mut diagnostics);
    let outline = tree::outline(&nodes);
    let mut cx = context::Context {
        options,
        diagnostics,
    };
    let drafts = keywords::read(&mut cx, &nodes);
    let config = resolve::resolve(&mut cx, drafts);
    let mut diagnostics = cx.diagnostics.into_sorted();
    if options.tolerant {
        survived::soften(&mut diagnostics);
    }
    options.sift(&mut diagnostics);
    secrets::hide(
        secrets::KEEPALIVED,
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

/// Masks secrets in every line that may be quoted from now on, also where the parse found nothing
/// to say: for readers that compare two files and point at lines of their own choice.
pub fn mask(parsed: &mut Parsed<Config>, env: &std::collections::BTreeMap<String, String>) {
    secrets::keep(secrets::KEEPALIVED, &mut parsed.sources, env);
}
