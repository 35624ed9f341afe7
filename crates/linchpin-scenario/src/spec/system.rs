//! What ties assets together: pools, networks, sharing groups, common causes; and who repairs them.

use super::choice::choice;
use super::dist::{number_dist, positive_weight, time_dist, weight};
use super::need::need;
use super::{Choice, Dist, Id, Need, list, own_id, own_name, reference, references, required_reference};
use crate::decode::{self, Fields};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::value::Value;

/// A market or reserve shared by many.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// Its id.
    pub id: Id,
    /// Name for people.
    pub name: String,
    /// What it provides.
    pub service: Id,
    /// Its sector; none: that of its first supplier.
    pub sector: Option<Id>,
    /// Its region; none: within reach of all.
    pub region: Option<Id>,
    /// Who fills it.
    pub suppliers: Vec<Supplier>,
    /// What is taken from it, above 0, and where that is written.
    pub demand: decode::Spanned<f64>,
    /// More for a while.
    pub surge: Option<Surge>,
    /// Share below which it counts as failed.
    pub failed_below: f64,
}

/// Suppliers of a pool.
#[derive(Clone, Debug, PartialEq)]
pub struct Supplier {
    /// Who; none where that could not be read.
    pub from: Option<Choice>,
    /// Capacity of each; none: its own.
    pub capacity: Option<f64>,
}

/// A pool's supply times a factor, for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Surge {
    /// Factor, above 1.
    pub factor: f64,
    /// How long it lasts.
    pub lasts: Dist,
    /// Time from spent to ready again.
    pub recharge: Option<Dist>,
}

/// A mesh.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Its id.
    pub id: Id,
    /// What holds it together; none where that could not be read.
    pub rule: Option<Rule>,
    /// Who belongs to it; none where that could not be read.
    pub members: Option<Choice>,
    /// Undirected links between members.
    pub links: Vec<(Id, Id)>,
}

/// What holds a mesh together.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// A path to one of these.
    SourceReachable(Option<Choice>),
    /// Belonging to the largest part.
    LargestComponent,
}

/// A group that shares load.
#[derive(Clone, Debug, PartialEq)]
pub struct Sharing {
    /// Its id.
    pub id: Id,
    /// Who belongs to it; none where that could not be read.
    pub members: Option<Choice>,
    /// How load moves.
    pub rule: SharingRule,
    /// Initial load of each member.
    pub load: Dist,
    /// A member above this trips, above 0.
    pub trip_at: f64,
    /// Time until it may carry again; none: never.
    pub reset: Option<Dist>,
}

/// How load moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SharingRule {
    /// In equal parts.
    Equal,
    /// In proportion to what the others carry.
    Proportional,
    /// So much to each other member for each failure.
    PerFailure(f64),
}

/// A group that can fail together.
#[derive(Clone, Debug, PartialEq)]
pub struct CommonCause {
    /// Its id.
    pub id: Id,
    /// Who belongs to it; none where that could not be read.
    pub members: Option<Choice>,
    /// Probability that a random failure of one takes all.
    pub beta: f64,
}

/// A repair team.
#[derive(Clone, Debug, PartialEq)]
pub struct Team {
    /// Its id.
    pub id: Id,
    /// Name for people.
    pub name: String,
    /// What its crews can do.
    pub skill: Id,
    /// Region it is at home in.
    pub home: Id,
    /// Crews.
    pub crews: u16,
    /// Regions it works in; none: its home.
    pub serves: Option<Vec<Id>>,
    /// Travel to a job.
    pub travel: Option<Dist>,
    /// What it needs to work.
    pub needs: Vec<Need>,
    /// Profile of the hours at which its crews are on duty; none: always.
    pub shifts: Option<Id>,
}

/// A stock of spare parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Spare {
    /// Its id.
    pub id: Id,
    /// Parts at the start.
    pub stock: u32,
    /// Time until a used part is replaced; none: never.
    pub resupply: Option<Dist>,
}

/// Which waiting job gets the next free crew.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Priority {
    /// First come, first served.
    #[default]
    Fifo,
    /// Most people served.
    MostServed,
    /// Most consumers.
    MostDependedOn,
    /// Most people served per hour of repair.
    ServedPerHour,
    /// Shortest repair.
    Shortest,
    /// This order; all others after.
    List(Vec<Id>),
}

/// Largest load in a sharing group: beyond it, fixed-point sums over a million members would not fit 64 bits.
const MAX_LOAD: f64 = 1_000.0;

pub(crate) fn pool(value: &Value, out: &mut Diagnostics) -> Option<Pool> {
    let mut fields = Fields::new(value, "pool", out)?;
    let id = own_id(&mut fields);
    let unread = decode::Spanned { value: 1.0, span: fields.span() };
    let pool = Pool {
        name: own_name(&mut fields, &id),
        service: required_reference(&mut fields, "service"),
        sector: fields.optional("sector", reference),
        region: fields.optional("region", reference),
        suppliers: fields.required("suppliers", decode::list_of(supplier)).unwrap_or_default(),
        demand: fields.required("demand", decode::spanned(positive_weight)).unwrap_or(unread),
        surge: fields.optional("surge", surge),
        failed_below: fields.optional("failed_below", decode::share).unwrap_or(0.5),
        id,
    };
    fields.finish();
    Some(pool)
}

fn supplier(value: &Value, out: &mut Diagnostics) -> Option<Supplier> {
    let mut fields = Fields::new(value, "supplier", out)?;
    let supplier =
        Supplier { from: fields.required("from", choice), capacity: fields.optional("capacity", weight) };
    fields.finish();
    Some(supplier)
}

