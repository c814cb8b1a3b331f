//! Texts of configurations as they may be shown: the secrets in them are stars.

use crate::secrets::{self, Language};
use crate::source::{Source, SourceMap};
use std::collections::BTreeMap;

/// haproxy.cfg files, in the order in which they are read.
pub fn haproxy(files: &[Source], env: &BTreeMap<String, String>) -> Vec<String> {
    shown(secrets::HAPROXY, files, env)
}

/// keepalived.conf.
pub fn keepalived(files: &[Source], env: &BTreeMap<String, String>) -> Vec<String> {
    shown(secrets::KEEPALIVED, files, env)
}

fn shown(language: Language, files: &[Source], env: &BTreeMap<String, String>) -> Vec<String> {
    let mut sources = SourceMap::new(files);
    secrets::keep(language, &mut sources, env);
    let ids: Vec<_> = sources.ids().collect();
    let text = |file| {
        let lines = (1..).zip(sources.text(file).lines());
        lines.fold(String::new(), |mut text, (number, _)| {
            text.push_str(&sources.shown_line(file, number));
            text.push('\n');
            text
        })
    };
    ids.into_iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_stars_and_everything_else_stays() {
        let text = "userlist u\n  user a insecure-password s3cret-word\n\nbackend b\n  mode http\n";
        let shown = haproxy(&[Source::new("h.cfg", text)], &BTreeMap::new());
        let hidden = text.replace("s3cret-word", "***********");
        assert_eq!(shown, [hidden]);
        let text = "vrrp_instance V {\n  authentication {\n    auth_pass hunter22\n  }\n}\n";
        let shown = keepalived(&[Source::new("k.conf", text)], &BTreeMap::new());
        assert!(!shown[0].contains("hunter22"), "{}", shown[0]);
        assert!(shown[0].contains("auth_pass"), "{}", shown[0]);
    }
}
