//! Two routers that both believe to own the addresses (priority 255). The one of the lower address
//! gives way, as any master of equal priority. A rival that does not is misconfigured or deaf; two
//! masters for good are worse than the wrong one, so the other one stops being owner after a
//! while, until the rival is gone.

use super::Instance;
use crate::admit::Received;
use crate::settings::OWNER;
use crate::timers::Micros;

impl Instance {
    /// Whether a rival owner has had its time to give way.
    pub(super) fn is_disputed_by(&mut self, advert: &Received, now: Micros) -> bool {
        if advert.priority != OWNER || self.effective_priority() != OWNER {
            return false;
        }
        let longest = self.settings.interval.max(advert.interval);
        let fresh = |since: Micros| now.saturating_sub(since) > 3 * longest;
        let since = match self.deadlines.rival {
            Some((since, last)) if !fresh(last) => since,
            _ => now,
        };
        self.deadlines.rival = Some((since, now));
        now - since > 2 * self.settings.interval + longest * 6 / 5
    }
}
