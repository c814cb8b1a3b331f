//! Every subset of failed checks at once: subsets of one sum of weights are one case, so that the
//! number of checks does not matter. Each sum remembers a smallest set that gives it.

use super::contender::Contender;
use std::collections::BTreeMap;

/// A priority that some set of failed weighted checks gives, all others being well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// Before it is cut to 1…254.
    pub sum: i32,
    /// Indices into the contender's checks: a smallest such set.
    pub failed: Vec<usize>,
}

/// Weighted checks of a node that are looked at; the further ones count as well. No real file
/// comes near, and a hostile one must not cost minutes.
const MOST: usize = 32;

/// Sums of all subsets of the weighted checks except `without`, rising.
pub fn reach(contender: &Contender, without: Option<usize>) -> Vec<Reached> {
    let mut sums: BTreeMap<i32, Vec<usize>> = BTreeMap::from([(contender.well(), Vec::new())]);
    let checks = contender.checks.iter().enumerate();
    let weighted = checks.filter(|(index, check)| check.is_weighted() && Some(*index) != without);
    for (index, check) in weighted.take(MOST) {
        for (sum, failed) in sums.clone() {
            let mut with = failed;
            with.push(index);
            let place = sums
                .entry(sum + check.delta())
                .or_insert_with(|| with.clone());
            if with.len() < place.len() {
                *place = with;
            }
        }
    }
    let all = sums.into_iter();
    all.map(|(sum, failed)| Reached { sum, failed }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Facts;
    use crate::node::Node;
    use config::{Options, Source, keepalived};
    use proptest::prelude::*;
    use std::fmt::Write as _;

    fn contender(weights: &[i32]) -> Contender {
        let mut text = String::new();
        for (n, weight) in weights.iter().enumerate() {
            let _ = writeln!(
                text,
                "vrrp_script s{n} {{
 script /bin/true
 weight {weight}
}}"
            );
        }
        text.push_str("vrrp_instance v {\n interface e\n virtual_router_id 1\n priority 120\n track_script {\n");
        for n in 0..weights.len() {
            let _ = writeln!(text, "s{n}");
        }
        text.push_str("}\n virtual_ipaddress {\n 10.0.0.1\n }\n}\n");
        let parsed = keepalived::parse(&[Source::new("a", text)], &Options::default());
        let node = Node {
            label: "a".to_owned(),
            parsed: &parsed,
            facts: Facts::default(),
        };
        Contender::new(&node, &parsed.config.instances[0])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn sums_are_those_of_every_subset(weights in prop::collection::vec(-60i32..=60, 0..7)) {
            let contender = contender(&weights);
            let found = reach(&contender, None);
            let count = contender.checks.len();
            let mut all = std::collections::BTreeSet::new();
            for set in 0..1u32 << count {
                let failing: Vec<bool> = (0..count).map(|at| set >> at & 1 == 1).collect();
                let faulty = contender.checks.iter().zip(&failing).any(|(c, f)| *f && c.fault_when_failed);
                if faulty { continue; }
                let sum: i32 = contender.checks.iter().zip(&failing)
                    .map(|(c, failed)| if *failed { c.failed } else { c.well }).sum();
                all.insert(sum + 120);
            }
            let sums: std::collections::BTreeSet<i32> = found.iter().map(|r| r.sum).collect();
            prop_assert_eq!(sums, all);
            for reached in &found {
                let sum: i32 = contender.well() + reached.failed.iter()
                    .map(|at| contender.checks[*at].delta()).sum::<i32>();
                prop_assert_eq!(sum, reached.sum);
            }
        }
    }
}
