//! haproxy.cfg and keepalived.conf: lexers, parsers, spans, diagnostics, support registry.
//!
//! In: named texts and [`Options`]. Out: [`Parsed`] with a typed model in which every value that
//! can be wrong at run time keeps its place, and *all* diagnostics at once. Nothing here touches
//! a file, a socket, the clock or the environment: texts, variables and included files are
//! injected.
#![forbid(unsafe_code)]
// The languages are made of independent switches; each is one field of the model.
#![allow(clippy::struct_excessive_bools)]
// Two arms of a match show the good and the bad case side by side.
#![allow(clippy::single_match_else)]

pub mod codes;
pub mod diagnostic;
pub mod fuzz;
pub mod given;
pub mod haproxy;
pub mod json;
pub mod keepalived;
pub mod options;
pub mod outline;
pub mod registry;
pub mod render;
mod secrets;
pub mod shown;
pub mod source;
pub mod suggest;
pub mod syntax;

pub use diagnostic::{Code, Diagnostic, Diagnostics, Parsed, Severity};
pub use options::{FileLoader, NoFiles, Options, patience};
pub use outline::{Change, Difference, Outline};
pub use source::{FileId, Location, Position, Source, SourceMap, Span, Spanned};
