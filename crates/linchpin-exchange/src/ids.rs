//! Ids that the language accepts, from whatever other people call their things.

use std::collections::{BTreeMap, BTreeSet};

/// Longest id of the language, in characters.
const LONGEST: usize = 120;
/// Characters kept of a longer one, so that a digest finds room.
const KEPT: usize = 100;

/// Ids for names that are all different, in their order: the name itself where the language accepts it, else the
/// nearest that it accepts. Two names never share an id; a digest of the name tells them apart where they would. Which
/// id a name gets does not depend on the order of the names.
pub(crate) fn ids(names: &[&str]) -> Vec<String> {
    let kept: BTreeSet<&str> = names.iter().copied().filter(|name| is_valid(name)).collect();
    let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
    let near: Vec<Option<String>> =
        names.iter().map(|name| (!kept.contains(name)).then(|| nearest(name))).collect();
    for id in near.iter().flatten() {
        *wanted.entry(id.clone()).or_default() += 1;
    }
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut given = vec![String::new(); names.len()];
    // In the order of names, lest the rare clash of digests depend on the order of the file.
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_unstable_by_key(|i| names[*i]);
    for i in order {
        let name = names[i];
        given[i] = match &near[i] {
            None => name.to_owned(),
            Some(id)
                if id.chars().count() <= LONGEST
                    && !id.is_empty()
                    && wanted[id] == 1
                    && !kept.contains(id.as_str()) =>
            {
                id.clone()
            }
            Some(id) => {
                let start: String = id.chars().take(KEPT).collect();
                let start = if start.is_empty() { "x" } else { &start };
                let mut salt = 0;
                loop {
                    let id = format!("{start}-{:08x}", digest(name, salt));
                    if !kept.contains(id.as_str()) && !wanted.contains_key(&id) && taken.insert(id.clone()) {
                        break id;
                    }
                    salt += 1;
                }
            }
        };
    }
    given
}

/// Whether the language accepts this as an id.
pub(crate) fn is_valid(name: &str) -> bool {
    !name.is_empty() && name.chars().count() <= LONGEST && name.chars().all(is_fit)
}

fn is_fit(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// What the language does not accept as single dashes; none at either end.
fn nearest(name: &str) -> String {
    let mut id = String::with_capacity(name.len());
    for c in name.chars() {
        if is_fit(c) {
            id.push(c);
        } else if !id.ends_with('-') {
            id.push('-');
        }
    }
    id.trim_matches('-').to_owned()
}

/// FNV-1a, folded to 32 bits.
fn digest(name: &str, salt: u32) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(salt);
    for byte in name.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (hash ^ hash >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_ids() {
        let long = "ř".repeat(130);
        let names = ["S1", "n0::n1", "Břeclav č. 3", "a b", "a/b", "a-b", "🏥", " ", &long];
        let found = ids(&names);
        assert_eq!(found[..3], ["S1", "n0-n1", "Břeclav-č.-3"]);
        assert_eq!(found[5], "a-b", "what is valid stays");
        for (id, start) in [(&found[3], "a-b-"), (&found[4], "a-b-"), (&found[6], "x-"), (&found[7], "x-")] {
            assert!(id.starts_with(start), "{id}");
        }
        assert!(found.iter().all(|id| is_valid(id)), "{found:?}");
        assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), names.len());
    }

    #[test]
    fn the_order_of_names_does_not_matter() {
        let names = ["a b", "c", "a/b", "a?b", "a-b", "", "€", "₽"];
        let mut turned = names;
        turned.reverse();
        let mut again = ids(&turned);
        again.reverse();
        assert_eq!(ids(&names), again);
    }
}
