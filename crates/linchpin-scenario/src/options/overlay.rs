//! Changing a scenario as written.

use super::spec::{OptionSpec, Overlay, Removed, ThreatSpec};
use crate::decode;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::spec::Id;
use crate::value::{Field, Value, ValueKind};
use linchpin_model::{Key, Layer, Purpose, Seeds};
use std::collections::{BTreeMap, BTreeSet};

/// What a threat took out, by list: options that would change it change nothing.
pub(crate) type Gone = BTreeMap<String, BTreeSet<String>>;

/// Puts a threat in the place of the one as written; what is gone with it.
pub(crate) fn apply_threat(scenario: &mut Value, threat: &ThreatSpec, out: &mut Diagnostics) -> Gone {
    let everyone = Adopters::new(scenario, &threat.id.value, &[], out);
    let gone = take_out(scenario, &threat.overlay, &Gone::new(), out);
    change(scenario, &threat.overlay, &everyone, &Gone::new(), out);
    gone
}

/// Changes a scenario; the number of assets changed or added.
pub(crate) fn apply(scenario: &mut Value, option: &OptionSpec, gone: &Gone, out: &mut Diagnostics) -> usize {
    let adopters = Adopters::new(scenario, &option.id.value, &option.adoption, out);
    take_out(scenario, &option.overlay, gone, out);
    change(scenario, &option.overlay, &adopters, gone, out)
}

fn change(
    scenario: &mut Value,
    overlay: &Overlay,
    adopters: &Adopters,
    gone: &Gone,
    out: &mut Diagnostics,
) -> usize {
    let ValueKind::Struct(None, fields) = &mut scenario.kind else { return 0 };
    let nothing = BTreeSet::new();
    let mut changed = 0;
    for change in &overlay.changes {
        let name = change.name.text.as_str();
        let ValueKind::List(entries) = &decode::plain(&change.value).kind else {
            put(fields, change.clone());
            continue;
        };
        let Some(list) = list_of(fields, change) else { continue };
        let gone = gone.get(name).unwrap_or(&nothing);
        for entry in entries {
            changed += merge_into(list, entry, name == "assets", adopters, gone, out);
        }
    }
    changed
}

/// Takes entries out of their lists.
fn take_out(scenario: &mut Value, overlay: &Overlay, gone: &Gone, out: &mut Diagnostics) -> Gone {
    let ValueKind::Struct(None, fields) = &mut scenario.kind else { return Gone::new() };
    let mut taken = Gone::new();
    for (name, removed) in &overlay.remove {
        let list = fields.iter_mut().find(|field| field.name.text == *name);
        let list = match list.map(|field| &mut plain_mut(&mut field.value).kind) {
            Some(ValueKind::List(list)) => list,
            _ => &mut Vec::new(),
        };
        let ids = taken.entry(name.clone()).or_default();
        match removed {
            Removed::All => {
                for entry in list.extract_if(.., |entry| name != "events" || !in_background(entry)) {
                    ids.extend(text_of(&entry, "id").map(str::to_owned));
                }
            }
            Removed::Ids(wanted) => {
                for id in wanted {
                    let before = list.len();
                    list.retain(|entry| text_of(entry, "id") != Some(&id.value));
                    let is_gone = gone.get(name).is_some_and(|gone| gone.contains(&id.value));
                    if list.len() == before && !is_gone {
                        out.push(nothing_to_take(name, id, list));
                    }
                    ids.insert(id.value.clone());
                }
            }
        }
    }
    taken
}

fn in_background(event: &Value) -> bool {
    field_of(event, "background").is_some_and(|value| decode::plain(value).kind == ValueKind::Bool(true))
}

fn nothing_to_take(name: &str, id: &Id, list: &[Value]) -> Diagnostic {
    let problem = Diagnostic::error(id.span, format!("`{name}` has no `{}` to take out", id.value));
    match decode::nearest(&id.value, list.iter().filter_map(|entry| text_of(entry, "id"))) {
        Some(near) => problem.label(decode::did_you_mean(near)),
        None => problem,
    }
}

/// The list that a change is about; a new one where the scenario has none.
fn list_of<'v>(fields: &'v mut Vec<Field>, change: &Field) -> Option<&'v mut Vec<Value>> {
    let at = fields.iter().position(|field| field.name.text == change.name.text).unwrap_or_else(|| {
        let value = Value { span: change.value.span, kind: ValueKind::List(Vec::new()) };
        fields.push(Field { name: change.name.clone(), value });
        fields.len() - 1
    });
    match &mut plain_mut(&mut fields[at].value).kind {
        ValueKind::List(list) => Some(list),
        // Not a list as written: reported where it stands.
        _ => None,
    }
}

/// Sets a field.
fn put(fields: &mut Vec<Field>, field: Field) {
    match fields.iter_mut().find(|other| other.name.text == field.name.text) {
        Some(other) => other.value = field.value,
        None => fields.push(field),
    }
}

