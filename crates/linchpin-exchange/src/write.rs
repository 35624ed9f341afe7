//! A draft as the files of a scenario folder.

mod tables;

use crate::draft::{Asset, Class, Draft, Named, Network};
use crate::options::Required;
use crate::report::Report;
use crate::words::UNSORTED;
use std::fmt::Write as _;

/// A file of at most so many bytes is begun anew: the language reads up to 64 MiB.
const FILE_BYTES: usize = 32 << 20;

/// A file to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct OutFile {
    /// Its name in the folder.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// The files of a scenario: `scenario.ron`, what it includes, its tables, the report, and the list of new ids.
pub(crate) fn files(draft: &Draft, required: Required, report: &Report) -> Vec<OutFile> {
    let mut parts =
        vec![list("classes", "classes.ron", CLASSES, draft.classes.iter().map(|c| class(draft, c)))];
    if !draft.networks.is_empty() {
        let networks = draft.networks.iter().map(|n| network(draft, n));
        parts.push(list("networks", "networks.ron", NETWORKS, networks));
    }
    let mut files: Vec<OutFile> = parts.into_iter().flatten().collect();
    let includes: Vec<String> = files.iter().map(|file| quoted(&file.name)).collect();
    let mut named = "Assets(\"assets.csv\")".to_owned();
    files.push(OutFile { name: "assets.csv".into(), text: tables::assets(draft) });
    if !draft.needs.is_empty() {
        named.push_str(", Needs(\"needs.csv\")");
        files.push(OutFile { name: "needs.csv".into(), text: tables::needs(draft, required) });
    }
    files.insert(0, OutFile { name: "scenario.ron".into(), text: main(draft, &includes.join(", "), &named) });
    files.push(OutFile { name: "import-report.txt".into(), text: report.text() });
    if !report.renamed.is_empty() {
        files.push(OutFile { name: "ids.csv".into(), text: tables::ids(&report.renamed) });
    }
    files
}

const CLASSES: &str = "\
// Classes: what assets of a kind have in common. The times are placeholders of the import, not knowledge: replace them
// by your own, and write where they come from.
";
const NETWORKS: &str = "\
// Networks: members that are cut off from the sources, or from the largest connected part, do not work.
";

fn main(draft: &Draft, includes: &str, tables: &str) -> String {
    let mut text = String::from(
        "// Written by `linchpin import`; import-report.txt says what was read, guessed and left out.\n(\n    language: 1,\n",
    );
    let _ = writeln!(text, "    include: [{includes}],\n    tables: [{tables}],");
    let _ = writeln!(text, "    name: {},", quoted(&draft.title));
    text.push_str("    question: \"What falls with it when one asset is taken out?\",\n");
    if let Some(marking) = &draft.marking {
        let _ = writeln!(text, "    marking: {},", quoted(marking));
    }
    if draft.exercise {
        text.push_str("    exercise: true,\n");
    }
    text.push_str("    // A winter Monday: a placeholder.\n    start: \"2027-01-18T06:00:00+01:00\",\n    horizon: \"7d\",\n");
    named(&mut text, "regions", &draft.regions);
    named(&mut text, "services", &draft.services);
    let own: Vec<&Named> = draft
        .sectors
        .iter()
        .filter(|sector| crate::words::named_sector(&sector.id) != Some(&sector.id))
        .collect();
    if !own.is_empty() {
        named(&mut text, "sectors", own);
    }
    let sectors: Vec<String> =
        used_sectors(draft).into_iter().map(|i| quoted(&draft.sectors[i as usize].id)).collect();
    let _ = write!(
        text,
        "    // A placeholder that tells which assets matter: one drawn at random is damaged, another one in each\n    \
         // replication. Put the events here that you want to look into.\n    events: [\n        (\n            \
         id: \"what-if\", name: \"One asset is taken out\", at: \"1h\",\n            \
         on: Draw(k: 1, from: (sector: [{}])), do: [Damage()],\n        ),\n    ],\n)\n",
        sectors.join(", ")
    );
    text
}

/// Sectors that assets are in: a selector that chose nobody would be an error.
fn used_sectors(draft: &Draft) -> Vec<u32> {
    let of = |asset: &Asset| asset.sector.unwrap_or(draft.classes[asset.class as usize].sector);
    let mut used: Vec<u32> = draft.assets.iter().map(of).collect();
    used.sort_unstable();
    used.dedup();
    used
}

