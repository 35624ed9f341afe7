//! Hours of the week, and people present at a place.

use super::dist::number;
use super::{Id, own_id, reference};
use crate::decode::{self, Fields};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::value::Value;

/// A course over the hours of the week, in local time.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Its id.
    pub id: Id,
    /// Factors by hour from Monday, 0 h: 7 times 24 of them; empty where they could not be read.
    pub factors: Vec<f64>,
}

/// People who are at a public place.
#[derive(Clone, Debug, PartialEq)]
pub struct PeoplePresent {
    /// How many where the profile says 1.
    pub people: f64,
    /// Course over the week; none: always 1.
    pub profile: Option<Id>,
}

/// Largest factor of a profile.
const MAX_FACTOR: f64 = 1_000.0;

pub(super) fn profile(value: &Value, out: &mut Diagnostics) -> Option<Profile> {
    let mut fields = Fields::new(value, "profile", out)?;
    let id = own_id(&mut fields);
    let weekday = fields.required("weekday", day);
    let weekend = if fields.has("weekend") { fields.optional("weekend", day) } else { weekday.clone() };
    fields.finish();
    let factors = match (weekday, weekend) {
        (Some(weekday), Some(weekend)) => [weekday.repeat(5), weekend.repeat(2)].concat(),
        _ => Vec::new(),
    };
    Some(Profile { id, factors })
}

fn day(value: &Value, out: &mut Diagnostics) -> Option<Vec<f64>> {
    let mut written = 0;
    let hours = decode::list_of(|item, out: &mut Diagnostics| {
        written += 1;
        decode::number_in(0.0..=MAX_FACTOR)(item, out)
    })(value, out)?;
    if written == 24 {
        return (hours.len() == 24).then_some(hours);
    }
    out.push(
        Diagnostic::error(decode::plain(value).span, format!("a day has 24 factors, here are {written}"))
            .help("one for each hour from midnight, in local time"),
    );
    None
}

pub(super) fn people_present(value: &Value, out: &mut Diagnostics) -> Option<Option<PeoplePresent>> {
    let mut fields = Fields::new(value, "number of people present", out)?;
    let people = fields.required("people", number);
    let profile = fields.optional("profile", reference);
    fields.finish();
    Some(people.map(|people| PeoplePresent { people, profile }))
}