/// Puts an entry of an option into a list; the number of entries it changes or adds.
fn merge_into(
    list: &mut Vec<Value>,
    entry: &Value,
    assets: bool,
    adopters: &Adopters,
    gone: &BTreeSet<String>,
    out: &mut Diagnostics,
) -> usize {
    if let Some(of) = field_of(entry, "of").filter(|_| assets) {
        return set_all(list, of, entry, adopters, gone, out);
    }
    let Some(id) = text_of(entry, "id") else {
        list.push(entry.clone());
        return 1;
    };
    if assets && !adopters.follow(id) {
        return 0;
    }
    match list.iter_mut().find(|other| text_of(other, "id") == Some(id)) {
        Some(other) => merge(other, entry),
        None if gone.contains(id) => return 0,
        None => list.push(entry.clone()),
    }
    1
}

/// `(of: selector, set: (...))`: the same change for all assets that are meant.
fn set_all(
    list: &mut [Value],
    of: &Value,
    entry: &Value,
    adopters: &Adopters,
    gone: &BTreeSet<String>,
    out: &mut Diagnostics,
) -> usize {
    let Some(set) = field_of(entry, "set") else {
        out.push(
            Diagnostic::error(entry.span, "`of` needs `set`: what the assets are given")
                .help("write `set: (field: value, ...)`"),
        );
        return 0;
    };
    if let Some(field) =
        fields(entry).iter().find(|field| !matches!(field.name.text.as_str(), "of" | "set" | "notes"))
    {
        let title = format!("beside `of` and `set` there is nothing to give, such as `{}`", field.name.text);
        out.push(Diagnostic::error(field.name.span, title).help("move it into `set`"));
    }
    let Some(wanted) = Wanted::read(of, out) else { return 0 };
    let mut matched = 0;
    let mut changed = 0;
    for asset in list.iter_mut() {
        let Some(id) = text_of(asset, "id").map(str::to_owned) else { continue };
        if wanted.fits(&id, asset, adopters) {
            matched += 1;
            if adopters.follow(&id) {
                merge(asset, set);
                changed += 1;
            }
        }
    }
    if matched == 0 && gone.is_empty() {
        out.push(
            Diagnostic::error(of.span, "no asset is meant by `of`")
                .label("matches nothing")
                .help("assets that stand in tables cannot be changed one by one; change their class"),
        );
    }
    changed
}

/// Gives an entry the fields of another. Needs and what is served are joined by their ids, as those of an asset and
/// its class are; every other field is replaced.
fn merge(entry: &mut Value, change: &Value) {
    let ValueKind::Struct(None, present) = &mut plain_mut(entry).kind else {
        *entry = change.clone();
        return;
    };
    for field in fields(change) {
        let name = field.name.text.as_str();
        let same = present.iter_mut().find(|other| other.name.text == name);
        match (name, same) {
            ("id", Some(_)) => {}
            ("needs" | "serves", Some(same)) => join(&mut same.value, &field.value),
            ("tags", Some(same)) => extend(&mut same.value, &field.value),
            (_, Some(same)) => same.value = field.value.clone(),
            (_, None) => present.push(field.clone()),
        }
    }
}

/// A value without the source it carries.
fn plain_mut(value: &mut Value) -> &mut Value {
    let plain = decode::plain(value);
    if !std::ptr::eq(plain, value) {
        *value = plain.clone();
    }
    value
}

/// What names a need or what is served within its owner.
fn name_in(value: &Value) -> Option<&str> {
    text_of(value, "id").or_else(|| text_of(value, "service"))
}

fn join(present: &mut Value, change: &Value) {
    let (ValueKind::List(list), ValueKind::List(more)) =
        (&mut plain_mut(present).kind, &decode::plain(change).kind)
    else {
        *present = change.clone();
        return;
    };
    for entry in more {
        match list.iter_mut().find(|other| name_in(other).is_some() && name_in(other) == name_in(entry)) {
            Some(other) => merge(other, entry),
            None => list.push(entry.clone()),
        }
    }
}

fn extend(present: &mut Value, change: &Value) {
    match (&mut plain_mut(present).kind, &decode::plain(change).kind) {
        (ValueKind::List(list), ValueKind::List(more)) => list.extend(more.iter().cloned()),
        _ => *present = change.clone(),
    }
}

fn fields(value: &Value) -> &[Field] {
    match &decode::plain(value).kind {
        ValueKind::Struct(None, fields) => fields,
        _ => &[],
    }
}

fn field_of<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    fields(value).iter().find(|field| field.name.text == name).map(|field| &field.value)
}

fn text_of<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    match &decode::plain(field_of(value, name)?).kind {
        ValueKind::String(text) => Some(text),
        _ => None,
    }
}

/// One word, or those of a list.
fn words(value: &Value) -> Vec<String> {
    match &decode::plain(value).kind {
        ValueKind::String(text) => vec![text.clone()],
        ValueKind::List(items) => items.iter().flat_map(words).collect(),
        _ => Vec::new(),
    }
}

/// Which assets an `of` means.
struct Wanted {
    /// Of several values of a condition, one has to fit.
    conditions: Vec<(String, Vec<String>)>,
}

