//! `linchpin check`: everything that is wrong with a scenario, and what it consists of.

use crate::args::CheckArgs;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::load::{scenario_file, show};
use crate::number::count;
use linchpin_model::{Model, NodeKind, Occasion, time::format_duration};
use linchpin_scenario::Loaded;
use linchpin_scenario::diagnostic::locate;
use serde::Serialize;

/// What `check --json` prints.
#[derive(Serialize)]
struct CheckJson {
    version: u32,
    file: String,
    /// True where the scenario can be run.
    valid: bool,
    errors: usize,
    warnings: usize,
    problems: Vec<ProblemJson>,
    /// `null` where the scenario cannot be run.
    contents: Option<Contents>,
}

#[derive(Serialize)]
struct ProblemJson {
    severity: &'static str,
    file: String,
    /// From 1; 0 where the problem has no place.
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    title: String,
    label: String,
    help: Vec<String>,
}

/// What a scenario consists of.
#[derive(Serialize)]
struct Contents {
    name: String,
    horizon_s: u32,
    regions: usize,
    services: usize,
    sectors: usize,
    assets: usize,
    pools: usize,
    teams: usize,
    needs: usize,
    links: usize,
    events: usize,
    actors: usize,
    campaigns: usize,
    malware: usize,
    plans: usize,
    groups: usize,
    requirements: usize,
    /// What might be done.
    options: usize,
    /// Other threats than the one as written.
    threats: usize,
    /// Parameters that are uncertain.
    uncertain: usize,
    /// Values that carry a source.
    values_with_source: usize,
}

/// Runs the command.
pub fn check(args: &CheckArgs, console: &Console) -> Result<Exit, Failure> {
    let file = scenario_file(&args.file);
    let mut loaded = linchpin_scenario::load_model(&file);
    loaded.check_variants();
    let contents = loaded.model.as_ref().map(|model| Contents::of(model, &loaded));
    let exit = if contents.is_some() { Exit::Done } else { Exit::Invalid };
    if args.talk.json {
        let problems = loaded.diagnostics.iter().map(|problem| {
            let place = locate(&loaded.sources, problem);
            ProblemJson {
                severity: place.severity,
                file: place.file,
                line: place.line,
                column: place.column,
                end_line: place.end_line,
                end_column: place.end_column,
                title: place.title,
                label: place.label,
                help: place.help,
            }
        });
        let json = CheckJson {
            version: 1,
            file: file.display().to_string(),
            valid: contents.is_some(),
            errors: loaded.diagnostics.errors(),
            warnings: loaded.diagnostics.warnings(),
            problems: problems.collect(),
            contents,
        };
        console.data(&crate::json(&json)?)?;
        return Ok(exit);
    }
    show(&loaded.sources, &loaded.diagnostics, console);
    if let Some(contents) = contents {
        console.data(&contents.text())?;
    }
    Ok(exit)
}

impl Contents {
    fn of(model: &Model, loaded: &Loaded) -> Self {
        let nodes = |kind| model.nodes.iter().filter(|node| node.kind == kind).count();
        let used = |sector: usize| model.nodes.iter().any(|node| node.sector.index() == sector);
        Self {
            name: model.meta.name.clone(),
            horizon_s: model.meta.horizon,
            regions: model.regions.len(),
            services: model.services.len(),
            sectors: (0..model.sectors.len()).filter(|sector| used(*sector)).count(),
            assets: nodes(NodeKind::Asset),
            pools: nodes(NodeKind::Pool),
            teams: model.teams.len(),
            needs: model.needs.len(),
            links: model.links.len(),
            events: model.events.iter().filter(|event| event.occasion == Occasion::Script).count(),
            actors: model.actors.len(),
            campaigns: model.campaigns.len(),
            malware: model.malware.len(),
            plans: model.plans.len(),
            groups: model.groups.len(),
            requirements: model.requirements.len(),
            options: loaded.options.as_ref().map_or(0, |options| options.list.len()),
            threats: loaded.threats.len(),
            uncertain: loaded.uncertain.as_ref().map_or(0, |uncertain| uncertain.list.len()),
            values_with_source: model.assumptions.len(),
        }
    }

    fn text(&self) -> String {
        let number = |value: usize, one: &str, many: &str| {
            format!("{} {}", count(value as u64), if value == 1 { one } else { many })
        };
        let parts = [
            (self.assets, "asset", "assets"),
            (self.pools, "pool", "pools"),
            (self.needs, "need", "needs"),
            (self.links, "link", "links"),
            (self.teams, "team", "teams"),
            (self.events, "event", "events"),
            (self.actors, "actor", "actors"),
            (self.campaigns, "campaign", "campaigns"),
            (self.malware, "malware", "malware"),
            (self.plans, "plan", "plans"),
            (self.requirements, "requirement", "requirements"),
            (self.options, "option", "options"),
            (self.threats, "alternative threat", "alternative threats"),
            (self.uncertain, "uncertain parameter", "uncertain parameters"),
        ];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|part| part.0 > 0)
            .map(|(value, one, many)| number(value, one, many))
            .collect();
        format!(
            "{}: {} in {} of {}, over {}\n{} a source\n",
            self.name,
            parts.join(", "),
            number(self.sectors, "sector", "sectors"),
            number(self.regions, "region", "regions"),
            format_duration(u64::from(self.horizon_s)),
            number(self.values_with_source, "value carries", "values carry"),
        )
    }
}
