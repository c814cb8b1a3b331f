//! How algorithms spread requests.

use balance::leastconn::Load;
use balance::{LeastConn, Lots, Ring, Rotation, WeightMap, first, hash, keys};
use std::net::IpAddr;

fn counts(picks: impl Iterator<Item = usize>, servers: usize) -> Vec<usize> {
    let mut counts = vec![0; servers];
    picks.for_each(|s| counts[s] += 1);
    counts
}

#[test]
fn equal_weights_take_turns_in_order() {
    let mut rotation = Rotation::new(&[5, 5, 5], 0.0);
    let seen: Vec<_> = (0..7).filter_map(|_| rotation.pick(|_| true)).collect();
    assert_eq!(seen, [0, 1, 2, 0, 1, 2, 0]);
}

#[test]
fn weights_are_exact_over_a_cycle_and_spread_within_it() {
    let weights = [5, 3, 1, 0];
    let mut rotation = Rotation::new(&weights, 0.0);
    let cycle: Vec<_> = (0..9).filter_map(|_| rotation.pick(|_| true)).collect();
    assert_eq!(counts(cycle.iter().copied(), 4), [5, 3, 1, 0]);
    // As haproxy gives the turns: whoever is due, and gaps to those that were not served yet.
    assert_eq!(cycle, [0, 0, 1, 0, 2, 1, 0, 0, 1]);
}

#[test]
fn the_largest_farm_stays_small_and_fair() {
    let weights: Vec<u32> = (0..4095).map(|n| 1 + n % 256).collect();
    let mut rotation = Rotation::new(&weights, 0.5);
    assert!(rotation.len() <= 80_000, "{}", rotation.len());
    let n = rotation.len();
    let seen = counts(
        (0..n).filter_map(|_| rotation.pick(|_| true)),
        weights.len(),
    );
    assert!(seen.iter().all(|c| *c >= 1), "a server gets nothing");
}

#[test]
fn unusable_servers_are_passed_over() {
    let mut rotation = Rotation::new(&[1, 1, 1], 0.0);
    let seen: Vec<_> = (0..4).filter_map(|_| rotation.pick(|s| s != 1)).collect();
    assert_eq!(seen, [0, 2, 0, 2]);
    assert_eq!(rotation.pick(|_| false), None);
    assert_eq!(Rotation::new(&[0, 0], 0.0).pick(|_| true), None);
}

/// Takes `n` connections and keeps them.
fn fill(tree: &mut LeastConn, weights: &[u32], active: &mut [u32], n: usize) -> Vec<usize> {
    let mut seen = Vec::new();
    for _ in 0..n {
        let load = |s: usize| Some(loaded(weights[s], active[s]));
        let s = tree.pick(None, load).unwrap();
        active[s] += 1;
        tree.update(s, Some(loaded(weights[s], active[s])));
        seen.push(s);
    }
    seen
}

fn loaded(weight: u32, connections: u32) -> Load {
    Load {
        weight: 16 * weight,
        connections,
    }
}

#[test]
fn leastconn_fills_by_weight_in_haproxys_order() {
    let weights = [4, 2, 1];
    let mut active = [0; 3];
    let mut tree = LeastConn::new(3, |s| Some(loaded(weights[s], 0)));
    let seen = fill(&mut tree, &weights, &mut active, 28);
    let letters: String = seen.iter().map(|s| ["A", "B", "C"][*s]).collect();
    // Recorded from haproxy 2.6.12 with connections that stay.
    assert_eq!(letters, "ABCAABAABAACBAABAACBAABAACBA");
    let idle = |_: usize| Some(loaded(7, 0));
    let mut tree = LeastConn::new(3, idle);
    let turns: Vec<_> = (0..6)
        .map(|_| {
            let s = tree.pick(None, idle).unwrap();
            // Each ends before the next begins.
            tree.update(s, Some(loaded(7, 1)));
            tree.update(s, Some(loaded(7, 0)));
            s
        })
        .collect();
    assert_eq!(turns, [0, 1, 2, 0, 1, 2]);
}

#[test]
fn leastconn_agrees_with_a_search_through_all_servers() {
    let n = 1000;
    let mut seed = 1u32;
    let mut draw = |below: u32| {
        seed = hash::avalanche(seed.wrapping_add(0x9e37_79b9));
        seed % below
    };
    let weights: Vec<u32> = (0..n).map(|_| draw(257)).collect();
    let mut active: Vec<u32> = (0..n).map(|_| draw(50)).collect();
    let mut tree = LeastConn::new(n, |s| Some(loaded(weights[s], active[s])));
    for round in 0..5000 {
        let avoid = (round % 3 == 0).then(|| draw(1000) as usize);
        let load = |s: usize| Some(loaded(weights[s], active[s]));
        let s = tree.pick(avoid, load).unwrap();
        let cost = |s: usize| {
            let n = u64::from(active[s]);
            if n == 0 {
                0
            } else {
                ((n + 1) << 8) / u64::from(weights[s])
            }
        };
        let best = (0..n)
            .filter(|s| weights[*s] > 0 && Some(*s) != avoid)
            .map(cost)
            .min();
        assert_eq!(Some(cost(s)), best, "round {round}");
        active[s] += 1;
        tree.update(s, Some(loaded(weights[s], active[s])));
        let other = draw(1000) as usize;
        active[other] = active[other].saturating_sub(draw(3));
        tree.update(other, Some(loaded(weights[other], active[other])));
    }
}

