//! A made-up network of any size, as tables and as RON: the same either way.
//!
//! Districts of a hundred assets: one that feeds electricity in, substations, base stations with batteries, an exchange,
//! waterworks, and those who need all of that. Everything follows from the number of assets.

use std::fmt::Write;

/// Assets of a district.
const DISTRICT: usize = 100;

/// Districts of a region.
const REGION: usize = 25;

/// An asset and what it needs.
pub struct Asset {
    pub id: String,
    pub class: &'static str,
    pub region: String,
    pub lat: f64,
    pub lon: f64,
    pub capacity: f64,
    pub serves: Option<(&'static str, u32)>,
    pub needs: Vec<Need>,
}

/// A need of it.
pub struct Need {
    pub service: &'static str,
    pub from: Vec<String>,
    pub criticality: f64,
    pub autonomy: Option<&'static str>,
}

/// The network of `count` assets, one after the other.
pub fn assets(count: usize) -> impl Iterator<Item = Asset> {
    let mut dice = Dice(count as u64);
    (0..count).map(move |number| asset(number, count, &mut dice))
}

fn asset(number: usize, count: usize, dice: &mut Dice) -> Asset {
    let (district, place) = (number / DISTRICT, number % DISTRICT);
    let region = district / REGION;
    let class = class_of(district, place);
    // Whoever is near: a place in this district, or in the one before where this one is not complete.
    let here = |place: usize| {
        let near = if district * DISTRICT + place < count { district } else { district.saturating_sub(1) };
        id(near * DISTRICT + place)
    };
    let one_of = |dice: &mut Dice, from: usize, to: usize| here(from + dice.below(to - from));
    let feeder = |back: usize| id(district.saturating_sub(back) * DISTRICT);
    let mut needs = Vec::new();
    let mut need = |service, from: Vec<String>, criticality, autonomy| {
        needs.push(Need { service, from, criticality, autonomy });
    };
    match class {
        "plant" => need("water", vec![here(15)], 1.0, Some("5d")),
        "feeder" => {
            need("electricity", vec![id(district / 20 * 20 * DISTRICT), feeder(1)], 1.0, None);
            need("mobile", vec![one_of(dice, 6, 14)], 0.1, None);
        }
        "substation" => {
            need("electricity", vec![feeder(0)], 1.0, None);
            need("mobile", vec![one_of(dice, 6, 14)], 0.1, None);
        }
        "base-station" => {
            need(
                "electricity",
                vec![one_of(dice, 1, 6)],
                1.0,
                Some("Triangular(min: 2h, mode: 4h, max: 8h)"),
            );
            need("data", vec![here(14)], 1.0, None);
        }
        "exchange" => need("electricity", vec![here(1), here(4)], 1.0, Some("Uniform(min: 24h, max: 72h)")),
        "waterworks" => {
            need("electricity", vec![one_of(dice, 1, 6)], 1.0, Some("1d"));
            need("mobile", vec![one_of(dice, 6, 14)], 0.05, None);
        }
        _ => {
            let station = 6 + dice.below(7);
            need("electricity", vec![one_of(dice, 1, 6)], 0.9, (class == "clinic").then_some("48h"));
            need("mobile", vec![here(station), here(station + 1)], 0.3, None);
            need("water", vec![one_of(dice, 15, 17)], 0.7, Some("12h"));
            if place < 40 {
                need("data", vec![here(14)], 0.2, None);
            }
        }
    }
    // In the first district some lists would name one provider twice, or the asset itself.
    let own = id(number);
    for need in &mut needs {
        need.from.sort();
        need.from.dedup();
        need.from.retain(|provider| *provider != own);
    }
    needs.retain(|need| !need.from.is_empty());
    Asset {
        id: own,
        class,
        region: format!("region-{region}"),
        lat: 48.0 + (district % 40) as f64 * 0.1 + dice.below(1_000) as f64 * 1e-4,
        lon: 8.0 + (district / 40) as f64 * 0.02 + dice.below(1_000) as f64 * 1e-4,
        capacity: 1.0 + dice.below(400) as f64 / 4.0,
        serves: serves(class, dice),
        needs,
    }
}

fn class_of(district: usize, place: usize) -> &'static str {
    match place {
        0 if district.is_multiple_of(20) => "plant",
        0 => "feeder",
        1..6 => "substation",
        6..14 => "base-station",
        14 => "exchange",
        15..17 => "waterworks",
        17..20 => "clinic",
        20..60 => "shop",
        _ => "works",
    }
}

fn serves(class: &str, dice: &mut Dice) -> Option<(&'static str, u32)> {
    let people = 100 + dice.below(2_000) as u32;
    match class {
        "substation" => Some(("electricity", people)),
        "base-station" => Some(("mobile", people)),
        "waterworks" => Some(("water", 4 * people)),
        "clinic" => Some(("care", 2 * people)),
        _ => None,
    }
}

fn id(number: usize) -> String {
    format!("a{number:07}")
}

