//! From a study on disk to findings, and from findings to the files that people and programs read.

use crate::exit::{Exit, Failure};
use crate::replay::traced;
use linchpin_analysis::findings::{self, Findings, Parts, StudyInfo, Timeline, Verdict};
use linchpin_analysis::timeline::REPORT_LINES;
use linchpin_analysis::{Catalogue, Requirements, TellOptions, choose_timelines, tell};
use linchpin_ensemble::{Job, ModelJob, ModelSums, Study, StudyError, Totals, create_folder, hex, write_csv};
use linchpin_model::Model;
use linchpin_report::{plots, rasterise_all, report_html, summary_csv, summary_json};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Version of this program.
pub const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// A study that is complete on disk.
pub struct Complete<'a> {
    /// Where it is.
    pub folder: &'a Path,
    /// What was run.
    pub job: &'a ModelJob,
    /// Its seed.
    pub seed: u64,
    /// Its blocks.
    pub study: &'a Study,
    /// Its sums and hash.
    pub totals: &'a Totals<ModelSums>,
    /// Why it stopped.
    pub stopped: String,
    /// True where every number is asked for as text.
    pub csv: bool,
}

/// Names and structure that a study is told with, and its metrics and requirements by these names.
struct Told {
    model: Arc<Model>,
    catalogue: Catalogue,
    requirements: Requirements,
    redacted: bool,
}

impl Told {
    fn new(model: Arc<Model>, redacted: bool) -> Self {
        let (catalogue, requirements) = (Catalogue::new(&model), Requirements::new(&model));
        Self { model, catalogue, requirements, redacted }
    }
}

impl Complete<'_> {
    /// Writes into `folder` what may be given to others: `summary.json`, `summary.csv`, `plots/`, `report.html`, and
    /// `replications.csv` where it is asked for, all told with `model`, which is [redacted](mod@linchpin_analysis::redact).
    ///
    /// # Errors
    /// Where a file cannot be read or written.
    pub fn write_redacted(&self, model: Model, folder: &Path) -> Result<Findings, Failure> {
        let told = Told::new(Arc::new(model), true);
        create_folder(folder)?;
        let findings = self.findings(&told)?;
        write_shown(folder, &findings)?;
        if self.csv {
            let mut columns = self.job.columns();
            for (column, metric) in columns.iter_mut().zip(told.catalogue.metrics()) {
                (column.id, column.group) = (metric.id.clone(), metric.group.clone());
            }
            write_csv(self.study, &columns, &folder.join("replications.csv"), &findings.study.handling())?;
        }
        Ok(findings)
    }

    /// Writes `summary.json`, `summary.csv`, `plots/` and `report.html`; gives the findings. Writes `replications.csv`
    /// where it is asked for, or where there is one that would no longer be true.
    ///
    /// # Errors
    /// Where a file cannot be read or written.
    pub fn write(&self) -> Result<Findings, Failure> {
        let table = self.folder.join("replications.csv");
        let columns = self.job.columns();
        let asked = self.csv || table.exists();
        let meta = &self.job.model().meta;
        let marking = findings::handling(meta.exercise, &meta.marking);
        std::thread::scope(|scope| {
            // The largest file needs nothing but the blocks: it is written beside all the rest.
            let writing = scope
                .spawn(|| if asked { write_csv(self.study, &columns, &table, &marking) } else { Ok(()) });
            let findings = self.findings(&Told::new(self.job.model().clone(), false))?;
            write_shown(self.folder, &findings)?;
            writing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            Ok(findings)
        })
    }

    fn findings(&self, told: &Told) -> Result<Findings, Failure> {
        let info = StudyInfo {
            seed: self.seed,
            failed: self.totals.failed.clone(),
            study_hash: hex(&self.totals.hash),
            program: format!("linchpin {PROGRAM}"),
            // The frozen scenario lies in the study folder; with it the study can be made anywhere.
            command: format!(
                "linchpin run scenario.ron --seed {} --replications {}",
                self.seed, self.totals.replications
            ),
            stopped: self.stopped.clone(),
            redacted: told.redacted,
            ..StudyInfo::of(&told.model)
        };
        let parts = Parts {
            model: &told.model,
            catalogue: &told.catalogue,
            requirements: &told.requirements,
            sums: self.totals.sums.accumulator(),
        };
        let mut findings = findings::build(parts, info, &mut self.study.columns())?;
        findings.timelines = self.timelines(told)?;
        Ok(findings)
    }

    /// A typical and a bad replication, run again with a trace.
    fn timelines(&self, told: &Told) -> Result<Vec<Timeline>, Failure> {
        let mut columns = self.study.columns();
        let headline = columns.get(self.job.catalogue().headline())?;
        let Some(chosen) = choose_timelines(headline) else { return Ok(Vec::new()) };
        let tell_one = |(label, position): (&str, usize)| {
            let replication = self.study.finished().nth(position)?;
            let (record, headline) = traced(self.job.model(), self.seed, replication);
            let headline = told.catalogue.headline_text(headline);
            let options = TellOptions { label: label.to_owned(), headline, at_most: Some(REPORT_LINES) };
            Some(tell(&told.model, &record, &options))
        };
        Ok(["typical", "bad"].into_iter().zip(chosen).filter_map(tell_one).collect())
    }
}

fn write_shown(folder: &Path, findings: &Findings) -> Result<(), Failure> {
    write(&folder.join("summary.json"), summary_json(findings).as_bytes())?;
    write(&folder.join("summary.csv"), summary_csv(findings).as_bytes())?;
    let pictures = plots(findings);
    let plots = folder.join("plots");
    create_folder(&plots)?;
    for (plot, png) in pictures.iter().zip(shown(rasterise_all(&pictures))?) {
        write(&plots.join(format!("{}.svg", plot.id)), plot.svg.as_bytes())?;
        write(&plots.join(format!("{}.png", plot.id)), &png)?;
    }
    let report = shown(report_html(findings, &pictures))?;
    write(&folder.join("report.html"), report.as_bytes())
}

/// An error in showing is one of this program.
pub fn shown<T>(result: linchpin_report::Result<T>) -> Result<T, Failure> {
    result.map_err(|error| Failure::internal(error.to_string()))
}

/// These files can be made again from the blocks, so they need not be flushed to the disk one by one.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes)
        .map_err(|source| StudyError::Io { doing: "write", path: path.to_owned(), source }.into())
}

/// The exit code that `--require` asks for.
pub fn verdict(findings: &Findings) -> Exit {
    let any = |verdict| findings.requirements.iter().any(|requirement| requirement.verdict == verdict);
    if any(Verdict::NotMet) {
        Exit::NotMet
    } else if any(Verdict::Undecided) {
        Exit::Undecided
    } else {
        Exit::Done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linchpin_analysis::findings::RequirementResult;

    #[test]
    fn the_worst_verdict_counts() {
        use Verdict::{Met, NotMet, Undecided};
        for (verdicts, exit) in [
            (vec![], Exit::Done),
            (vec![Met, Met], Exit::Done),
            (vec![Met, Undecided], Exit::Undecided),
            (vec![Undecided, NotMet, Met], Exit::NotMet),
        ] {
            let requirements = verdicts
                .iter()
                .map(|verdict| RequirementResult { verdict: *verdict, ..RequirementResult::default() })
                .collect();
            assert_eq!(verdict(&Findings { requirements, ..Findings::default() }), exit, "{verdicts:?}");
        }
    }
}
