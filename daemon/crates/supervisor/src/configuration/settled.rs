//! A configuration that has been taken up: the processes have their own, and what was needed to
//! decide on it would only take up memory. Its texts stay, and whoever needs the whole reads them
//! again.

use config::given::GivenFiles;
use config::{SourceMap, haproxy, keepalived};
use haproxy::model::{ExternalCheck, HealthCheck};
use keepalived::model::Notify;
use std::collections::BTreeMap;

use ipc::{Attachment, SourceFile};

use super::disk::sources;
use super::{DiskFiles, Half, Inputs, Loaded, aside, environment, half, patience};

impl Loaded {
    /// Reading took many times what stays: the rest goes back to the kernel. A refusal of that costs
    /// memory and nothing else.
    pub fn settle(&mut self) {
        let haproxy = self.haproxy.as_ref().map(|half| patience(&half.files));
        let keepalived = self.keepalived.as_ref().map(|half| patience(&half.files));
        let patience = haproxy.unwrap_or_default() + keepalived.unwrap_or_default();
        sys::spare::run(patience, || {
            self.forget();
            let _ = sys::memory::give_back(false);
        });
    }

    fn forget(&mut self) {
        self.warned = self.warnings();
        if let Some(half) = &mut self.haproxy {
            half.parsed.config.proxies = Vec::new();
            half.parsed.diagnostics = Vec::new();
            half.parsed.sources = SourceMap::default();
        }
        if let Some(half) = &mut self.keepalived {
            half.parsed.config.instances = Vec::new();
            half.parsed.diagnostics = Vec::new();
            half.parsed.sources = SourceMap::default();
        }
    }
}

impl Half<keepalived::Config> {
    /// The whole configuration, from its texts as they were.
    pub fn read_again(&self, inputs: Inputs<'_>) -> keepalived::Config {
        let env = environment();
        let config_id = inputs.config_id();
        let included = given(&self.attachments);
        let options = inputs.options(&env, &config_id, &included);
        keepalived::parse(&sources(&self.files), &options).config
    }
}

/// Texts of one half, with the files that they name.
pub type Texts = (Vec<SourceFile>, Vec<Attachment>);

/// What the program before this one had taken up, from its texts as they were.
pub fn again(inputs: Inputs<'_>, haproxy: Option<Texts>, keepalived: Option<Texts>) -> Loaded {
    let env = environment();
    let config_id = inputs.config_id();
    let mut loaded = Loaded::default();
    if let Some((files, attachments)) = haproxy {
        let options = inputs.options(&env, &config_id, &DiskFiles);
        let parsed = aside(&files, |files| haproxy::parse(files, &options));
        loaded.raw = parsed.config.needs_raw();
        loaded.programs = programs(&parsed.config);
        loaded.haproxy = Some(half(files, parsed, attachments));
    }
    if let Some((files, attachments)) = keepalived {
        let included = given(&attachments);
        let options = inputs.options(&env, &config_id, &included);
        let parsed = aside(&files, |files| keepalived::parse(files, &options));
        loaded.mails = mails(&parsed.config);
        loaded.keepalived = Some(half(files, parsed, attachments));
    }
    loaded
}

/// Included files as they were attached.
pub(super) fn given(attachments: &[Attachment]) -> GivenFiles {
    GivenFiles::new(attachments.iter().map(|file| {
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        (file.path.clone(), text)
    }))
}

/// What checks servers, of each section that has it checked by a program.
pub(super) fn programs(config: &haproxy::Config) -> BTreeMap<String, ExternalCheck> {
    let backends = config
        .proxies
        .iter()
        .filter(|proxy| proxy.kind.is_backend());
    let programs = backends.filter_map(|proxy| match &proxy.check.value {
        HealthCheck::External(program) => Some((proxy.name.value.0.clone(), program.clone())),
        _ => None,
    });
    programs.collect()
}

pub(super) fn mails(config: &keepalived::Config) -> bool {
    let instances = config.instances.iter().map(|instance| &instance.notify);
    let groups = config.sync_groups.iter().map(|group| &group.notify);
    instances.chain(groups).any(Notify::mails)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::load;

    #[test]
    fn a_settled_configuration_is_small_and_can_be_read_again_whatever_became_of_its_files() {
        let folder = std::env::temp_dir().join(format!("tandem-settled-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("keepalived.conf");
        let instance = "vrrp_instance VI_1 {\n  interface eth0\n  virtual_router_id 7\n  smtp_alert\n  virtual_ipaddress {\n    192.0.2.1/24\n  }\n}\n";
        std::fs::write(&file, "include one.conf\n").unwrap();
        std::fs::write(folder.join("one.conf"), instance).unwrap();
        let inputs = Inputs {
            haproxy: &[],
            keepalived: Some(&file),
            tolerant: false,
            diagnostic: false,
            stand_in: None,
        };
        let mut loaded = load(inputs);
        assert!(loaded.is_valid(), "{}", loaded.rendered());
        let before = loaded.keepalived.as_ref().unwrap().parsed.config.clone();
        std::fs::remove_dir_all(&folder).unwrap();
        loaded.settle();
        assert!(loaded.mails);
        let half = loaded.keepalived.unwrap();
        assert!(half.parsed.config.instances.is_empty());
        let again = half.read_again(inputs);
        assert_eq!(again.instances.len(), 1);
        assert_eq!(again, before);
    }

    #[test]
    fn the_right_to_foreign_addresses_is_still_known() {
        let file = std::env::temp_dir().join(format!("tandem-raw-{}.cfg", std::process::id()));
        let text = "frontend f\n  mode http\n  timeout client 1s\n  bind 127.0.0.1:1\n  http-request set-mark 7\n";
        std::fs::write(&file, text).unwrap();
        let files = [file.clone()];
        let mut loaded = load(Inputs {
            haproxy: &files,
            keepalived: None,
            tolerant: false,
            diagnostic: false,
            stand_in: None,
        });
        std::fs::remove_file(&file).unwrap();
        assert!(loaded.is_valid(), "{}", loaded.rendered());
        assert!(loaded.raw);
        loaded.settle();
        assert!(crate::host::confinement(&loaded, &crate::users::Users::default()).raw);
    }
}
