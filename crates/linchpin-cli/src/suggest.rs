//! "Did you mean": the nearest of the words that would have been right.

/// The nearest candidate, if one is near enough to be a slip of the fingers or a part of the word.
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let near = strsim::jaro_winkler(word, candidate);
        let near = if !word.is_empty() && candidate.contains(word) { near.max(0.9) } else { near };
        if near >= 0.8 && best.is_none_or(|(other, _)| near > other) {
            best = Some((near, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_recognised() {
        let candidates = ["substation-north", "substation-south", "hospital-1", "person_hours/water"];
        for (word, expected) in [
            ("substaton-north", Some("substation-north")),
            ("hospital1", Some("hospital-1")),
            ("water", Some("person_hours/water")),
            ("zebra", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, candidates.into_iter()), expected, "{word}");
        }
    }
}
