//! "Did you mean": the likeliest intended word.

/// Longer words are no typing mistakes of anything, and comparing takes time in proportion to the square of
/// the length.
const LONGEST: usize = 64;

/// The candidate that `word` is most likely a misspelling of: at most a third of its letters differ (two
/// swapped letters count once, case not at all). Of several equally near ones the first.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let length = word.chars().count();
    if length > LONGEST {
        return None;
    }
    let lower = word.to_lowercase();
    let allowed = (length / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        // The length alone rules most candidates out, so that long lists of ids stay cheap.
        if candidate.len() > 4 * LONGEST || candidate.chars().count().abs_diff(length) > allowed {
            continue;
        }
        let distance = strsim::osa_distance(&lower, &candidate.to_lowercase());
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// "did you mean `word`?"
pub fn did_you_mean(word: &str) -> String {
    format!("did you mean `{word}`?")
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_word_is_found_and_far_ones_are_not() {
        let words = ["capacity", "recharge", "coverage", "id"];
        for (word, expected) in [
            ("capcity", Some("capacity")),
            ("Capacity", Some("capacity")),
            ("recahrge", Some("recharge")),
            ("coverge", Some("coverage")),
            ("ids", Some("id")),
            ("horizon", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, words), expected, "{word}");
        }
        assert_eq!(nearest(&"x".repeat(1000), words), None);
    }
}
