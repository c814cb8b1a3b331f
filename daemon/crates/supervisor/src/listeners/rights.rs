//! Who may connect to a unix socket: owner and mode of its file.

use std::io;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;

use config::Spanned;
use config::haproxy::model::Bind;

use crate::users::Users;

/// What the line says; nothing is changed where it says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rights {
    mode: Option<u32>,
    user: Option<String>,
    group: Option<String>,
}

impl Rights {
    pub fn of(bind: &Bind) -> Self {
        let name = |name: &Option<Spanned<String>>| name.as_ref().map(|n| n.value.clone());
        Self {
            mode: bind.unix_mode.as_ref().map(|mode| mode.value),
            user: name(&bind.unix_user),
            group: name(&bind.unix_group),
        }
    }

    pub fn give(&self, path: &Path) -> io::Result<()> {
        // While it is ours: of what is another's, only the right to every file could change the mode.
        if let Some(mode) = self.mode {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
        }
        if self.user.is_some() || self.group.is_some() {
            let identity = Users::read()
                .identity(self.user.as_deref(), self.group.as_deref())
                .map_err(io::Error::other)?;
            chown(path, Some(identity.uid), Some(identity.gid))?;
        }
        Ok(())
    }
}
