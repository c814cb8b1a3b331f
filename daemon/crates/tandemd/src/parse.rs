//! `tandemd parse`: the files as they are written, for programs that turn them into another form.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use config::syntax::{HaproxyFile, KeepalivedFile};
use config::{FileLoader, NoFiles, Options, Source, haproxy, keepalived};
use supervisor::configuration::DiskFiles;

use crate::{FAILED, OK, complain, say};

/// What is read, and what is printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParseArgs {
    pub haproxy: Vec<PathBuf>,
    pub keepalived: Vec<PathBuf>,
    /// The name of the host whose `@ID` lines count.
    pub id: String,
    /// Files that others include are not read: the texts came from another machine.
    pub alone: bool,
    /// The model that the files add up to, in the place of their words.
    pub meaning: bool,
}

pub fn parse(args: &ParseArgs) -> u8 {
    let env = BTreeMap::new();
    let options = Options {
        tolerant: true,
        env: &env,
        config_id: &args.id,
        files: if args.alone {
            &NoFiles as &dyn FileLoader
        } else {
            &DiskFiles
        },
        ..Options::default()
    };
    let (haproxy, keepalived) = (read(&args.haproxy), read(&args.keepalived));
    let (haproxy, keepalived) = match (haproxy, keepalived) {
        (Ok(haproxy), Ok(keepalived)) => (haproxy, keepalived),
        (haproxy, keepalived) => {
            for message in [haproxy.err(), keepalived.err()]
                .into_iter()
                .flatten()
                .flatten()
            {
                complain(&message);
            }
            return FAILED;
        }
    };
    if args.meaning {
        say(&meaning(&haproxy, &keepalived, &options));
        return OK;
    }
    let document = serde_json::json!({
        "haproxy": haproxy.iter().map(|file| HaproxyFile::read(file, &options)).collect::<Vec<_>>(),
        "keepalived": keepalived.iter().map(|file| KeepalivedFile::read(file, &options)).collect::<Vec<_>>(),
    });
    say(&document.to_string());
    OK
}

/// All texts, or every reason why one cannot be read.
fn read(files: &[PathBuf]) -> Result<Vec<Source>, Vec<String>> {
    let (mut sources, mut problems) = (Vec::new(), Vec::new());
    for file in files {
        match std::fs::read(file) {
            Ok(bytes) => sources.push(Source::new(shown(file), String::from_utf8_lossy(&bytes))),
            Err(error) => problems.push(format!("{} cannot be read: {error}", shown(file))),
        }
    }
    if problems.is_empty() {
        Ok(sources)
    } else {
        Err(problems)
    }
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}

/// Two configurations mean the same when these texts are equal: defaults are folded in, and
/// places are left out.
fn meaning(haproxy: &[Source], keepalived: &[Source], options: &Options<'_>) -> String {
    let mut text = String::new();
    if !haproxy.is_empty() {
        let _ = writeln!(text, "{:+#?}", haproxy::parse(haproxy, options).config);
    }
    if !keepalived.is_empty() {
        let _ = writeln!(
            text,
            "{:+#?}",
            keepalived::parse(keepalived, options).config
        );
    }
    text
}
