//! Files of certificates that changed on the disk.

use super::Control;
use super::status::CertificateStatus;
use ipc::{Attachment, FromWorker};
use stats::page::Expiry;

/// Of syslog.
const ERROR: u8 = 3;

const DAY: u64 = 86_400;

impl Control {
    /// Those that lines show now.
    pub(super) fn certificates(&self) -> Vec<CertificateStatus> {
        let Some(registry) = &self.registry else {
            return Vec::new();
        };
        let now = sys::epoll::unix_us() / 1_000_000;
        let shown = registry.tls.list(&self.attachments).into_iter();
        shown
            .map(|one| CertificateStatus {
                subject: one.facts.subject_line(),
                names: one.facts.dns_names.clone(),
                key: one.key.to_string(),
                not_before: one.facts.not_before.unix,
                not_after: one.facts.not_after.unix,
                days_left: one.facts.not_after.unix.saturating_sub(now) / DAY,
                path: one.path,
            })
            .collect()
    }

    /// The one of them that ends first.
    pub(super) fn next_expiry(&self) -> Option<Expiry> {
        let registry = self.registry.as_ref()?;
        let shown = registry.tls.list(&self.attachments);
        let count = shown.len();
        let first = shown
            .into_iter()
            .min_by_key(|one| one.facts.not_after.unix)?;
        let mut names = first.facts.dns_names.iter();
        let name = names.next().cloned();
        Some(Expiry {
            count,
            name: name.unwrap_or_else(|| first.facts.subject_line()),
            not_after: first.facts.not_after.unix,
        })
    }

    /// Lines that use them take all of them over, or stay as they are.
    pub(super) fn renewed(&mut self, files: Vec<Attachment>) -> FromWorker {
        let paths = files.iter().map(|file| file.path.clone()).collect();
        let new = files.into_iter().map(|file| (file.path, file.bytes));
        let registry = self.registry.as_mut();
        let taken = registry.map(|it| it.tls.replace(&mut self.attachments, new));
        match taken {
            Some(Ok(())) => FromWorker::Renewed { paths },
            Some(Err(wrong)) => {
                let wrong = wrong.iter().map(|(file, why)| format!("{file}: {why}"));
                let wrong: Vec<String> = wrong.collect();
                let wrong = wrong.join("; ");
                FromWorker::Log {
                    severity: ERROR,
                    text: format!("certificates stay as they were: {wrong}"),
                }
            }
            // Nothing has been taken up yet that they could change.
            None => FromWorker::Renewed { paths: Vec::new() },
        }
    }
}
