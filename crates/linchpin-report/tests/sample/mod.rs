//! Made-up findings of two fictional countries, from formulae: enough of everything to draw and to write about.

#![allow(dead_code, unused_imports, reason = "shared by tests and examples, each of which uses a part")]

mod contest;
mod extremes;

use linchpin_analysis::findings::*;

pub use extremes::*;

const HORIZON_H: f64 = 336.0;
const REGIONS: [(&str, &str); 2] = [("arvenia", "Arvenia"), ("belmark", "Belmark")];
/// Id, name, deepest median level, hours to half recovery, people served in millions.
const SERVICES: [(&str, &str, f64, f64, f64); 8] = [
    ("electricity", "Electricity", 0.34, 46.0, 9.1),
    ("mobile", "Mobile telecom", 0.21, 58.0, 8.8),
    ("water", "Drinking water", 0.62, 40.0, 8.9),
    ("care", "Emergency care", 0.78, 36.0, 9.1),
    ("payments", "Payments", 0.30, 72.0, 7.2),
    ("rail", "Rail", 0.15, 96.0, 1.4),
    ("fuel", "Fuel", 0.48, 84.0, 5.2),
    ("heat", "District heating", 0.55, 66.0, 2.6),
];
const SECTORS: [(&str, &str); 11] = [
    ("energy", "Energy"),
    ("transport", "Transport"),
    ("banking", "Banking"),
    ("financial-market", "Financial market infrastructure"),
    ("health", "Health"),
    ("drinking-water", "Drinking water"),
    ("waste-water", "Waste water"),
    ("digital", "Digital infrastructure"),
    ("public-administration", "Public administration"),
    ("space", "Space"),
    ("food", "Food"),
];

/// Everything there can be, in sizes as a real study has them.
pub fn rich() -> Findings {
    Findings {
        version: FINDINGS_VERSION,
        study: study(),
        metrics: metrics(),
        requirements: requirements(),
        bands: bands(),
        cascade_sizes: Histogram {
            edges: (0..=24).map(|i| f64::from(i) * 10.0).collect(),
            counts: (0..24).map(|i| bell(f64::from(i), 9.5, 3.4, 1150.0) as u64).collect(),
        },
        attribution: attribution(),
        most_affected: losses("lost"),
        most_harmful: losses("harm"),
        timelines: vec![timeline("typical", 4711, 1.0), timeline("bad", 902, 1.7)],
        contest: Some(contest::contest()),
        network: network(true),
        assumptions: assumptions(),
        limits: vec![
            "Results hold on the condition that the attack takes place; they say nothing about how likely it is.".into(),
            "Power flow is not modelled: substations supply what is connected to them.".into(),
            "Repair crews of neighbouring countries are assumed not to help.".into(),
        ],
    }
}

fn study() -> StudyInfo {
    StudyInfo {
        name: "Winter attack on the grid of Arvenia and Belmark".into(),
        question:
            "If six substations and a control centre are lost on a January evening, who is without which \
                   service for how long, and do hospitals and emergency calls hold?"
                .into(),
        marking: "TLP:CLEAR".into(),
        exercise: true,
        start: "Mon 18 Jan 2027 06:00 +01:00".into(),
        start_unix_s: 1_800_248_400,
        utc_offset_s: 3600,
        horizon_h: HORIZON_H,
        seed: 20_270_118,
        replications: 10_000,
        failed: vec![],
        events_mean: 247.3,
        assets: 268,
        links: 803,
        regions: REGIONS.iter().map(|r| r.1.to_owned()).collect(),
        scenario_hash: "3f2a9c0d71e84b56a0c2d3e4f5061728394a5b6c7d8e9f00112233445566778a".into(),
        study_hash: "a8f7e6d5c4b3a291807f6e5d4c3b2a1908f7e6d5c4b3a29180f7e6d5c4b3a291".into(),
        program: "linchpin 0.1.0".into(),
        command:
            "linchpin run scenarios/energy-grid-attack/scenario.ron --replications 10000 --seed 20270118"
                .into(),
        stopped: "replications".into(),
        redacted: false,
    }
}

fn bell(x: f64, centre: f64, width: f64, height: f64) -> f64 {
    let z = (x - centre) / width;
    height / (1.0 + z * z + 0.25 * z * z * z * z)
}

