//! TLS in haproxy.cfg: words of `bind`, `server` and `crt-list` lines, and OpenSSL's names for
//! what is spoken.

mod ciphers;
mod crt_list;
mod defaults;
mod files;
mod settings;
mod words;

pub use crt_list::listed;
pub use defaults::global;
pub use files::{Bundle, bundles, wanted};
pub use settings::settle;
pub use words::{bind, protocols, server};