fn named<'a>(text: &mut String, field: &str, list: impl IntoIterator<Item = &'a Named>) {
    let _ = writeln!(text, "    {field}: [");
    for entry in list {
        let _ = write!(text, "        (id: {}", quoted(&entry.id));
        own_name(text, entry);
        text.push_str("),\n");
    }
    text.push_str("    ],\n");
}

fn own_name(text: &mut String, named: &Named) {
    if named.name != named.id && !named.name.is_empty() {
        let _ = write!(text, ", name: {}", quoted(&named.name));
    }
}

/// A list of the language in as many files as it takes.
fn list(field: &str, name: &str, head: &str, entries: impl Iterator<Item = String>) -> Vec<OutFile> {
    let open = || format!("{head}(\n    {field}: [\n");
    let mut texts = vec![open()];
    for entry in entries {
        let full = texts.last().is_some_and(|text| text.len() + entry.len() > FILE_BYTES);
        if full {
            texts.push(open());
        }
        if let Some(text) = texts.last_mut() {
            let _ = writeln!(text, "        {entry},");
        }
    }
    let stem = name.trim_end_matches(".ron");
    let file = |(i, text): (usize, String)| OutFile {
        name: if i == 0 { name.to_owned() } else { format!("{stem}-{}.ron", i + 1) },
        text: text + "    ],\n)\n",
    };
    texts.into_iter().enumerate().map(file).collect()
}

fn class(draft: &Draft, class: &Class) -> String {
    let mut text = format!("(id: {}", quoted(&class.named.id));
    own_name(&mut text, &class.named);
    let sector = &draft.sectors[class.sector as usize].id;
    let note = if sector == UNSORTED { ", notes: \"no word of it tells the sector\"" } else { "" };
    let _ = write!(
        text,
        ", sector: {}, supplies: [{}]{note},\n            repair: (value: Lognormal(median: \"24h\", p95: \"72h\"), \
         source: \"placeholder of the import\", confidence: \"A\"))",
        quoted(sector),
        quoted(&draft.services[class.service as usize].id)
    );
    text
}

fn network(draft: &Draft, network: &Network) -> String {
    let id = |row: &u32| draft.assets[*row as usize].named.id.as_str();
    let rule = if network.sources.is_empty() {
        "LargestComponent".to_owned()
    } else {
        format!("SourceReachable(sources: [{}])", joined(network.sources.iter().map(id)))
    };
    let links: Vec<String> =
        network.links.iter().map(|(a, b)| format!("({}, {})", quoted(id(a)), quoted(id(b)))).collect();
    format!(
        "(\n            id: {}, rule: {rule},\n            members: [{}],\n            links: [{}],\n        )",
        quoted(&network.id),
        joined(network.members.iter().map(id)),
        links.join(", ")
    )
}

fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.map(quoted).collect::<Vec<_>>().join(", ")
}

/// A text as the language writes it; what cannot be seen so that it can be.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            _ if c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}') =>
            {
                let _ = write!(quoted, "\\u{{{:x}}}", c as u32);
            }
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_read_back() {
        for text in ["plain", "say \"x\" \\ y", "two\nlines\tand", "\u{202e}turned\u{0}", "Ärger 🏥"] {
            let ron = format!(
                "(language: 1, name: {}, start: \"2027-01-18T06:00:00Z\", horizon: \"1d\", regions: [], services: [])",
                quoted(text)
            );
            let loaded = linchpin_scenario::check_text("a.ron", &ron);
            let name = loaded.model.map(|model| model.meta.name);
            assert_eq!(name.as_deref(), Some(text), "{:?}", loaded.diagnostics);
        }
    }

    #[test]
    fn long_lists_are_split() {
        let files = list("assets", "assets.ron", "", (0..9).map(|_| "x".repeat(FILE_BYTES / 4)));
        assert_eq!(
            files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(),
            ["assets.ron", "assets-2.ron", "assets-3.ron"]
        );
        assert!(
            files.iter().all(|file| file.text.len() < FILE_BYTES + 100 && file.text.ends_with("    ],\n)\n"))
        );
    }
}
