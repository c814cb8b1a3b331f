//! Texts from the disk: the files that are named, and what they include.

use std::path::{Path, PathBuf};

use config::json::Finding;
use config::{FileLoader, Source};
use ipc::SourceFile;

use super::finding_without_place;
use crate::glob;

pub(super) fn sources(files: &[SourceFile]) -> Vec<Source> {
    files
        .iter()
        .map(|file| Source::new(file.path.clone(), file.text.clone()))
        .collect()
}

pub(super) fn read_all(paths: &[PathBuf], unreadable: &mut Vec<Finding>) -> Vec<SourceFile> {
    let mut files = Vec::new();
    for path in paths {
        let shown = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => files.push(SourceFile {
                path: shown,
                // Comments in old encodings occur; values in them are refused by the parsers.
                text: String::from_utf8_lossy(&bytes).into_owned(),
            }),
            Err(error) => unreadable.push(finding_without_place(
                "file/unreadable",
                &shown,
                format!("cannot be read: {error}"),
            )),
        }
    }
    files
}

/// Included files from the disk, relative to the including one.
#[derive(Debug, Clone, Copy)]
pub struct DiskFiles;

impl FileLoader for DiskFiles {
    fn load(&self, pattern: &str, relative_to: &str) -> Vec<(String, String)> {
        let base = Path::new(relative_to).parent().unwrap_or(Path::new("."));
        glob::expand(&base.join(pattern))
            .into_iter()
            .filter_map(|path| {
                let bytes = std::fs::read(&path).ok()?;
                let text = String::from_utf8_lossy(&bytes).into_owned();
                Some((path.display().to_string(), text))
            })
            .collect()
    }
}
