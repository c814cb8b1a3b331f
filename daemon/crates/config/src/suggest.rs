//! "did you mean": the nearest known word.

/// The candidate nearest to `word`, when it is near enough to be a slip of the fingers: one edit
/// for short words, up to a third of the letters for longer ones. Edits are insertion, deletion,
/// substitution and swapping of neighbours; case does not matter.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded: Vec<char> = word.chars().map(|c| c.to_ascii_lowercase()).collect();
    let mut limit = (folded.len() / 3).clamp(1, 3);
    let mut best = None;
    let mut other = Vec::new();
    for candidate in candidates {
        // A character has one to four bytes, so this many bytes apart is too many characters.
        if candidate.len() > word.len() + limit * 4 || candidate.len() + limit * 4 < folded.len() {
            continue;
        }
        other.clear();
        other.extend(candidate.chars().map(|c| c.to_ascii_lowercase()));
        if other.len().abs_diff(folded.len()) > limit {
            continue;
        }
        let distance = edits(&folded, &other);
        if distance < limit || (distance == limit && best.is_none()) {
            best = Some(candidate);
            limit = distance;
        }
        if limit == 0 {
            break;
        }
    }
    best
}

/// Damerau-Levenshtein distance (optimal string alignment) in characters.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut now: Vec<usize> = vec![0; b.len() + 1];
    for i in 1..=a.len() {
        now[0] = i;
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut least = (last[j] + 1).min(now[j - 1] + 1).min(last[j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            now[j] = least;
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut now);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapped_neighbours_count_as_one_edit() {
        let distance = |a: &str, b: &str| {
            edits(
                &a.chars().collect::<Vec<_>>(),
                &b.chars().collect::<Vec<_>>(),
            )
        };
        assert_eq!(distance("weigth", "weight"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("same", "same"), 0);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn the_nearest_word_is_found_and_strangers_are_not() {
        let words = ["roundrobin", "leastconn", "source"];
        assert_eq!(nearest("roundrobbin", words), Some("roundrobin"));
        assert_eq!(nearest("RoundRobin", words), Some("roundrobin"));
        assert_eq!(nearest("quorum", words), None);
        assert_eq!(nearest("x", words), None);
    }
}
