//! Who may change a program that runs as root (keepalived.conf(5), `enable_script_security`).

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

const GROUP_WRITABLE: u32 = 0o020;
const OTHERS_WRITABLE: u32 = 0o002;
const ANYBODY_EXECUTES: u32 = 0o111;
const STICKY: u32 = 0o1000;
const ROOT: u32 = 0;

/// Why a program must not run as root: a part of its path that somebody else may write to. `None`
/// when every part is root's, or when there is no such program (starting it then says so).
pub fn objection(program: &str) -> Option<String> {
    let path = locate(program)?;
    // Both the way that is named and the place where links lead: each can be tampered with.
    let real = fs::canonicalize(&path).ok()?;
    let part = insecure_part(&path).or_else(|| insecure_part(&real))?;
    Some(format!(
        "{} may be changed by others than root, and with enable_script_security nothing of that kind runs as root",
        part.display()
    ))
}

/// Whether there is an executable file of that name.
pub fn can_run(program: &str) -> bool {
    locate(program)
        .and_then(|path| fs::metadata(path).ok())
        .is_some_and(|found| found.is_file() && found.mode() & ANYBODY_EXECUTES != 0)
}

/// The file that a name without a slash stands for, as the start of the program finds it.
fn locate(program: &str) -> Option<PathBuf> {
    if program.contains('/') {
        return Some(PathBuf::from(program));
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

fn insecure_part(path: &Path) -> Option<PathBuf> {
    path.ancestors()
        .filter(|part| part.as_os_str() != OsStr::new(""))
        .find(|part| fs::metadata(part).is_ok_and(|found| writable_by_others(&found)))
        .map(Path::to_path_buf)
}

fn writable_by_others(found: &fs::Metadata) -> bool {
    let mode = found.mode();
    // In a sticky folder only the owner of an entry can replace it; the entry is looked at itself.
    if found.is_dir() && mode & STICKY != 0 && found.uid() == ROOT {
        return false;
    }
    found.uid() != ROOT
        || mode & OTHERS_WRITABLE != 0
        || (mode & GROUP_WRITABLE != 0 && found.gid() != ROOT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("tandem-guard-{name}-{}", std::process::id()));
            fs::create_dir(&path).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            Self(path)
        }

        fn program(&self, mode: u32) -> PathBuf {
            let file = self.0.join("check.sh");
            fs::write(&file, "#!/bin/sh\n").unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            file
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn said(file: &Path) -> Option<String> {
        objection(file.to_str().unwrap())
    }

    fn is_root() -> bool {
        let root = rustix::process::geteuid().is_root();
        if !root {
            eprintln!("skipped: only root can make files of root");
        }
        root
    }

    #[test]
    fn what_only_root_may_write_to_runs() {
        if !is_root() {
            return;
        }
        let folder = Folder::new("good");
        assert_eq!(said(&folder.program(0o755)), None);
        assert_eq!(objection("true"), None);
        assert_eq!(objection("/nonexistent/check.sh"), None);
    }

    #[test]
    fn a_program_folder_or_link_target_of_others_is_named() {
        if !is_root() {
            return;
        }
        let folder = Folder::new("bad");
        let file = folder.program(0o757);
        assert!(said(&file).unwrap().starts_with(file.to_str().unwrap()));
        let file = folder.program(0o755);
        chown(&file, Some(65534), None).unwrap();
        assert!(said(&file).unwrap().contains("check.sh may be changed"));
        chown(&file, Some(0), None).unwrap();
        let elsewhere = Folder::new("link");
        let link = elsewhere.0.join("link.sh");
        symlink(&file, &link).unwrap();
        assert_eq!(said(&link), None);
        fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o777)).unwrap();
        let part = format!("{} may be", folder.0.display());
        assert!(said(&link).unwrap().starts_with(&part));
        assert!(said(&file).unwrap().starts_with(&part));
    }
}
