//! Hosts, contacts and malware as the hot loops want them.

use super::state;
use linchpin_model::{
    CampaignStep, Contacts, Detonation, DistId, Distribution, Effect, Event, Key, Model, NodeId, Occasion,
    Posture, Targets,
};

/// Compact tables of what can be infected and how. All empty in a model without malware.
///
/// A host is an asset that malware can reach: a member of contacts it spreads over, or somebody's target. A row
/// is a pair of malware and host: `malware * hosts + host`.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// Node of each host, ascending.
    pub(crate) hosts: Vec<u32>,
    /// Host of each node; `u32::MAX`: none.
    pub(crate) host_of: Vec<u32>,
    /// Key of each host.
    pub(crate) keys: Vec<Key>,
    /// Index into the model's postures by host; `u32::MAX`: none.
    postures: Vec<u32>,
    /// Some host is not wholly exposed.
    pub(crate) some_hidden: bool,
    /// Some posture shuts down; some do so with their domain.
    pub(crate) shuts_down: bool,
    pub(crate) with_domain: bool,
    /// Everybody reaches everybody in some contacts.
    pub(crate) some_domain: bool,
    /// The one net there is, where all hosts are its members, each at its own position; then no memberships are
    /// laid.
    whole: Option<u32>,
    membership_start: Vec<u32>,
    memberships: Vec<Membership>,
    /// By contact id; empty for contacts no malware spreads over.
    pub(crate) nets: Vec<Net>,
    /// Link ends of all nets: hosts from and to.
    pub(crate) ends: Vec<[u32; 2]>,
    pub(crate) paths: Vec<Path>,
    /// First path of each malware, and one more.
    path_start: Vec<u32>,
    /// States before anything has happened, by row.
    pub(crate) states: Vec<u8>,
    /// Rows of paths that try again and again.
    pub(crate) dues: usize,
    /// First id of host entries in the queue, and of those of malware.
    pub(crate) first_host_id: u32,
    pub(crate) first_malware_id: u32,
}

/// A host's place in a contact.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Membership {
    pub(crate) contact: u32,
    pub(crate) position: u32,
}

/// Contacts by host.
#[derive(Debug, Default)]
pub(crate) struct Net {
    pub(crate) everybody: bool,
    /// Host by position.
    pub(crate) members: Vec<u32>,
    /// Ends of the member at each position in [`Layout::ends`]; empty where everybody reaches everybody.
    pub(crate) start: Vec<u32>,
}

/// A malware and the contacts it spreads over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path {
    pub(crate) malware: u32,
    pub(crate) contact: u32,
    pub(crate) interval: DistId,
    pub(crate) probability: f64,
    pub(crate) key: Key,
    /// First id in the queue: one a link end, or one a member.
    pub(crate) base: u32,
    /// First row in `Cyber::dues`, where tries are repeated; `u32::MAX`: they are not.
    pub(crate) due: u32,
    /// Its first link end.
    pub(crate) first_end: u32,
    /// Tries take no time.
    pub(crate) at_once: bool,
    /// Tries go on although their target is infected: it may be susceptible again.
    pub(crate) repeats: bool,
}

impl Layout {
    pub(crate) fn new(model: &Model) -> Self {
        if model.malware.is_empty() {
            return Self::default();
        }
        let mut layout = Self::default();
        layout.lay_hosts(model);
        layout.lay_nets(model);
        layout.lay_paths(model);
        layout.lay_states(model);
        layout
    }

    fn lay_hosts(&mut self, model: &Model) {
        let mut is_host = vec![false; model.nodes.len()];
        let mut mark = |node: &NodeId| is_host[node.index()] = true;
        for spread in model.malware.iter().flat_map(|malware| &malware.spread) {
            model.contacts[spread.over.index()].members.iter().for_each(&mut mark);
        }
        for event in model.events.iter().filter(|event| event.effects.iter().any(is_cyber)) {
            targets_of(model, event).for_each(&mut mark);
        }
        self.host_of = vec![u32::MAX; model.nodes.len()];
        for (node, _) in is_host.iter().enumerate().filter(|(_, is)| **is) {
            self.host_of[node] = self.hosts.len() as u32;
            self.hosts.push(node as u32);
            self.keys.push(model.nodes[node].key);
            self.postures.push(model.posture_of.get(node).map_or(u32::MAX, |posture| posture.0));
        }
        for host in 0..self.hosts.len() as u32 {
            let Some(posture) = self.posture(model, host) else { continue };
            self.some_hidden |= posture.exposure < 1.0;
            self.shuts_down |= posture.shutdown.is_some();
            self.with_domain |= posture.shutdown.as_ref().is_some_and(|shutdown| shutdown.with_domain);
        }
    }

