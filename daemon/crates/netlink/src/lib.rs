//! Addresses, links, routes and neighbours over rtnetlink.
#![forbid(unsafe_code)]
