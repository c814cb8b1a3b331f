//! The statistics page: what a request for it says, what it is made of, and the page itself.

mod html;
mod live;
mod options;
mod order;

pub use html::{Look, html};
pub use live::{Expiry, Instance, Live, Router};
pub use options::{Options, Output};
pub use order::{Action, Order};