    fn lay_nets(&mut self, model: &Model) {
        let mut used = vec![false; model.contacts.len()];
        for spread in model.malware.iter().flat_map(|malware| &malware.spread) {
            used[spread.over.index()] = true;
        }
        let nets = model.contacts.iter().zip(used);
        let nets: Vec<Net> = nets.map(|(contacts, used)| self.lay_net(contacts, used)).collect();
        self.some_domain = nets.iter().any(|net| net.everybody);
        let mut laid = nets.iter().enumerate().filter(|(_, net)| !net.members.is_empty());
        if let (Some((contact, net)), None) = (laid.next(), laid.next())
            && net.members.len() == self.hosts.len()
        {
            self.whole = Some(contact as u32);
            self.nets = nets;
            return;
        }
        self.membership_start = vec![0; self.hosts.len() + 1];
        for host in nets.iter().flat_map(|net| &net.members) {
            self.membership_start[*host as usize + 1] += 1;
        }
        for host in 0..self.hosts.len() {
            self.membership_start[host + 1] += self.membership_start[host];
        }
        let mut next = self.membership_start.clone();
        let total = self.membership_start.last().map_or(0, |last| *last as usize);
        self.memberships = vec![Membership { contact: 0, position: 0 }; total];
        for (contact, net) in nets.iter().enumerate() {
            for (position, host) in net.members.iter().enumerate() {
                let slot = &mut next[*host as usize];
                let (contact, position) = (contact as u32, position as u32);
                self.memberships[*slot as usize] = Membership { contact, position };
                *slot += 1;
            }
        }
        self.nets = nets;
    }

    fn lay_net(&mut self, contacts: &Contacts, used: bool) -> Net {
        if !used {
            return Net::default();
        }
        let members: Vec<u32> = contacts.members.iter().map(|node| self.host_of[node.index()]).collect();
        if contacts.everybody {
            return Net { everybody: true, members, start: Vec::new() };
        }
        let first = self.ends.len() as u32;
        let mut start = vec![0_u32; members.len() + 1];
        for (a, b) in &contacts.links {
            start[*a as usize + 1] += 1;
            start[*b as usize + 1] += 1;
        }
        start[0] = first;
        for position in 0..members.len() {
            start[position + 1] += start[position];
        }
        let mut next = start.clone();
        self.ends.resize(self.ends.len() + contacts.links.len() * 2, [0; 2]);
        for (a, b) in &contacts.links {
            for (from, to) in [(*a as usize, *b as usize), (*b as usize, *a as usize)] {
                self.ends[next[from] as usize] = [members[from], members[to]];
                next[from] += 1;
            }
        }
        Net { everybody: false, members, start }
    }

    fn lay_paths(&mut self, model: &Model) {
        let mut id = 0_u32;
        self.path_start.push(0);
        for (index, malware) in model.malware.iter().enumerate() {
            for spread in &malware.spread {
                let net = &self.nets[spread.over.index()];
                let first_end = net.start.first().copied().unwrap_or(0);
                let tries = net.start.last().map_or(net.members.len() as u32, |last| last - first_end);
                let contact = Key::of(&model.contacts[spread.over.index()].id);
                let due = if malware.reinfects || net.everybody {
                    self.dues += tries as usize;
                    (self.dues - tries as usize) as u32
                } else {
                    u32::MAX
                };
                self.paths.push(Path {
                    malware: index as u32,
                    contact: spread.over.index() as u32,
                    interval: spread.interval,
                    probability: spread.probability,
                    key: malware.key.with(contact),
                    base: id,
                    due,
                    first_end,
                    at_once: spread.interval.some().is_none_or(
                        |dist| matches!(model.dist(dist), Distribution::Fixed(seconds) if *seconds <= 0.0),
                    ),
                    repeats: malware.reinfects,
                });
                id += tries;
            }
            self.path_start.push(self.paths.len() as u32);
        }
        self.first_host_id = id;
        let rows = (model.malware.len() * self.hosts.len()) as u32;
        self.first_malware_id = id + rows * super::HostEntry::COUNT;
    }

    fn lay_states(&mut self, model: &Model) {
        self.states = Vec::with_capacity(model.malware.len() * self.hosts.len());
        for malware in &model.malware {
            for host in 0..self.hosts.len() as u32 {
                let uses = |posture: &Posture| {
                    posture.platforms.iter().any(|used| malware.platforms.binary_search(used).is_ok())
                };
                let posture = self.posture(model, host);
                let concerned = malware.platforms.is_empty() || posture.is_some_and(uses);
                let patched = malware.patchable && posture.is_some_and(|posture| posture.patched >= 1.0);
                let invulnerable = model.nodes[self.hosts[host as usize] as usize].invulnerable;
                let safe = !concerned || patched || invulnerable;
                self.states.push(if safe { state::PROTECTED } else { state::SUSCEPTIBLE });
            }
        }
    }

