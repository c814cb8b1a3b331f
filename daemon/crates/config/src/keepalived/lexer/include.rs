//! `include PATTERN` and its stricter kin, through the injected loader.

use super::Lexer;
use super::line::Line;
use crate::source::Source;

/// Deeper nesting is a circle that path names hide.
const DEEPEST: usize = 32;

impl Lexer<'_> {
    /// Reads the files that an include line names; false when the line is none.
    pub(super) fn include(&mut self, line: &Line) -> bool {
        let words = line.words(0, line.text.len());
        let Some(keyword) = words.first() else {
            return false;
        };
        if !matches!(
            keyword.text.as_str(),
            "include" | "includer" | "includem" | "includew" | "includeb" | "includea"
        ) {
            return false;
        }
        let Some(pattern) = words.get(1) else {
            self.diagnostics
                .error(
                    "keepalived/missing-value",
                    keyword.span.after(),
                    "the file is missing",
                )
                .suggest("write 'include /etc/keepalived/conf.d/*.conf'");
            return true;
        };
        let from = self.open_files.last().cloned().unwrap_or_default();
        if self.open_files.len() > DEEPEST {
            let message = "includes are nested too deep";
            self.diagnostics
                .error("keepalived/circular-include", pattern.span, message);
            return true;
        }
        let files = self.options.files.load(&pattern.text, &from);
        if files.is_empty() {
            self.nothing_found(&keyword.text, pattern);
        }
        for (path, text) in files {
            if self.open_files.contains(&path) {
                let message = format!("'{path}' includes itself");
                self.diagnostics
                    .error("keepalived/circular-include", pattern.span, message)
                    .suggest("remove this include");
                continue;
            }
            let file = self.sources.add(Source::new(path, text));
            self.file(file);
        }
        true
    }

    /// A plain include of nothing is fine for keepalived; some of the others insist on a file.
    fn nothing_found(&mut self, keyword: &str, pattern: &super::Word) {
        let message = format!("no file matches '{}'", pattern.text);
        let insists = matches!(keyword, "includem" | "includew" | "includea");
        if !insists && !self.options.every_file {
            self.diagnostics
                .warning("keepalived/missing-include", pattern.span, message);
        } else {
            self.diagnostics
                .error("keepalived/missing-include", pattern.span, message);
        }
    }
}
