//! GeoJSON (RFC 7946): features with properties. Points and areas may become assets, lines links between them.

use super::geometry::{centre, mean};
use super::json::JsonFile;
use super::{LONGEST_TEXT, shortened};
use crate::problems::Problems;
use crate::raw::{Cell, LatLon, OWN_ID, Raw, Record, Table};
use linchpin_scenario::diagnostic::Diagnostic;
use linchpin_scenario::source::{SourceId, Sources, Span};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Properties that tell our own exports' features apart, see [`crate::export`].
pub(crate) const KIND: &str = "linchpin";

/// What the features of files turned out to be.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    points: u64,
    areas: u64,
    lines: u64,
    nowhere: u64,
    unsupported: u64,
    refills: u64,
}

impl Counts {
    /// Puts the counts into sentences.
    pub(crate) fn tell(&self, raw: &mut Raw) {
        for (count, what) in [
            (self.points, "features that are points"),
            (self.areas, "features that are areas, each taken as a point at its centre"),
            (self.lines, "lines"),
            (self.nowhere, "features without a geometry"),
        ] {
            if count > 0 {
                raw.read.push(format!("{count} {what}"));
            }
        }
        if self.refills > 0 {
            raw.left_out.push(format!("{} refills of autonomy stages", self.refills));
        }
        if self.unsupported > 0 {
            raw.left_out
                .push(format!("{} features that are collections of several geometries", self.unsupported));
        }
    }
}

/// Reads one file into `raw`.
pub(crate) fn read(
    sources: &Sources,
    id: SourceId,
    raw: &mut Raw,
    counts: &mut Counts,
    problems: &mut Problems,
) {
    let file = JsonFile::new(sources, id);
    let top: Object = match serde_json::from_str(file.text) {
        Ok(top) => top,
        Err(error) => return problems.fatal(file.syntax(&error)),
    };
    let whole = file.span(0, file.text.len());
    match file.word(&top, "type").as_deref() {
        Some("FeatureCollection") => {}
        Some("Feature") => return file.feature(&top, whole, raw, counts, problems),
        Some("Topology") => {
            let problem = Diagnostic::error(whole, "this is TopoJSON, not GeoJSON");
            return problems.fatal(problem.help("convert it, for example with `topo2geo`"));
        }
        Some(_) if top.contains_key("coordinates") || top.contains_key("geometries") => {
            let problem = Diagnostic::error(whole, "this is a bare geometry, without features");
            return problems.fatal(problem.help("a FeatureCollection says what its geometries are"));
        }
        _ => {
            let problem = Diagnostic::error(whole, "this is JSON, but no GeoJSON FeatureCollection");
            return problems
                .fatal(problem.help("it begins {\"type\": \"FeatureCollection\", \"features\": [...]}"));
        }
    }
    file.head(&top, raw, problems);
    let Some(list) = top.get("features") else {
        return problems.fatal(Diagnostic::error(whole, "the FeatureCollection has no `features`"));
    };
    let features: Vec<&RawValue> = match serde_json::from_str(list.get()) {
        Ok(features) => features,
        Err(_) => return problems.fatal(Diagnostic::error(file.place(list), "`features` is not a list")),
    };
    for feature in features {
        let place = file.place(feature);
        match serde_json::from_str::<Object>(feature.get()) {
            Ok(object) => file.feature(&object, place, raw, counts, problems),
            Err(_) => problems.broken("feature", Diagnostic::error(place, "this feature is not an object")),
        }
    }
}

type Object<'a> = BTreeMap<String, &'a RawValue>;

/// What a geometry amounts to.
enum Shape {
    /// One place.
    Point(LatLon),
    /// One place in the middle of an area.
    Area(LatLon),
    /// The ends of each part of a line.
    Lines(Vec<[LatLon; 2]>),
    /// None given.
    Nowhere,
    /// Several in one.
    Collection,
}

impl<'a> JsonFile<'a> {
    fn word(&self, object: &Object<'a>, name: &str) -> Option<String> {
        object.get(name).and_then(|value| serde_json::from_str(value.get()).ok())
    }

    /// Foreign members that matter, and a coordinate system that does.
    fn head(&self, top: &Object<'a>, raw: &mut Raw, problems: &mut Problems) {
        raw.title =
            raw.title.take().or_else(|| self.word(top, "name").filter(|name| !name.trim().is_empty()));
        raw.marking = raw.marking.take().or_else(|| self.word(top, "marking"));
        raw.exercise |= top.get("exercise").is_some_and(|value| value.get() == "true");
        let Some(crs) = top.get("crs") else { return };
        let known = ["CRS84", "EPSG::4326", "EPSG:4326", "EPSG::4979", "OGC:1.3:CRS84", "null"];
        if !known.iter().any(|name| crs.get().contains(name)) {
            let problem = Diagnostic::error(self.place(crs), "positions are not in degrees of WGS 84");
            problems.fatal(
                problem
                    .help("convert the file: `ogr2ogr -t_srs EPSG:4326 -f GeoJSON out.geojson in.geojson`"),
            );
        }
    }

