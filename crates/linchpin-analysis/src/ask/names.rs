//! What names mean, and whether what is said of them makes sense.

use super::parser::{RawFact, Says, Sentence, Times, Unit};
use super::watch::Rule;
use super::{Claim, Comparison, Condition, Fact, Node, Problem, Subject, Watch};
use crate::metrics::Catalogue;
use linchpin_model::time::{format_duration, whole_seconds};
use linchpin_model::{GroupId, Level, Model, NodeId, NodeKind};
use std::ops::Range;

/// Gives names their meaning. All that does not fit is said at once.
pub(super) fn resolve(
    sentence: Sentence,
    model: &Model,
    catalogue: &Catalogue,
) -> Result<Condition, Vec<Problem>> {
    let mut resolver = Resolver { model, catalogue, facts: Vec::new(), problems: Vec::new() };
    let root = resolver.node(sentence);
    if resolver.problems.is_empty() {
        Ok(Condition { facts: resolver.facts, root })
    } else {
        Err(resolver.problems)
    }
}

/// The nearest candidate, if one is near enough to be a slip of the fingers or a part of the word.
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let near = strsim::jaro_winkler(word, candidate);
        let near = if !word.is_empty() && candidate.contains(word) { near.max(0.9) } else { near };
        if near >= 0.8 && best.is_none_or(|(other, _)| near > other) {
            best = Some((near, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

struct Resolver<'a> {
    model: &'a Model,
    catalogue: &'a Catalogue,
    facts: Vec<Fact>,
    problems: Vec<Problem>,
}

impl Resolver<'_> {
    fn node(&mut self, sentence: Sentence) -> Node {
        match sentence {
            Sentence::Not(inner) => Node::Not(Box::new(self.node(*inner))),
            Sentence::All(parts) => Node::All(parts.into_iter().map(|part| self.node(part)).collect()),
            Sentence::Any(parts) => Node::Any(parts.into_iter().map(|part| self.node(part)).collect()),
            Sentence::Fact(raw) => {
                let fact = self.fact(&raw);
                self.facts.extend(fact);
                Node::Fact(self.facts.len().saturating_sub(1))
            }
        }
    }

    fn refuse(
        &mut self,
        at: &Range<usize>,
        title: impl Into<String>,
        help: impl Into<String>,
    ) -> Option<Fact> {
        self.problems.push(Problem { at: at.clone(), title: title.into(), help: help.into() });
        None
    }

    fn fact(&mut self, raw: &RawFact) -> Option<Fact> {
        let (asset, group) = (self.asset(&raw.name), self.group(&raw.name));
        let metric = self.catalogue.find(&raw.name);
        match (&raw.says, asset, group, metric) {
            (Says::Down | Says::Up, Some(node), ..) => {
                let watch = self.watch(&raw.times, raw.says == Says::Up)?;
                Some(Fact { subject: Subject::Asset(node), claim: Claim::Down(watch) })
            }
            (Says::Compares(sign, value, unit), _, Some(group), _) => {
                self.level(raw, group, *sign, *value, *unit)
            }
            (Says::Compares(sign, value, unit), _, _, Some(metric)) => {
                self.number(raw, metric, *sign, *value, *unit)
            }
            (Says::Down | Says::Up, None, Some(_), _) => self.refuse(
                &raw.says_at,
                format!("`{}` is a group, which has a level", raw.name),
                "such as `< 0.5`",
            ),
            (Says::Down | Says::Up, None, _, Some(_)) => self.refuse(
                &raw.says_at,
                format!("`{}` is a metric, which is a number", raw.name),
                "such as `> 100`",
            ),
            (Says::Compares(..), Some(_), ..) => {
                let help = "`down` means below the level at which it counts as failed";
                self.refuse(&raw.says_at, format!("of `{}` outages are kept, not levels", raw.name), help)
            }
            _ => self.unknown(raw),
        }
    }

    fn unknown(&mut self, raw: &RawFact) -> Option<Fact> {
        let help = if matches!(raw.says, Says::Compares(..)) {
            let groups = self.model.groups.iter().map(|group| plain(&group.id));
            let metrics = self.catalogue.metrics().iter().map(|metric| metric.id.as_str());
            nearest(&raw.name.replace('.', "/"), groups.chain(metrics)).map(str::to_owned)
        } else {
            let ids =
                self.model.node_ids().filter(|node| self.is_asset(*node)).map(|node| self.model.id(node));
            nearest(&raw.name, ids).map(str::to_owned)
        };
        let help = help.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
        let what = if matches!(raw.says, Says::Compares(..)) { "group or metric" } else { "asset or pool" };
        self.refuse(&raw.name_at, format!("there is no {what} `{}`", raw.name), help)
    }

    fn is_asset(&self, node: NodeId) -> bool {
        matches!(self.model.nodes[node.index()].kind, NodeKind::Asset | NodeKind::Pool)
    }

    fn asset(&self, name: &str) -> Option<NodeId> {
        self.model.find_node(name).filter(|node| self.is_asset(*node))
    }

    /// A group by its id, or by the part of it after `service:` or `sector:`, with a point for the slash.
    fn group(&self, name: &str) -> Option<GroupId> {
        let find = |id: &str| self.model.find_group(id);
        let slashed = name.replace('.', "/");
        find(name)
            .or_else(|| find(&format!("service:{name}")))
            .or_else(|| find(&format!("service:{slashed}")))
            .or_else(|| find(&format!("sector:{name}")))
    }

    fn level(
        &mut self,
        raw: &RawFact,
        group: GroupId,
        sign: Comparison,
        value: f64,
        unit: Unit,
    ) -> Option<Fact> {
        if unit == Unit::Seconds || !(0.0..=1.0).contains(&value) {
            let help = "levels lie between 0 and 1, or 0% and 100%";
            return self.refuse(&raw.says_at, "this is no level", help);
        }
        // `>` is the opposite of `<=`, and `>=` of `<`.
        let (good, or_at) = match sign {
            Comparison::Below => (false, false),
            Comparison::AtMost => (false, true),
            Comparison::AtLeast => (true, false),
            Comparison::Above => (true, true),
            Comparison::Equal | Comparison::Other => {
                return self.refuse(&raw.says_at, "levels are compared by <, <=, > or >=", "");
            }
        };
        let watch = self.watch(&raw.times, good)?;
        // To a millionth, as levels are kept; 0.29 * 1e6 is not whole.
        let limit = value * f64::from(Level::SCALE);
        let limit = if (limit - limit.round()).abs() < 1e-6 { limit.round() } else { limit };
        Some(Fact { subject: Subject::Group(group), claim: Claim::Low(watch, limit, or_at) })
    }

    fn number(
        &mut self,
        raw: &RawFact,
        metric: usize,
        sign: Comparison,
        value: f64,
        unit: Unit,
    ) -> Option<Fact> {
        let described = &self.catalogue.metrics()[metric];
        let times = &raw.times;
        let timed = [&times.throughout, &times.window.as_ref().map(|w| w.2.clone())];
        let timed = timed.into_iter().flatten().next().or(times.lasting.as_ref().map(|lasting| &lasting.2));
        if let Some(at) = timed.cloned() {
            let title = format!("`{}` is a number of the whole run", raw.name);
            return self.refuse(&at, title, "times go with assets and with levels of groups");
        }
        let value = match (unit, described.unit) {
            (Unit::Plain, _) => value,
            (Unit::Seconds, "h") => value / 3600.0,
            (Unit::Seconds, own) => {
                return self.refuse(&raw.says_at, format!("`{}` is in {own}, not a time", raw.name), "");
            }
        };
        Some(Fact { subject: Subject::Metric(metric), claim: Claim::Number(sign, value) })
    }

    /// What is asked of the times at which a thing is bad; of the times at which it is good for `up` and above.
    fn watch(&mut self, times: &Times, good: bool) -> Option<Watch> {
        let horizon = self.model.meta.horizon;
        let window = match &times.window {
            None => (0, horizon),
            Some((from, to, at)) => {
                let window = (whole_seconds(*from), whole_seconds(*to).min(horizon));
                if window.0 >= horizon {
                    let ends = format!("the scenario ends after {}", format_duration(horizon.into()));
                    self.refuse(at, ends, "");
                    return None;
                }
                if window.0 >= window.1 {
                    self.refuse(at, "this time ends before it begins", "");
                    return None;
                }
                window
            }
        };
        let plain = Watch { rule: Rule::AtSomeTime, window, horizon, opposite: false, negated: false };
        match (&times.throughout, &times.lasting) {
            (Some(at), Some(_)) => {
                self.refuse(at, "`throughout` and `for` do not go together", "leave out one of them");
                None
            }
            (_, Some((seconds, total, at))) => {
                let seconds = whole_seconds(*seconds);
                if seconds > window.1 - window.0 || seconds == 0 {
                    let length = format_duration((window.1 - window.0).into());
                    self.refuse(
                        at,
                        format!("the time looked at is {length} long"),
                        "a part of it can be asked for",
                    );
                    return None;
                }
                let rule = if *total { Rule::InTotal(seconds) } else { Rule::Lasting(seconds) };
                Some(Watch { rule, opposite: good, ..plain })
            }
            // Good all the time: not bad at some time.
            (_, None) if good => Some(Watch { negated: true, ..plain }),
            (Some(_), None) => Some(Watch { rule: Rule::Throughout, ..plain }),
            (None, None) => Some(plain),
        }
    }
}

fn plain(id: &str) -> &str {
    id.split_once(':').map_or(id, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_recognised() {
        let candidates = ["substation-north", "substation-south", "hospital-1", "person_hours/water"];
        for (word, expected) in [
            ("substaton-north", Some("substation-north")),
            ("hospital1", Some("hospital-1")),
            ("water", Some("person_hours/water")),
            ("zebra", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, candidates.into_iter()), expected, "{word}");
        }
    }
}