/// A number in 0..1 that looks random and is always the same.
fn noise(a: usize, b: usize) -> f64 {
    let mut x = (a as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ (b as u64 + 7).wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    x ^= x >> 29;
    x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x ^= x >> 32;
    (x >> 11) as f64 / (1u64 << 53) as f64
}

/// Level after `h` hours of a service that falls at 12 h and is half back after `half` hours more.
fn level(h: f64, low: f64, half: f64, delay: f64) -> f64 {
    let t = h - 12.0 - delay;
    if t < 0.0 {
        return 1.0;
    }
    let fallen = (t / 5.0).min(1.0);
    let back = (t / half) * (t / half) / (1.0 + (t / half) * (t / half));
    (1.0 - (1.0 - low) * fallen * (1.0 - back)).clamp(0.0, 1.0)
}

fn band(group: &str, name: &str, kind: &str, low: f64, half: f64, delay: f64) -> Band {
    let hours: Vec<f64> = (0..=168).map(|i| f64::from(i) * 2.0).collect();
    let curve = |depth: f64, slow: f64| -> Vec<f64> {
        hours.iter().map(|h| level(*h, (1.0 - (1.0 - low) * depth).max(0.0), half * slow, delay)).collect()
    };
    Band {
        group: group.into(),
        name: name.into(),
        kind: kind.into(),
        mean: curve(1.0, 1.05),
        percentiles: [curve(1.35, 1.9), curve(1.15, 1.3), curve(1.0, 1.0), curve(0.8, 0.8), curve(0.45, 0.6)],
        hours,
    }
}

fn bands() -> Vec<Band> {
    let mut all = Vec::new();
    for (i, (id, name, low, half, _)) in SERVICES.iter().enumerate() {
        all.push(band(&format!("service:{id}"), name, "service", *low, *half, i as f64 * 1.5));
        for (r, (region, region_name)) in REGIONS.iter().enumerate() {
            let low = (low + 0.25 * r as f64).min(0.97);
            let name = format!("{name}, {region_name}");
            all.push(band(
                &format!("service:{id}/{region}"),
                &name,
                "service_region",
                low,
                *half,
                i as f64 * 1.5,
            ));
        }
    }
    for (i, (id, name)) in SECTORS.iter().enumerate() {
        let low = 0.35 + 0.06 * ((i * 7) % 11) as f64;
        all.push(band(&format!("sector:{id}"), name, "sector", low, 40.0 + 5.0 * i as f64, i as f64));
    }
    all
}

fn metric(id: &str, name: &str, unit: &str, group: &str, mean: f64, spread: f64) -> MetricSummary {
    let q = |z: f64| Some((mean * (1.0 + spread * z)).max(0.0));
    MetricSummary {
        id: id.into(),
        name: name.into(),
        unit: unit.into(),
        group: group.into(),
        kind: id.split('/').next().unwrap_or_default().into(),
        mean: Some(mean),
        ci95: Some([mean * (1.0 - 0.02 * spread), mean * (1.0 + 0.02 * spread)]),
        sd: Some(mean * spread),
        quantiles: [q(-1.4), q(-0.7), q(-0.1), q(0.6), q(1.9)],
        var95: q(1.9),
        es95: q(2.6),
        not_reached: 0.0,
    }
}

/// A time that was not reached in a share of the runs.
fn censored(id: &str, name: &str, group: &str, median: f64, not_reached: f64) -> MetricSummary {
    let mut time = metric(id, name, "h", group, median * 1.1, 0.5);
    time.quantiles[2] = Some(median);
    time.not_reached = not_reached;
    if not_reached > 0.0 {
        (time.mean, time.ci95, time.sd, time.es95) = (None, None, None, None);
    }
    if not_reached >= 0.05 {
        time.quantiles[4] = None;
        time.var95 = None;
    }
    time
}

fn metrics() -> Vec<MetricSummary> {
    let mut all = Vec::new();
    for (i, (id, name, low, half, people)) in SERVICES.iter().enumerate() {
        let total = people * 1e6 * (1.0 - low) * half * 0.8;
        let spread = 0.35 + 0.03 * i as f64;
        let group = format!("service:{id}");
        all.push(metric(
            &format!("person_hours/{id}"),
            &format!("Person-hours without {}", name.to_lowercase()),
            "person-hours",
            &group,
            total,
            spread,
        ));
        for (r, (region, region_name)) in REGIONS.iter().enumerate() {
            let share = if r == 0 { 0.74 } else { 0.26 };
            all.push(metric(
                &format!("person_hours/{id}/{region}"),
                &format!("Person-hours without {}, {region_name}", name.to_lowercase()),
                "person-hours",
                &format!("service:{id}/{region}"),
                total * share,
                spread,
            ));
        }
        let peak = people * 1e6 * (1.0 - low);
        let lower = name.to_lowercase();
        all.push(metric(
            &format!("people_peak/{id}"),
            &format!("Most people without {lower}"),
            "people",
            &group,
            peak,
            0.3,
        ));
        all.push(metric(
            &format!("robustness/service:{id}"),
            &format!("Lowest level of {lower}"),
            "share",
            &group,
            *low,
            0.2,
        ));
        all.push(censored(
            &format!("restore_95/service:{id}"),
            &format!("Time until 95 % is back for good: {lower}"),
            &group,
            half * 3.1,
            [0.0, 0.003, 0.0, 0.0, 0.041, 0.12, 0.07, 0.0][i],
        ));
    }
    all.push(metric("cascade_size", "Assets that failed", "assets", "cascade", 97.4, 0.38));
    all.push(metric("cascade_generations", "Longest chain of failures", "generations", "cascade", 5.6, 0.25));
    all.push(metric(
        "cascade_induced_share",
        "Share of failures brought on by others",
        "share",
        "cascade",
        0.63,
        0.1,
    ));
    all
}

fn requirements() -> Vec<RequirementResult> {
    let of = |id: &str, name: &str, group: &str, asked: f64, probability: f64, half: f64, verdict| {
        RequirementResult {
            id: id.into(),
            name: name.into(),
            group: group.into(),
            asked,
            probability,
            ci95: [(probability - half).max(0.0), (probability + half).min(1.0)],
            verdict,
        }
    };
    vec![
        of(
            "care",
            "Emergency care stays at or above 70 % for 14 days",
            "service:care/arvenia",
            0.9,
            0.934,
            0.005,
            Verdict::Met,
        ),
        of(
            "care",
            "Emergency care stays at or above 70 % for 14 days",
            "service:care/belmark",
            0.9,
            0.997,
            0.001,
            Verdict::Met,
        ),
        of(
            "calls",
            "Emergency calls: mobile telecom at or above 50 % for the first 72 h",
            "service:mobile/arvenia",
            0.95,
            0.412,
            0.01,
            Verdict::NotMet,
        ),
        of(
            "calls",
            "Emergency calls: mobile telecom at or above 50 % for the first 72 h",
            "jointly",
            0.95,
            0.401,
            0.01,
            Verdict::NotMet,
        ),
        of(
            "water",
            "Drinking water at or above 60 % from day 3",
            "service:water",
            0.9,
            0.898,
            0.006,
            Verdict::Undecided,
        ),
    ]
}

fn attribution() -> Attribution {
    let n = SECTORS.len();
    let induced = (0..n)
        .map(|from| {
            (0..n)
                .map(|to| {
                    let weight = [620.0, 30.0, 4.0, 8.0, 3.0, 25.0, 2.0, 210.0, 6.0, 40.0, 1.0][from];
                    let hit = noise(from, to * 31);
                    if hit < 0.25 && from != 0 { 0.0 } else { weight * (0.1 + hit * hit * 2.0) }
                })
                .collect()
        })
        .collect();
    Attribution {
        sectors: SECTORS.iter().map(|s| s.1.to_owned()).collect(),
        induced,
        direct: (0..n).map(|s| if s == 0 { 1840.0 } else { (noise(s, 99) * 60.0).floor() }).collect(),
    }
}

const PLACES: [&str; 10] = [
    "Northgate",
    "Harbour",
    "Old Mill",
    "Ridge",
    "Lakeside",
    "Central",
    "Eastfield",
    "Stonebridge",
    "Valley",
    "Foreland",
];
const THINGS: [&str; 11] = [
    "substation",
    "rail hub",
    "bank centre",
    "clearing house",
    "hospital",
    "waterworks",
    "sewage works",
    "base stations",
    "crisis centre",
    "timing station",
    "dairy",
];

fn place(i: usize) -> String {
    format!("{} {}", PLACES[i % 10], THINGS[(i * 7 + i / 10) % 11])
}

fn losses(what: &str) -> Vec<AssetLoss> {
    (0..20)
        .map(|i| {
            let scale = if what == "lost" { 190.0 } else { 5200.0 };
            let mean = scale / (1.0 + 0.13 * i as f64);
            let half = mean * (0.02 + 0.04 * noise(i, what.len()));
            AssetLoss {
                id: format!("asset-{i}"),
                name: place(i + what.len() % 3),
                sector: SECTORS[(i * 7) % 11].1.into(),
                region: REGIONS[i % 2].1.into(),
                mean_h: mean,
                ci95: [mean - half, mean + half],
                probability: 1.0 / (1.0 + 0.05 * i as f64),
            }
        })
        .collect()
}

fn timeline(label: &str, replication: u32, slow: f64) -> Timeline {
    let lines: [(f64, &str, usize, &str); 26] = [
        (12.0, "event", 0, "Explosions at six substations around Northgate and Ridge."),
        (12.0, "failure", 0, "Northgate substation is damaged; 410,000 people lose electricity."),
        (12.0, "failure", 0, "Ridge substation is damaged."),
        (12.1, "event", 0, "The control centre of the grid loses its view of the network."),
        (12.5, "autonomy", 7, "Base stations around Northgate run on batteries."),
        (12.5, "autonomy", 4, "Lakeside hospital starts its generators."),
        (13.0, "failure", 1, "Central rail hub stops: no traction power."),
        (
            14.5,
            "failure",
            7,
            "Batteries end at 38 base stations; mobile telecom in Arvenia falls below 50 %.",
        ),
        (15.2, "failure", 2, "Harbour bank centre closes its branches."),
        (16.0, "failure", 3, "Clearing house switches to its second site and stops settlement."),
        (20.0, "failure", 5, "Waterworks Valley loses pressure in its upper zones."),
        (22.0, "repair", 0, "First crews reach Ridge substation."),
        (26.0, "failure", 6, "Sewage works Foreland overflows."),
        (30.0, "recovery", 7, "Mobile core is back on generator power."),
        (38.0, "failure", 4, "Diesel ends at Old Mill hospital; patients are moved."),
        (44.0, "repair", 0, "Transformer for Northgate is on its way."),
        (52.0, "recovery", 0, "Ridge substation is back."),
        (56.0, "recovery", 1, "Regional trains run again at half frequency."),
        (61.0, "recovery", 5, "Waterworks Valley is back at full pressure."),
        (70.0, "failure", 10, "Cold stores at Eastfield dairy are lost."),
        (84.0, "recovery", 4, "Old Mill hospital admits patients again."),
        (96.0, "repair", 0, "Transformer for Northgate is being tested."),
        (101.0, "recovery", 0, "Northgate substation is back; electricity in Arvenia above 95 %."),
        (104.0, "recovery", 2, "Branches open; cash machines are filled."),
        (120.0, "recovery", 8, "Crisis centre ends its emergency operation."),
        (150.0, "other", 9, "Timing station reports a holdover error."),
    ];
    let entries = lines
        .iter()
        .map(|(hours, kind, sector, text)| {
            let hours = 12.0 + (hours - 12.0) * slow;
            TimelineEntry {
                hours,
                clock: format!(
                    "{} {:02}:{:02}",
                    ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][((hours + 6.0) / 24.0) as usize % 7],
                    (hours as u32 + 6) % 24,
                    ((hours * 60.0) as u32) % 60
                ),
                kind: (*kind).into(),
                sector: if *kind == "event" { String::new() } else { SECTORS[*sector].0.into() },
                region: REGIONS[usize::from(*sector > 5)].1.into(),
                text: (*text).into(),
            }
        })
        .collect();
    let headline = format!("{:.0} million person-hours without a service", 1900.0 * slow);
    Timeline { label: label.into(), replication, headline, entries }
}

