//! How like a command some words are.

/// Edits from one word to the other, where two neighbours that changed places are one.
pub fn distance(from: &str, to: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (from.chars().take(40).collect(), to.chars().collect());
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let other = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + other);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

/// The same of whole commands; words that begin like those of the command are as good as whole.
pub fn of_command(given: &[String], words: &str) -> usize {
    let known = words.split(' ').count();
    let pairs = words.split(' ').enumerate();
    let cost = pairs.map(|(at, word)| match given.get(at) {
        Some(given) if !given.is_empty() && word.starts_with(given.as_str()) => 0,
        Some(given) => distance(given, word),
        None => 2,
    });
    cost.sum::<usize>() + given.len().saturating_sub(known).min(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_that_changed_places_are_one_edit() {
        assert_eq!(distance("shwo", "show"), 1);
        assert_eq!(distance("", "show"), 4);
        assert_eq!(distance("show", "show"), 0);
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(of_command(&words("sho stat"), "show stat"), 0);
        assert!(
            of_command(&words("show stats"), "show stat")
                < of_command(&words("show stats"), "show sess")
        );
    }
}
