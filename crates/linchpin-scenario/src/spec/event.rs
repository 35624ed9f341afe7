//! Scripted events.

use super::choice::choice;
use super::dist::{number_dist, time_dist};
use super::effect::{Effect, effects};
use super::scenario::{Place, position};
use super::{Choice, Dist, Id, event_reference, own_id, own_name};
use crate::decode::{self, Fields};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::value::Value;

/// Something that happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its id.
    pub id: Id,
    /// Name for people.
    pub name: String,
    /// When, from the start or from the event named by `after`.
    pub at: Dist,
    /// The event it follows.
    pub after: Option<Id>,
    /// Whom it concerns; none where it says nothing.
    pub on: Option<On>,
    /// True where `on` stands there but could not be read.
    pub on_unread: bool,
    /// Probability that it happens.
    pub probability: f64,
    /// Probability that a target is hit.
    pub hit_probability: f64,
    /// Factor on the repair times of all its targets.
    pub severity: Option<Dist>,
    /// True where it also happens in the run without the threat.
    pub background: bool,
    /// What it does.
    pub effects: Vec<Effect>,
}

/// Whom an event concerns.
#[derive(Clone, Debug, PartialEq)]
pub enum On {
    /// All of these.
    All(Choice),
    /// Some of these.
    Draw {
        /// How many.
        k: decode::Spanned<u32>,
        /// Candidates.
        from: Choice,
    },
    /// Those within a circle.
    Circle {
        /// Where it stands in the file.
        span: Span,
        /// Centre.
        center: Place,
        /// Radius in kilometres, above 0.
        radius_km: f64,
        /// Candidates; none: all assets with a position.
        from: Option<Choice>,
        /// Intensity at the centre; none: 1.
        intensity: Option<Dist>,
        /// Share of the intensity at the rim.
        edge: f64,
    },
    /// Those within a polygon.
    Polygon {
        /// Where it stands in the file.
        span: Span,
        /// Corners, at least three.
        points: Vec<Place>,
        /// Candidates; none: all assets with a position.
        from: Option<Choice>,
        /// Intensity; none: 1.
        intensity: Option<Dist>,
    },
}

pub(super) fn event(value: &Value, out: &mut Diagnostics) -> Option<Event> {
    let mut fields = Fields::new(value, "event", out)?;
    let id = own_id(&mut fields);
    let span = fields.span();
    let event = Event {
        name: own_name(&mut fields, &id),
        at: fields.required("at", time_dist).unwrap_or_else(|| Dist::unread(span)),
        after: fields.optional("after", event_reference),
        on: fields.optional("on", on),
        on_unread: fields.has("on"),
        probability: fields.optional("probability", decode::share).unwrap_or(1.0),
        hit_probability: fields.optional("hit_probability", decode::share).unwrap_or(1.0),
        severity: fields.optional("severity", number_dist),
        background: fields.optional("background", decode::boolean).unwrap_or(false),
        effects: effects(&mut fields, "event"),
        id,
    };
    fields.finish();
    Some(Event { on_unread: event.on_unread && event.on.is_none(), ..event })
}

fn on(value: &Value, out: &mut Diagnostics) -> Option<On> {
    if decode::name_of(value).is_none() {
        return choice(value, out).map(On::All);
    }
    let kind = decode::tag(value, "choice of targets", &["Draw", "Circle", "Polygon"], out)?;
    let mut fields = Fields::arguments(value, "choice of targets", None, out)?;
    let read = match kind {
        "Draw" => {
            let k = fields.required("k", decode::spanned(decode::integer_in(1..=1_000_000_u32)));
            let from = fields.required("from", choice);
            k.zip(from).map(|(k, from)| On::Draw { k, from })
        }
        "Circle" => circle(&mut fields),
        _ => polygon(&mut fields),
    };
    fields.finish();
    read
}

fn circle(fields: &mut Fields) -> Option<On> {
    let center = fields.required("center", position);
    let radius_km = fields.required("radius_km", decode::number_in(0.001..=20_100.0));
    let from = fields.optional("from", choice);
    let intensity = fields.optional("intensity", number_dist);
    let edge = fields.optional("edge", decode::share).unwrap_or(1.0);
    let span = fields.span();
    Some(On::Circle { span, center: center?, radius_km: radius_km?, from, intensity, edge })
}

fn polygon(fields: &mut Fields) -> Option<On> {
    let at = fields.span_of("points").unwrap_or(fields.span());
    let points = fields.required("points", decode::list_of(position));
    let from = fields.optional("from", choice);
    let intensity = fields.optional("intensity", number_dist);
    let points = points?;
    if points.len() < 3 {
        fields.out().push(Diagnostic::error(at, "a polygon has at least three points"));
        return None;
    }
    Some(On::Polygon { span: fields.span(), points, from, intensity })
}
