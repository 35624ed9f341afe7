//! Assets and needs as tables: what is long, and what people like to edit in a spreadsheet.

use crate::draft::{Asset, Draft, Need};
use crate::options::Required;
use std::borrow::Cow;
use std::fmt::Write as _;

/// A column with what an asset has in it.
type Column<'d> = (&'static str, Box<dyn Fn(&'d Asset) -> Option<Cow<'d, str>> + 'd>);

/// The table of assets; columns that nobody fills are left out.
pub(super) fn assets(draft: &Draft) -> String {
    let columns = used(draft);
    let mut text = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(",");
    text.push_str("\r\n");
    for asset in &draft.assets {
        for (i, (_, of)) in columns.iter().enumerate() {
            if i > 0 {
                text.push(',');
            }
            push(&mut text, of(asset).as_deref().unwrap_or_default());
        }
        text.push_str("\r\n");
    }
    text
}

fn used(draft: &Draft) -> Vec<Column<'_>> {
    let service = |row: &u32| draft.services[*row as usize].id.as_str();
    let number = |value: Option<f64>| value.map(|value| Cow::from(value.to_string()));
    let shared = |field: &'static str| -> Column<'_> {
        let of = move |asset: &Asset| {
            asset.shared.iter().find(|(own, _)| *own == field).map(|(_, text)| Cow::from(text.clone()))
        };
        (field, Box::new(of))
    };
    let mut columns: Vec<Column<'_>> = vec![
        ("id", Box::new(|asset| Some(Cow::from(&asset.named.id)))),
        (
            "name",
            Box::new(|asset| (asset.named.name != asset.named.id).then(|| Cow::from(&asset.named.name))),
        ),
        ("class", Box::new(|asset| Some(Cow::from(&draft.classes[asset.class as usize].named.id)))),
        ("region", Box::new(|asset| Some(Cow::from(&draft.regions[asset.region as usize].id)))),
        (
            "sector",
            Box::new(|asset| asset.sector.map(|sector| Cow::from(&draft.sectors[sector as usize].id))),
        ),
        ("lat", Box::new(move |asset| number(asset.position.map(|at| at.lat)))),
        ("lon", Box::new(move |asset| number(asset.position.map(|at| at.lon)))),
        ("supplies", Box::new(move |asset| list(asset.supplies.iter().map(service)))),
        ("capacity", Box::new(move |asset| number(asset.capacity))),
        ("tags", Box::new(|asset| list(asset.tags.iter().map(String::as_str)))),
        (
            "serves",
            Box::new(move |asset| {
                let first = asset.supplies.first().unwrap_or(&draft.classes[asset.class as usize].service);
                asset.people.map(|_| Cow::from(service(first)))
            }),
        ),
        ("people", Box::new(move |asset| number(asset.people))),
    ];
    columns.extend(["site", "vendor", "operator", "owner"].map(shared));
    columns.retain(|(_, of)| draft.assets.iter().any(|asset| of(asset).is_some()));
    columns
}

fn list<'d>(items: impl Iterator<Item = &'d str>) -> Option<Cow<'d, str>> {
    let joined = items.collect::<Vec<_>>().join(";");
    (!joined.is_empty()).then(|| Cow::from(joined))
}

/// The table of needs.
pub(super) fn needs(draft: &Draft, required: Required) -> String {
    let id = |row: u32| draft.assets[row as usize].named.id.as_str();
    let any = |says: fn(&Need) -> bool| draft.needs.iter().any(says);
    let columns = [
        ("required", required == Required::All),
        ("criticality", any(|need| need.criticality.is_some())),
        ("delay", any(|need| need.delay_s.is_some())),
        ("autonomy", any(|need| need.autonomy_s.is_some())),
    ];
    let columns: Vec<&str> = columns.into_iter().filter(|column| column.1).map(|column| column.0).collect();
    let mut text = String::from("asset,service,from");
    columns.iter().for_each(|column| text.extend([",", column]));
    text.push_str("\r\n");
    for need in &draft.needs {
        let _ = write!(text, "{},{},", id(need.consumer), draft.services[need.service as usize].id);
        for (i, provider) in need.providers.iter().enumerate() {
            text.extend([if i > 0 { ";" } else { "" }, id(*provider)]);
        }
        for column in &columns {
            text.push(',');
            match *column {
                "required" if need.providers.len() > 1 => text.push_str("All"),
                "criticality" => number(&mut text, need.criticality),
                "delay" => time(&mut text, need.delay_s),
                "autonomy" => time(&mut text, need.autonomy_s),
                _ => {}
            }
        }
        text.push_str("\r\n");
    }
    text
}

/// Ids that changed.
pub(super) fn ids(renamed: &[(String, String)]) -> String {
    let mut text = String::from("was,id\r\n");
    for (was, id) in renamed {
        let _ = write!(text, "\"{}\",{id}\r\n", was.replace('"', "\"\""));
    }
    text
}

fn number(text: &mut String, value: Option<f64>) {
    if let Some(value) = value {
        let _ = write!(text, "{value}");
    }
}

fn time(text: &mut String, seconds: Option<u64>) {
    let Some(seconds) = seconds else { return };
    let hours = seconds > 0 && seconds.is_multiple_of(3600);
    let _ = if hours { write!(text, "{}h", seconds / 3600) } else { write!(text, "{seconds}s") };
}

/// A cell; what cannot be seen in it becomes a space. What a spreadsheet would take for a formula begins with a space,
/// which the language ignores.
fn push(text: &mut String, cell: &str) {
    let clean: Cow<'_, str> = if cell.chars().any(char::is_control) {
        cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().into()
    } else {
        cell.into()
    };
    let formula = clean.starts_with(['=', '+', '@', '-']) && clean.parse::<f64>().is_err();
    if formula {
        let _ = write!(text, "\" {}\"", clean.replace('"', "\"\""));
    } else if clean.contains([',', '"', ';', '|']) {
        let _ = write!(text, "\"{}\"", clean.replace('"', "\"\""));
    } else {
        text.push_str(&clean);
    }
}
