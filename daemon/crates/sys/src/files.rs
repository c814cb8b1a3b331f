//! Which files a process may still reach, whoever it is (landlock(7)).

use std::io;
use std::path::PathBuf;

use landlock::{
    ABI, Access as _, AccessFs, BitFlags, CompatLevel, Compatible as _, PathBeneath, PathFd,
    Ruleset, RulesetAttr as _, RulesetCreatedAttr as _,
};

/// The newest set of rights that is known here; an older kernel takes what it knows of it.
const NEWEST: ABI = ABI::V5;

/// What stays possible below a path, given that the user may do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    Read(PathBuf),
    /// Existing files, and their names.
    ReadWrite(PathBuf),
    /// Makes, opens and removes FIFOs.
    Fifos(PathBuf),
}

impl Reach {
    fn rights(&self) -> (&PathBuf, BitFlags<AccessFs>) {
        let write = AccessFs::ReadFile | AccessFs::WriteFile;
        match self {
            Self::Read(path) => (path, AccessFs::ReadFile.into()),
            Self::ReadWrite(path) => (path, write | AccessFs::ReadDir | AccessFs::Truncate),
            Self::Fifos(path) => (path, write | AccessFs::MakeFifo | AccessFs::RemoveFile),
        }
    }
}

/// Whether this kernel can do any of it.
pub fn known() -> bool {
    let ruleset = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    let ruleset = ruleset.handle_access(AccessFs::from_all(ABI::V1));
    ruleset.and_then(Ruleset::create).is_ok()
}

/// Lets this thread, and those it starts, open no file but these. Descriptors that are open stay.
/// An older kernel does less of it, or nothing ([`known`]). A path that is not there cannot be
/// reached later, either.
pub fn only(reaches: &[Reach]) -> io::Result<()> {
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))
        .and_then(Ruleset::create)
        .map_err(io::Error::other)?;
    for reach in reaches {
        let (path, rights) = reach.rights();
        let Ok(folder) = PathFd::new(path) else {
            continue;
        };
        ruleset = ruleset
            .add_rule(PathBeneath::new(folder, rights))
            .map_err(io::Error::other)?;
    }
    ruleset.restrict_self().map_err(io::Error::other)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On its own thread, because the change lasts for the thread's life.
    fn on_a_thread<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> T {
        std::thread::spawn(body).join().unwrap()
    }

    #[test]
    fn what_is_not_named_is_out_of_reach_also_of_root() {
        let folder = std::env::temp_dir().join(format!("tandem-files-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let (given, other) = (folder.join("given"), folder.join("other"));
        std::fs::create_dir(&given).unwrap();
        std::fs::write(given.join("a"), "a").unwrap();
        std::fs::write(&other, "b").unwrap();
        let reaches = [Reach::Read(given.clone()), Reach::Read(folder.join("none"))];
        let (a, made) = (given.join("a"), given.join("new"));
        let tried = on_a_thread(move || {
            only(&reaches).unwrap();
            [
                std::fs::read(a).is_ok(),
                std::fs::write(made, "").is_ok(),
                std::fs::read(other).is_ok(),
            ]
        });
        std::fs::remove_dir_all(&folder).unwrap();
        if known() {
            assert_eq!(tried, [true, false, false]);
        } else {
            eprintln!("skipped: this kernel has no landlock");
        }
    }
}
