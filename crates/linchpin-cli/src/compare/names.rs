//! What things are called in what a comparison tells: as in the scenario, or by pseudonyms.

use super::portfolio::Portfolio;
use linchpin_analysis::redact::{RedactKey, pseudonyms};
use linchpin_analysis::{Catalogue, Metric, Requirements};
use linchpin_model::Model;
use linchpin_scenario::Loaded;
use std::collections::BTreeMap;

/// An id and a name to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    /// Id, for programs and in tables.
    pub id: String,
    /// Name for people; the id where there is none.
    pub name: String,
}

/// What is shown for ids of the scenario.
#[derive(Debug)]
pub struct Names {
    /// The model to tell with.
    pub model: Model,
    /// What is compared.
    pub metric: Metric,
    /// Requirements by the places of their answers: id and name, and the group asked.
    pub asked: Vec<(Label, String)>,
    /// True where these are pseudonyms.
    pub redacted: bool,
    /// By kind and id: those of [`KINDS`].
    labels: BTreeMap<(&'static str, String), Label>,
}

/// What is named beside the model: for programs and, of pseudonyms, for people.
const KINDS: [(&str, &str); 3] = [("option", "Option"), ("threat", "Threat"), ("parameter", "Parameter")];

/// Id and name of something in the scenario.
type Named<'a> = (&'a str, &'a str);

impl Names {
    /// As in the scenario.
    pub fn of(loaded: &Loaded, model: &Model, metric: &Metric) -> Self {
        let label = |(id, name): Named<'_>| {
            let name = if name.is_empty() { id } else { name };
            Label { id: id.to_owned(), name: name.to_owned() }
        };
        let mut labels = BTreeMap::new();
        for ((kind, _), list) in KINDS.into_iter().zip(named(loaded)) {
            labels.extend(list.into_iter().map(|one| ((kind, one.0.to_owned()), label(one))));
        }
        Self { asked: asked(model), model: model.clone(), metric: metric.clone(), redacted: false, labels }
    }

    /// By pseudonyms under a key; `told` is the redacted model.
    pub fn hidden(loaded: &Loaded, model: &Model, metric: &Metric, key: &RedactKey, told: Model) -> Self {
        let mut labels = BTreeMap::new();
        for ((kind, title), list) in KINDS.into_iter().zip(named(loaded)) {
            let ids: Vec<&str> = list.into_iter().map(|(id, _)| id).collect();
            let label = |word: &str| Label {
                id: format!("{kind}-{word}"),
                name: format!("{title} {}", word.to_uppercase()),
            };
            let words = pseudonyms(key, kind, &ids);
            labels.extend(ids.iter().zip(&words).map(|(id, word)| ((kind, (*id).to_owned()), label(word))));
        }
        // By its place, which is the same under pseudonyms.
        let column = Catalogue::new(model).find(&metric.id);
        let shown = column.and_then(|column| Catalogue::new(&told).metrics().get(column).cloned());
        Self {
            asked: asked(&told),
            metric: shown.unwrap_or_else(|| metric.clone()),
            model: told,
            redacted: true,
            labels,
        }
    }

    /// Of an `option`, a `threat` or an uncertain `parameter`.
    pub fn label(&self, kind: &'static str, id: &str) -> Label {
        self.labels.get(&(kind, id.to_owned())).cloned().unwrap_or_default()
    }

    /// How many there are of a kind.
    pub fn count(&self, kind: &str) -> usize {
        self.labels.keys().filter(|(other, _)| *other == kind).count()
    }

    /// Ids of the options of a portfolio.
    pub fn option_ids(&self, portfolio: &Portfolio<'_>) -> Vec<String> {
        portfolio.options.iter().map(|option| self.label("option", &option.id.value).id).collect()
    }

    /// These joined by `+`; empty for the scenario as it is.
    pub fn portfolio_id(&self, portfolio: &Portfolio<'_>) -> String {
        self.option_ids(portfolio).join("+")
    }

    /// The same for people.
    pub fn portfolio(&self, portfolio: &Portfolio<'_>) -> String {
        if portfolio.options.is_empty() {
            "as it is".to_owned()
        } else {
            self.option_ids(portfolio).join(" + ")
        }
    }
}

/// Options, threats and uncertain parameters, as [`KINDS`] has them.
fn named(loaded: &Loaded) -> [Vec<Named<'_>>; 3] {
    let options = loaded.options.iter().flat_map(|options| &options.list);
    let parameters = loaded.uncertain.iter().flat_map(|uncertain| &uncertain.list);
    [
        options.map(|option| (option.id.value.as_str(), option.name.as_str())).collect(),
        loaded.threats.iter().map(|threat| (threat.id.value.as_str(), threat.name.as_str())).collect(),
        parameters.map(|parameter| (parameter.id.value.as_str(), parameter.name.as_str())).collect(),
    ]
}

fn asked(model: &Model) -> Vec<(Label, String)> {
    let requirements = Requirements::new(model);
    let label = |(id, group): (&str, &str)| {
        let name = model.requirements.iter().find(|asked| asked.id == id).map_or("", |asked| &asked.name);
        let name = if name.is_empty() { id } else { name };
        (Label { id: id.to_owned(), name: name.to_owned() }, group.to_owned())
    };
    requirements.names(model).map(label).collect()
}
