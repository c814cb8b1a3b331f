//! What the proxy may do.

use std::ffi::OsString;
use std::path::PathBuf;

use sys::process::Identity;

/// Rights that the proxy gives up before it reads a byte from the network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Confinement {
    pub identity: Option<Identity>,
    pub chroot: Option<PathBuf>,
    /// It keeps the right to addresses that are not this machine's, and to mark packets.
    pub raw: bool,
}

impl Confinement {
    pub fn arguments(&self) -> Vec<OsString> {
        let mut arguments = Vec::new();
        if let Some(identity) = &self.identity {
            let groups: Vec<String> = identity.groups.iter().map(ToString::to_string).collect();
            arguments.extend([
                "--uid".into(),
                identity.uid.to_string().into(),
                "--gid".into(),
                identity.gid.to_string().into(),
                "--groups".into(),
                groups.join(",").into(),
            ]);
        }
        if let Some(directory) = &self.chroot {
            arguments.extend(["--chroot".into(), directory.clone().into()]);
        }
        if self.raw {
            arguments.push("--raw".into());
        }
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    #[test]
    fn confinement_becomes_arguments() {
        let confinement = Confinement {
            identity: Some(Identity {
                uid: 99,
                gid: 98,
                groups: vec![5, 6],
            }),
            chroot: Some("/var/lib/haproxy".into()),
            raw: true,
        };
        let expected = "--uid 99 --gid 98 --groups 5,6 --chroot /var/lib/haproxy --raw";
        let arguments = confinement.arguments();
        assert_eq!(arguments.join(OsStr::new(" ")), expected);
    }
}