    fn feature(
        &self,
        object: &Object<'a>,
        place: Span,
        raw: &mut Raw,
        counts: &mut Counts,
        problems: &mut Problems,
    ) {
        if self.word(object, "type").as_deref() != Some("Feature") {
            let problem = Diagnostic::error(place, "this has no `\"type\": \"Feature\"`");
            return problems.broken("feature", problem);
        }
        let Some(shape) = self.shape(object, place, problems) else { return };
        let properties = match object
            .get("properties")
            .map(|raw| (*raw, serde_json::from_str::<Option<Object>>(raw.get())))
        {
            None => Object::new(),
            Some((_, Ok(properties))) => properties.unwrap_or_default(),
            Some((raw, Err(_))) => {
                let problem =
                    Diagnostic::error(self.place(raw), "`properties` is neither an object nor null");
                return problems.broken("feature", problem);
            }
        };
        let own = self.word(&properties, KIND).unwrap_or_default();
        if own == "refill" {
            counts.refills += 1;
            return;
        }
        let is_need = own == "need" || own == "link";
        match shape {
            Shape::Lines(parts) => {
                counts.lines += 1;
                let record = self.record(&mut raw.edges, object, &properties, place);
                // A line of our own exports that had to be cut is one need all the same.
                let parts = if is_need { parts.get(..1).unwrap_or_default().to_vec() } else { parts };
                for ends in parts {
                    raw.edges.push(Record { places: ends.into(), ..record.clone() });
                }
            }
            Shape::Nowhere if is_need => {
                counts.lines += 1;
                let record = self.record(&mut raw.edges, object, &properties, place);
                raw.edges.push(record);
            }
            Shape::Collection => counts.unsupported += 1,
            Shape::Point(at) | Shape::Area(at) => {
                let count =
                    if matches!(shape, Shape::Area(_)) { &mut counts.areas } else { &mut counts.points };
                *count += 1;
                let record = self.record(&mut raw.nodes, object, &properties, place);
                raw.nodes.push(Record { places: vec![at], ..record });
            }
            Shape::Nowhere => {
                counts.nowhere += 1;
                let record = self.record(&mut raw.nodes, object, &properties, place);
                raw.nodes.push(record);
            }
        }
    }

    fn record(&self, table: &mut Table, object: &Object<'a>, properties: &Object<'a>, span: Span) -> Record {
        let own = object.get("id").map(|value| (OWN_ID, *value));
        let named = properties.iter().map(|(name, value)| (name.as_str(), *value));
        let cells =
            own.into_iter().chain(named).filter(|(name, _)| *name != KIND).filter_map(|(name, value)| {
                let text = plain(value.get())?;
                let text = text.trim();
                // What is longer is a description, not a name or a number.
                let fits = !text.is_empty() && text.len() <= LONGEST_TEXT;
                fits.then(|| Cell { column: table.column(name), text: text.into(), span: self.place(value) })
            });
        let cells = cells.collect();
        Record { span, cells, places: Vec::new() }
    }

    /// None where it is broken, which has been reported.
    fn shape(&self, object: &Object<'a>, place: Span, problems: &mut Problems) -> Option<Shape> {
        let mut broken = |span: Span, title: String, help: &str| {
            let problem = Diagnostic::error(span, title);
            problems.broken("geometry", if help.is_empty() { problem } else { problem.help(help) });
            None
        };
        let Some(raw) = object.get("geometry") else {
            return broken(
                place,
                "this feature has no `geometry`".into(),
                "one without a place says `\"geometry\": null`",
            );
        };
        let Ok(geometry) = serde_json::from_str::<Option<Object>>(raw.get()) else {
            return broken(self.place(raw), "`geometry` is neither an object nor null".into(), "");
        };
        let Some(geometry) = geometry else { return Some(Shape::Nowhere) };
        let kind = self.word(&geometry, "type").unwrap_or_default();
        if kind == "GeometryCollection" {
            return Some(Shape::Collection);
        }
        let Some(raw) = geometry.get("coordinates") else {
            return broken(self.place(raw), "this geometry has no `coordinates`".into(), "");
        };
        let Some(shape) = shape_of(&kind, raw.get()) else {
            let title = format!("the coordinates do not fit a geometry of type `{}`", shortened(&kind));
            return broken(self.place(raw), title, "positions are lists [longitude, latitude] of numbers");
        };
        match shape {
            Ok(shape) => Some(shape),
            Err([lon, lat]) => {
                let title = format!("[{lon}, {lat}] is no place on Earth in degrees [longitude, latitude]");
                let help = if lat.abs() > 180.0 || lon.abs() > 360.0 {
                    "positions seem to be in metres; convert the file to WGS 84"
                } else {
                    "longitude stands first; are the two swapped?"
                };
                broken(self.place(raw), title, help)
            }
        }
    }
}

