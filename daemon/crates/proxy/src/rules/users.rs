//! Users of `userlist` sections, as one text each: name, kind, groups and password, so that a
//! fetch can carry them among its arguments.

use super::shacrypt;
use config::haproxy::model::{StatsAuth, UserList};

pub fn prepare(list: &UserList) -> Vec<Vec<u8>> {
    let user = |u: &config::haproxy::model::User| {
        let kind = if u.hashed { "h" } else { "p" };
        format!(
            "{}:{kind}:{}:{}",
            u.name.value,
            u.groups.join(" "),
            u.password
        )
        .into_bytes()
    };
    list.users.iter().map(user).collect()
}

/// A user of the statistics page, with a password as it is.
pub fn own(user: &StatsAuth) -> Vec<u8> {
    let (name, password) = (&user.user.value, &user.password.value);
    format!("{name}:p::{password}").into_bytes()
}

/// The user's entry, when the password is right.
fn known<'a>(users: &'a [Vec<u8>], given: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let colon = given.iter().position(|b| *b == b':')?;
    let (name, password) = (&given[..colon], &given[colon + 1..]);
    let entry = users.iter().find(|user| {
        user.strip_prefix(name)
            .is_some_and(|rest| rest.first() == Some(&b':'))
    })?;
    let mut parts = entry[name.len() + 1..].splitn(3, |b| *b == b':');
    let (kind, groups, stored) = (parts.next()?, parts.next()?, parts.next()?);
    let right = if kind == b"h" {
        shacrypt::verify(password, stored)
    } else {
        let differ = password
            .iter()
            .zip(stored)
            .fold(0, |all, (a, b)| all | (a ^ b));
        password.len() == stored.len() && differ == 0
    };
    right.then_some((entry.as_slice(), groups))
}

/// Whether `user:password` is that of a user.
pub fn check(users: &[Vec<u8>], given: &[u8]) -> bool {
    known(users, given).is_some()
}

/// The user's groups.
pub fn groups(users: &[Vec<u8>], given: &[u8]) -> Vec<Vec<u8>> {
    let groups = known(users, given).map_or(&b""[..], |(_, groups)| groups);
    let names = groups.split(|b| *b == b' ').filter(|g| !g.is_empty());
    names.map(<[u8]>::to_vec).collect()
}
