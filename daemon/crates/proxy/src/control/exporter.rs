//! The metrics of `use-service prometheus-exporter`.

use super::Control;
use super::page::answer;
use crate::worker::Made;
use stats::Selection;
use stats::metrics::{Form, Own, Request, exposition, open_metrics};

impl Control {
    pub(super) fn exporter(&mut self, target: &str, form: Form) -> Made {
        const MORE: &str = "cache-control: no-cache\r\nvary: accept\r\n";
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
        let shown = self.certificates().into_iter();
        let own = Own {
            routers: &self.routers.metrics,
            certificates: shown.map(|one| (one.path, one.not_after)).collect(),
        };
        let mut text = exposition(&request, &rows, &info, &own);
        if form == Form::OpenMetrics {
            text = open_metrics(&text);
        }
        answer(200, form.content_type(), text, MORE)
    }
}
