//! A draft as files: the campaigns to be included, and a scenario that does so.

use super::draft::{Actor, Campaign, Draft, Step};
use crate::options::Options;
use crate::write::{OutFile, quoted};
use std::fmt::Write as _;

/// Said of every value that the author has to replace.
const PLACEHOLDER: &str = "placeholder of the import";

/// Days that the longest horizon has room for: 20 years.
const MOST_DAYS: usize = 7_000;

pub(super) fn files(draft: &Draft, options: &Options) -> Vec<OutFile> {
    vec![
        OutFile { name: "scenario.ron".into(), text: main(draft, options) },
        OutFile { name: "campaigns.ron".into(), text: campaigns(draft) },
        OutFile { name: "import-report.txt".into(), text: draft.report.text() },
    ]
}

fn main(draft: &Draft, options: &Options) -> String {
    let longest = draft.campaigns.iter().map(|campaign| campaign.steps.len()).max().unwrap_or(0);
    let days = (longest + 30).min(MOST_DAYS);
    let mut text = String::from(
        "// Written by `linchpin import`: a scenario with nothing in it but what it includes. Put `campaigns.ron` into your own\n\
         // instead; import-report.txt says what was read, guessed and left out.\n(\n    language: 1,\n    include: [\"campaigns.ron\"],\n",
    );
    let _ = writeln!(text, "    name: {},", quoted(&draft.report.title));
    if let Some(marking) = &options.marking {
        let _ = writeln!(text, "    marking: {},", quoted(marking));
    }
    let _ = write!(
        text,
        "    // A winter Monday, and long enough for all steps one after another: placeholders.\n    \
         start: \"2027-01-18T06:00:00+01:00\",\n    horizon: \"{days}d\",\n    \
         regions: [(id: \"region\", name: \"A region\")],\n    \
         assets: [(id: \"asset\", name: \"An asset\", sector: \"digital\", region: \"region\")],\n)\n"
    );
    text
}

fn campaigns(draft: &Draft) -> String {
    let mut text = String::from(
        "// Written by `linchpin import`. The steps and their order are those of the file. Not known, and for you to say:\n\
         // - `on`: whom a step concerns, and with `take` and `strategy` how many of them;\n\
         // - `do`: what it does, such as Closure(lasts: \"6h\"), ControlLoss(lasts: \"2d\"), ItLoss(lasts: \"5d\");\n\
         // - `success`, `duration`, `detection`: every value marked as a placeholder is invented.\n(\n",
    );
    if !draft.actors.is_empty() {
        text.push_str("    actors: [\n");
        draft.actors.iter().for_each(|actor| write_actor(&mut text, actor));
        text.push_str("    ],\n");
    }
    text.push_str("    campaigns: [\n");
    for campaign in &draft.campaigns {
        write_campaign(&mut text, campaign, draft);
    }
    text.push_str("    ],\n)\n");
    text
}

fn write_actor(text: &mut String, actor: &Actor) {
    let _ = writeln!(
        text,
        "        (id: {}, name: {}, kind: {}),",
        quoted(&actor.id),
        quoted(&actor.name),
        quoted(actor.kind)
    );
}

fn write_campaign(text: &mut String, campaign: &Campaign, draft: &Draft) {
    let _ = writeln!(
        text,
        "        (\n            id: {}, name: {},",
        quoted(&campaign.id),
        quoted(&campaign.name)
    );
    if let Some(actor) = campaign.actor.and_then(|row| draft.actors.get(row)) {
        let _ = writeln!(text, "            actor: {},", quoted(&actor.id));
    }
    let _ = writeln!(text, "            at: {},", placeholder("\"1d\""));
    if !campaign.ordered {
        text.push_str("            // In no order: the file does not say what follows what.\n");
    }
    text.push_str("            steps: [\n");
    for step in &campaign.steps {
        write_step(text, step, &campaign.steps);
    }
    text.push_str("            ],\n        ),\n");
}

fn write_step(text: &mut String, step: &Step, steps: &[Step]) {
    let _ = write!(text, "                (id: {}, name: {}", quoted(&step.id), quoted(&step.name));
    if let Some(technique) = &step.technique {
        let _ = write!(text, ", technique: {}", quoted(technique));
    }
    let after: Vec<String> =
        step.after.steps.iter().filter_map(|row| steps.get(*row)).map(|step| quoted(&step.id)).collect();
    match (after.as_slice(), step.after.any) {
        ([], _) => {}
        (ids, true) => {
            let _ = write!(text, ", after: (any: [{}])", ids.join(", "));
        }
        (ids, false) => {
            let _ = write!(text, ", after: [{}]", ids.join(", "));
        }
    }
    if step.joint {
        text.push_str("),\n");
        return;
    }
    let _ = writeln!(
        text,
        ",\n                 duration: {}, success: {}),",
        placeholder("\"1d\""),
        placeholder("0.5")
    );
}

fn placeholder(value: &str) -> String {
    format!("(value: {value}, source: \"{PLACEHOLDER}\")")
}
