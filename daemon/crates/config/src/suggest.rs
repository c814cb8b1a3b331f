//! "did you mean": the nearest known word.

/// The candidate nearest to `word`, when it is near enough to be a slip of the fingers: one edit
/// for short words, up to a third of the letters for longer ones. Edits are insertion, deletion,
/// substitution and swapping of neighbours; case does not matter.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (length, letters) = outline(word);
    let mut limit = (length / 3).clamp(1, 3);
    let mut best = None;
    let (mut folded, mut other) = (Vec::new(), Vec::new());
    let mut rows = Rows::default();
    for candidate in candidates {
        // Most words are told apart by their outlines, before anything is copied: an edit changes
        // the length by one at most, and replaces one letter by another at most.
        let (its_length, its_letters) = outline(candidate);
        let differing = (letters ^ its_letters).count_ones() as usize;
        if its_length.abs_diff(length) > limit || differing > 2 * limit {
            continue;
        }
        if folded.is_empty() {
            folded.extend(word.chars().map(|c| c.to_ascii_lowercase()));
        }
        other.clear();
        other.extend(candidate.chars().map(|c| c.to_ascii_lowercase()));
        let distance = rows.edits(&folded, &other);
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

/// How many characters, and which: a bit for each letter of either case, which other characters share.
fn outline(word: &str) -> (usize, u32) {
    let add = |(length, letters), c: char| (length + 1, letters | 1 << (u32::from(c) & 31));
    word.chars().fold((0, 0), add)
}

/// Three rows of the table of distances, used again for each pair of words.
#[derive(Default)]
struct Rows {
    before: Vec<usize>,
    last: Vec<usize>,
    now: Vec<usize>,
}

impl Rows {
    /// Damerau-Levenshtein distance (optimal string alignment) in characters.
    fn edits(&mut self, a: &[char], b: &[char]) -> usize {
        let Self { before, last, now } = self;
        last.clear();
        last.extend(0..=b.len());
        before.resize(b.len() + 1, 0);
        now.resize(b.len() + 1, 0);
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
            std::mem::swap(before, last);
            std::mem::swap(last, now);
        }
        last[b.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapped_neighbours_count_as_one_edit() {
        let distance = |a: &str, b: &str| {
            Rows::default().edits(
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
        assert_eq!(nearest("qourcz", words), Some("source"));
        assert_eq!(nearest("least-conn", words), Some("leastconn"));
    }
}
