//! What the entries of a table store, and where.

use config::haproxy::model::Store;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Counter {
    ConnCnt,
    ConnCur,
    SessCnt,
    HttpReqCnt,
    HttpErrCnt,
    HttpFailCnt,
    BytesInCnt,
    BytesOutCnt,
    ConnRate,
    SessRate,
    HttpReqRate,
    HttpErrRate,
    HttpFailRate,
    BytesInRate,
    BytesOutRate,
}

/// Counters before this one are plain, the others are rates.
pub(super) const PLAIN: usize = Counter::ConnRate as usize;
pub(super) const ALL: usize = Counter::BytesOutRate as usize + 1;

impl Counter {
    pub fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "conn_cnt" => Self::ConnCnt,
            "conn_cur" => Self::ConnCur,
            "sess_cnt" => Self::SessCnt,
            "http_req_cnt" => Self::HttpReqCnt,
            "http_err_cnt" => Self::HttpErrCnt,
            "http_fail_cnt" => Self::HttpFailCnt,
            "bytes_in_cnt" => Self::BytesInCnt,
            "bytes_out_cnt" => Self::BytesOutCnt,
            "conn_rate" => Self::ConnRate,
            "sess_rate" => Self::SessRate,
            "http_req_rate" => Self::HttpReqRate,
            "http_err_rate" => Self::HttpErrRate,
            "http_fail_rate" => Self::HttpFailRate,
            "bytes_in_rate" => Self::BytesInRate,
            "bytes_out_rate" => Self::BytesOutRate,
            _ => return None,
        })
    }
}

/// What the entries of a table store.
#[derive(Debug, Default)]
pub struct Layout {
    /// Period of each stored rate, 1 for a stored plain counter, 0 for what is not stored.
    pub(super) stored: [u64; ALL],
    /// Elements of `gpc`, `gpt`; periods of their rates.
    pub(super) gpc: usize,
    pub(super) gpt: usize,
    pub(super) gpc_rate: Vec<u64>,
}

impl Layout {
    pub fn new(store: &[Store]) -> Self {
        let mut layout = Self::default();
        for item in store {
            let period = item
                .period
                .map_or(1, |p| u64::try_from(p.as_millis()).unwrap_or(u64::MAX / 4))
                .max(1);
            let count = item.count as usize;
            let mut rates = |from: usize, to: usize| {
                if layout.gpc_rate.len() < to {
                    layout.gpc_rate.resize(to, 0);
                }
                layout.gpc_rate[from..to].fill(period);
            };
            match item.name {
                "gpc0" => layout.gpc = layout.gpc.max(1),
                "gpc1" => layout.gpc = layout.gpc.max(2),
                "gpc" => layout.gpc = layout.gpc.max(count),
                "gpt0" => layout.gpt = layout.gpt.max(1),
                "gpt" => layout.gpt = layout.gpt.max(count),
                "gpc0_rate" => rates(0, 1),
                "gpc1_rate" => rates(1, 2),
                "gpc_rate" => rates(0, count),
                other => {
                    if let Some(counter) = Counter::of_name(other) {
                        layout.stored[counter as usize] = period;
                    }
                }
            }
        }
        layout
    }
}

impl Layout {
    /// Milliseconds over which a rate counts.
    pub fn period(&self, counter: Counter) -> u64 {
        self.stored[counter as usize]
    }

    /// Where a counter is kept: among the plain ones, or else among the rates.
    pub(super) fn place(counter: Counter) -> Result<usize, usize> {
        let at = counter as usize;
        if at < PLAIN { Ok(at) } else { Err(at - PLAIN) }
    }

    pub fn gpc_period(&self, index: usize) -> u64 {
        self.gpc_rate.get(index).copied().unwrap_or(0)
    }
}
