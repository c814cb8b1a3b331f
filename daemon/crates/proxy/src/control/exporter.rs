//! The metrics of `use-service prometheus-exporter`.

use super::Control;
use super::page::answer;
use crate::worker::Made;
use stats::Selection;
use stats::metrics::{Request, exposition};

impl Control {
    pub(super) fn exporter(&mut self, target: &str) -> Made {
        const MORE: &str = "cache-control: no-cache\r\n";
        let request = match Request::read(target) {
            Ok(request) => request,
            Err(why) => return answer(400, "text/plain", format!("{why}\n"), MORE),
        };
        let selection = Selection {
            shown: request.shown(),
            ..Selection::default()
        };
        let rows = self.rows(&selection, true);
        let info = self.info();
        let text = exposition(&request, &rows, &info, &self.routers.metrics);
        answer(200, "text/plain; version=0.0.4", text, MORE)
    }
}
