//! Where a pattern occurs in a text: what ACLs ask of every request.

/// Where `pattern` begins in `text`; with `any_case` the pattern is in lower case, the text
/// however it is.
pub fn occurrences<'t>(
    text: &'t [u8],
    pattern: &'t [u8],
    any_case: bool,
) -> impl Iterator<Item = usize> + 't {
    let first = pattern.first().copied();
    let both = first.map(|b| (b, if any_case { b.to_ascii_uppercase() } else { b }));
    let starts = both.map(|(lower, upper)| memchr::memchr2_iter(lower, upper, text));
    starts.into_iter().flatten().filter(move |at| {
        let part = text.get(*at..*at + pattern.len());
        part.is_some_and(|part| is_same(part, pattern, any_case))
    })
}

/// Whether it occurs at all; nothing occurs everywhere.
pub fn contains(text: &[u8], pattern: &[u8], any_case: bool) -> bool {
    pattern.is_empty() || occurrences(text, pattern, any_case).next().is_some()
}

pub fn is_same(text: &[u8], pattern: &[u8], any_case: bool) -> bool {
    if any_case {
        http1::same(text, pattern)
    } else {
        text == pattern
    }
}

/// Whether `pattern`, less delimiters at its ends, occurs between two delimiters or ends.
pub fn contains_whole(
    text: &[u8],
    pattern: &[u8],
    any_case: bool,
    delimiter: fn(u8) -> bool,
) -> bool {
    let Some(start) = pattern.iter().position(|b| !delimiter(*b)) else {
        return false;
    };
    let end = pattern
        .iter()
        .rposition(|b| !delimiter(*b))
        .map_or(start, |p| p + 1);
    let wanted = &pattern[start..end];
    occurrences(text, wanted, any_case).any(|at| {
        let before = at == 0 || delimiter(text[at - 1]);
        let after = text.get(at + wanted.len()).is_none_or(|b| delimiter(*b));
        before && after
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_found_is_what_a_walk_finds(text in "[aAbB/]{0,40}", pattern in "[ab/]{1,3}", any_case: bool) {
            let folded = if any_case { text.to_ascii_lowercase() } else { text.clone() };
            let walked: Vec<usize> = folded
                .as_bytes()
                .windows(pattern.len())
                .enumerate()
                .filter(|(_, part)| *part == pattern.as_bytes())
                .map(|(at, _)| at)
                .collect();
            let found = occurrences(text.as_bytes(), pattern.as_bytes(), any_case);
            prop_assert_eq!(found.collect::<Vec<_>>(), walked.clone());
            prop_assert_eq!(contains(text.as_bytes(), pattern.as_bytes(), any_case), !walked.is_empty());
        }
    }

    #[test]
    fn a_part_between_delimiters_is_whole() {
        let slash = |b| b == b'/';
        assert!(contains_whole(b"/x/Ab/y", b"/ab/", true, slash));
        assert!(contains_whole(b"ab", b"ab", false, slash));
        assert!(!contains_whole(b"/xab/ab", b"b", false, slash));
        assert!(!contains_whole(b"/ab", b"//", false, slash));
        assert!(contains(b"ab", b"", false));
    }
}
