//! The checked, immutable model: topology and a parameter overlay.

mod change;
mod cyber;
mod event;
mod repair;
mod response;
mod threat;

pub use change::{Intervention, Strike};
pub use cyber::{Backups, Contacts, Detonation, Malware, Posture, Shutdown, Spread};
pub use event::{DamageChoice, Effect, Event, Occasion, Targets};
pub use repair::{CommonCause, DamageState, Priority, RandomFailure, RepairPlan, RepairStage, Spare, Team};
pub use response::{Adoption, Attribution, Condition, EarlyWarning, Observation, Place, Plan, Profile};
pub use threat::{
    Actor, ActorKind, Assessment, Campaign, CampaignStep, Domain, OnFailure, Strategy, Success, Technique,
};

use crate::{
    ClassId, CurveId, DistId, Distribution, EventId, FailureId, GroupId, Key, Level, LinkId, NeedId,
    NetworkId, NodeId, PostureId, RegionId, RepairId, ReserveId, SectorId, ServiceId, SharingId, TeamId,
};

/// Everything one replication reads. Put together by [`ModelBuilder`](crate::ModelBuilder).
#[derive(Clone, Debug)]
pub struct Model {
    /// What the scenario is called, when it starts, how long it runs.
    pub meta: Meta,
    /// Regions, by [`RegionId`].
    pub regions: Vec<Region>,
    /// Services, by [`ServiceId`].
    pub services: Vec<Named>,
    /// Sectors, by [`SectorId`].
    pub sectors: Vec<Named>,
    /// Classes, by [`ClassId`].
    pub classes: Vec<Class>,
    /// Skills of crews, by [`SkillId`](crate::SkillId).
    pub skills: Vec<Named>,
    /// Ids and names of nodes, by [`NodeId`].
    pub names: Names,
    /// Nodes, by [`NodeId`].
    pub nodes: Vec<Node>,
    /// Positions by [`NodeId`]; empty where no node has one, NaN where this node has none.
    pub positions: Vec<Position>,
    /// Needs, by [`NeedId`], sorted by owner.
    pub needs: Vec<Need>,
    /// Needs of node `n` are `need_start[n]..need_start[n + 1]`.
    pub need_start: Vec<u32>,
    /// Links, by [`LinkId`], sorted by need.
    pub links: Vec<Link>,
    /// Links of need `m` are `link_start[m]..link_start[m + 1]`.
    pub link_start: Vec<u32>,
    /// What each node supplies, sorted by provider.
    pub supplies: Vec<Supply>,
    /// Entries of `supplies` of node `n` are `supply_start[n]..supply_start[n + 1]`.
    pub supply_start: Vec<u32>,
    /// Autonomies, by [`ReserveId`].
    pub reserves: Vec<Reserve>,
    /// Stages of all reserves.
    pub stages: Vec<Stage>,
    /// Response curves, by [`CurveId`].
    pub curves: Vec<Curve>,
    /// Distributions, by [`DistId`]; durations in seconds.
    pub dists: Vec<Distribution>,
    /// How assets are repaired, by [`RepairId`].
    pub repairs: Vec<RepairPlan>,
    /// How assets fail at random, by [`FailureId`].
    pub failures: Vec<RandomFailure>,
    /// Groups whose members can fail together.
    pub common_causes: Vec<CommonCause>,
    /// Repair teams, by [`TeamId`].
    pub teams: Vec<Team>,
    /// Stocks of spares, by [`SpareId`](crate::SpareId).
    pub spares: Vec<Spare>,
    /// Which waiting job gets the next free crew.
    pub priority: Priority,
    /// Network rules, by [`NetworkId`].
    pub networks: Vec<Network>,
    /// Load sharing groups, by [`SharingId`].
    pub sharings: Vec<Sharing>,
    /// Scripted events, by [`EventId`]; after them those that stand for steps, malware and plans.
    pub events: Vec<Event>,
    /// Who attacks, by [`ActorId`](crate::ActorId).
    pub actors: Vec<Actor>,
    /// Campaigns, by [`CampaignId`](crate::CampaignId).
    pub campaigns: Vec<Campaign>,
    /// Steps of all campaigns, by [`StepId`](crate::StepId).
    pub steps: Vec<CampaignStep>,
    /// How assets are protected, by [`PostureId`].
    pub postures: Vec<Posture>,
    /// Posture of each node; empty where no asset has one.
    pub posture_of: Vec<PostureId>,
    /// Software and devices that assets have in common, by [`PlatformId`](crate::PlatformId).
    pub platforms: Vec<Named>,
    /// What assets have in common by the scenario's word: sites, vendors, tags...
    pub marks: Vec<Mark>,
    /// Who can reach whom, by [`ContactId`](crate::ContactId).
    pub contacts: Vec<Contacts>,
    /// What spreads, by [`MalwareId`](crate::MalwareId).
    pub malware: Vec<Malware>,
    /// What is done when something is observed, by [`PlanId`](crate::PlanId).
    pub plans: Vec<Plan>,
    /// Sharing of what was noticed.
    pub warnings: Vec<EarlyWarning>,
    /// How campaigns are ascribed; none: they never are.
    pub attribution: Option<Attribution>,
    /// Hours of the week.
    pub profiles: Vec<Profile>,
    /// Public places, ascending by node.
    pub places: Vec<Place>,
    /// Watched groups, by [`GroupId`].
    pub groups: Vec<Group>,
    /// Groups that node `n` belongs to: `memberships[membership_start[n]..membership_start[n + 1]]`.
    pub memberships: Vec<Membership>,
    /// See `memberships`.
    pub membership_start: Vec<u32>,
    /// Requirements to be checked.
    pub requirements: Vec<Requirement>,
    /// What was assumed and from where, for the report.
    pub assumptions: Vec<Assumption>,
}

