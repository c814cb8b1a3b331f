//! What clients of the proxy's runtime sockets ask and the proxy does not know.

use std::fmt::Write as _;

use ipc::ToWorker;
use serde_json::{Value, json};

use super::Daemon;
use super::status::Purpose;
use crate::configuration::Showing;
use crate::worker::Kind;

/// In which form the proxy wants to know of the virtual routers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Lines,
    Document,
    Metrics,
}

impl Daemon {
    pub(super) fn asked_by_proxy(&mut self, id: u64, what: &str) {
        let about = match what {
            "vrrp" => Some(About::Lines),
            "routers" => Some(About::Document),
            "router metrics" => Some(About::Metrics),
            _ => None,
        };
        if let Some(about) = about {
            if self.slot(Kind::Vrrp).is_some() {
                return self.poll(Purpose::Vrrp(id, about), &[Kind::Vrrp]);
            }
            return self.tell_proxy(id, "No VRRP process runs here.\n".to_owned());
        }
        let text = match what {
            "config diff" => Showing(&self.current)
                .drift()
                .unwrap_or_else(|| "No difference: the files say what runs.\n".to_owned()),
            "startup logs" => self.current.warnings(),
            _ => Showing(&self.current).running(),
        };
        self.tell_proxy(id, text);
    }

    pub(super) fn told_of_vrrp(&mut self, id: u64, about: About, vrrp: &Value) {
        let text = match about {
            About::Lines => instances(vrrp),
            About::Document => vrrp["instances"].to_string(),
            About::Metrics => {
                crate::metrics::exposition_of(&json!({ "vrrp": vrrp }), "tandemd_vrrp_")
            }
        };
        self.tell_proxy(id, text);
    }

    fn tell_proxy(&mut self, id: u64, text: String) {
        self.tell(Kind::Proxy, &ToWorker::Told { id, text });
    }
}

/// A line for each instance: its state, and who holds which address.
fn instances(vrrp: &Value) -> String {
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
