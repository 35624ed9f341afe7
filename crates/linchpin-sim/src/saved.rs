//! How everything stands before anything has happened.

use crate::agenda::{Agenda, Calendar};
use crate::beginning::Commons;
use crate::campaign::Campaigns;
use crate::crews::Crews;
use crate::cyber::{Cyber, Queue};
use crate::observation::Views;
use crate::plan::{HotMembership, Plan};
use crate::plans::Plans;
use crate::state::*;
use crate::warning::Notices;
use linchpin_model::{NodeId, Record};

impl Saved {
    /// The state before anything has happened: every node at full level.
    pub(crate) fn pristine(plan: &Plan) -> Self {
        let model = &*plan.model;
        let n = model.nodes.len();
        let horizon = model.meta.horizon;
        let nodes: Vec<Node> = (0..n).map(|i| Node::new(plan, i)).collect();
        let needs = Rows::new((0..model.needs.len()).map(|i| HotNeed::new(plan, i)).collect());
        let with = |is: bool, len: usize| if is { len } else { 0 };
        let members = plan.sharing_members.iter().map(|_| Member { load: 0, latched: 0 }).collect();
        let clock = Clock {
            now: 0,
            draws: linchpin_model::Seeds::new(0).replication(0),
            threat: true,
            trace: false,
            switches: false,
            passes: 0,
            events: 0,
            done: false,
            limit: NEVER,
        };
        let state = State {
            clock,
            touched: Touched::new(n),
            agenda: Agenda {
                threat: Calendar::new(horizon, model.events.len() * 2 + model.steps.len() * 4),
                condition: Calendar::new(horizon, with(plan.has_attended, n / 8)),
                // Where its buckets do not fit the caches, fewer of them are better.
                cascade: Calendar::new(horizon, if plan.is_large { n / 4 } else { n / 2 }),
                cyber: Queue::new(horizon, plan.cyber.expected()),
                wake_response: false,
            },
            flow: Flow {
                needs,
                ceilings: vec![ONE; n * plan.columns],
                specials: Rows::new(plan.specials.iter().map(SpecialState::new).collect()),
                charges: Rows::new(vec![Charge::NOT_DRAWN; plan.later_stages()]),
                restarts: vec![Restart { due: NEVER, count: 0 }; plan.restarts.len()],
                commons: Commons::default(),
                delays: vec![Delay::NEW; plan.delayed_links.len()],
                parcels: Vec::new(),
                free_parcel: NEVER,
                members,
                network_trigger: vec![NEVER; model.networks.len()],
                sharing_trigger: vec![NEVER; model.sharings.len()],
                networks_due: Vec::new(),
                sharings_due: Vec::new(),
                one_way: false,
                closing: Vec::new(),
                round: Vec::new(),
                next: Vec::new(),
                rising: Vec::new(),
                moves: Vec::new(),
                changes: Vec::new(),
                start_checks: Vec::new(),
                first_failures: Vec::new(),
                dirty_specials: Vec::new(),
                stack: Vec::new(),
                reached: vec![false; plan.largest_network],
                conducts: vec![false; plan.largest_network],
            },
            condition: Condition {
                damages: plan
                    .hazards
                    .iter()
                    .map(|hazard| Damage {
                        hazard: *hazard,
                        repaired: NEVER,
                        fails: NEVER,
                        count: 0,
                        // The first draw is made when a replication begins.
                        failures: u32::from(!plan.hazard_classes[hazard.class as usize].fails.is_none()),
                    })
                    .collect(),
            },
            threats: Threats {
                effects: Vec::new(),
                heads: vec![NEVER; with(plan.has_effects, n)],
                race: Vec::new(),
                times: vec![NEVER; model.events.len()],
                turn: 0,
                strikers: Rows::new(vec![NEVER; with(!model.events.is_empty(), n)]),
                control: Control { lost: 0, since: 0 },
                struck: Vec::new(),
                cut: Vec::new(),
                cut_until: NEVER,
            },
            campaigns: Campaigns::new(model, &plan.schemes),
            cyber: Cyber::new(&plan.cyber, model),
            response: Response {
                jobs: Vec::new(),
                free_jobs: Vec::new(),
                job_of: vec![NEVER; with(plan.has_attended, n)],
                waiting: Vec::new(),
                active: Vec::new(),
                crews: model.teams.iter().map(|team| Crews::new(team.crews)).collect(),
                speed: vec![1.0; model.skills.len()],
                stock: model.spares.iter().map(|spare| spare.stock).collect(),
                spare_count: vec![0; model.spares.len()],
                recheck: false,
            },
            notices: Notices::new(model),
            views: Views::new(plan),
            plans: Plans::new(model),
            observer: Observer {
                record: Record::default(),
                sums: model.groups.iter().map(|group| group.total_weight * u64::from(ONE)).collect(),
                dirty: Touched::new(model.groups.len()),
                tallies: Scratch(Vec::new()),
                roots: Touched::new(n),
            },
        };
        Self { nodes, state }
    }

    /// Gives the scratch tables of a world their size.
    pub(crate) fn with_scratch(mut self, plan: &Plan) -> Self {
        let n = self.nodes.len();
        self.state.flow.commons = Commons::new(plan.qualities.len());
        self.state.observer.tallies.0.resize(n, Tally { caused: 0, first_failed: NEVER });
        self
    }
}

impl Node {
    /// Node `i` at full level.
    fn new(plan: &Plan, i: usize) -> Self {
        let model = &*plan.model;
        let (fixed, needs) = (&model.nodes[i], model.need_start[i + 1] - model.need_start[i]);
        let mut supplies = model.supplies_of(NodeId::new(i)).iter();
        let at_once = supplies.any(|supply| model.links[supply.link.index()].delay.is_none());
        Self {
            level: ONE,
            own: fixed.initial.0,
            low: ONE,
            since: 0,
            flags: plan.fixed_flags[i],
            failed_below: fixed.failed_below.0,
            blame: Blame::CLEAR,
            need: model.need_start[i],
            out: if at_once { model.supply_start[i] } else { u32::MAX },
            membership: HotMembership::of(model, NodeId::new(i)),
            needs: u16::try_from(needs).unwrap_or(u16::MAX),
            sector: fixed.sector.0,
        }
    }
}