/// What the scenario is called, when it starts, how long it runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meta {
    /// Title.
    pub name: String,
    /// The question a planner asks of it.
    pub question: String,
    /// Handling marking, such as `TLP:CLEAR`.
    pub marking: String,
    /// True where outputs carry the word EXERCISE.
    pub exercise: bool,
    /// Start as seconds since 1970-01-01T00:00:00Z.
    pub start_unix_s: i64,
    /// Offset of local time from UTC in seconds.
    pub utc_offset_s: i32,
    /// Length in seconds.
    pub horizon: u32,
    /// Step of the grid on which curves are sampled, in seconds.
    pub grid: u32,
    /// Replications when the command line does not say.
    pub replications: u32,
    /// Seed when the command line does not say.
    pub seed: u64,
    /// SHA-256 of the frozen scenario, as hexadecimal text.
    pub hash: String,
    /// At most this many passes in one second before a replication counts as failed.
    pub pass_limit: u32,
    /// At most this many events in one replication before it counts as failed.
    pub event_limit: u64,
}

/// An id with a name for people.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// Id as written in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
}

/// Something that assets have in common, and may fall with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// `site`, `vendor`, `operator`, `owner` or `tag`.
    pub kind: &'static str,
    /// Which, as written in the scenario.
    pub name: String,
    /// The assets, ascending; at least two.
    pub members: Vec<NodeId>,
}

/// A country, province or city.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Id as written in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// People living there.
    pub population: f64,
    /// The region it lies in.
    pub parent: Option<RegionId>,
    /// Position on the map.
    pub position: Option<Position>,
}

/// Latitude and longitude in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// Degrees north.
    pub lat: f32,
    /// Degrees east.
    pub lon: f32,
}

impl Position {
    /// A node without a position.
    pub const UNKNOWN: Self = Self { lat: f32::NAN, lon: f32::NAN };

    /// True unless this is [`Self::UNKNOWN`].
    pub fn is_known(self) -> bool {
        !self.lat.is_nan() && !self.lon.is_nan()
    }
}

/// A template that assets refine.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    /// Id as written in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Share of the variance of its assets' drawn qualities that they have in common, 0 to 1.
    pub correlation: f64,
}

/// Ids and names of nodes in one arena.
#[derive(Clone, Debug, Default)]
pub struct Names {
    text: String,
    ends: Vec<[u32; 2]>,
}

impl Names {
    /// Adds a node. An empty `name` stands for the id itself.
    pub fn push(&mut self, id: &str, name: &str) {
        self.text.push_str(id);
        let id_end = self.text.len() as u32;
        self.text.push_str(name);
        self.ends.push([id_end, self.text.len() as u32]);
    }

