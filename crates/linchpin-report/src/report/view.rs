//! What the template shows: findings as text, in the order of the page.

use linchpin_analysis::findings::{AssetLoss, Findings, MetricSummary, Timeline, Verdict};
use serde::Serialize;

use super::contest::{ContestView, is_shown};
use crate::page::{Figure, Frame};
use crate::text::clean;
use crate::{Plot, briefing, format, names};

/// Pictures of each section, by their ids.
const LOSS: [&str; 3] = ["person-hours", "levels-services", "levels-regions"];
const SPREAD: [&str; 4] = ["cascade-size", "sector-matrix", "levels-sectors", "network"];
const ASSETS: [&str; 2] = ["most-affected", "most-harmful"];

/// The whole page.
#[derive(Serialize)]
pub(super) struct View {
    frame: Frame,
    horizon: String,
    services: Vec<ServiceRow>,
    requirements: Vec<RequirementRow>,
    cascade: Vec<MetricRow>,
    contest: Option<ContestView>,
    affected: Vec<AssetRow>,
    harmful: Vec<AssetRow>,
    timelines: Vec<TimelineView>,
    loss_plots: Vec<Figure>,
    spread_plots: Vec<Figure>,
    asset_plots: Vec<Figure>,
    other_plots: Vec<Figure>,
}

#[derive(Serialize)]
struct ServiceRow {
    name: String,
    loss: String,
    loss_ci: String,
    bad: String,
    peak: String,
    low: String,
    low_range: String,
    back: String,
    back_bad: String,
    not_back: String,
}

#[derive(Serialize)]
struct RequirementRow {
    name: String,
    group: String,
    asked: String,
    probability: String,
    ci: String,
    class: &'static str,
    verdict: &'static str,
}

#[derive(Serialize)]
pub(super) struct MetricRow {
    name: String,
    mean: String,
    ci: String,
    median: String,
    spread: String,
}

#[derive(Serialize)]
struct AssetRow {
    name: String,
    sector: String,
    region: String,
    mean: String,
    ci: String,
    probability: String,
}

#[derive(Serialize)]
struct TimelineView {
    title: String,
    words: String,
    plot: Option<Figure>,
    entries: Vec<EntryRow>,
}

#[derive(Serialize)]
struct EntryRow {
    clock: String,
    after: String,
    sector: String,
    region: String,
    text: String,
}

impl View {
    pub(super) fn new(findings: &Findings, plots: &[Plot]) -> Self {
        let study = &findings.study;
        let mut frame = Frame::new(study, &findings.assumptions, &findings.limits);
        frame.answer = briefing::answer(findings);
        frame.facts = facts(findings);
        let timelines: Vec<TimelineView> =
            findings.timelines.iter().enumerate().map(|(i, t)| timeline(findings, plots, t, i)).collect();
        let told: Vec<String> =
            findings.timelines.iter().enumerate().map(|(i, t)| crate::plot::timeline_id(t, i)).collect();
        let known = |id: &str| {
            LOSS.iter().chain(&SPREAD).chain(&ASSETS).any(|k| *k == id)
                || is_shown(id)
                || told.iter().any(|t| t == id)
        };
        Self {
            frame,
            horizon: format::hours(study.horizon_h),
            services: services(findings),
            requirements: requirements(findings),
            cascade: metrics_of(findings, "cascade"),
            contest: ContestView::of(findings, plots),
            affected: findings.most_affected.iter().map(asset).collect(),
            harmful: findings.most_harmful.iter().map(asset).collect(),
            timelines,
            loss_plots: figures(plots, |id| LOSS.contains(&id)),
            spread_plots: figures(plots, |id| SPREAD.contains(&id)),
            asset_plots: figures(plots, |id| ASSETS.contains(&id)),
            other_plots: figures(plots, |id| !known(id)),
        }
    }
}

pub(super) fn figures(plots: &[Plot], wanted: impl Fn(&str) -> bool) -> Vec<Figure> {
    plots.iter().filter(|p| wanted(&p.id)).map(Figure::of).collect()
}

/// One line about what was run.
fn facts(findings: &Findings) -> String {
    let study = &findings.study;
    let mut parts = vec![
        format!(
            "{} of {} from {}",
            names::runs(study.replications),
            format::hours(study.horizon_h),
            clean(&study.start)
        ),
        format!("{} assets and pools, {} links", format::count(study.assets), format::count(study.links)),
    ];
    if !study.regions.is_empty() {
        let regions: Vec<String> = study.regions.iter().take(8).map(|r| clean(r)).collect();
        parts.push(format!("regions: {}", regions.join(", ")));
    }
    format!(
        "{}. Intervals hold the mean with 95\u{a0}% confidence as far as chance in the runs goes; they say nothing about \
         errors of the model.{}",
        parts.join("; "),
        briefing::failures(findings)
    )
}

/// A number or a dash.
fn or_dash(value: Option<f64>, show: impl Fn(f64) -> String) -> String {
    value.filter(|v| v.is_finite()).map_or_else(|| "–".to_owned(), show)
}

