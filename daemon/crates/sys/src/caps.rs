//! Capabilities, user and group change, no-new-privileges, chroot.
//!
//! The calls act on the calling thread (as the kernel's do): a process drops its rights before
//! it starts its threads, which then inherit what is left.

use std::io;
use std::path::Path;

use rustix::process::{DumpableBehavior, Gid, Resource, Rlimit, Uid};
use rustix::thread::{CapabilitySet, CapabilitySets};

use crate::process::Identity;

/// The capabilities that some process of the daemon may keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capability {
    /// Addresses, links and routes.
    NetAdmin,
    /// Raw and packet sockets.
    NetRaw,
    /// Real-time scheduling.
    SysNice,
    /// Locked memory.
    IpcLock,
    /// Ports below 1024.
    NetBindService,
}

impl Capability {
    fn bit(self) -> CapabilitySet {
        match self {
            Self::NetAdmin => CapabilitySet::NET_ADMIN,
            Self::NetRaw => CapabilitySet::NET_RAW,
            Self::SysNice => CapabilitySet::SYS_NICE,
            Self::IpcLock => CapabilitySet::IPC_LOCK,
            Self::NetBindService => CapabilitySet::NET_BIND_SERVICE,
        }
    }
}

/// Gives up every capability but `keep`, in the bounding set as well, so that no exec brings one
/// back. Capabilities that the thread does not have are not gained.
pub fn keep_only(keep: &[Capability]) -> io::Result<()> {
    let wanted = set_of(keep);
    let current = rustix::thread::capabilities(None)?;
    bound(keep)?;
    let kept = wanted & current.permitted;
    rustix::thread::set_capabilities(
        None,
        CapabilitySets {
            effective: kept,
            permitted: kept,
            inheritable: CapabilitySet::empty(),
        },
    )?;
    Ok(())
}

/// Takes every capability but `keep` out of the bounding set, while the right to do so is still
/// there: to be called before a change of user. Without that right there is nothing to bring back.
pub fn bound(keep: &[Capability]) -> io::Result<()> {
    let current = rustix::thread::capabilities(None)?;
    if current.effective.contains(CapabilitySet::SETPCAP) {
        shrink_bounding_set(set_of(keep))?;
    }
    Ok(())
}

fn set_of(capabilities: &[Capability]) -> CapabilitySet {
    let empty = CapabilitySet::empty();
    capabilities
        .iter()
        .fold(empty, |set, capability| set | capability.bit())
}

fn shrink_bounding_set(wanted: CapabilitySet) -> io::Result<()> {
    for number in 0..64 {
        let capability = CapabilitySet::from_bits_retain(1 << number);
        if wanted.contains(capability) {
            continue;
        }
        match rustix::thread::remove_capability_from_bounding_set(capability) {
            Ok(()) => {}
            // The first number that this kernel does not know.
            Err(rustix::io::Errno::INVAL) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Becomes another user for good: groups, group, user, and no way back.
pub fn change_user(identity: &Identity) -> io::Result<()> {
    let groups: Vec<Gid> = identity.groups.iter().copied().map(Gid::from_raw).collect();
    let gid = Gid::from_raw(identity.gid);
    let uid = Uid::from_raw(identity.uid);
    rustix::thread::set_thread_groups(&groups)?;
    rustix::thread::set_thread_res_gid(gid, gid, gid)?;
    rustix::thread::set_thread_res_uid(uid, uid, uid)?;
    Ok(())
}

/// Makes `directory` the root of what this process sees of the file system.
pub fn chroot(directory: &Path) -> io::Result<()> {
    rustix::process::chroot(directory)?;
    rustix::process::chdir("/")?;
    Ok(())
}

/// No exec can ever gain rights again.
pub fn no_new_privileges() -> io::Result<()> {
    Ok(rustix::thread::set_no_new_privs(true)?)
}

/// What this process has in memory is its own: no core file, no debugger of the same user, no
/// /proc files of it for anybody but root.
pub fn keep_memory_private() -> io::Result<()> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    rustix::process::setrlimit(Resource::Core, none)?;
    no_debugger()
}

/// The same without the limit, which programs that are started here would inherit.
pub fn no_debugger() -> io::Result<()> {
    Ok(rustix::process::set_dumpable_behavior(
        DumpableBehavior::NotDumpable,
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On its own thread, because the change lasts for the thread's life.
    fn on_a_thread(body: impl FnOnce() + Send + 'static) {
        std::thread::spawn(body).join().unwrap();
    }

    #[test]
    fn only_the_kept_capabilities_are_left() {
        if !rustix::process::geteuid().is_root() {
            eprintln!("skipped: needs root to have capabilities to drop");
            return;
        }
        on_a_thread(|| {
            keep_only(&[Capability::NetRaw]).unwrap();
            let left = rustix::thread::capabilities(None).unwrap();
            assert_eq!(left.permitted, CapabilitySet::NET_RAW);
            assert_eq!(left.effective, CapabilitySet::NET_RAW);
            let bounded = rustix::thread::capability_is_in_bounding_set;
            assert!(bounded(CapabilitySet::NET_RAW).unwrap());
            assert!(!bounded(CapabilitySet::SYS_ADMIN).unwrap());
        });
    }

    #[test]
    fn another_user_cannot_come_back() {
        if !rustix::process::geteuid().is_root() {
            eprintln!("skipped: needs root to become another user");
            return;
        }
        on_a_thread(|| {
            change_user(&Identity {
                uid: 65534,
                gid: 65534,
                groups: vec![],
            })
            .unwrap();
            let left = rustix::thread::capabilities(None).unwrap();
            assert!(left.permitted.is_empty());
            assert!(rustix::thread::set_thread_res_uid(Uid::ROOT, Uid::ROOT, Uid::ROOT).is_err());
        });
    }
}
