//! A plan for what is computed outside of any section.

use super::{Multiplexing, Pace, Plan};
use crate::rules::memory::ProcessVariables;
use http1::Limits;
use std::sync::Arc;

impl Plan {
    /// A plan without sections, for expressions outside of any.
    pub fn nowhere(variables: Arc<ProcessVariables>) -> Self {
        Self {
            generation: 0,
            serial: 0,
            frontends: Vec::new(),
            backends: Vec::new(),
            limits: Limits::default(),
            h2: Multiplexing::default(),
            maxconn: 0,
            max_sealed: 0,
            pace: Pace::default(),
            totals: Arc::default(),
            remembers: false,
            notes_certificates: false,
            notes_rules: false,
            rates: false,
            observes: false,
            bodies: false,
            variables,
            hard_stop_after: None,
            log_targets: Arc::default(),
            section_numbers: Vec::new(),
            model: Arc::default(),
        }
    }
}