fn services(findings: &Findings) -> Vec<ServiceRow> {
    let totals = findings
        .metrics
        .iter()
        .filter(|m| m.kind == "person_hours" && matches!(names::service_of(&m.group), Some((_, None))));
    totals.map(|total| service(findings, total)).collect()
}

fn service(findings: &Findings, total: &MetricSummary) -> ServiceRow {
    let of = |kind: &str| names::metric(findings, kind, &total.group);
    let (low, back) = (of("robustness"), of("restore_95"));
    let mean = names::mean(total);
    // What was not reached by the horizon took longer than that.
    let back_after = |quantile: usize| match back {
        Some(m) if m.quantiles[quantile].is_none() && m.not_reached > 0.0 => {
            format!("> {}", format::hours(findings.study.horizon_h))
        }
        m => or_dash(m.and_then(|m| m.quantiles[quantile]), format::hours),
    };
    let ends = |m: &MetricSummary| Some([m.quantiles[0]?, m.quantiles[4]?]);
    ServiceRow {
        name: clean(names::group(findings, &total.group)),
        loss: or_dash(mean, format::number),
        loss_ci: mean.zip(total.ci95).map(|(m, ci)| format::interval(m, ci, "")).unwrap_or_default(),
        bad: or_dash(total.quantiles[4], format::number),
        peak: or_dash(of("people_peak").and_then(names::mean), format::number),
        low: or_dash(low.and_then(|m| m.quantiles[2]), format::percent),
        low_range: low.and_then(ends).map(format::percent_range).unwrap_or_default(),
        back: back_after(2),
        back_bad: back_after(4),
        not_back: or_dash(back.map(|m| m.not_reached), format::percent),
    }
}

fn requirements(findings: &Findings) -> Vec<RequirementRow> {
    let all = &findings.requirements;
    all.iter()
        .enumerate()
        .map(|(i, r)| {
            // Said once for all groups that it is asked of.
            let again = i > 0 && all[i - 1].id == r.id && all[i - 1].name == r.name;
            let (class, verdict) = match r.verdict {
                Verdict::Met => ("met", "✓ met"),
                Verdict::NotMet => ("not_met", "✗ not met"),
                Verdict::Undecided => ("undecided", "? undecided"),
            };
            RequirementRow {
                name: if again {
                    String::new()
                } else {
                    clean(if r.name.is_empty() { &r.id } else { &r.name })
                },
                group: clean(&briefing::requirement_group(findings, &r.group)),
                asked: format::percent(r.asked),
                probability: format::percent(r.probability),
                ci: format::percent_range(r.ci95),
                class,
                verdict,
            }
        })
        .collect()
}

/// All metrics of a group, as a table.
pub(super) fn metrics_of(findings: &Findings, group: &str) -> Vec<MetricRow> {
    let metrics = findings.metrics.iter().filter(|m| m.group == group);
    metrics
        .map(|m| {
            let mean = names::mean(m);
            MetricRow {
                name: clean(&m.name),
                mean: or_dash(mean, |v| format::quantity(v, &m.unit)),
                ci: mean.zip(m.ci95).map(|(v, ci)| format::interval(v, ci, &m.unit)).unwrap_or_default(),
                median: or_dash(m.quantiles[2], |v| format::quantity(v, &m.unit)),
                spread: match (m.quantiles[0], m.quantiles[4]) {
                    (Some(low), Some(high)) => format::interval(low.max(high), [low, high], &m.unit),
                    _ => "–".to_owned(),
                },
            }
        })
        .collect()
}

fn asset(loss: &AssetLoss) -> AssetRow {
    AssetRow {
        name: clean(if loss.name.is_empty() { &loss.id } else { &loss.name }),
        sector: clean(&loss.sector),
        region: clean(&loss.region),
        mean: format::number(loss.mean_h),
        ci: format::interval(loss.mean_h, loss.ci95, ""),
        probability: format::percent(loss.probability),
    }
}

fn timeline(findings: &Findings, plots: &[Plot], timeline: &Timeline, number: usize) -> TimelineView {
    let id = crate::plot::timeline_id(timeline, number);
    let (title, near) = match timeline.label.as_str() {
        "typical" => ("A typical run".to_owned(), "the median"),
        "bad" => ("A bad run".to_owned(), "the 95\u{a0}% quantile (one run in twenty is worse)"),
        other => (format!("Run “{}”", clean(other)), "what was asked for"),
    };
    TimelineView {
        title,
        words: format!(
            "Run {} of {} is the one nearest to {near}: {}. It is told in its main moments.",
            format::count(u64::from(timeline.replication)),
            format::count(findings.study.replications),
            crate::plot::rounded(&clean(&timeline.headline)),
        ),
        plot: plots.iter().find(|p| p.id == id).map(Figure::of),
        entries: timeline
            .entries
            .iter()
            .map(|e| EntryRow {
                clock: clean(&e.clock),
                after: format::hours(e.hours),
                sector: if e.sector.is_empty() {
                    String::new()
                } else {
                    clean(names::group(findings, &format!("sector:{}", e.sector)))
                },
                region: clean(&e.region),
                text: clean(&e.text),
            })
            .collect(),
    }
}
