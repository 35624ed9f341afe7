//! The top level of a scenario.

use super::{
    Actor, Asset, Attribution, Campaign, Class, CommonCause, Contacts, Event, Group, Id, Malware, Network,
    Plan, Platform, Pool, Posture, Priority, Profile, Requirement, Sharing, Spare, Team, Warning, asset,
    cyber, event, list, own_id, own_name, profile, reference, response, system, threat, watch,
};
use crate::decode::{self, Fields};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::value::Value;

/// A whole scenario, includes and all.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// What stands at the top.
    pub head: Head,
    /// Regions.
    pub regions: Vec<Region>,
    /// Services: id and name.
    pub services: Vec<(Id, String)>,
    /// Sectors beyond the usual eleven: id and name.
    pub sectors: Vec<(Id, String)>,
    /// Classes.
    pub classes: Vec<Class>,
    /// Assets.
    pub assets: Vec<Asset>,
    /// Pools.
    pub pools: Vec<Pool>,
    /// Networks.
    pub networks: Vec<Network>,
    /// Sharing groups.
    pub sharing: Vec<Sharing>,
    /// Common causes.
    pub common_causes: Vec<CommonCause>,
    /// Repair teams.
    pub teams: Vec<Team>,
    /// Stocks of spares.
    pub spares: Vec<Spare>,
    /// Which waiting job is next.
    pub priority: Priority,
    /// Scripted events.
    pub events: Vec<Event>,
    /// Who attacks.
    pub actors: Vec<Actor>,
    /// What they do.
    pub campaigns: Vec<Campaign>,
    /// Courses over the week.
    pub profiles: Vec<Profile>,
    /// How assets are protected.
    pub postures: Vec<Posture>,
    /// What assets have in common.
    pub platforms: Vec<Platform>,
    /// Who can reach whom.
    pub contacts: Vec<Contacts>,
    /// What spreads.
    pub malware: Vec<Malware>,
    /// What is done when something is observed.
    pub plans: Vec<Plan>,
    /// Sharing of what was noticed.
    pub warnings: Vec<Warning>,
    /// How campaigns are ascribed; none: they never are.
    pub attribution: Option<Attribution>,
    /// Groups of interest.
    pub groups: Vec<Group>,
    /// Requirements.
    pub requirements: Vec<Requirement>,
}

/// What stands at the top of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// Title.
    pub name: String,
    /// The question.
    pub question: String,
    /// Handling marking.
    pub marking: String,
    /// Word EXERCISE on outputs.
    pub exercise: bool,
    /// Start: seconds since 1970 and offset from UTC in seconds.
    pub start: (i64, i32),
    /// Length in seconds; 0 where it could not be read.
    pub horizon: u32,
    /// Step of curves in seconds; 0: chosen by the builder.
    pub grid: u32,
    /// Replications.
    pub replications: u32,
    /// Seed.
    pub seed: u64,
}

/// A country, province or city.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Its id.
    pub id: Id,
    /// Name for people.
    pub name: String,
    /// People living there.
    pub population: f64,
    /// The region it lies in.
    pub parent: Option<Id>,
    /// Where it is.
    pub position: Option<Place>,
}

/// A position: latitude and longitude in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Degrees north, -90 to 90.
    pub lat: f64,
    /// Degrees east, -180 to 180.
    pub lon: f64,
}

/// The versions of the language this program reads.
const LANGUAGE: i128 = 1;

/// Most steps of a curve.
const MAX_STEPS: u32 = 20_000;

impl Scenario {
    /// Reads the merged value of all files of a scenario. None only where it is not a struct at all.
    pub fn read(value: &Value, out: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::new(value, "scenario", out)?;
        let head = head(&mut fields);
        // Taken out by whoever merged the files; here so that it is no unknown field where nothing was merged.
        let _ = fields.value("include");
        let _ = fields.value("tables");
        let scenario = Self {
            head,
            regions: list(&mut fields, "regions", region),
            services: list(&mut fields, "services", |value, out| named(value, "service", out)),
            sectors: list(&mut fields, "sectors", |value, out| named(value, "sector", out)),
            classes: list(&mut fields, "classes", asset::class),
            assets: list(&mut fields, "assets", asset::asset),
            pools: list(&mut fields, "pools", system::pool),
            networks: list(&mut fields, "networks", system::network),
            sharing: list(&mut fields, "sharing", system::sharing),
            common_causes: list(&mut fields, "common_causes", system::common_cause),
            teams: list(&mut fields, "teams", system::team),
            spares: list(&mut fields, "spares", system::spare),
            priority: fields.optional("priority", system::priority).unwrap_or_default(),
            events: list(&mut fields, "events", event::event),
            actors: list(&mut fields, "actors", threat::actor),
            campaigns: list(&mut fields, "campaigns", threat::campaign),
            profiles: list(&mut fields, "profiles", profile::profile),
            postures: list(&mut fields, "postures", cyber::posture),
            platforms: list(&mut fields, "platforms", cyber::platform),
            contacts: list(&mut fields, "contacts", cyber::contacts),
            malware: list(&mut fields, "malware", cyber::malware),
            plans: list(&mut fields, "plans", response::plan),
            warnings: list(&mut fields, "warnings", response::warning),
            attribution: fields.optional("attribution", response::attribution),
            groups: list(&mut fields, "groups", watch::group),
            requirements: list(&mut fields, "requirements", watch::requirement),
        };
        fields.finish();
        Some(scenario)
    }
}

