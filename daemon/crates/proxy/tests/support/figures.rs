//! Statistics of haproxy and of ours, column by column.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// What both show, `SECTION/WHO` → column → value.
pub type Figures = BTreeMap<String, BTreeMap<String, String>>;

const FIELDS: &[&str] = &[
    "stot",
    "bin",
    "bout",
    "dreq",
    "dresp",
    "ereq",
    "econ",
    "eresp",
    "wretr",
    "wredis",
    "lbtot",
    "hrsp_1xx",
    "hrsp_2xx",
    "hrsp_3xx",
    "hrsp_4xx",
    "hrsp_5xx",
    "hrsp_other",
    "req_tot",
    "cli_abrt",
    "srv_abrt",
    "conn_tot",
    "intercepted",
    "dcon",
    "dses",
    "connect",
    "reuse",
    "qcur",
    "qmax",
    "scur",
    "smax",
    "slim",
    "status",
    "weight",
    "act",
    "bck",
    "chkfail",
    "chkdown",
    "qlimit",
    "pid",
    "sid",
    "throttle",
    "tracked",
    "type",
    "rate_lim",
    "check_status",
    "hanafail",
    "comp_in",
    "comp_out",
    "comp_byp",
    "comp_rsp",
    "agent_status",
    "check_rise",
    "addr",
    "cookie",
    "mode",
    "algo",
    "wrew",
    "cache_lookups",
    "cache_hits",
    "src_ilim",
    "eint",
    "uweight",
    "agg_server_status",
];

/// The columns of all lines of a CSV that are compared.
pub fn figures(csv: &str) -> Figures {
    let mut rows = csv.lines();
    let names: Vec<&str> = rows
        .next()
        .unwrap()
        .trim_start_matches("# ")
        .split(',')
        .collect();
    let mut all = Figures::new();
    for row in rows.filter(|row| !row.is_empty()) {
        let values: Vec<&str> = row.split(',').collect();
        let both = names.iter().zip(&values);
        let wanted = both.filter(|(name, _)| FIELDS.contains(name));
        let owned = wanted.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        all.insert(format!("{}/{}", values[0], values[1]), owned.collect());
    }
    all
}

/// Differences that stay for so long: what has just ended may not be counted yet. `apart`: columns that
/// are not compared.
pub fn differences(
    longest: Duration,
    apart: &[&str],
    mut look: impl FnMut() -> (Figures, Figures),
) -> String {
    let end = Instant::now() + longest;
    loop {
        let (theirs, ours) = look();
        let differ = unequal(&theirs, &ours, apart);
        if differ.is_empty() || Instant::now() > end {
            return differ;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn unequal(theirs: &Figures, ours: &Figures, apart: &[&str]) -> String {
    let mut all = String::new();
    for (row, columns) in theirs.iter().filter(|(row, _)| !row.starts_with("probe/")) {
        for (name, value) in columns {
            let own = ours.get(row).and_then(|columns| columns.get(name));
            if !apart.contains(&name.as_str()) && own != Some(value) {
                let _ = writeln!(all, "{row} {name}: {value} {own:?}");
            }
        }
    }
    all
}
