//! Programs and users of this machine (`--root /`) or of a tree that was copied from one.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

use pairlint::{Scripts, Unfit};

/// Where programs without a slash are looked for.
const FOLDERS: [&str; 6] = [
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
];
const LINKS: usize = 40;
const ANY_EXECUTE: u32 = 0o111;
const OTHERS_WRITE: u32 = 0o002;
const GROUP_WRITE: u32 = 0o020;
const STICKY: u32 = 0o1000;

#[derive(Debug)]
pub struct Tree {
    root: PathBuf,
    passwd: String,
}

impl Tree {
    pub fn open(root: &Path) -> Result<Self, String> {
        if !root.is_dir() {
            return Err(format!(
                "{} is no folder; --root takes / or the top of a copied tree",
                root.display()
            ));
        }
        Ok(Self {
            root: root.to_owned(),
            passwd: fs::read_to_string(root.join("etc/passwd")).unwrap_or_default(),
        })
    }

    /// Follows links inside the tree; the parts of the way, the last one being the file.
    fn parts(&self, path: &Path) -> Option<Vec<(PathBuf, Metadata)>> {
        let mut parts = Vec::new();
        let mut todo: Vec<PathBuf> = vec![path.to_owned()];
        let mut at = PathBuf::from("/");
        let mut links = 0;
        while let Some(next) = todo.pop() {
            let mut components = next.components();
            while let Some(component) = components.next() {
                match component {
                    Component::RootDir => at = PathBuf::from("/"),
                    Component::ParentDir => {
                        at.pop();
                    }
                    Component::Normal(name) => at.push(name),
                    _ => continue,
                }
                let inside = self.root.join(at.strip_prefix("/").ok()?);
                let found = fs::symlink_metadata(&inside).ok()?;
                if found.is_symlink() {
                    links += 1;
                    if links > LINKS {
                        return None;
                    }
                    at.pop();
                    todo.push(components.as_path().to_owned());
                    todo.push(fs::read_link(&inside).ok()?);
                    break;
                }
                parts.push((at.clone(), found));
            }
        }
        Some(parts)
    }

    fn locate(&self, program: &str) -> Option<Vec<(PathBuf, Metadata)>> {
        if program.contains('/') {
            return self.parts(Path::new(program));
        }
        FOLDERS.iter().find_map(|folder| {
            let parts = self.parts(&Path::new(folder).join(program))?;
            parts
                .last()
                .is_some_and(|(_, m)| m.is_file())
                .then_some(parts)
        })
    }
}

impl Scripts for Tree {
    fn unfit(&self, program: &str) -> Option<Unfit> {
        let Some(parts) = self.locate(program) else {
            return Some(Unfit::Missing);
        };
        let Some((_, file)) = parts.last() else {
            return Some(Unfit::Missing);
        };
        if !file.is_file() || file.mode() & ANY_EXECUTE == 0 {
            return Some(Unfit::NotExecutable);
        }
        let insecure = parts.iter().find(|(_, part)| changeable(part));
        insecure.map(|(path, _)| Unfit::Insecure(path.display().to_string()))
    }

    fn has_user(&self, name: &str) -> bool {
        let mut lines = self.passwd.lines();
        lines.any(|line| line.split(':').next() == Some(name))
    }
}

/// By others than root.
fn changeable(part: &Metadata) -> bool {
    let mode = part.mode();
    if part.is_dir() && mode & STICKY != 0 && part.uid() == 0 {
        return false;
    }
    part.uid() != 0 || mode & OTHERS_WRITE != 0 || (mode & GROUP_WRITE != 0 && part.gid() != 0)
}