/// 268 nodes and about 800 links, with or without positions.
pub fn network(positioned: bool) -> NetworkPicture {
    let nodes: Vec<PictureNode> = (0..268)
        .map(|i| {
            let sector = (i * i + i / 3) % 11;
            let region = usize::from(noise(i, 1) > 0.6);
            let (lat, lon) = (48.0 + 1.6 * noise(i, 2), 11.0 + 1.9 * noise(i, 3) + 2.0 * region as f64);
            let loss = noise(i, 4);
            PictureNode {
                id: format!("asset-{i}"),
                name: place(i),
                sector: SECTORS[sector].1.into(),
                region: REGIONS[region].1.into(),
                position: (positioned && i % 29 != 3).then_some((lat as f32, lon as f32)),
                lost_h: 200.0 * loss * loss * loss * loss,
            }
        })
        .collect();
    let links = (0..803)
        .map(|i| {
            let provider = (noise(i, 5) * noise(i, 6) * 268.0) as u32;
            (provider, (i as u32 * 97 + 13) % 268)
        })
        .collect();
    NetworkPicture { nodes, links, positioned }
}

fn assumptions() -> Vec<AssumptionRow> {
    let row = |what: &str, value: &str, source: &str, confidence: &str| AssumptionRow {
        what: what.into(),
        value: value.into(),
        source: source.into(),
        confidence: confidence.into(),
    };
    let mut all = vec![
        row(
            "battery of base stations: capacity",
            "Triangular(min: \"1h\", mode: \"2h\", max: \"4h\")",
            "National regulator, resilience survey 2021",
            "S",
        ),
        row(
            "hospital diesel: capacity",
            "Uniform(min: \"48h\", max: \"96h\")",
            "Health facility guideline",
            "S",
        ),
        row("generator: start probability", "0.985", "Reliability handbook, table 4", "C"),
        row(
            "repair of an extensively damaged substation",
            "Lognormal(median: \"4d\", p95: \"12d\")",
            "general knowledge",
            "G",
        ),
        row("crews in Belmark", "4", "assumed for this study", "A"),
    ];
    for i in 0..12 {
        all.push(row(&format!("{}: restart", place(i)), "\"30min\"", "assumed for this study", "A"));
    }
    all
}