#[test]
fn leastconn_finds_what_others_changed() {
    let full = |_: usize| None;
    let mut tree = LeastConn::new(5, full);
    assert_eq!(tree.pick(None, full), None);
    // Nobody told the tree that server 3 has a place again.
    let freed = |s: usize| (s == 3).then_some(loaded(1, 9));
    assert_eq!(tree.pick(None, freed), Some(3));
    assert_eq!(tree.pick(Some(3), freed), None);
    assert_eq!(LeastConn::new(0, full).pick(None, full), None);
    assert_eq!(
        LeastConn::new(1, |_| Some(loaded(1, 0))).pick(None, |_| Some(loaded(1, 0))),
        Some(0)
    );
}

#[test]
fn first_fills_in_order() {
    let order = first::order(&[30, 10, 20]);
    assert_eq!(first::pick(&order, |s| s != 1), Some(2));
    assert_eq!(first::pick(&order, |_| true), Some(1));
    assert_eq!(first::pick(&order, |_| false), None);
}

#[test]
fn random_draws_follow_weights_and_prefer_the_idle() {
    let mut seed = 1u32;
    let mut draw = || {
        seed = hash::avalanche(seed.wrapping_add(0x9e37_79b9));
        seed
    };
    let even = |_| {
        Some(Load {
            weight: 1,
            connections: 0,
        })
    };
    let seen = counts(
        (0..30_000).filter_map(|_| Lots::new(&[2, 1]).pick(1, &mut draw, even)),
        2,
    );
    assert!((19_000..21_000).contains(&seen[0]), "{seen:?}");
    let busy = |s: usize| {
        Some(Load {
            weight: 1,
            connections: if s == 0 { 100 } else { 0 },
        })
    };
    let seen = counts(
        (0..10_000).filter_map(|_| Lots::new(&[1, 1]).pick(2, &mut draw, busy)),
        2,
    );
    assert!(seen[1] > 7_000, "the better of two draws: {seen:?}");
}

#[test]
fn a_map_gives_each_hash_one_server_in_proportion() {
    let map = WeightMap::new(&[3, 1, 0], 0.0);
    let seen = counts((0..4000).filter_map(|h| map.pick(h)), 3);
    assert_eq!(seen, [3000, 1000, 0]);
    assert_eq!(WeightMap::new(&[0], 0.0).pick(7), None);
}

#[test]
fn a_lost_server_moves_only_its_own_keys_on_a_ring() {
    let ring = Ring::new((1..=5).map(|id| (id, 128)));
    let pick = |h: u32, lost: usize| ring.pick(hash::avalanche(h), |s| s != lost).unwrap();
    let before: Vec<_> = (0..5000).map(|h| pick(h, usize::MAX)).collect();
    let moved = (0..5000u32)
        .zip(&before)
        .filter(|(h, was)| pick(*h, 2) != **was)
        .count();
    assert_eq!(moved, before.iter().filter(|s| **s == 2).count());
    let seen = counts(before.into_iter(), 5);
    assert!(seen.iter().all(|c| (500..1700).contains(c)), "{seen:?}");
}

#[test]
fn known_hashes() {
    // What haproxy's converters give for 'a' and 'hello', spread and not.
    assert_eq!(hash::avalanche(177_670), 3_548_763_807);
    assert_eq!(hash::avalanche(261_238_937), 1_119_739_105);
    // Published check values of the algorithms.
    assert_eq!(hash::Function::Crc32.of(b"123456789"), 0xcbf4_3926);
    assert_eq!(hash::Function::Djb2.of(b"a"), 5381 * 33 + 97);
    assert_eq!(hash::Function::Sdbm.of(b"ab"), 97 * 65_599 + 98);
    assert_eq!(hash::Function::None.of(b"1234x"), 1234);
}

#[test]
fn the_hashed_part_of_a_uri() {
    let key = |len, depth, whole| keys::UriKey { len, depth, whole };
    for (uri, k, expected) in [
        ("/a/b/c?d", key(None, None, false), "/a/b/c"),
        ("/a/b/c?d", key(None, None, true), "/a/b/c?d"),
        ("/a/b/c?d", key(Some(3), None, false), "/a/"),
        ("/a/b/c?d", key(None, Some(1), false), "/a"),
        ("/a/b/c?d", key(None, Some(2), false), "/a/b"),
        ("/a", key(Some(100), Some(9), true), "/a"),
    ] {
        assert_eq!(
            keys::uri(uri.as_bytes(), k),
            expected.as_bytes(),
            "{uri} {k:?}"
        );
    }
}

#[test]
fn parameters_hosts_and_addresses() {
    assert_eq!(
        keys::url_param(b"a=1&id=42;x=3", b"id"),
        Some(&b"42;x=3"[..])
    );
    assert_eq!(keys::url_param(b"aid=1&idx=2", b"id"), None);
    assert_eq!(
        keys::body_param(b"a=1&id=42\r\n&x", b"id"),
        Some(&b"42"[..])
    );
    assert_eq!(keys::body_param(b"a 1&id=42", b"id"), None);
    assert_eq!(keys::domain_only(b"www.example.com:80"), b"example");
    assert_eq!(keys::domain_only(b"localhost"), b"localhost");
    let ip = |s: &str| keys::source(s.parse::<IpAddr>().unwrap());
    assert_eq!(ip("10.0.0.1"), 0x0a00_0001);
    assert_eq!(ip("::ffff:10.0.0.1"), ip("10.0.0.1"));
    assert_ne!(ip("2001:db8::1"), ip("2001:db8::2"));
}