fn surge(value: &Value, out: &mut Diagnostics) -> Option<Surge> {
    let mut fields = Fields::new(value, "surge", out)?;
    let span = fields.span();
    let surge = Surge {
        factor: fields.required("factor", decode::number_in(1.0..=1_000.0)).unwrap_or(1.0),
        lasts: fields.required("lasts", time_dist).unwrap_or_else(|| Dist::unread(span)),
        recharge: fields.optional("recharge", time_dist),
    };
    fields.finish();
    Some(surge)
}

pub(super) fn network(value: &Value, out: &mut Diagnostics) -> Option<Network> {
    let mut fields = Fields::new(value, "network", out)?;
    let network = Network {
        id: own_id(&mut fields),
        rule: fields.required("rule", rule),
        members: fields.required("members", choice),
        links: fields.required("links", decode::list_of(link)).unwrap_or_default(),
    };
    fields.finish();
    Some(network)
}

fn rule(value: &Value, out: &mut Diagnostics) -> Option<Rule> {
    match decode::tag(value, "network rule", &["SourceReachable", "LargestComponent"], out)? {
        "SourceReachable" => {
            let mut fields = Fields::arguments(value, "network rule", Some("sources"), out)?;
            let sources = fields.required("sources", choice);
            fields.finish();
            Some(Rule::SourceReachable(sources))
        }
        _ => {
            Fields::arguments(value, "network rule", None, out)?.finish();
            Some(Rule::LargestComponent)
        }
    }
}

fn link(value: &Value, out: &mut Diagnostics) -> Option<(Id, Id)> {
    let (a, b) = decode::pair(value, "a link (\"a\", \"b\")", out)?;
    Some((reference(a, out)?, reference(b, out)?))
}

pub(super) fn sharing(value: &Value, out: &mut Diagnostics) -> Option<Sharing> {
    let mut fields = Fields::new(value, "sharing group", out)?;
    let span = fields.span();
    let sharing = Sharing {
        id: own_id(&mut fields),
        members: fields.required("members", choice),
        rule: fields.required("rule", sharing_rule).unwrap_or(SharingRule::Equal),
        load: fields.required("load", number_dist).unwrap_or_else(|| Dist::unread(span)),
        trip_at: fields.optional("trip_at", decode::number_in(1e-6..=MAX_LOAD)).unwrap_or(1.0),
        reset: fields.optional("reset", time_dist),
    };
    if sharing.load.value.quantile(0.999) > MAX_LOAD {
        fields.out().push(Diagnostic::error(
            sharing.load.span,
            format!("loads are shares of what a member can carry, at most {MAX_LOAD}"),
        ));
    }
    fields.finish();
    Some(sharing)
}

fn sharing_rule(value: &Value, out: &mut Diagnostics) -> Option<SharingRule> {
    let rule = decode::tag(value, "sharing rule", &["Equal", "Proportional", "PerFailure"], out)?;
    let single = (rule == "PerFailure").then_some("load");
    let mut fields = Fields::arguments(value, "sharing rule", single, out)?;
    let read = match rule {
        "Equal" => Some(SharingRule::Equal),
        "Proportional" => Some(SharingRule::Proportional),
        _ => fields.required("load", decode::number_in(0.0..=MAX_LOAD)).map(SharingRule::PerFailure),
    };
    fields.finish();
    read
}

pub(super) fn common_cause(value: &Value, out: &mut Diagnostics) -> Option<CommonCause> {
    let mut fields = Fields::new(value, "common cause", out)?;
    let cause = CommonCause {
        id: own_id(&mut fields),
        members: fields.required("members", choice),
        beta: fields.required("beta", decode::share).unwrap_or(1.0),
    };
    fields.finish();
    Some(cause)
}

pub(super) fn team(value: &Value, out: &mut Diagnostics) -> Option<Team> {
    let mut fields = Fields::new(value, "team", out)?;
    let id = own_id(&mut fields);
    let team = Team {
        name: own_name(&mut fields, &id),
        skill: required_reference(&mut fields, "skill"),
        home: required_reference(&mut fields, "home"),
        crews: fields.required("crews", decode::integer_in(0..=10_000_u16)).unwrap_or(u16::MAX),
        serves: references(&mut fields, "serves"),
        travel: fields.optional("travel", time_dist),
        needs: list(&mut fields, "needs", need),
        shifts: fields.optional("shifts", reference),
        id,
    };
    fields.finish();
    Some(team)
}

pub(super) fn spare(value: &Value, out: &mut Diagnostics) -> Option<Spare> {
    let mut fields = Fields::new(value, "spare", out)?;
    let spare = Spare {
        id: own_id(&mut fields),
        stock: fields.required("stock", decode::integer_in(0..=1_000_000_u32)).unwrap_or(1),
        resupply: fields.optional("resupply", time_dist),
    };
    fields.finish();
    Some(spare)
}

const PRIORITIES: [&str; 6] = ["Fifo", "MostServed", "MostDependedOn", "ServedPerHour", "Shortest", "List"];

pub(super) fn priority(value: &Value, out: &mut Diagnostics) -> Option<Priority> {
    let rule = decode::tag(value, "priority rule", &PRIORITIES, out)?;
    let single = (rule == "List").then_some("ids");
    let mut fields = Fields::arguments(value, "priority rule", single, out)?;
    let priority = match rule {
        "MostServed" => Priority::MostServed,
        "MostDependedOn" => Priority::MostDependedOn,
        "ServedPerHour" => Priority::ServedPerHour,
        "Shortest" => Priority::Shortest,
        "List" => Priority::List(fields.required("ids", decode::list_of(reference)).unwrap_or_default()),
        _ => Priority::Fifo,
    };
    fields.finish();
    Some(priority)
}
