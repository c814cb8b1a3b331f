//! keepalived.conf: from texts to a typed, fully resolved model.

pub mod model;

pub use model::Config;

use crate::diagnostic::Parsed;
use crate::options::Options;
use crate::source::{Source, SourceMap};

/// Parses the files as one configuration, in order.
pub fn parse(files: &[Source], _options: &Options<'_>) -> Parsed<Config> {
    let sources = SourceMap::new(files);
    Parsed {
        config: Config::default(),
        diagnostics: Vec::new(),
        sources,
    }
}
