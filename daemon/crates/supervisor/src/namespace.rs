//! The network namespace to work in (keepalived(8), "NAMESPACES").

use std::fs::File;
use std::path::Path;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::os::fd::AsFd as _;

/// Where ip-netns(8) keeps them.
const FOLDER: &str = "/run/netns";

/// Moves this process, and with it every process that it starts, into a named namespace. Only
/// while there is one thread.
pub fn enter(name: &str) -> Result<(), String> {
    let failed = |why: &dyn std::fmt::Display| {
        format!(
            "the network namespace '{name}' cannot be entered: {why}; \
             `ip netns list` shows those that exist"
        )
    };
    if name.is_empty() || name.contains('/') || name.starts_with('.') {
        return Err(failed(&"this is no name of a namespace"));
    }
    let file = File::open(Path::new(FOLDER).join(name)).map_err(|error| failed(&error))?;
    move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network))
        .map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_not_a_path_and_must_exist() {
        for name in ["", "../../etc", ".", "tandem-no-such-namespace"] {
            let error = enter(name).unwrap_err();
            assert!(error.contains("cannot be entered"), "{error}");
        }
    }
}