/// Everything but assets and needs. `rest` are further fields.
pub fn scenario(count: usize, rest: &str) -> String {
    let regions = count.div_ceil(DISTRICT * REGION);
    let mut text = String::from(
        "(
    language: 1,
    name: \"A network of tables\",
    question: \"How far does a storm over the feeders reach?\",
    start: \"2027-01-18T06:00:00+01:00\",
    horizon: \"14d\",
    services: [(id: \"electricity\"), (id: \"mobile\"), (id: \"data\"), (id: \"water\"), (id: \"care\")],
    classes: [
        (id: \"plant\", sector: \"energy\", supplies: [\"electricity\"], restart: \"6h\", repair: \"10d\"),
        (id: \"feeder\", sector: \"energy\", supplies: [\"electricity\"],
         repair: (states: [(name: \"severe\", repair: Lognormal(median: \"3d\", p95: \"14d\"))], stages: [(skill: \"line\")])),
        (id: \"substation\", sector: \"energy\", supplies: [\"electricity\"], restart: \"1h\", repair: \"2d\",
         failures: (time_to_failure: Exponential(\"4000d\"))),
        (id: \"base-station\", sector: \"digital\", supplies: [\"mobile\"], restart: \"5min\"),
        (id: \"exchange\", sector: \"digital\", supplies: [\"data\"], restart: \"30min\"),
        (id: \"waterworks\", sector: \"drinking-water\", supplies: [\"water\"], restart: \"2h\"),
        (id: \"clinic\", sector: \"health\", supplies: [\"care\"]),
        (id: \"shop\", sector: \"food\", restart: \"1h\"),
        (id: \"works\", sector: \"food\", restart: Uniform(min: \"1h\", max: \"12h\")),
    ],
    regions: [\n",
    );
    for region in 0..regions {
        let _ = writeln!(text, "        (id: \"region-{region}\", population: 250_000),");
    }
    text.push_str("    ],\n    teams: [\n");
    for region in 0..regions {
        let _ = writeln!(
            text,
            "        (id: \"line-{region}\", skill: \"line\", home: \"region-{region}\", crews: 4, travel: \"2h\"),"
        );
    }
    let _ = write!(
        text,
        "    ],
    events: [(id: \"storm\", at: \"6h\", on: Draw(k: {}, from: (class: \"feeder\")), do: [Damage()])],
    {rest}
)
",
        (count / DISTRICT / 100).max(1)
    );
    text
}

/// The fields that name the tables.
pub const TABLES: &str = "tables: [Assets(\"assets.csv\"), Needs(\"needs.csv\")],";

/// The table of assets, line by line.
pub fn asset_rows(count: usize) -> impl Iterator<Item = String> {
    let header = "id,class,region,lat,lon,capacity,serves,people".to_owned();
    std::iter::once(header).chain(assets(count).map(|asset| {
        let Asset { id, class, region, lat, lon, capacity, .. } = asset;
        let (serves, people) = match asset.serves {
            Some((service, people)) => (service, people.to_string()),
            None => ("", String::new()),
        };
        format!("{id},{class},{region},{lat:.4},{lon:.4},{capacity},{serves},{people}")
    }))
}

/// The table of needs, line by line.
pub fn need_rows(count: usize) -> impl Iterator<Item = String> {
    let header = "asset,service,from,criticality,autonomy".to_owned();
    std::iter::once(header).chain(assets(count).flat_map(|asset| {
        let rows: Vec<String> = asset
            .needs
            .iter()
            .map(|need| {
                let autonomy = need.autonomy.unwrap_or_default();
                let quote = if autonomy.contains(',') { "\"" } else { "" };
                let from = need.from.join(" ");
                format!("{},{},{from},{},{quote}{autonomy}{quote}", asset.id, need.service, need.criticality)
            })
            .collect();
        rows
    }))
}

/// Assets with their needs as the field `assets` of RON.
pub fn asset_field(count: usize) -> String {
    let mut text = String::from("assets: [\n");
    for asset in assets(count) {
        let Asset { id, class, region, lat, lon, capacity, .. } = asset;
        let _ = write!(
            text,
            "(id: \"{id}\", class: \"{class}\", region: \"{region}\", position: ({lat:.4}, {lon:.4}), capacity: {capacity}"
        );
        if let Some((service, people)) = asset.serves {
            let _ = write!(text, ", serves: [(service: \"{service}\", people: {people})]");
        }
        text.push_str(", needs: [");
        for need in &asset.needs {
            let (service, from, criticality) = (need.service, need.from.join("\", \""), need.criticality);
            let _ = write!(text, "(service: \"{service}\", from: [\"{from}\"], criticality: {criticality}");
            if let Some(autonomy) = need.autonomy {
                let _ = write!(text, ", autonomy: [(capacity: {})]", quoted(autonomy));
            }
            text.push_str("), ");
        }
        text.push_str("]),\n");
    }
    text.push_str("],");
    text
}

/// `4h` and `Uniform(min: 2h, max: 4h)` with the quotes that RON asks for.
fn quoted(dist: &str) -> String {
    let Some((name, arguments)) = dist.strip_suffix(')').and_then(|dist| dist.split_once('(')) else {
        return format!("\"{dist}\"");
    };
    let arguments: Vec<String> = arguments
        .split(", ")
        .map(|argument| {
            argument.split_once(": ").map_or(String::new(), |(name, time)| format!("{name}: \"{time}\""))
        })
        .collect();
    format!("{name}({})", arguments.join(", "))
}

/// A linear congruential generator (Knuth's MMIX parameters), its upper bits.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides
    }
}
