//! Users and groups from /etc/passwd and /etc/group. Read here, because the C library would load
//! the host's name service modules into a static binary.

use std::fmt;

use sys::process::Identity;

/// The two files' texts.
#[derive(Debug, Clone, Default)]
pub struct Users {
    passwd: String,
    group: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserError {
    NoUser(String),
    NoGroup(String),
}

impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoUser(name) => write!(f, "user '{name}' is not in /etc/passwd"),
            Self::NoGroup(name) => write!(f, "group '{name}' is not in /etc/group"),
        }
    }
}

impl std::error::Error for UserError {}

impl Users {
    /// The machine's users; a missing file counts as empty.
    pub fn read() -> Self {
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        Self::new(&read("/etc/passwd"), &read("/etc/group"))
    }

    pub fn new(passwd: &str, group: &str) -> Self {
        Self {
            passwd: passwd.to_owned(),
            group: group.to_owned(),
        }
    }

    /// User and group by name or number, with the supplementary groups of the user. Without a
    /// group it is the user's own; without a user, root's number stays and the group changes.
    pub fn identity(&self, user: Option<&str>, group: Option<&str>) -> Result<Identity, UserError> {
        let found = user.map(|name| self.user(name)).transpose()?;
        let gid = match (group, &found) {
            (Some(name), _) => self.group_id(name)?,
            (None, Some((_, gid, _))) => *gid,
            (None, None) => 0,
        };
        let (uid, groups) = match &found {
            Some((uid, _, name)) => (*uid, self.groups_of(name)),
            None => (0, Vec::new()),
        };
        Ok(Identity { uid, gid, groups })
    }

    pub fn has_user(&self, name: &str) -> bool {
        self.user(name).is_ok()
    }

    /// Number, own group and name of a user.
    fn user(&self, wanted: &str) -> Result<(u32, u32, String), UserError> {
        let entries = self.passwd.lines().filter_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            let uid: u32 = fields.nth(1)?.parse().ok()?;
            let gid: u32 = fields.next()?.parse().ok()?;
            Some((uid, gid, name.to_owned()))
        });
        let number: Option<u32> = wanted.parse().ok();
        let mut by_number = None;
        for entry in entries {
            if entry.2 == wanted {
                return Ok(entry);
            }
            if number == Some(entry.0) && by_number.is_none() {
                by_number = Some(entry);
            }
        }
        match (by_number, number) {
            (Some(entry), _) => Ok(entry),
            // A number needs no entry: its group has the same number.
            (None, Some(number)) => Ok((number, number, wanted.to_owned())),
            (None, None) => Err(UserError::NoUser(wanted.to_owned())),
        }
    }

    fn group_id(&self, wanted: &str) -> Result<u32, UserError> {
        self.group_lines()
            .find_map(|(name, gid, _)| (name == wanted).then_some(gid))
            .or_else(|| wanted.parse().ok())
            .ok_or_else(|| UserError::NoGroup(wanted.to_owned()))
    }

    fn groups_of(&self, user: &str) -> Vec<u32> {
        self.group_lines()
            .filter(|(_, _, members)| members.split(',').any(|member| member == user))
            .map(|(_, gid, _)| gid)
            .collect()
    }

    fn group_lines(&self) -> impl Iterator<Item = (&str, u32, &str)> {
        self.group.lines().filter_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            let gid = fields.nth(1)?.parse().ok()?;
            Some((name, gid, fields.next().unwrap_or_default()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users() -> Users {
        Users::new(
            "root:x:0:0:root:/root:/bin/bash\nhaproxy:x:99:98::/var/lib/haproxy:/usr/sbin/nologin\nbroken line\n",
            "root:x:0:\nhaproxy:x:98:\nlog:x:5:syslog,haproxy\nadm:x:4:haproxyx\n",
        )
    }

    #[test]
    fn a_user_brings_its_group_and_memberships() {
        let expected = Identity {
            uid: 99,
            gid: 98,
            groups: vec![5],
        };
        assert_eq!(users().identity(Some("haproxy"), None), Ok(expected));
    }

    #[test]
    fn a_group_by_name_or_number_overrides() {
        assert_eq!(users().identity(Some("99"), Some("log")).unwrap().gid, 5);
        assert_eq!(users().identity(Some("99"), Some("777")).unwrap().gid, 777);
        assert_eq!(users().identity(None, Some("adm")).unwrap().uid, 0);
        assert_eq!(users().identity(Some("1234"), None).unwrap().gid, 1234);
    }

    #[test]
    fn unknown_names_are_named() {
        let error = users().identity(Some("nobody"), None).unwrap_err();
        assert_eq!(error.to_string(), "user 'nobody' is not in /etc/passwd");
        let error = users().identity(None, Some("web")).unwrap_err();
        assert_eq!(error.to_string(), "group 'web' is not in /etc/group");
    }
}