    fn start(&self, node: NodeId) -> usize {
        node.index().checked_sub(1).map_or(0, |before| self.ends[before][1] as usize)
    }

    /// Id as written in the scenario.
    pub fn id(&self, node: NodeId) -> &str {
        &self.text[self.start(node)..self.ends[node.index()][0] as usize]
    }

    /// Name for people; the id where it has none.
    pub fn name(&self, node: NodeId) -> &str {
        let [id_end, end] = self.ends[node.index()];
        if id_end == end { self.id(node) } else { &self.text[id_end as usize..end as usize] }
    }
}

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum NodeKind {
    /// A facility or system.
    Asset,
    /// A market or reserve shared by many.
    Pool,
    /// What a repair team needs to work (its level says whether it can).
    Team,
    /// What a repair job at an asset needs (its level says whether work can go on).
    Job,
}

/// How a node's ceilings and needs make its level.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Combine {
    /// The lowest term rules.
    Min,
    /// Impairments multiply.
    Product,
}

/// Whatever needs or supplies.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Hash of the id text: whose draws these are.
    pub key: Key,
    /// What it is.
    pub kind: NodeKind,
    /// How its level comes about.
    pub combine: Combine,
    /// Its sector; none for teams and jobs.
    pub sector: SectorId,
    /// Its region; none where it has none.
    pub region: RegionId,
    /// Its class; none where it has none.
    pub class: ClassId,
    /// It counts as failed below this level.
    pub failed_below: Level,
    /// Level it is held at from the start by itself, usually [`Level::ONE`].
    pub initial: Level,
    /// Time to return after it was down; none: at once.
    pub restart: DistId,
    /// How it is repaired; none: damage is repaired never.
    pub repair: RepairId,
    /// How it fails at random; none: never.
    pub failure: FailureId,
    /// Index into [`Model::common_causes`], or `u32::MAX`.
    pub common_cause: u32,
    /// The node whose level says whether repair at this asset can go on; none: always.
    pub job: NodeId,
    /// Factor on restart times while control is lost, at least 1.
    pub manual_factor: f32,
    /// Factor on the rate of random failures while control is lost, at least 1.
    pub trip_factor: f32,
    /// Nothing can hold it down itself (an analyst's what-if).
    pub invulnerable: bool,
}

/// When a need counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Role {
    /// For running and for starting.
    Both,
    /// For running only.
    Run,
    /// For starting only.
    Start,
    /// Refills an autonomy stage; does not count towards the level itself.
    Resupply,
}

impl Role {
    /// Whether the level of its owner hangs on it while that runs.
    #[inline]
    pub const fn is_for_running(self) -> bool {
        matches!(self, Self::Both | Self::Run)
    }
}

/// One need of one node: a weighted k-of-n group of providers.
///
/// `s = min(1, sum(weight_i * level_i) / required)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// Hash of the owner's and the need's id text.
    pub key: Key,
    /// Whose need it is.
    pub owner: NodeId,
    /// What is needed; none for a pool's suppliers.
    pub service: ServiceId,
    /// Weight that has to be supplied, in the same units as the links' weights.
    pub required: u32,
    /// Share of the level lost when the need is wholly unmet.
    pub criticality: Level,
    /// When it counts.
    pub role: Role,
    /// Curve from supply to level in place of the straight line; none: straight.
    pub response: CurveId,
    /// Its autonomy; none: no buffer.
    pub reserve: ReserveId,
    /// Seconds for which a start without this need is possible; 0: not.
    pub black_start: u32,
    /// Integer weight of one unit as written.
    pub unit: f32,
}

/// One provider of one need.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Who provides.
    pub provider: NodeId,
    /// Its weight.
    pub weight: u32,
    /// Transport delay; none: at once.
    pub delay: DistId,
}

/// One consumer of a provider: the reverse of a [`Link`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Supply {
    /// The need it serves.
    pub need: NeedId,
    /// The link from the need to the provider.
    pub link: LinkId,
}

/// The autonomy of a need: stages in order, such as battery, then generator.
#[derive(Clone, Debug, PartialEq)]
pub struct Reserve {
    /// The need it bridges.
    pub need: NeedId,
    /// First stage in [`Model::stages`].
    pub first_stage: u32,
    /// Number of stages.
    pub stages: u16,
}

