//! Whether this proxy serves: what VRRP tracks.

use crate::plan::{Backend, Plan, Route};

/// `Ok` while every listener is there and each frontend can reach some server; else the reason.
pub fn verdict(plan: &Plan, listening: impl Fn(&str) -> bool) -> Result<(), String> {
    if let Some(f) = plan.frontends.iter().find(|f| !listening(&f.name)) {
        return Err(format!("frontend {} does not listen", f.name));
    }
    let mut used = Vec::new();
    for f in &plan.frontends {
        used.extend(f.default_backend);
        for (_, route) in &f.use_backends {
            match route {
                Route::Fixed(b) => used.push(*b),
                // It may be any.
                Route::Computed(_) => used.extend(0..plan.backends.len()),
            }
        }
    }
    used.sort_unstable();
    used.dedup();
    let used: Vec<&Backend> = used
        .iter()
        .filter_map(|b| plan.backends.get(*b))
        .filter(|b| !b.servers.is_empty())
        .collect();
    if used.is_empty()
        || used
            .iter()
            .any(|b| b.servers.iter().any(|s| s.shared.is_usable()))
    {
        return Ok(());
    }
    let names: Vec<&str> = used.iter().map(|b| b.name.as_str()).collect();
    Err(format!("no server is up in {}", names.join(", ")))
}
