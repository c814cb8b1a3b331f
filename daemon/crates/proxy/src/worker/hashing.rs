//! What of a request decides where it goes, for the algorithms that hash.

use crate::plan::Backend;
use crate::rules::sample::Sample;
use crate::rules::value::Value;
use ::balance::keys;
use config::haproxy::model::Balance;
use http1::target;
use std::net::SocketAddr;

/// What hashes look at.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    pub target: &'a [u8],
    /// Finds a header's value by name.
    pub header: &'a dyn Fn(&str) -> Option<Vec<u8>>,
    /// What has come of a form.
    pub form: &'a [u8],
}

/// The hash of what the backend's algorithm looks at; `None` leaves the choice to round robin.
pub fn hash_key(
    b: &Backend,
    client: Option<SocketAddr>,
    request: Option<Head<'_>>,
    expression: impl FnOnce(&Sample) -> Option<Value<'static>>,
) -> Option<u32> {
    if let Some(key) = &b.key {
        let value = expression(key)?;
        return Some(spread(b, b.hash.of(&value.binary())));
    }
    let spread = |hash| spread(b, hash);
    let of = |key: &[u8]| Some(spread(b.hash.of(key)));
    match (&b.balance, request) {
        (Balance::Source, _) => Some(spread(keys::source(client?.ip()))),
        (
            Balance::Uri {
                len,
                depth,
                whole,
                path_only,
            },
            Some(head),
        ) => {
            let uri = if *path_only {
                target::path(head.target)
            } else {
                head.target
            };
            of(keys::uri(
                uri,
                keys::UriKey {
                    len: *len,
                    depth: *depth,
                    whole: *whole,
                },
            ))
        }
        (Balance::UrlParam { name, .. }, Some(head)) => {
            let name = name.value.as_bytes();
            let given = keys::url_param(target::query(head.target), name);
            of(given.or_else(|| keys::body_param(head.form, name))?)
        }
        (
            Balance::Hdr {
                name,
                use_domain_only,
            },
            Some(head),
        ) => {
            let value = (head.header)(&name.value).filter(|value| !value.is_empty())?;
            of(if *use_domain_only {
                keys::domain_only(&value)
            } else {
                &value
            })
        }
        _ => None,
    }
}

fn spread(b: &Backend, hash: u32) -> u32 {
    if b.avalanche {
        ::balance::hash::avalanche(hash)
    } else {
        hash
    }
}
