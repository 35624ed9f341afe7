//! Who notices that systems are compromised, who shuts down, and how systems come back.

use super::layout::Membership;
use super::{At, HostEntry, state};
use crate::engine::Engine;
use crate::plan::expected;
use crate::state::NEVER;
use crate::warning::Attack;
use linchpin_model::time::whole_seconds;
use linchpin_model::{
    Backups, CeilingKind, DistId, Happening, Key, Layer, MalwareId, NodeId, Posture, Purpose, Shutdown,
    SimTime, SkillId,
};

impl<'a> Engine<'a> {
    fn posture_at(&self, at: At) -> Option<&'a Posture> {
        self.plan.cyber.posture(&self.plan.model, at.host)
    }

    fn shutdown_at(&self, at: At) -> Option<&'a Shutdown> {
        self.posture_at(at).and_then(|posture| posture.shutdown.as_ref())
    }

    fn node_at(&self, at: At) -> NodeId {
        NodeId(self.plan.cyber.hosts[at.host as usize])
    }

    /// When an infection that begins now is noticed; `NEVER`: not before systems fail.
    pub(super) fn draw_notice(&self, at: At, key: Key, count: u32) -> u32 {
        let Some(dist) = self.posture_at(at).and_then(|posture| posture.detection.some()) else {
            return NEVER;
        };
        let wait = self.draw(Layer::Response, key, Purpose::Detection, count, dist);
        let attack = Attack::Malware(MalwareId::new(at.malware as usize));
        let factor = self.detection_factor(self.node_at(at), attack);
        let wait = if factor == 1.0 { wait } else { whole_seconds(f64::from(wait) * factor) };
        self.now.saturating_add(wait)
    }

    /// Compromise of a host is noticed.
    pub(super) fn notice_compromise(&mut self, at: At) {
        if self.has(at, state::NOTICED) || !matches!(self.state_of(at), state::INFECTED | state::IMPAIRED) {
            return;
        }
        self.mark(at, state::NOTICED, true);
        self.course_mut(at).notice = NEVER;
        let course = &mut self.cyber.strains[at.malware as usize].course;
        course.noticed = course.noticed.min(SimTime(self.now));
        self.compromise_noticed(MalwareId::new(at.malware as usize), self.node_at(at));
        self.decide_shutdown(at);
        if self.plan.cyber.with_domain {
            self.alarm_others(at);
        }
        self.request_recovery(at);
    }

    /// Others of the same contacts learn that a host is compromised.
    fn alarm_others(&mut self, at: At) {
        let layout = &self.plan.cyber;
        for index in layout.memberships_of(at.host) {
            let membership = layout.membership(index);
            let row = self.known_row(at, membership);
            self.cyber.known[row] += 1;
            // A domain knows it from the first time on.
            if layout.nets[membership.contact as usize].everybody && self.cyber.known[row] > 1 {
                continue;
            }
            let company = layout.company(membership);
            for index in 0..company.len() {
                let other = self.at(at.malware, company.host(index));
                if other.host != at.host && self.shutdown_at(other).is_some_and(|how| how.with_domain) {
                    self.decide_shutdown(other);
                }
            }
        }
    }

    fn known_row(&self, at: At, membership: Membership) -> usize {
        at.malware as usize * self.plan.model.contacts.len() + membership.contact as usize
    }

    /// An operator decides whether to shut down.
    fn decide_shutdown(&mut self, at: At) {
        let Some(how) = self.shutdown_at(at) else { return };
        let pending = self.course(at).is_some_and(|course| course.shuts_down != NEVER);
        if pending || self.has(at, state::SHUT) {
            return;
        }
        let (key, layer, purpose) = (self.key_at(at), Layer::Response, Purpose::Shutdown);
        let count = self.course(at).map_or(0, |course| course.infections);
        let decided =
            how.probability >= 1.0 || self.clock.draws.uniform(layer, key, purpose, count) < how.probability;
        if !decided {
            return;
        }
        let wait = self.draw_time(layer, key.part(0), purpose, count, how.decision);
        let time = self.now.saturating_add(wait);
        self.course_mut(at).shuts_down = time;
        if wait == 0 {
            self.shut_down(at);
        } else {
            self.push_host(time, at, HostEntry::ShutsDown);
        }
    }

    /// A host shuts down, unless there is no reason left.
    pub(super) fn shut_down(&mut self, at: At) {
        let Some(how) = self.shutdown_at(at) else { return };
        self.course_mut(at).shuts_down = NEVER;
        if !self.has_reason(at) {
            return;
        }
        self.mark(at, state::SHUT, true);
        self.cyber.strains[at.malware as usize].course.shutdowns += 1;
        if self.clock.trace {
            self.trace(self.node_at(at).0, Happening::ShutDown(MalwareId::new(at.malware as usize)));
        }
        self.hold(at, 2, CeilingKind::Closure as u8, how.to.0);
    }

    /// True while a host has a reason to be shut down: its own systems, or those of others where it goes with
    /// its domain, are known to be compromised.
    fn has_reason(&self, at: At) -> bool {
        if self.is_known(at) {
            return true;
        }
        let layout = &self.plan.cyber;
        if !self.shutdown_at(at).is_some_and(|how| how.with_domain) {
            return false;
        }
        layout.memberships_of(at.host).any(|index| {
            let membership = layout.membership(index);
            if layout.nets[membership.contact as usize].everybody {
                return self.cyber.known[self.known_row(at, membership)] > 0;
            }
            let company = layout.company(membership);
            (0..company.len()).any(|index| self.is_known(self.at(at.malware, company.host(index))))
        })
    }

    fn is_known(&self, at: At) -> bool {
        self.has(at, state::NOTICED) && self.state_of(at) != state::IMMUNE
    }

    /// A host that has no reason left to be shut down goes back into service, at once or some time later.
    fn consider_reopening(&mut self, at: At) {
        let waits = self.course(at).is_some_and(|course| course.reopens != NEVER);
        if !self.has(at, state::SHUT) || waits || self.has_reason(at) {
            return;
        }
        let Some(how) = self.shutdown_at(at) else { return };
        let count = self.course(at).map_or(0, |course| course.infections);
        let key = self.key_at(at).part(1);
        let wait = self.draw_time(Layer::Response, key, Purpose::Shutdown, count, how.lasts);
        let time = self.now.saturating_add(wait);
        self.course_mut(at).reopens = time;
        if wait == 0 {
            self.reopen(at);
        } else {
            self.push_host(time, at, HostEntry::Reopens);
        }
    }

    /// A host goes back into service, unless there is reason again.
    pub(super) fn reopen(&mut self, at: At) {
        self.course_mut(at).reopens = NEVER;
        if self.has_reason(at) {
            return;
        }
        self.mark(at, state::SHUT, false);
        self.let_go(at, 2);
        // Doors that were closed are tried again.
        if let Some(until) = self.spreads(at) {
            self.spread_from(at, until);
        }
        if self.state_of(at) == state::SUSCEPTIBLE {
            self.reached_again(at);
        }
    }

    /// Infected hosts try one that is back, where they try a link, or their domain, once only.
    fn reached_again(&mut self, at: At) {
        let (now, layout) = (self.now, &self.plan.cyber);
        self.tried_by_neighbours(at, |_| now);
        for path in layout.paths_of(at.malware).filter(|path| layout.paths[*path].at_once) {
            let fixed = &layout.paths[path];
            let member = |index: &usize| layout.membership(*index).contact == fixed.contact;
            if fixed.repeats || !layout.memberships_of(at.host).any(|index| member(&index)) {
                continue;
            }
            let net = &layout.nets[fixed.contact as usize];
            for other in net.members.iter().filter(|other| net.everybody && **other != at.host) {
                if self.spreads(self.at(at.malware, *other)).is_some() {
                    self.try_pair(path, *other, at.host);
                }
            }
        }
    }

    /// Asks for what brings the systems of a host back.
    fn request_recovery(&mut self, at: At) {
        let Some(posture) = self.posture_at(at) else { return };
        if posture.skill.is_none() {
            let wait = self.recovery_time(at);
            self.begin_recovery(at);
            let time = self.now.saturating_add(wait);
            self.course_mut(at).recovers = time;
            if wait == 0 {
                self.systems_clean(at);
            } else {
                self.push_host(time, at, HostEntry::Recovered);
            }
        } else if self.course(at).is_none_or(|course| course.job == NEVER) {
            let job = self.request_it_recovery(self.node_at(at).0, at.malware as u16);
            self.course_mut(at).job = job;
        }
    }

    /// Skill and crews that recovery at a node takes.
    pub(crate) fn it_work(&self, node: u32) -> (SkillId, u16) {
        let model = &self.plan.model;
        let posture =
            model.posture_of.get(node as usize).and_then(|posture| model.postures.get(posture.index()));
        posture.map_or((SkillId::NONE, 0), |posture| (posture.skill, posture.crews))
    }

    /// Seconds that recovery at a node may be expected to take.
    pub(crate) fn expected_it_work(&self, node: u32) -> f64 {
        let model = &self.plan.model;
        let posture =
            model.posture_of.get(node as usize).and_then(|posture| model.postures.get(posture.index()));
        let dist = posture.map_or(DistId::NONE, |posture| match posture.backups {
            Backups::None if !posture.rebuild.is_none() => posture.rebuild,
            _ => posture.restore,
        });
        dist.some().map_or(0.0, |dist| expected(model.dist(dist)))
    }

    /// Recovery of a node begins; how long it takes.
    pub(crate) fn it_work_begins(&mut self, malware: u16, node: u32) -> u32 {
        let Some(at) = self.at_node(u32::from(malware), node) else { return 0 };
        let wait = self.recovery_time(at);
        self.begin_recovery(at);
        wait
    }

    /// A team has brought the systems of a node back.
    pub(crate) fn it_work_done(&mut self, malware: u16, node: u32) {
        if let Some(at) = self.at_node(u32::from(malware), node) {
            self.course_mut(at).job = NEVER;
            self.systems_clean(at);
        }
    }

    /// While systems are brought back nothing spreads from them, and nothing more happens to them.
    fn begin_recovery(&mut self, at: At) {
        self.set_state(at, state::RECOVERING);
        let course = self.course_mut(at);
        (course.detonates, course.notice, course.until) = (NEVER, NEVER, NEVER);
    }

    /// Time to restore systems from copies, or to build them anew where there are none left.
    fn recovery_time(&self, at: At) -> u32 {
        let Some(posture) = self.posture_at(at) else { return 0 };
        let fixed = &self.plan.model.malware[at.malware as usize];
        let (key, layer, purpose) = (self.key_at(at), Layer::Response, Purpose::Recovery);
        let count = self.course(at).map_or(0, |course| course.infections.saturating_sub(1));
        // They are destroyed where systems are impaired, not where malware has only got in.
        let destroyed = || {
            let impaired = matches!(self.state_of(at), state::IMPAIRED);
            impaired
                && fixed.destroys_backups
                && self.clock.draws.uniform(layer, key.part(0), purpose, count) < posture.backup_loss
        };
        let copies = match posture.backups {
            Backups::None => false,
            Backups::Offline => true,
            Backups::Online => !destroyed(),
        };
        let takes = if copies || posture.rebuild.is_none() { posture.restore } else { posture.rebuild };
        self.draw_time(layer, key, purpose, count, takes)
    }

    /// The systems of a host are clean again.
    pub(super) fn systems_clean(&mut self, at: At) {
        let malware = MalwareId::new(at.malware as usize);
        self.course_mut(at).recovers = NEVER;
        if self.clock.trace {
            self.trace(self.node_at(at).0, Happening::Recovered(malware));
        }
        self.let_go(at, 0);
        self.let_go(at, 1);
        self.mark(at, state::NOTICED | state::SILENT, false);
        let again = self.plan.model.malware[malware.index()].reinfects;
        self.set_state(at, if again { state::SUSCEPTIBLE } else { state::IMMUNE });
        self.consider_reopening(at);
        if self.plan.cyber.with_domain {
            self.all_clear(at);
        }
    }

    /// Others who shut down because of a host may go back into service.
    fn all_clear(&mut self, at: At) {
        let layout = &self.plan.cyber;
        for index in layout.memberships_of(at.host) {
            let membership = layout.membership(index);
            let row = self.known_row(at, membership);
            self.cyber.known[row] = self.cyber.known[row].saturating_sub(1);
            if layout.nets[membership.contact as usize].everybody && self.cyber.known[row] > 0 {
                continue;
            }
            let company = layout.company(membership);
            for index in 0..company.len() {
                self.consider_reopening(self.at(at.malware, company.host(index)));
            }
        }
    }

    /// Shortens the times to detection that are still to come at nodes of a circle.
    pub(crate) fn hasten_detection(&mut self, malware: MalwareId, warning: usize, factor: f64) {
        let plan = self.plan;
        for host in 0..plan.cyber.hosts.len() as u32 {
            let at = self.at(u32::from(malware.0), host);
            if plan.circles.holds(&plan.model, warning, self.node_at(at)) {
                self.scale_detection(at, factor);
            }
        }
    }

    /// The alert level at a node (none: everywhere) changes by this factor: so do the times to detection of malware
    /// that are still to come there.
    pub(crate) fn rescale_detection(&mut self, node: NodeId, factor: f64) {
        for malware in 0..self.plan.model.malware.len() as u32 {
            if !node.is_none() {
                if let Some(at) = self.at_node(malware, node.0) {
                    self.scale_detection(at, factor);
                }
                continue;
            }
            for host in 0..self.plan.cyber.hosts.len() as u32 {
                self.scale_detection(self.at(malware, host), factor);
            }
        }
    }

    fn scale_detection(&mut self, at: At, factor: f64) {
        let Some(course) = self.course(at) else { return };
        if course.notice != NEVER && course.notice > self.now {
            let left = whole_seconds(f64::from(course.notice - self.now) * factor);
            let time = self.now.saturating_add(left);
            self.course_mut(at).notice = time;
            self.push_host(time, at, HostEntry::Noticed);
        }
    }
}