/// How a stage helps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cover {
    /// Raises the supply to at least this level.
    AtLeast(Level),
    /// Multiplies the supply by this factor, in millionths (a pool's surge).
    Times(u32),
}

/// One stage of a reserve.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Name for people, such as `diesel generator`.
    pub name: String,
    /// Time it lasts at full drain.
    pub capacity: DistId,
    /// Time from empty to full; none: as long as the capacity.
    pub recharge: DistId,
    /// Probability that it starts when called.
    pub start_probability: f64,
    /// Time from the beginning of the shortage until it can deliver; none: at once.
    pub start_delay: DistId,
    /// Mean time to failure while running; none: never fails.
    pub failure: DistId,
    /// What it gives.
    pub cover: Cover,
    /// Need that refills it while it runs; none: nothing does.
    pub resupply: NeedId,
}

/// A piecewise linear curve through (supply, level) points, ascending in supply from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve(pub Vec<(Level, Level)>);

impl Curve {
    /// True where more supply never means a lower level.
    pub fn is_rising(&self) -> bool {
        self.0.is_sorted_by_key(|(_, level)| *level)
    }

    /// Level at `supply`.
    pub fn at(&self, supply: Level) -> Level {
        let i = self.0.partition_point(|(s, _)| *s <= supply);
        let (Some(&(s0, l0)), Some(&(s1, l1))) = (self.0.get(i.wrapping_sub(1)), self.0.get(i)) else {
            return self.0.get(i.saturating_sub(1)).map_or(supply, |(_, l)| *l);
        };
        let (rise, run) = (i64::from(l1.0) - i64::from(l0.0), i64::from(s1.0) - i64::from(s0.0));
        Level((i64::from(l0.0) + rise * (i64::from(supply.0) - i64::from(s0.0)) / run) as u32)
    }
}

/// What holds a mesh together.
#[derive(Clone, Debug, PartialEq)]
pub enum NetworkRule {
    /// A member is supplied only if a path of working members leads to a working source.
    SourceReachable {
        /// Sources, ascending.
        sources: Vec<NodeId>,
    },
    /// A member works only if it belongs to the largest connected component of working members (ties: the
    /// component with the lowest node id).
    LargestComponent,
}

/// A mesh through which a service flows.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Id as written in the scenario.
    pub id: String,
    /// What holds it together.
    pub rule: NetworkRule,
    /// Members, ascending.
    pub members: Vec<NodeId>,
    /// Undirected links between positions in `members`.
    pub links: Vec<(u32, u32)>,
}

/// How the load of a failed member goes to the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SharingRule {
    /// In equal parts to the members that still carry.
    Equal,
    /// In proportion to their own load.
    Proportional,
    /// Each failure adds this much to every other member (Dobson's CASCADE model).
    PerFailure(i64),
}

/// Nodes that share load. Loads are fixed-point numbers, [`Sharing::SCALE`] to one.
#[derive(Clone, Debug, PartialEq)]
pub struct Sharing {
    /// Id as written in the scenario.
    pub id: String,
    /// Members, ascending.
    pub members: Vec<NodeId>,
    /// How load moves.
    pub rule: SharingRule,
    /// Initial load, by member (one entry: all the same distribution, drawn for each).
    pub load: Vec<DistId>,
    /// A member above this load trips.
    pub trip_at: i64,
    /// Time until a tripped member may carry again; none: it stays latched.
    pub reset: DistId,
}

impl Sharing {
    /// Fixed-point units in a load of one.
    pub const SCALE: f64 = 1e9;
}

/// What a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKind {
    /// Delivery points of a service, weighted by people; all regions.
    Service(ServiceId),
    /// Delivery points of a service in a region, weighted by people.
    ServiceRegion(ServiceId, RegionId),
    /// Assets of a sector, each with weight 1.
    Sector(SectorId),
    /// Declared in the scenario.
    Custom,
}

/// A weighted set of nodes whose level is watched over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Id: `service:water`, `service:water/north`, `sector:health`, or as written in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What it is.
    pub kind: GroupKind,
    /// Sum of the members' integer weights, above 0.
    pub total_weight: u64,
    /// One unit of weight in people (services) or in the scenario's own unit.
    pub unit: f64,
    /// Number of members.
    pub members: u32,
}

/// A node's membership in a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Membership {
    /// Which group.
    pub group: GroupId,
    /// Integer weight in it.
    pub weight: u32,
}

