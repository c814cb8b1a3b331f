//! Facts of a node's machine, from the files that were named.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use config::{Parsed, haproxy};
use pairlint::HostAddress;

use super::args::LintArgs;
use super::disk::Tree;
use super::{Reason, haproxy_file, text};

#[derive(Debug, Default)]
pub struct Machine {
    pub haproxy: Option<Parsed<haproxy::Config>>,
    pub sysctls: Option<BTreeMap<String, String>>,
    pub addresses: Option<Vec<HostAddress>>,
    pub firewall: Option<String>,
    pub tree: Option<Tree>,
}

impl Machine {
    pub fn read(
        args: &LintArgs,
        index: usize,
        env: &BTreeMap<String, String>,
        reasons: &mut Vec<Reason>,
    ) -> Self {
        let mut note = |reason: Reason| {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        };
        let mut machine = Self::default();
        if let Some(path) = of(&args.haproxy, index) {
            machine.haproxy = haproxy_file(path, env).map_err(&mut note).ok();
        }
        if let Some(path) = of(&args.sysctl, index) {
            let kernel = text(path).map(|text| pairlint::sysctls(&text));
            machine.sysctls = kernel.map_err(&mut note).ok();
        }
        if let Some(path) = of(&args.addresses, index) {
            let read = text(path).and_then(|text| {
                pairlint::addresses(&text).map_err(|why| format!("{}: {why}", path.display()))
            });
            machine.addresses = read.map_err(&mut note).ok();
        }
        if let Some(path) = of(&args.firewall, index) {
            machine.firewall = text(path).map_err(&mut note).ok();
        }
        if let Some(path) = of(&args.root, index) {
            machine.tree = Tree::open(path).map_err(&mut note).ok();
        }
        machine
    }
}

/// The one for both nodes, or the node's own.
fn of(paths: &[PathBuf], index: usize) -> Option<&Path> {
    let found = match paths {
        [both] => Some(both),
        each => each.get(index),
    };
    found.map(PathBuf::as_path)
}