/// A position as it is written, with altitudes and whatever else ignored.
type Position = Vec<f64>;

/// None where coordinates are not what the type asks for; the first position that lies nowhere as an error.
fn shape_of(kind: &str, text: &str) -> Option<Result<Shape, [f64; 2]>> {
    fn parse<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Option<T> {
        serde_json::from_str(text).ok()
    }
    let shape = match kind {
        "Point" => {
            let at: Position = parse(text)?;
            // An empty position is allowed, and says as much as null.
            if at.is_empty() {
                return Some(Ok(Shape::Nowhere));
            }
            flat(&[at])?.map(|at| mean(at.into_iter()).map_or(Shape::Nowhere, Shape::Point))
        }
        "MultiPoint" => {
            let points: Vec<Position> = parse(text)?;
            flat(&points)?.map(|points| mean(points.into_iter()).map_or(Shape::Nowhere, Shape::Point))
        }
        "LineString" => lines(&[parse(text)?])?,
        "MultiLineString" => lines(&parse::<Vec<Vec<Position>>>(text)?)?,
        "Polygon" => areas(&[parse(text)?])?,
        "MultiPolygon" => areas(&parse::<Vec<Vec<Vec<Position>>>>(text)?)?,
        _ => return None,
    };
    Some(shape)
}

fn flat(positions: &[Position]) -> Option<Result<Vec<[f64; 2]>, [f64; 2]>> {
    let mut found = Vec::with_capacity(positions.len());
    for position in positions {
        let [lon, lat] = [*position.first()?, *position.get(1)?];
        if !(lon.abs() <= 180.0 && lat.abs() <= 90.0) {
            return Some(Err([lon, lat]));
        }
        found.push([lon, lat]);
    }
    Some(Ok(found))
}

fn lines(parts: &[Vec<Position>]) -> Option<Result<Shape, [f64; 2]>> {
    let mut found = Vec::with_capacity(parts.len());
    for part in parts {
        let ends: [Position; 2] = [part.first()?.clone(), part.get(1..)?.last()?.clone()];
        // Positions along the line matter to nobody, but a file that has wrong ones is wrong.
        if let Err(wrong) = flat(part)? {
            return Some(Err(wrong));
        }
        let [from, to] = ends.map(|end| LatLon { lat: end[1], lon: end[0] });
        found.push([from, to]);
    }
    Some(Ok(if found.is_empty() { Shape::Nowhere } else { Shape::Lines(found) }))
}

fn areas(polygons: &[Vec<Vec<Position>>]) -> Option<Result<Shape, [f64; 2]>> {
    let mut outer = Vec::with_capacity(polygons.len());
    for ring in polygons.iter().filter_map(|rings| rings.first()) {
        match flat(ring)? {
            Ok(ring) => outer.push(ring),
            Err(wrong) => return Some(Err(wrong)),
        }
    }
    let rings: Vec<&[[f64; 2]]> = outer.iter().map(Vec::as_slice).collect();
    Some(Ok(centre(&rings).map_or(Shape::Nowhere, Shape::Area)))
}