/// "Q stays at or above `at_least` throughout `[from, from + lasts]`, except `tolerate`, with `probability`".
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    /// Id as written in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Groups it is asked of, each and all jointly.
    pub groups: Vec<GroupId>,
    /// Level asked for, as a share of the paired run without the threat.
    pub at_least: f64,
    /// Beginning of the time it is asked for, in seconds.
    pub from: u32,
    /// Length of that time in seconds (cut at the horizon).
    pub lasts: u32,
    /// Total time within it that may lie below, in seconds.
    pub tolerate: u32,
    /// Probability asked for.
    pub probability: f64,
}

/// A value that carries its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// What the value is of, such as `class base-station, need electricity, battery capacity`.
    pub what: String,
    /// The value as written.
    pub value: String,
    /// Where it comes from.
    pub source: String,
    /// Confidence code or word; empty where none was given.
    pub confidence: String,
}

impl Model {
    /// Nodes, ascending.
    pub fn node_ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len()).map(NodeId::new)
    }

    /// Id of a node as written in the scenario.
    pub fn id(&self, node: NodeId) -> &str {
        self.names.id(node)
    }

    /// Name of a node for people.
    pub fn name(&self, node: NodeId) -> &str {
        self.names.name(node)
    }

    /// The node with this id. Linear: for command lines, not for loops.
    pub fn find_node(&self, id: &str) -> Option<NodeId> {
        self.node_ids().find(|node| self.names.id(*node) == id)
    }

    /// The group with this id.
    pub fn find_group(&self, id: &str) -> Option<GroupId> {
        self.groups.iter().position(|group| group.id == id).map(GroupId::new)
    }

    /// The needs of a node.
    pub fn needs_of(&self, node: NodeId) -> impl Iterator<Item = NeedId> + use<> {
        let i = node.index();
        (self.need_start[i]..self.need_start[i + 1]).map(NeedId)
    }

    /// The links of a need.
    pub fn links_of(&self, need: NeedId) -> &[Link] {
        &self.links[self.link_start[need.index()] as usize..self.link_start[need.index() + 1] as usize]
    }

    /// What a node supplies.
    pub fn supplies_of(&self, node: NodeId) -> &[Supply] {
        let i = node.index();
        &self.supplies[self.supply_start[i] as usize..self.supply_start[i + 1] as usize]
    }

    /// The groups a node belongs to.
    pub fn memberships_of(&self, node: NodeId) -> &[Membership] {
        let i = node.index();
        &self.memberships[self.membership_start[i] as usize..self.membership_start[i + 1] as usize]
    }

    /// A distribution of the table.
    pub fn dist(&self, id: DistId) -> &Distribution {
        &self.dists[id.index()]
    }

    /// People served directly by a node, over all services.
    pub fn people_served(&self, node: NodeId) -> f64 {
        self.memberships_of(node)
            .iter()
            .map(|m| (&self.groups[m.group.index()], m.weight))
            .filter(|(group, _)| matches!(group.kind, GroupKind::ServiceRegion(..)))
            .map(|(group, weight)| f64::from(weight) * group.unit)
            .sum()
    }

    /// True where the run without the threat can differ from everything working all the time.
    pub fn has_background(&self) -> bool {
        let scripted = |event: &Event| !event.threat && event.occasion == Occasion::Script;
        !self.failures.is_empty()
            || self.events.iter().any(scripted)
            || self.plans.iter().any(Plan::can_act_unprovoked)
    }
}

/// Network, event and sharing ids for iteration without casts.
impl Model {
    /// Network rules.
    pub fn network_ids(&self) -> impl Iterator<Item = NetworkId> + use<> {
        (0..self.networks.len()).map(NetworkId::new)
    }
    /// Sharing groups.
    pub fn sharing_ids(&self) -> impl Iterator<Item = SharingId> + use<> {
        (0..self.sharings.len()).map(SharingId::new)
    }
    /// Events.
    pub fn event_ids(&self) -> impl Iterator<Item = EventId> + use<> {
        (0..self.events.len()).map(EventId::new)
    }
    /// Teams.
    pub fn team_ids(&self) -> impl Iterator<Item = TeamId> + use<> {
        (0..self.teams.len()).map(TeamId::new)
    }
}
