//! A small scenario to begin with: short enough to be read in a minute, with something of everything that matters.

use crate::write::quoted;

const TEXT: &str = include_str!("starter/scenario.ron");

/// Stands for the title in the text.
const TITLE: &str = "\"TITLE\"";

/// The text of `scenario.ron`.
pub fn scenario(title: &str) -> String {
    TEXT.replacen(TITLE, &quoted(title), 1)
}

#[cfg(test)]
mod tests {
    use super::scenario;

    #[test]
    fn it_is_right_whatever_it_is_called() {
        for title in ["My town", "say \"x\" \\", "TITLE", "Ω"] {
            let loaded = linchpin_scenario::check_text("scenario.ron", &scenario(title));
            let problems: Vec<_> = loaded.diagnostics.iter().collect();
            assert!(problems.is_empty(), "{problems:#?}");
            assert_eq!(loaded.model.map(|model| model.meta.name).as_deref(), Some(title));
        }
    }
}
