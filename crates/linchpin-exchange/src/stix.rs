//! Threat intelligence (STIX 2.1, with the objects of Attack Flow 2) into the skeleton of a campaign.
//!
//! What such a bundle knows is who does what in which order. Whom it concerns, with which probability, how long it takes
//! and what it does to a service are for the author of a scenario: they are written as placeholders that say so.
//! Descriptions, commands and indicators are left out on purpose: a scenario says what happens, not how.

mod bundle;
mod draft;
mod flow;
mod write;

use crate::import::{Imported, Outcome};
use crate::input::Input;
use crate::options::Options;
use crate::problems::Problems;
use linchpin_scenario::diagnostic::Diagnostic;
use linchpin_scenario::source::SourceId;

/// Imports a bundle.
pub fn import_stix(input: Input, bundle: SourceId, options: &Options) -> Outcome {
    let Input { sources, mut diagnostics } = input;
    let mut problems = Problems::new(options.skip_broken);
    let read = bundle::read(&sources, bundle, &mut problems);
    let draft = read.map(|bundle| draft::draft(bundle, &options.title));
    if draft.as_ref().is_some_and(|draft| draft.campaigns.is_empty()) && problems.is_fine() {
        problems.fatal(
            Diagnostic::unplaced(format!("{} has no campaign", sources.name(bundle)))
                .help("campaigns are made of `attack-action` objects of Attack Flow, or of what a `campaign`, an `intrusion-set` or a `threat-actor` uses"),
        );
    }
    let fine = problems.is_fine() && diagnostics.is_empty();
    let imported = draft.filter(|_| fine).map(|mut draft| {
        draft.report.left_out.extend(problems.skipped());
        let files = write::files(&draft, options);
        Imported { files, report: draft.report }
    });
    diagnostics.extend(problems.into_diagnostics());
    diagnostics.sort();
    Outcome { sources, diagnostics, imported }
}

#[cfg(test)]
pub(crate) mod tests;
