//! What of a request decides where it goes, for the algorithms that hash.

use crate::plan::Backend;
use ::balance::keys;
use config::haproxy::model::Balance;
use http1::target;
use std::net::SocketAddr;

/// Finds a header's value by name.
pub type HeaderOf<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// The hash of what the backend's algorithm looks at; `None` leaves the choice to round robin.
pub fn hash_key(
    b: &Backend,
    client: Option<SocketAddr>,
    request: Option<(&[u8], HeaderOf<'_>)>,
) -> Option<u32> {
    let spread = |h: u32| {
        if b.avalanche {
            ::balance::hash::avalanche(h)
        } else {
            h
        }
    };
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
            Some((line, _)),
        ) => {
            let uri = if *path_only {
                target::path(line)
            } else {
                target::path_and_query(line)
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
        (Balance::UrlParam { name, .. }, Some((line, _))) => {
            of(keys::url_param(target::query(line), name.value.as_bytes())?)
        }
        (
            Balance::Hdr {
                name,
                use_domain_only,
            },
            Some((_, header)),
        ) => {
            let value = header(&name.value)?;
            of(if *use_domain_only {
                keys::domain_only(&value)
            } else {
                &value
            })
        }
        _ => None,
    }
}
