//! How malware gets from host to host, and what it does where it is.
//!
//! A draw belongs to a malware and a pair of hosts, so that the order in which tries come up decides nothing, and
//! another malware disturbs none.

use super::layout::{Company, Path, each};
use super::{At, Course, DETONATES_TOGETHER, HostEntry, STOPS, state};
use crate::engine::Engine;
use crate::state::{ActiveEffect, NEVER, ONE, flag};
use linchpin_model::time::whole_seconds;
use linchpin_model::{
    CeilingKind, Detonation, DistId, Event, Happening, Key, Layer, MalwareId, NodeId, Purpose, SimTime,
};

impl Engine<'_> {
    /// A node is struck by malware.
    pub(crate) fn compromise(&mut self, malware: MalwareId, node: NodeId) {
        if let Some(at) = self.at_node(u32::from(malware.0), node.0) {
            self.try_host(at);
        }
    }

    /// A susceptible node becomes immune with a probability.
    pub(crate) fn immunise(&mut self, malware: MalwareId, node: NodeId, coverage: f64, event: &Event) {
        let Some(at) = self.at_node(u32::from(malware.0), node.0) else { return };
        let key = event.key.with(self.key_at(at));
        let covered =
            coverage >= 1.0 || self.clock.draws.uniform(Layer::Response, key, Purpose::Patch, 0) < coverage;
        if covered && self.state_of(at) == state::SUSCEPTIBLE {
            self.set_state(at, state::IMMUNE);
        }
    }

    /// A malware no longer spreads from a node; none: from anywhere.
    pub(crate) fn contain(&mut self, malware: MalwareId, node: Option<NodeId>) {
        let malware = u32::from(malware.0);
        match node {
            None => self.cyber.strains[malware as usize].quiet = true,
            Some(node) => {
                if let Some(at) = self.at_node(malware, node.0) {
                    self.mark(at, state::CUT, true);
                }
            }
        }
    }

    /// Malware reaches a host: whoever is susceptible and not patched is infected.
    fn try_host(&mut self, at: At) {
        let closed = state::MASK | state::PROTECTED | state::SHUT;
        if self.has(at, closed) || self.shut_for_others(at) {
            return;
        }
        let model = &self.plan.model;
        let patched = self.plan.cyber.posture(model, at.host).map_or(0.0, |posture| posture.patched);
        if model.malware[at.malware as usize].patchable && patched > 0.0 {
            let u = self.clock.draws.uniform(Layer::Threat, self.key_at(at), Purpose::Patch, 0);
            if u < patched {
                self.count_open(at, false);
                self.mark(at, state::PROTECTED, true);
                return;
            }
        }
        self.infect(at);
    }

    /// True where a host is shut down because of another malware.
    fn shut_for_others(&self, at: At) -> bool {
        self.plan.cyber.shuts_down
            && (0..self.cyber.strains.len() as u32)
                .any(|malware| self.has(self.at(malware, at.host), state::SHUT))
    }

    fn infect(&mut self, at: At) {
        let now = self.now;
        let fixed = &self.plan.model.malware[at.malware as usize];
        self.mark(at, state::NOTICED | state::SILENT, false);
        self.set_state(at, state::INFECTED);
        if self.clock.trace {
            let node = self.plan.cyber.hosts[at.host as usize];
            self.trace(node, Happening::Infected(MalwareId::new(at.malware as usize)));
        }
        let course = &mut self.cyber.strains[at.malware as usize].course;
        if course.began == SimTime::NEVER {
            course.began = SimTime(now);
            self.begin_malware(at.malware, fixed.key);
        }
        let course = self.course_mut(at);
        let count = course.infections;
        course.infections += 1;
        self.cyber.strains[at.malware as usize].course.infected += u32::from(count == 0);
        let (key, layer) = (self.key_at(at), Layer::Threat);
        let in_time = |wait: u32| now.saturating_add(wait);

        let until = fixed
            .infectious
            .some()
            .map_or(NEVER, |dist| in_time(self.draw(layer, key, Purpose::Infectious, count, dist)));
        let detonates = each(fixed.detonation)
            .map_or(NEVER, |dist| in_time(self.draw_time(layer, key, Purpose::Detonation, count, dist)));
        let notice = self.draw_notice(at, key, count);
        let course = self.course_mut(at);
        (course.until, course.detonates, course.notice) = (until, detonates, notice);
        self.spread_from(at, until);
        self.push_host(until, at, HostEntry::Fades);
        self.push_host(detonates, at, HostEntry::Detonates);
        self.push_host(notice, at, HostEntry::Noticed);
        if self.cyber.strains[at.malware as usize].together <= now {
            self.impair(at);
        }
    }

    /// The first infection: from here on counts what concerns all.
    fn begin_malware(&mut self, malware: u32, key: Key) {
        let fixed = &self.plan.model.malware[malware as usize];
        if let Detonation::Together(dist) = fixed.detonation {
            let wait = self.draw_time(Layer::Threat, key, Purpose::Detonation, 0, dist);
            let at = self.now.saturating_add(wait);
            self.cyber.strains[malware as usize].together = at;
            self.push_malware(at, malware, DETONATES_TOGETHER);
        }
        if let Some(dist) = fixed.stops.some() {
            let wait = self.draw(Layer::Threat, key, Purpose::Detonation, 1, dist);
            self.push_malware(self.now.saturating_add(wait), malware, STOPS);
        }
    }

    /// Schedules the tries of an infected host.
    pub(super) fn spread_from(&mut self, at: At, until: u32) {
        let now = self.now;
        self.course_mut(at).since = now;
        let layout = &self.plan.cyber;
        for index in layout.memberships_of(at.host) {
            let membership = layout.membership(index);
            for path in layout.paths_of(at.malware) {
                if layout.paths[path].contact != membership.contact {
                    continue;
                }
                match layout.company(membership) {
                    Company::All(_) => self.try_anyone_later(path, membership.position, at, until, true),
                    Company::Linked(_) => self.try_linked(path, layout.ends_at(membership), until),
                }
            }
        }
    }

    /// Schedules a try over each link of a host.
    fn try_linked(&mut self, path: usize, ends: std::ops::Range<u32>, until: u32) {
        let layout = &self.plan.cyber;
        let first_row = layout.paths[path].malware * layout.hosts.len() as u32;
        for end in ends {
            let [_, to] = layout.ends[end as usize];
            let target = self.cyber.hosts.states[(first_row + to) as usize];
            let gone = target & state::PROTECTED != 0
                || (target & state::MASK != state::SUSCEPTIBLE && !layout.paths[path].repeats);
            if !gone {
                self.try_link(path, end, self.now, until);
            }
        }
    }

    /// Schedules a try over one link, where it ever lets the malware through.
    ///
    /// Where tries are not repeated, only the earliest at each host is: if it comes to nothing, the others are looked
    /// for again, which keyed draws make possible.
    pub(super) fn try_link(&mut self, path: usize, end: u32, since: u32, until: u32) {
        let layout = &self.plan.cyber;
        let fixed = &layout.paths[path];
        let [from, to] = layout.ends[end as usize];
        let key = fixed.key.with(layout.keys[from as usize]).with(layout.keys[to as usize]);
        if !self.lets_through(fixed, key, to) {
            return;
        }
        let index = end - fixed.first_end;
        let (layer, purpose) = (Layer::Threat, Purpose::Contact);
        if fixed.repeats {
            // Each try draws anew; within one second nothing goes round in circles.
            let wait = self.draw_time(layer, key.part(since), purpose, 0, fixed.interval).max(1);
            let time = since.saturating_add(wait);
            if time < until {
                let row = fixed.due + index;
                self.cyber.dues.touched.mark(row);
                self.cyber.dues[row as usize] = time;
                self.agenda.cyber.push(time, fixed.base + index);
            }
            return;
        }
        let time = since.saturating_add(self.draw_time(layer, key, purpose, 0, fixed.interval));
        let target = self.at(fixed.malware, to).row;
        if time >= self.now && time < until.min(self.cyber.hosts.tries[target as usize]) {
            self.cyber.hosts.touched.mark(target);
            self.cyber.hosts.tries[target as usize] = time;
            self.agenda.cyber.push(time, fixed.base + index);
        }
    }

    /// The earliest try at a host came to nothing: who else has one to come?
    fn look_for_tries(&mut self, at: At) {
        self.tried_by_neighbours(at, |course| course.since);
    }

    /// Schedules the tries of all infected neighbours at a host, each since a time.
    pub(super) fn tried_by_neighbours(&mut self, at: At, since: impl Fn(&Course) -> u32) {
        let layout = &self.plan.cyber;
        for index in layout.memberships_of(at.host) {
            let membership = layout.membership(index);
            for path in layout.paths_of(at.malware) {
                let fixed = &layout.paths[path];
                let Company::Linked(ends) = layout.company(membership) else { continue };
                if fixed.contact != membership.contact || fixed.repeats {
                    continue;
                }
                for [_, neighbour] in ends {
                    let other = self.at(at.malware, *neighbour);
                    let Some(until) = self.spreads(other) else { continue };
                    let since = self.course(other).map_or(self.now, |course| since(&course));
                    for end in layout.ends_of(membership.contact, *neighbour) {
                        if layout.ends[end as usize][1] == at.host {
                            self.try_link(path, end, since, until);
                        }
                    }
                }
            }
        }
    }

    /// Schedules the next try of a host at one of the others of its domain.
    fn try_anyone_later(&mut self, path: usize, position: u32, at: At, until: u32, first: bool) {
        let fixed = &self.plan.cyber.paths[path];
        if !fixed.repeats && (self.cyber.open[path] == 0 || (fixed.at_once && !first)) {
            return;
        }
        let wait = if fixed.at_once {
            0
        } else {
            let key = fixed.key.with(self.plan.cyber.keys[at.host as usize]);
            let course = self.course_mut(at);
            let count = course.tries;
            course.tries += 1;
            self.draw_time(Layer::Threat, key, Purpose::Contact, count, fixed.interval)
        };
        let wait = if first && !fixed.repeats { wait } else { wait.max(1) };
        let time = self.now.saturating_add(wait);
        if time >= until {
            return;
        }
        let row = fixed.due + position;
        self.cyber.dues.touched.mark(row);
        self.cyber.dues[row as usize] = time;
        self.agenda.cyber.push(time, fixed.base + position);
    }

    /// Whether a pair of hosts ever lets a malware through: one draw a pair and way.
    fn lets_through(&self, path: &Path, key: Key, to: u32) -> bool {
        let probability = path.probability * self.plan.cyber.exposed(&self.plan.model, to);
        probability >= 1.0 || self.clock.draws.uniform(Layer::Threat, key, Purpose::Passage, 0) < probability
    }

    /// A try is due.
    pub(super) fn try_due(&mut self, id: u32) {
        let layout = &self.plan.cyber;
        let path = layout.path_of(id);
        let fixed = &layout.paths[path];
        let index = id - fixed.base;
        if fixed.due != NEVER && self.cyber.dues[(fixed.due + index) as usize] != self.now {
            return;
        }
        let net = &layout.nets[fixed.contact as usize];
        if net.everybody {
            let at = self.at(fixed.malware, net.members[index as usize]);
            if let Some(until) = self.spreads(at) {
                self.try_domain(path, index, at, until);
            }
            return;
        }
        let end = fixed.first_end + index;
        let [from, to] = layout.ends[end as usize];
        let (from, to) = (self.at(fixed.malware, from), self.at(fixed.malware, to));
        if !fixed.repeats {
            self.try_once(from, to);
            return;
        }
        let Some(until) = self.spreads(from) else { return };
        self.try_host(to);
        if !self.has(to, state::PROTECTED) {
            self.try_link(path, end, self.now, until);
        }
    }

    /// The one try over a link. None after its infectious time was ever scheduled.
    fn try_once(&mut self, from: At, to: At) {
        if self.state_of(to) != state::SUSCEPTIBLE || self.cyber.hosts.tries[to.row as usize] != self.now {
            return;
        }
        self.cyber.hosts.tries[to.row as usize] = NEVER;
        if self.is_able(from) {
            self.try_host(to);
        } else {
            self.look_for_tries(to);
        }
    }

    /// Until when a host spreads a malware, where it does.
    pub(super) fn spreads(&self, at: At) -> Option<u32> {
        let until = self.course(at).filter(|_| self.is_able(at))?.until;
        (until > self.now).then_some(until)
    }

    /// True where nothing keeps a host from spreading a malware, its infectious time apart.
    fn is_able(&self, at: At) -> bool {
        let state = self.cyber.hosts.states[at.row as usize];
        matches!(state & state::MASK, state::INFECTED | state::IMPAIRED)
            && state & (state::SILENT | state::CUT | state::SHUT) == 0
            && !self.cyber.strains[at.malware as usize].quiet
    }

    /// A try of a host within its domain: at one of the others, or at all where tries take no time.
    fn try_domain(&mut self, path: usize, position: u32, at: At, until: u32) {
        let layout = &self.plan.cyber;
        let fixed = &layout.paths[path];
        let members = &layout.nets[fixed.contact as usize].members;
        let others = members.len() as u32 - 1;
        if fixed.at_once {
            for to in members.iter().filter(|to| **to != at.host) {
                // Nobody is left for those who come after.
                if self.cyber.open[path] == 0 {
                    break;
                }
                self.try_pair(path, at.host, *to);
            }
        } else if others > 0 {
            let count = self.course(at).map_or(0, |course| course.tries);
            let key = fixed.key.with(layout.keys[at.host as usize]).part(0);
            let u = self.clock.draws.uniform(Layer::Threat, key, Purpose::Contact, count);
            let choice = ((u * f64::from(others)) as u32).min(others - 1);
            self.try_pair(path, at.host, members[(choice + u32::from(choice >= position)) as usize]);
        }
        self.try_anyone_later(path, position, at, until, false);
    }

    pub(super) fn try_pair(&mut self, path: usize, from: u32, to: u32) {
        let layout = &self.plan.cyber;
        let fixed = &layout.paths[path];
        let target = self.at(fixed.malware, to);
        if self.state_of(target) != state::SUSCEPTIBLE {
            return;
        }
        let key = fixed.key.with(layout.keys[from as usize]).with(layout.keys[to as usize]);
        if self.lets_through(fixed, key, to) {
            self.try_host(target);
        }
    }

    /// The infectious time of a host is over.
    pub(super) fn fade(&mut self, at: At) {
        if !matches!(self.state_of(at), state::INFECTED | state::IMPAIRED) {
            return;
        }
        self.mark(at, state::SILENT, true);
        let Some(course) = self.course(at) else { return };
        if self.state_of(at) == state::IMPAIRED || self.has(at, state::NOTICED) {
            return;
        }
        if self.plan.model.malware[at.malware as usize].reinfects {
            let course = self.course_mut(at);
            (course.detonates, course.notice) = (NEVER, NEVER);
            self.set_state(at, state::SUSCEPTIBLE);
            return;
        }
        // Where nothing more can come of it, it is over.
        let horizon = self.plan.model.meta.horizon;
        let together = self.cyber.strains[at.malware as usize].together;
        if course.detonates.min(course.notice).min(together) >= horizon {
            self.set_state(at, state::IMMUNE);
        }
    }

    pub(super) fn detonate_all(&mut self, malware: u32) {
        for host in 0..self.plan.cyber.hosts.len() as u32 {
            let at = self.at(malware, host);
            if self.state_of(at) == state::INFECTED {
                self.impair(at);
            }
        }
    }

    /// The systems of an infected host are impaired.
    pub(super) fn impair(&mut self, at: At) {
        if self.state_of(at) != state::INFECTED {
            return;
        }
        let plan = self.plan;
        let fixed = &plan.model.malware[at.malware as usize];
        let node = NodeId(plan.cyber.hosts[at.host as usize]);
        self.set_state(at, state::IMPAIRED);
        self.course_mut(at).detonates = NEVER;
        let course = &mut self.cyber.strains[at.malware as usize].course;
        course.impairments += 1;
        if course.impaired == SimTime::NEVER {
            course.impaired = SimTime(self.now);
        }
        if self.clock.trace {
            self.trace(node.0, Happening::Impaired(MalwareId::new(at.malware as usize)));
        }
        match plan.model.events.get(fixed.event.index()) {
            Some(_) if self.threats.times[fixed.event.index()] == NEVER => {
                self.strike_chosen(fixed.event.0, &[node.0]);
            }
            Some(event) => self.strike(fixed.event.0, event, node, 1.0, 0.0),
            None => {}
        }
        let level = self.without_it(node, fixed.it_loss);
        if level < ONE {
            self.hold(at, 0, CeilingKind::It as u8, level);
        }
        self.cross(at, node);
        self.take_records(at, fixed.exfiltrates);
        if !self.has(at, state::NOTICED) {
            self.notice_compromise(at);
        }
    }

    /// Whether malware gets from the IT of a host to its control systems, and what it does there.
    fn cross(&mut self, at: At, node: NodeId) {
        let fixed = &self.plan.model.malware[at.malware as usize];
        let posture = self.plan.cyber.posture(&self.plan.model, at.host);
        let probability = fixed.crossing * (1.0 - posture.map_or(0.0, |posture| posture.segmentation));
        if probability <= 0.0 {
            return;
        }
        let count = self.course(at).map_or(0, |course| course.infections.saturating_sub(1));
        if self.clock.draws.uniform(Layer::Threat, self.key_at(at), Purpose::Crossing, count) >= probability {
            return;
        }
        self.cyber.strains[at.malware as usize].course.crossed += 1;
        if self.clock.trace {
            self.trace(node.0, Happening::Crossed(MalwareId::new(at.malware as usize)));
        }
        match fixed.manipulates {
            Some(level) => self.hold(at, 1, CeilingKind::Scripted as u8, level.0),
            None => self.hold(at, 1, ActiveEffect::CONTROL, 0),
        }
    }

    fn take_records(&mut self, at: At, dist: DistId) {
        let Some(dist) = dist.some() else { return };
        let count = self.course(at).map_or(0, |course| course.infections.saturating_sub(1));
        let u = self.clock.draws.uniform(Layer::Threat, self.key_at(at), Purpose::Records, count);
        let records = whole_seconds(self.plan.model.dist(dist).quantile(u));
        self.observer.record.exfiltrated += u64::from(records);
        if self.clock.trace {
            self.trace(self.plan.cyber.hosts[at.host as usize], Happening::Exfiltrated(records));
        }
    }

    /// Holds the node of a host down, or without control, until [`Self::let_go`].
    pub(super) fn hold(&mut self, at: At, which: usize, slot: u8, level: u32) {
        let node = self.plan.cyber.hosts[at.host as usize];
        if self.nodes[node as usize].flags & flag::SHIELDED != 0 {
            return;
        }
        let before = self.course(at).map_or(NEVER, |course| course.effects[which]);
        if let Some(active) = self.threats.effects.get_mut(before as usize) {
            (active.level, active.slot, active.ended, active.began) = (level, slot, false, self.now);
            self.apply_effects(node, slot);
            return;
        }
        let event = self.plan.model.malware[at.malware as usize].event;
        let row = self.begin_effect(NodeId(node), event.0, 0, slot, level, DistId::NONE);
        self.course_mut(at).effects[which] = row;
    }

    pub(super) fn let_go(&mut self, at: At, which: usize) {
        let row = self.course(at).map_or(NEVER, |course| course.effects[which]);
        if let Some(active) = self.threats.effects.get_mut(row as usize)
            && !active.ended
        {
            active.ended = true;
            let (node, slot) = (active.node, active.slot);
            self.apply_effects(node, slot);
        }
    }
}
