//! What clients of the proxy's runtime sockets ask and the proxy does not know.

use std::fmt::Write as _;

use ipc::ToWorker;
use serde_json::Value;

use super::Daemon;
use super::status::Purpose;
use crate::configuration::Showing;
use crate::worker::Kind;

impl Daemon {
    pub(super) fn asked_by_proxy(&mut self, id: u64, what: &str) {
        let text = match what {
            "vrrp" if self.slot(Kind::Vrrp).is_some() => {
                return self.poll(Purpose::Vrrp(id), &[Kind::Vrrp]);
            }
            "vrrp" => "No VRRP process runs here.\n".to_owned(),
            "config diff" => Showing(&self.current)
                .drift()
                .unwrap_or_else(|| "No difference: the files say what runs.\n".to_owned()),
            _ => Showing(&self.current).running(),
        };
        self.tell_proxy(id, text);
    }

    pub(super) fn tell_proxy(&mut self, id: u64, text: String) {
        self.tell(Kind::Proxy, &ToWorker::Told { id, text });
    }
}

/// A line for each instance: its state, and who holds which address.
pub(super) fn instances(vrrp: &Value) -> String {
    let Some(all) = vrrp["instances"].as_array() else {
        return "The VRRP process does not answer.\n".to_owned();
    };
    let mut out = "# name state vrid interface priority effective_priority master addresses held\n"
        .to_owned();
    let text = |value: &Value| value.as_str().map_or_else(|| "-".to_owned(), str::to_owned);
    let list = |value: &Value| {
        let words: Vec<&str> = value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if words.is_empty() {
            "-".to_owned()
        } else {
            words.join(",")
        }
    };
    for one in all {
        let _ = writeln!(
            out,
            "{} {} {} {} {} {} {} {} {}",
            text(&one["name"]),
            text(&one["state"]),
            one["virtualRouterId"],
            text(&one["interface"]),
            one["priority"],
            one["effectivePriority"],
            text(&one["master"]["address"]),
            list(&one["addresses"]),
            list(&one["held"]),
        );
    }
    out
}
