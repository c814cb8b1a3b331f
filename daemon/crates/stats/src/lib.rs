//! What is shown of the proxy: lines of statistics and of the process, in HAProxy's formats.
//!
//! In: [`Row`]s, one for each frontend, listener, server and backend, and one [`Info`]. Out: CSV,
//! typed lines and JSON as in chapter 9 of HAProxy's management guide. No IO, no clock.
#![forbid(unsafe_code)]

mod column;
mod csv;
mod entry;
mod field;
mod info;
mod json;
pub mod metrics;
pub mod page;
mod row;
mod schema;
mod select;
mod typed;
mod value;

pub use column::Column;
pub use csv::csv;
pub use entry::{Entry, Form};
pub use field::Field;
pub use info::Info;
pub use row::{Object, Row};
pub use schema::schema;
pub use select::{Objects, Selection, Shown};
pub use value::Value;