fn head(fields: &mut Fields) -> Head {
    fields.required("language", language);
    let horizon = fields.required("horizon", horizon).unwrap_or(0);
    let grid = fields.optional("grid", decode::spanned(decode::time));
    let head = Head {
        name: fields.required("name", decode::text).unwrap_or_default(),
        question: fields.optional("question", decode::text).unwrap_or_default(),
        marking: fields.optional("marking", decode::text).unwrap_or_else(|| "TLP:CLEAR".into()),
        exercise: fields.optional("exercise", decode::boolean).unwrap_or(false),
        start: fields.required("start", start).unwrap_or((0, 0)),
        horizon,
        grid: grid.map_or(0, |grid| grid.value),
        replications: fields
            .optional("replications", decode::integer_in(1..=100_000_000_u32))
            .unwrap_or(1_000),
        seed: fields.optional("seed", decode::integer_in(0..=u64::MAX)).unwrap_or(1),
    };
    if let Some(grid) = grid
        && let Some(problem) = unfit(grid.value, horizon)
    {
        fields.out().push(
            Diagnostic::error(grid.span, problem)
                .help(format!("at most {MAX_STEPS} steps; without `grid` curves have 168 of them")),
        );
    }
    head
}

fn unfit(grid: u32, horizon: u32) -> Option<String> {
    if grid == 0 || grid > horizon && horizon > 0 {
        return Some("the grid is a time from a second to the horizon".into());
    }
    let steps = horizon / grid;
    (steps > MAX_STEPS).then(|| format!("a grid of {steps} steps is too fine"))
}

fn language(value: &Value, out: &mut Diagnostics) -> Option<()> {
    let version = decode::integer_in(0..=i128::from(u32::MAX))(value, out)?;
    if version == LANGUAGE {
        return Some(());
    }
    out.push(
        Diagnostic::error(
            decode::plain(value).span,
            format!("this scenario is written in language {version}"),
        )
        .help(format!("this program reads language {LANGUAGE}")),
    );
    None
}

fn horizon(value: &Value, out: &mut Diagnostics) -> Option<u32> {
    let horizon = decode::time(value, out)?;
    if horizon > 0 {
        return Some(horizon);
    }
    out.push(
        Diagnostic::error(decode::plain(value).span, "the horizon is a time above 0 and at most 20 years")
            .help("for example \"14d\""),
    );
    None
}

/// The offset is kept as written: it is how local time reads in reports.
fn start(value: &Value, out: &mut Diagnostics) -> Option<(i64, i32)> {
    let text = decode::text(value, out)?;
    let parsed = jiff::fmt::temporal::Pieces::parse(&text).ok().and_then(|pieces| {
        let offset = pieces.to_numeric_offset()?;
        let at = offset.to_timestamp(pieces.date().to_datetime(pieces.time()?)).ok()?;
        Some((at.as_second(), offset.seconds()))
    });
    if parsed.is_none() {
        out.push(
            Diagnostic::error(decode::plain(value).span, "expected a date and time with an offset from UTC")
                .help("for example \"2027-01-18T06:00:00+01:00\""),
        );
    }
    parsed
}

fn region(value: &Value, out: &mut Diagnostics) -> Option<Region> {
    let mut fields = Fields::new(value, "region", out)?;
    let id = own_id(&mut fields);
    let region = Region {
        name: own_name(&mut fields, &id),
        population: fields.optional("population", decode::number_in(0.0..=1e11)).unwrap_or(0.0),
        parent: fields.optional("parent", reference),
        position: fields.optional("position", position),
        id,
    };
    fields.finish();
    Some(region)
}

fn named(value: &Value, what: &'static str, out: &mut Diagnostics) -> Option<(Id, String)> {
    let mut fields = Fields::new(value, what, out)?;
    let id = own_id(&mut fields);
    let name = own_name(&mut fields, &id);
    fields.finish();
    Some((id, name))
}

/// A position `(latitude, longitude)` in degrees.
pub(super) fn position(value: &Value, out: &mut Diagnostics) -> Option<Place> {
    let (lat, lon) = decode::pair(value, "a position (latitude, longitude)", out)?;
    let lat = decode::number_in(-90.0..=90.0)(lat, out);
    let lon = decode::number_in(-180.0..=180.0)(lon, out);
    Some(Place { lat: lat?, lon: lon? })
}
