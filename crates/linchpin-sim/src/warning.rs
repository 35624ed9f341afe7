//! What is noticed: counted, shared with others (early warning) and ascribed to somebody (attribution).

use crate::engine::Engine;
use crate::plans::Order;
use crate::state::{NEVER, in_place};
use linchpin_model::{
    ActorId, CampaignId, EarlyWarning, Happening, Key, Layer, MalwareId, Model, NodeId, Purpose, RegionId,
    StepId,
};

/// What is under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Attack {
    /// A campaign.
    Campaign(CampaignId),
    /// A malware, whoever brought it.
    Malware(MalwareId),
}

/// To whom a campaign was ascribed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Ascribed {
    /// When; `NEVER`: not yet.
    pub(crate) at: u32,
    pub(crate) confidence: f64,
    pub(crate) rightly: bool,
    /// Who was named; none: somebody who is not in the scenario.
    pub(crate) actor: ActorId,
}

impl Ascribed {
    const NOBODY: Self = Self { at: NEVER, confidence: 0.0, rightly: false, actor: ActorId::NONE };
}

in_place! {
    /// What has been noticed so far.
    #[derive(Debug)]
    pub(crate) struct Notices {
        /// How often each step was noticed.
        pub(crate) steps: Vec<u32>,
        /// Steps of each campaign that were noticed once at least.
        pub(crate) campaigns: Vec<u32>,
        /// Assets at which each malware was found, in all.
        pub(crate) found: Vec<u32>,
        /// Whether a warning is out: row-major by warning, over campaigns and then malware.
        out: Vec<bool>,
        /// By campaign.
        pub(crate) ascribed: Vec<Ascribed>,
        /// Factor on times to detection everywhere.
        pub(crate) vigilance: f64,
    }
}

impl Notices {
    pub(crate) fn new(model: &Model) -> Self {
        let attacks = model.campaigns.len() + model.malware.len();
        Self {
            steps: vec![0; model.steps.len()],
            campaigns: vec![0; model.campaigns.len()],
            found: vec![0; model.malware.len()],
            out: vec![false; model.warnings.len() * attacks],
            ascribed: vec![Ascribed::NOBODY; model.campaigns.len()],
            vigilance: 1.0,
        }
    }
}

/// Who takes part in early warnings: by warning, a mark for each region; empty where all regions do.
#[derive(Debug)]
pub(crate) struct Circles(Vec<Vec<bool>>);

impl Circles {
    pub(crate) fn new(model: &Model) -> Self {
        let circle = |warning: &EarlyWarning| {
            if warning.regions.is_empty() {
                return Vec::new();
            }
            (0..model.regions.len())
                .map(|region| warning.regions.iter().any(|of| lies_in(model, RegionId::new(region), *of)))
                .collect()
        };
        Self(model.warnings.iter().map(circle).collect())
    }

    pub(crate) fn holds(&self, model: &Model, warning: usize, node: NodeId) -> bool {
        let (regions, sectors) = (&self.0[warning], &model.warnings[warning].sectors);
        let Some(node) = node.some().map(|node| &model.nodes[node.index()]) else {
            return regions.is_empty() && sectors.is_empty();
        };
        (regions.is_empty() || regions.get(node.region.index()).is_some_and(|is| *is))
            && (sectors.is_empty() || sectors.contains(&node.sector))
    }
}

/// True where `region` is `of` or lies in it.
pub(crate) fn lies_in(model: &Model, region: RegionId, of: RegionId) -> bool {
    // As many steps as there are regions, so that parents in a circle end it.
    let mut at = region.some();
    for _ in 0..=model.regions.len() {
        match at {
            Some(region) if region == of => return true,
            Some(region) => at = model.regions.get(region.index()).and_then(|region| region.parent),
            None => return false,
        }
    }
    false
}