    /// Posture of a host, where it has one.
    pub(crate) fn posture<'a>(&self, model: &'a Model, host: u32) -> Option<&'a Posture> {
        model.postures.get(self.postures[host as usize] as usize)
    }

    /// Where a host stands in contacts that malware spreads over.
    #[inline]
    pub(crate) fn memberships_of(&self, host: u32) -> std::ops::Range<usize> {
        if self.whole.is_some() {
            return host as usize..host as usize + 1;
        }
        self.membership_start[host as usize] as usize..self.membership_start[host as usize + 1] as usize
    }

    #[inline]
    pub(crate) fn membership(&self, index: usize) -> Membership {
        match self.whole {
            Some(contact) => Membership { contact, position: index as u32 },
            None => self.memberships[index],
        }
    }

    /// Paths of a malware.
    #[inline]
    pub(crate) fn paths_of(&self, malware: u32) -> std::ops::Range<usize> {
        self.path_start[malware as usize] as usize..self.path_start[malware as usize + 1] as usize
    }

    /// The path whose try an id of the queue is.
    #[inline]
    pub(crate) fn path_of(&self, id: u32) -> usize {
        if self.paths.len() == 1 { 0 } else { self.paths.partition_point(|path| path.base <= id) - 1 }
    }

    /// Hosts that a host can reach, or be reached by, in a contact: its neighbours, or everybody.
    pub(crate) fn company(&self, at: Membership) -> Company<'_> {
        let net = &self.nets[at.contact as usize];
        if net.everybody {
            return Company::All(&net.members);
        }
        let ends = self.ends_at(at);
        Company::Linked(&self.ends[ends.start as usize..ends.end as usize])
    }

    /// Link ends of the member at a place.
    pub(crate) fn ends_at(&self, at: Membership) -> std::ops::Range<u32> {
        let start = &self.nets[at.contact as usize].start;
        start[at.position as usize]..start[at.position as usize + 1]
    }

    /// Link ends of a host in a contact.
    pub(crate) fn ends_of(&self, contact: u32, host: u32) -> std::ops::Range<u32> {
        self.memberships_of(host)
            .map(|index| self.membership(index))
            .find(|place| place.contact == contact)
            .map_or(0..0, |place| self.ends_at(place))
    }

    /// About how many entries the queue will hold.
    pub(crate) fn expected(&self) -> usize {
        self.ends.len() / 2 + self.states.len()
    }

    /// Members of each path that are still susceptible and can be reached over it.
    pub(crate) fn open(&self, model: &Model) -> Vec<u32> {
        let open = |path: &Path| {
            let first = path.malware as usize * self.hosts.len();
            let members = &self.nets[path.contact as usize].members;
            let open = |host: &&u32| {
                self.states[first + **host as usize] == state::SUSCEPTIBLE
                    && self.exposed(model, **host) > 0.0
            };
            members.iter().filter(open).count() as u32
        };
        self.paths.iter().map(open).collect()
    }

    /// Probability that a try from outside reaches a host at all.
    #[inline]
    pub(crate) fn exposed(&self, model: &Model, host: u32) -> f64 {
        if !self.some_hidden {
            return 1.0;
        }
        self.posture(model, host).map_or(1.0, |posture| posture.exposure)
    }
}

/// Who is in contact with a host.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Company<'a> {
    /// Ends of links from it.
    Linked(&'a [[u32; 2]]),
    /// All of these, itself among them.
    All(&'a [u32]),
}

impl Company<'_> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Linked(ends) => ends.len(),
            Self::All(hosts) => hosts.len(),
        }
    }

    pub(crate) fn host(&self, index: usize) -> u32 {
        match self {
            Self::Linked(ends) => ends[index][1],
            Self::All(hosts) => hosts[index],
        }
    }
}

fn is_cyber(effect: &Effect) -> bool {
    matches!(effect, Effect::Compromise { .. } | Effect::Immunise { .. } | Effect::Contain { .. })
}

/// Everybody an event may strike.
fn targets_of<'a>(model: &'a Model, event: &'a Event) -> Box<dyn Iterator<Item = &'a NodeId> + 'a> {
    let candidates = match event.occasion {
        Occasion::Step(step) => {
            model.steps.get(step.index()).map_or(&[][..], |s: &CampaignStep| &s.candidates)
        }
        _ => &[],
    };
    let named: Box<dyn Iterator<Item = &NodeId>> = match &event.targets {
        Targets::All(nodes) | Targets::Draw { from: nodes, .. } => Box::new(nodes.iter()),
        Targets::Footprint { nodes, .. } => Box::new(nodes.iter().map(|(node, _)| node)),
        Targets::None => Box::new(std::iter::empty()),
    };
    Box::new(candidates.iter().chain(named))
}

/// Distribution of the time to impairment of each; none: not each for itself.
pub(crate) fn each(detonation: Detonation) -> Option<DistId> {
    match detonation {
        Detonation::Each(dist) => Some(dist),
        Detonation::Together(_) | Detonation::Never => None,
    }
}
