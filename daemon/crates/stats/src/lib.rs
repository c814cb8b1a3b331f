//! What is shown of the proxy: rows of statistics as CSV, JSON, metrics and a page.
#![forbid(unsafe_code)]
