//! `get var` and `set var`: variables of the process.

use super::word;
use crate::control::Control;
use crate::desk::Answer;
use crate::rules::memory::{Scope, Variable};
use crate::rules::value::Value;

impl Control {
    pub(super) fn get_var(&self, words: &[String]) -> Answer {
        let name = word(words, 0);
        if name.is_empty() {
            return Answer::error("Missing process-wide variable identifier.\n");
        }
        let variable = Variable::new(name).filter(|variable| variable.scope == Scope::Process);
        let value = variable.and_then(|v| self.registry.as_ref()?.variables.get(&v.name));
        let Some(value) = value else {
            return Answer::error("Variable not found.\n");
        };
        let text = value.text();
        let shown = String::from_utf8_lossy(&text);
        Answer::info(format!(
            "{name}: type={} value=<{shown}>",
            value.kind_name()
        ))
    }

    pub(super) fn set_var(&self, words: &[String]) -> Answer {
        let name = word(words, 0);
        if name.is_empty() {
            return Answer::error("Missing process-wide variable identifier.\n");
        }
        let (kind, rest) = match word(words, 1) {
            kind @ ("expr" | "fmt") => (kind, words.get(2..)),
            _ => ("expr", words.get(1..)),
        };
        let text = rest.unwrap_or_default().join(" ");
        if text.is_empty() {
            return Answer::error("Missing either 'expr', 'fmt' or expression.\n");
        }
        let variable = Variable::new(name).filter(|variable| variable.scope == Scope::Process);
        let Some(variable) = variable else {
            return Answer::error(format!(
                "'set var': cannot set variable '{name}', only scope 'proc' is permitted here."
            ));
        };
        match self.evaluate(kind, &text) {
            Ok(value) => {
                if let Some(registry) = &self.registry {
                    registry.variables.set(&variable.name, value);
                }
                Answer::Done
            }
            Err(why) => Answer::error(why),
        }
    }

    /// What an expression, or a format, is outside of any connection.
    fn evaluate(&self, kind: &str, text: &str) -> Result<Option<Value<'static>>, String> {
        let (Some(plan), Some(registry)) = (&self.plan, &self.registry) else {
            return Ok(None);
        };
        let written = if kind == "fmt" {
            text.to_owned()
        } else {
            format!("%[{text}]")
        };
        let format = config::haproxy::parse_format(&written)?;
        let tables = registry.tables();
        crate::plan::outside(&plan.model, &self.attachments, &tables, registry, &format).map(Some)
    }
}
