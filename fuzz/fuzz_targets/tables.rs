//! Any bytes as tables of a small scenario: reading ends, and ends in errors that can be shown or in a model.
//!
//! The input is one table or several, as [`linchpin_fuzz::split`] tells; the beginning of a name says what a table holds.
//! The scenario is always the same: it has what rows may refer to.

#![no_main]

use libfuzzer_sys::fuzz_target;
use linchpin_scenario::check_tables;

const SCENARIO: &str = r#"
    language: 1, name: "Tables", start: "2027-01-18T06:00:00+01:00", horizon: "7d",
    regions: [(id: "land", position: (50, 8)), (id: "north", parent: "land", population: 1000)],
    services: [(id: "power"), (id: "water")],
    classes: [(
        id: "pump", sector: "drinking-water", supplies: ["water"], capacity: 3, restart: "1h", tags: ["old"],
        needs: [(service: "power", autonomy: [(capacity: "2h")])],
    )],
    assets: [
        (id: "plant", sector: "energy", region: "north", supplies: ["power"], position: (50, 8)),
        (id: "works", class: "pump", region: "land", serves: [(service: "water", people: 500)]),
    ],
"#;

fuzz_target!(|data: &[u8]| {
    let files = linchpin_fuzz::split("assets.csv", data);
    let named: Vec<String> = files.iter().map(|(name, _)| format!("{}({name:?})", kind(name))).collect();
    let text = format!("({SCENARIO} tables: [{}])", named.join(", "));
    let tables: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    linchpin_fuzz::check(&check_tables(&text, &tables));
});

fn kind(name: &str) -> &'static str {
    match name.as_bytes().first() {
        Some(b'n') => "Needs",
        Some(b'p') if name.starts_with("poo") => "Pools",
        Some(b'p') => "Positions",
        _ => "Assets",
    }
}