/// A property as a table would hold it: lists of simple values joined with `;`, other nested values as JSON.
fn plain(text: &str) -> Option<String> {
    match text.as_bytes().first()? {
        b'n' => None,
        b'"' => serde_json::from_str(text).ok(),
        b'[' => {
            let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(text) else {
                return Some(text.to_owned());
            };
            let nested = items.iter().any(|item| item.get().starts_with(['[', '{']));
            if nested {
                return Some(text.to_owned());
            }
            Some(items.iter().filter_map(|item| plain(item.get())).collect::<Vec<_>>().join(";"))
        }
        _ => Some(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> (Raw, Vec<String>) {
        let mut sources = Sources::default();
        let id = sources.add("a.geojson", text);
        let (mut raw, mut problems) = (Raw::default(), Problems::new(false));
        read(&sources, id, &mut raw, &mut Counts::default(), &mut problems);
        let told = problems
            .into_diagnostics()
            .iter()
            .map(|problem| {
                let (line, column) = problem.span.map_or((0, 0), |span| sources.line_column(span));
                format!("{line}:{column} {}", problem.title)
            })
            .collect();
        (raw, told)
    }

    fn collection(features: &str) -> String {
        format!("{{\"type\": \"FeatureCollection\", \"features\": [\n{features}\n]}}")
    }

    #[test]
    fn features_become_records() {
        let text = collection(
            r#"{"type":"Feature","id":7,"geometry":{"type":"Point","coordinates":[14.4,50.1,200]},"properties":{"name":"Ä","n":1.50,"no":null,"tags":["a","b"]}},
               {"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,2],[0,0]]]},"properties":null},
               {"type":"Feature","geometry":{"type":"MultiLineString","coordinates":[[[0,0],[1,1],[2,2]],[[3,3],[4,4]]]},"properties":{"voltage":110}},
               {"type":"Feature","geometry":null,"properties":{"a":{"b":[1]}}}"#,
        );
        let (raw, told) = read_text(&text);
        assert_eq!(told, [""; 0]);
        let texts: Vec<Vec<(&str, &str)>> = raw
            .nodes
            .records
            .iter()
            .map(|record| {
                record
                    .cells
                    .iter()
                    .map(|cell| (raw.nodes.names()[cell.column as usize].as_str(), &*cell.text))
                    .collect()
            })
            .collect();
        assert_eq!(
            texts,
            [
                vec![(OWN_ID, "7"), ("n", "1.50"), ("name", "Ä"), ("tags", "a;b")],
                vec![],
                vec![("a", r#"{"b":[1]}"#)],
            ]
        );
        assert_eq!(raw.nodes.records[0].places, [LatLon { lat: 50.1, lon: 14.4 }]);
        assert_eq!(raw.nodes.records[1].places, [LatLon { lat: 1.0, lon: 1.0 }]);
        let ends: Vec<f64> =
            raw.edges.records.iter().flat_map(|record| &record.places).map(|at| at.lat).collect();
        assert_eq!(ends, [0.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn broken_files_are_told_at_their_places() {
        let point = |coordinates: &str| {
            collection(&format!(
                r#"{{"type":"Feature","properties":{{}},"geometry":{{"type":"Point","coordinates":{coordinates}}}}}"#
            ))
        };
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let not_a_type = "this has no `\"type\": \"Feature\"`";
        for (text, place, expected) in [
            ("", "", "this is not JSON"),
            ("{\n  \"type\": nan}", "an}", "this is not JSON"),
            ("[1, 2]", "[", "this is not JSON"),
            ("{\"type\":\"Topology\"}", "{", "this is TopoJSON"),
            ("{\"type\":\"Point\",\"coordinates\":[1,2]}", "{", "this is a bare geometry"),
            ("{\"type\":\"FeatureCollection\"}", "{", "the FeatureCollection has no `features`"),
            ("{\"type\":\"FeatureCollection\",\"features\":{}}", "{}}", "`features` is not a list"),
            (&collection("5"), "5", "this feature is not an object"),
            (&collection("{}"), "{}", not_a_type),
            (
                &collection("{\"type\":\"Feature\"}"),
                "{\"type\":\"Feature\"}",
                "this feature has no `geometry`",
            ),
            (&collection("{\"type\":\"Feature\",\"geometry\":3}"), "3}", "`geometry` is neither"),
            (
                &collection("{\"type\":\"Feature\",\"geometry\":null,\"properties\":3}"),
                "3}",
                "`properties` is neither",
            ),
            (
                &collection("{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\"}}"),
                "{\"type\":\"Point\"}",
                "this geometry has no",
            ),
            (&point("[1]"), "[1]", "the coordinates do not fit"),
            (&point("[\"1\", 2]"), "[\"1", "the coordinates do not fit"),
            (&point("[[1, 2]]"), "[[1", "the coordinates do not fit"),
            (&point("[1e999, 2]"), "[1e", "the coordinates do not fit"),
            (&point("[NaN, 2]"), "NaN", "this is not JSON"),
            (&point("[50.1, 114.4]"), "[50", "[50.1, 114.4] is no place"),
            (&point("[4500000, 3100000]"), "[45", "[4500000, 3100000] is no place"),
            (&point(&deep), "[[[", "the coordinates do not fit"),
            (&deep, "[", "this is not JSON"),
            (
                "{\"type\":\"FeatureCollection\",\"crs\":{\"name\":\"EPSG:5514\"},\"features\":[]}",
                "{\"name",
                "positions are not",
            ),
        ] {
            let told = read_text(text).1;
            let before = &text[..text.find(place).expect("the place is in the text")];
            let line = before.rsplit('\n').next().unwrap_or_default();
            let (row, column) = (before.matches('\n').count() + 1, line.chars().count() + 1);
            let expected = format!("{row}:{column} {expected}");
            assert!(
                told.iter().any(|told| told.starts_with(&expected)),
                "{}: {expected} {told:?}",
                shortened(text)
            );
        }
    }
}
