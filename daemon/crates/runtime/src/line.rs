//! From a line to commands, and from a command to words.

/// Words beyond these are one too many for every command: they are left out.
const MOST_WORDS: usize = 64;

/// The commands of a line: `;` separates them unless a backslash stands before it.
pub fn commands(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = unescaped(text, |c| c == ';');
        let (command, after) = match end {
            Some(at) => (&text[..at], Some(&text[at + 1..])),
            None => (text, None),
        };
        rest = after;
        Some(command)
    })
}

/// Blanks separate words; a backslash takes away the meaning of what follows it.
pub fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = command.trim_start_matches(is_blank);
    while !rest.is_empty() && words.len() < MOST_WORDS {
        let end = unescaped(rest, is_blank).unwrap_or(rest.len());
        words.push(without_escapes(&rest[..end]));
        rest = rest[end..].trim_start_matches(is_blank);
    }
    words
}

fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t'
}

fn unescaped(text: &str, is: impl Fn(char) -> bool) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let found = !escaped && is(c);
        escaped = !escaped && c == '\\';
        found.then_some(at)
    })
}

fn without_escapes(word: &str) -> String {
    let mut escaped = false;
    word.chars()
        .filter(|c| {
            escaped = !escaped && *c == '\\';
            !escaped
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(line: &str) -> Vec<Vec<String>> {
        commands(line).map(words).collect()
    }

    #[test]
    fn separators_and_blanks_may_be_escaped() {
        assert_eq!(all("a  b\tc;d"), [vec!["a", "b", "c"], vec!["d"]]);
        assert_eq!(
            all(r"a\;b c\ d \\;e"),
            [vec!["a;b", "c d", r"\"], vec!["e"]]
        );
        assert_eq!(all("a;"), [vec!["a"], vec![]]);
        assert_eq!(all("a ; ;b"), [vec!["a"], vec![], vec!["b"]]);
        assert_eq!(all(""), [Vec::<String>::new()]);
        assert_eq!(all(r"a\"), [vec!["a"]]);
    }

    #[test]
    fn words_are_bounded() {
        assert_eq!(words(&"w ".repeat(1000)).len(), MOST_WORDS);
    }
}