impl Engine<'_> {
    /// Factor on a time to detection at a node (none: nowhere in particular) that is drawn now: alert levels
    /// times the warnings that are out.
    pub(crate) fn detection_factor(&self, node: NodeId, attack: Attack) -> f64 {
        let model = &self.plan.model;
        let mut factor = self.notices.vigilance * self.vigilance_at(node);
        for (warning, fixed) in model.warnings.iter().enumerate() {
            if self.notices.out[self.warning_row(warning, attack)]
                && self.plan.circles.holds(model, warning, node)
            {
                factor *= fixed.factor;
            }
        }
        factor
    }

    fn warning_row(&self, warning: usize, attack: Attack) -> usize {
        let (campaigns, malware) = (self.plan.model.campaigns.len(), self.plan.model.malware.len());
        let column = match attack {
            Attack::Campaign(campaign) => campaign.index(),
            Attack::Malware(malware) => campaigns + malware.index(),
        };
        warning * (campaigns + malware) + column
    }

    /// A step of a campaign has been noticed.
    pub(crate) fn step_noticed(&mut self, step: StepId) {
        let plan = self.plan;
        let fixed = &plan.model.steps[step.index()];
        if self.clock.trace {
            self.trace(NodeId::NONE.0, Happening::StepNoticed(step));
        }
        let times = &mut self.notices.steps[step.index()];
        let count = std::mem::replace(times, *times + 1);
        let attack = Attack::Campaign(fixed.campaign);
        for warning in 0..plan.model.warnings.len() {
            let holds = |node: &NodeId| plan.circles.holds(&plan.model, warning, *node);
            if fixed.candidates.iter().any(holds) || (fixed.candidates.is_empty() && holds(&NodeId::NONE)) {
                self.share(warning, attack, fixed.key, count);
            }
        }
        if count == 0 {
            let noticed = &mut self.notices.campaigns[fixed.campaign.index()];
            *noticed += 1;
            let noticed = *noticed;
            self.investigate(fixed.campaign, noticed);
        }
        self.agenda.wake_response = true;
    }

    /// A malware has been found at a node.
    pub(crate) fn compromise_noticed(&mut self, malware: MalwareId, node: NodeId) {
        let plan = self.plan;
        if self.clock.trace {
            self.trace(node.0, Happening::CompromiseNoticed(malware));
        }
        self.notices.found[malware.index()] += 1;
        let key = plan.model.malware[malware.index()].key.with(plan.model.nodes[node.index()].key);
        for warning in 0..plan.model.warnings.len() {
            if plan.circles.holds(&plan.model, warning, node) {
                self.share(warning, Attack::Malware(malware), key, 0);
            }
        }
        self.agenda.wake_response = true;
    }

    /// Whoever noticed something passes it on, or does not.
    fn share(&mut self, warning: usize, attack: Attack, key: Key, count: u32) {
        if self.notices.out[self.warning_row(warning, attack)] {
            return;
        }
        let fixed = &self.plan.model.warnings[warning];
        let key = Key::of(&fixed.id).with(key);
        if self.clock.draws.uniform(Layer::Response, key, Purpose::Sharing, count) >= fixed.willingness {
            return;
        }
        let delay = self.draw_wait(key.part(0), Purpose::Sharing, count, fixed.delay);
        self.order(delay, Order::Warn { warning: warning as u32, attack });
    }

    /// A warning is out: everybody else who takes part looks for the same.
    pub(crate) fn warn(&mut self, warning: u32, attack: Attack) {
        let row = self.warning_row(warning as usize, attack);
        if std::mem::replace(&mut self.notices.out[row], true) {
            return;
        }
        if let Attack::Malware(malware) = attack {
            let factor = self.plan.model.warnings[warning as usize].factor;
            self.hasten_detection(malware, warning as usize, factor);
        }
        if let (Attack::Campaign(campaign), true) = (attack, self.clock.trace) {
            self.trace(NodeId::NONE.0, Happening::Warned(campaign));
        }
        self.review_detections();
    }

    /// Enough steps of a campaign are known for somebody to be named.
    fn investigate(&mut self, campaign: CampaignId, noticed: u32) {
        let model = &self.plan.model;
        let Some(how) = &model.attribution else { return };
        if noticed != how.after_noticed.max(1) {
            return;
        }
        let key = model.campaigns[campaign.index()].key;
        let takes = self.draw_wait(key, Purpose::Attribution, 0, how.takes);
        self.order(takes, Order::Ascribe(campaign));
    }

    /// A campaign is ascribed to somebody.
    pub(crate) fn ascribe(&mut self, campaign: CampaignId) {
        let model = &self.plan.model;
        let Some(how) = &model.attribution else { return };
        let (fixed, draws) = (&model.campaigns[campaign.index()], self.clock.draws);
        let rightly = draws.uniform(Layer::Response, fixed.key.part(0), Purpose::Attribution, 0) >= how.error;
        let confidence = how.confidence.some().map_or(1.0, |dist| {
            let u = draws.uniform(Layer::Response, fixed.key.part(1), Purpose::Attribution, 0);
            model.dist(dist).quantile(u).clamp(0.0, 1.0)
        });
        let actor = if rightly { fixed.actor } else { self.somebody_else(campaign) };
        let ascribed = Ascribed { at: self.now, confidence, rightly, actor };
        self.notices.ascribed[campaign.index()] = ascribed;
        if self.clock.trace {
            self.trace(NodeId::NONE.0, Happening::Attributed(campaign, rightly));
        }
        self.agenda.wake_response = true;
    }

    /// Who is wrongly named: by a race of one draw an actor, so that an actor more or less leaves the others'
    /// draws as they are. Nobody in the scenario where there is no other.
    fn somebody_else(&self, campaign: CampaignId) -> ActorId {
        let fixed = &self.plan.model.campaigns[campaign.index()];
        let draw = |actor: usize| {
            let key = fixed.key.with(self.plan.model.actors[actor].key);
            self.clock.draws.uniform(Layer::Response, key, Purpose::Attribution, 0)
        };
        (0..self.plan.model.actors.len())
            .filter(|actor| *actor != fixed.actor.index())
            .min_by(|a, b| draw(*a).total_cmp(&draw(*b)))
            .map_or(ActorId::NONE, ActorId::new)
    }
}
