//! What an import read, guessed and left out, in sentences.

use serde::Serialize;
use std::fmt::Write as _;

/// New ids that are spelled out on the screen; the others stand in `ids.csv`.
const RENAMED: usize = 10;

/// What an import read, guessed and left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Title of the scenario.
    pub title: String,
    /// Assets written.
    pub assets: usize,
    /// Needs written.
    pub needs: usize,
    /// Links between providers and needs.
    pub supplies: usize,
    /// Networks written.
    pub networks: usize,
    /// Links in networks.
    pub links: usize,
    /// Actors written.
    pub actors: usize,
    /// Campaigns written.
    pub campaigns: usize,
    /// Steps of campaigns.
    pub steps: usize,
    /// What was read.
    pub read: Vec<String>,
    /// What was guessed; each can be said by an option, or changed in the files.
    pub guessed: Vec<String>,
    /// What was left out.
    pub left_out: Vec<String>,
    /// Ids that the language does not accept, with what they became.
    pub renamed: Vec<(String, String)>,
}

impl Report {
    /// The report as text.
    pub fn text(&self) -> String {
        let mut text = format!("{}: what was read, guessed and left out\n", self.title);
        let parts = [
            (self.assets, "asset", "assets"),
            (self.needs, "need", "needs"),
            (self.supplies, "supply link", "supply links"),
            (self.networks, "network", "networks"),
            (self.links, "link in networks", "links in networks"),
            (self.actors, "actor", "actors"),
            (self.campaigns, "campaign", "campaigns"),
            (self.steps, "step", "steps"),
        ];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|part| part.0 > 0)
            .map(|(count, one, many)| counted(count, one, many))
            .collect();
        section(&mut text, "Written", &[parts.join(", ")]);
        section(&mut text, "Read", &self.read);
        section(&mut text, "Guessed (an option, or an edit of the files, says otherwise)", &self.guessed);
        section(&mut text, "Left out", &self.left_out);
        if !self.renamed.is_empty() {
            let mut lines: Vec<String> = self
                .renamed
                .iter()
                .take(RENAMED)
                .map(|(from, to)| format!("`{}` is now `{to}`", visible(from)))
                .collect();
            let more = self.renamed.len().saturating_sub(RENAMED);
            lines.push(match more {
                0 => "ids.csv lists them".to_owned(),
                _ => format!("and {more} more, all in ids.csv"),
            });
            section(&mut text, "Ids that the language does not accept as they are", &lines);
        }
        text
    }
}

fn section(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = write!(text, "\n{title}\n");
    for line in lines {
        let _ = writeln!(text, "  - {line}");
    }
}

/// `1 asset`, `2 assets`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Text of others without what would move the cursor of a terminal.
pub(crate) fn visible(text: &str) -> String {
    text.chars().take(200).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_says_everything_and_no_more() {
        let report = Report {
            title: "Town".into(),
            assets: 2,
            needs: 1,
            guessed: vec!["that".into()],
            renamed: (0..12).map(|i| (format!("a\u{1b} {i}"), format!("a-{i}"))).collect(),
            ..Report::default()
        };
        let text = report.text();
        for part in ["- 2 assets, 1 need\n", "- that", "`a\u{fffd} 0` is now `a-0`", "and 2 more"] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(!text.contains("Left out") && !text.contains('\u{1b}'), "{text}");
    }
}