impl Wanted {
    fn read(of: &Value, out: &mut Diagnostics) -> Option<Self> {
        let plain = decode::plain(of);
        if !matches!(plain.kind, ValueKind::Struct(None, _)) {
            return Some(Self { conditions: vec![("ids".into(), words(plain))] });
        }
        let mut conditions = Vec::new();
        for field in fields(plain) {
            let name = field.name.text.as_str();
            if !CONDITIONS.contains(&name) {
                let problem =
                    Diagnostic::error(field.name.span, format!("a selection has no condition `{name}` here"));
                out.push(problem.help("allowed here: `class`, `region`, `sector`, `tag`, `ids`"));
                return None;
            }
            conditions.push((name.to_owned(), words(&field.value)));
        }
        Some(Self { conditions })
    }

    fn fits(&self, id: &str, asset: &Value, world: &Adopters) -> bool {
        let class = text_of(asset, "class").unwrap_or_default();
        let or_class = |name: &str| match field_of(asset, name) {
            Some(value) => words(value),
            None => world.of_class(class, name),
        };
        self.conditions.iter().all(|(name, wanted)| {
            let fits = |word: &str| wanted.iter().any(|wanted| wanted == word);
            match name.as_str() {
                "ids" => fits(id),
                "class" => fits(class),
                "sector" => or_class("sector").iter().any(|word| fits(word)),
                "tag" => {
                    let own = field_of(asset, "tags").map(words).unwrap_or_default();
                    own.iter().chain(&world.of_class(class, "tags")).any(|word| fits(word))
                }
                _ => world.regions_of(or_class("region").first()).iter().any(|word| fits(word)),
            }
        })
    }
}

const CONDITIONS: [&str; 5] = ["class", "region", "sector", "tag", "ids"];

/// A class with no more than the fields by which its assets can be chosen: the rest is most of a scenario.
fn told_apart_by(class: &Value) -> Value {
    let kept = |field: &&Field| matches!(field.name.text.as_str(), "sector" | "region" | "tags");
    let kept = fields(class).iter().filter(kept).cloned().collect();
    Value { span: class.span, kind: ValueKind::Struct(None, kept) }
}

/// Which assets follow an option, and what is needed to tell.
struct Adopters {
    key: Key,
    /// Share by region.
    shares: BTreeMap<String, f64>,
    /// Region of each asset.
    regions: BTreeMap<String, String>,
    parents: BTreeMap<String, String>,
    /// Only what assets can be chosen by.
    classes: BTreeMap<String, Value>,
}

impl Adopters {
    fn new(scenario: &Value, id: &str, adoption: &[(Id, f64)], out: &mut Diagnostics) -> Self {
        let list = |name: &str| match field_of(scenario, name).map(|value| &decode::plain(value).kind) {
            Some(ValueKind::List(list)) => list.as_slice(),
            _ => &[],
        };
        let pairs = |name: &str, field: &str| -> BTreeMap<String, String> {
            let pair =
                |entry: &Value| Some((text_of(entry, "id")?.to_owned(), text_of(entry, field)?.to_owned()));
            list(name).iter().filter_map(pair).collect()
        };
        let classes: BTreeMap<String, Value> = list("classes")
            .iter()
            .filter_map(|class| Some((text_of(class, "id")?.to_owned(), told_apart_by(class))))
            .collect();
        let known: BTreeSet<&str> =
            list("regions").iter().filter_map(|region| text_of(region, "id")).collect();
        for (region, _) in adoption {
            if !known.contains(region.value.as_str()) {
                let problem =
                    Diagnostic::error(region.span, format!("there is no region `{}`", region.value));
                out.push(match decode::nearest(&region.value, known.iter().copied()) {
                    Some(near) => problem.label(decode::did_you_mean(near)),
                    None => problem,
                });
            }
        }
        let shares = adoption.iter().map(|(region, share)| (region.value.clone(), *share)).collect();
        Self {
            key: Key::of(id),
            shares,
            regions: pairs("assets", "region"),
            parents: pairs("regions", "parent"),
            classes,
        }
    }

    fn of_class(&self, class: &str, field: &str) -> Vec<String> {
        self.classes.get(class).and_then(|class| field_of(class, field)).map(words).unwrap_or_default()
    }

    /// A region and those that it lies in, the nearest first.
    fn regions_of(&self, region: Option<&String>) -> Vec<String> {
        let mut chain: Vec<String> = Vec::new();
        let mut next = region;
        while let Some(region) = next.filter(|region| !chain.contains(region)) {
            chain.push(region.clone());
            next = self.parents.get(region);
        }
        chain
    }

    /// Whether an asset follows: drawn once, from the ids of option and asset, so that the same ones follow in every
    /// replication and study, and more do where the share is larger.
    fn follow(&self, asset: &str) -> bool {
        if self.shares.is_empty() {
            return true;
        }
        let regions = self.regions_of(self.regions.get(asset));
        let Some(share) = regions.iter().find_map(|region| self.shares.get(region)) else { return true };
        let draws = Seeds::new(0).replication(0);
        draws.uniform(Layer::Parameters, self.key.with(Key::of(asset)), Purpose::Adoption, 0) < *share
    }
}
