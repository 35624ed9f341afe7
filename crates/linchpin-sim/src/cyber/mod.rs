//! Malware: who is infected, impaired, clean again, and what follows for each.
//!
//! - `layout` lays hosts and contacts for the loops; `queue` is the subsystem's calendar.
//! - `spread`: tries over links and within domains, infection, impairment.
//! - `recovery`: who notices, who shuts down, who brings systems back.
//!
//! A host is in one [`state`] for each malware. A byte a row holds it, so that millions stay near the processor;
//! whatever else there is to know of a host that was ever touched lies in a [`Course`]. Ceilings and loss of
//! control are timed effects like those of scripted events, so that causes of both kinds add up.

mod layout;
mod queue;
mod recovery;
mod spread;

pub(crate) use layout::Layout;
pub(crate) use queue::Queue;

use crate::engine::Engine;
use crate::rows::{Rows, Touched};
use crate::state::{NEVER, in_place};
use linchpin_model::{DistId, Key, Layer, MalwareCourse, MalwareId, Purpose, SimTime, SpreadStep};

/// States of a host as to a malware, and marks beside them.
pub(crate) mod state {
    /// Can be infected.
    pub(crate) const SUSCEPTIBLE: u8 = 0;
    /// Infected; works.
    pub(crate) const INFECTED: u8 = 1;
    /// Its systems are impaired.
    pub(crate) const IMPAIRED: u8 = 2;
    /// Its systems are being brought back.
    pub(crate) const RECOVERING: u8 = 3;
    /// Recovered, made immune, or over it by itself.
    pub(crate) const IMMUNE: u8 = 4;
    /// The bits of the state itself.
    pub(crate) const MASK: u8 = 7;

    /// Known to be compromised.
    pub(crate) const NOTICED: u8 = 8;
    /// No longer spreads it.
    pub(crate) const SILENT: u8 = 16;
    /// Cut off for good: never spreads it.
    pub(crate) const CUT: u8 = 32;
    /// Cannot be infected: patched, or does not use what it takes.
    pub(crate) const PROTECTED: u8 = 64;
    /// Shut down as a precaution: neither spreads nor is reached.
    pub(crate) const SHUT: u8 = 128;
}

/// What an entry of the queue for a host is about. At one instant, entries of a host are handled in this order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum HostEntry {
    /// Its infectious time is over.
    Fades,
    /// Its systems are impaired.
    Detonates,
    /// Compromise is noticed.
    Noticed,
    /// Recovery that takes nobody is done.
    Recovered,
    /// It shuts down.
    ShutsDown,
    /// It goes back into service.
    Reopens,
}

impl HostEntry {
    const ALL: [Self; 8] = [
        Self::Fades,
        Self::Detonates,
        Self::Noticed,
        Self::Recovered,
        Self::ShutsDown,
        Self::Reopens,
        // The number is a power of two, so that ids are taken apart by shifts.
        Self::Reopens,
        Self::Reopens,
    ];
    pub(crate) const COUNT: u32 = Self::ALL.len() as u32;
}

/// What an entry of the queue for a malware is about.
const DETONATES_TOGETHER: u32 = 0;
const STOPS: u32 = 1;
const MALWARE_ENTRIES: u32 = 2;

/// States and courses of all hosts, by row; only touched rows are put back.
#[derive(Debug)]
pub(crate) struct Hosts {
    states: Vec<u8>,
    /// Row in `Cyber::courses`; `NEVER`: none yet.
    courses: Vec<u32>,
    /// When the earliest try over a link comes up that is scheduled; `NEVER`: none is.
    tries: Vec<u32>,
    touched: Touched,
}

impl Clone for Hosts {
    fn clone(&self) -> Self {
        Self {
            states: self.states.clone(),
            courses: self.courses.clone(),
            tries: self.tries.clone(),
            touched: self.touched.clone(),
        }
    }

    fn clone_from(&mut self, source: &Self) {
        let words = self.touched.0.iter_mut().zip(&source.touched.0);
        for (word, (here, there)) in words.enumerate() {
            let mut bits = *here | *there;
            *here = *there;
            while bits != 0 {
                let row = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                self.states[row] = source.states[row];
                self.courses[row] = source.courses[row];
                self.tries[row] = source.tries[row];
            }
        }
    }
}

/// What there is to know of a host that malware or a shutdown ever touched.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Course {
    /// How often it was infected.
    infections: u32,
    /// Tries at others within domains: count of its draws.
    tries: u32,
    /// Since when it tries others.
    since: u32,
    /// When its infectious time is over.
    until: u32,
    detonates: u32,
    notice: u32,
    recovers: u32,
    shuts_down: u32,
    reopens: u32,
    /// Row of its recovery job; `NEVER`: none.
    job: u32,
    /// Rows of its effects (IT, control or manipulation, shutdown); `NEVER`: never had.
    effects: [u32; 3],
}

impl Course {
    const NEW: Self = Self {
        infections: 0,
        tries: 0,
        since: 0,
        until: NEVER,
        detonates: NEVER,
        notice: NEVER,
        recovers: NEVER,
        shuts_down: NEVER,
        reopens: NEVER,
        job: NEVER,
        effects: [NEVER; 3],
    };
}

/// How a malware goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strain {
    pub(crate) course: MalwareCourse,
    /// Hosts that are infected, impaired or recovering, immune.
    now: [u32; 3],
    /// It no longer spreads from anywhere.
    quiet: bool,
    /// When all are impaired together.
    together: u32,
    /// Row of its last entry in the record's spread.
    step: u32,
}

in_place! {
    /// Mutable state of malware. All empty in a model without.
    #[derive(Debug)]
    pub(crate) struct Cyber {
        pub(crate) hosts: Hosts,
        pub(crate) courses: Vec<Course>,
        /// When the next try is due, of each that is repeated.
        pub(crate) dues: Rows<u32>,
        /// Members of each path that are still susceptible and can be reached.
        pub(crate) open: Vec<u32>,
        /// Members known to be compromised, by malware and contact; empty where nobody shuts down with others.
        pub(crate) known: Vec<u32>,
        pub(crate) strains: Vec<Strain>,
    }
}

impl Cyber {
    pub(crate) fn new(layout: &Layout, model: &linchpin_model::Model) -> Self {
        let rows = layout.states.len();
        let strain = |malware: usize| Strain {
            course: MalwareCourse {
                malware: MalwareId::new(malware),
                began: SimTime::NEVER,
                noticed: SimTime::NEVER,
                impaired: SimTime::NEVER,
                contained: SimTime::NEVER,
                infected: 0,
                impairments: 0,
                crossed: 0,
                shutdowns: 0,
                peak: 0,
            },
            now: [0; 3],
            quiet: false,
            together: NEVER,
            step: NEVER,
        };
        let pairs = if layout.with_domain { model.malware.len() * model.contacts.len() } else { 0 };
        Self {
            hosts: Hosts {
                states: layout.states.clone(),
                courses: vec![NEVER; rows],
                tries: vec![NEVER; rows],
                touched: Touched::new(rows),
            },
            courses: Vec::new(),
            dues: Rows::new(vec![NEVER; layout.dues]),
            open: layout.open(model),
            known: vec![0; pairs],
            strains: (0..model.malware.len()).map(strain).collect(),
        }
    }
}

/// Handles what is due of malware.
pub(crate) fn run_cyber(engine: &mut Engine<'_>) {
    if engine.agenda.cyber.next_time() == engine.now {
        engine.run_cyber();
    }
}

/// A malware at a host.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    pub(crate) malware: u32,
    pub(crate) host: u32,
    pub(crate) row: u32,
}

impl Engine<'_> {
    #[inline(never)]
    fn run_cyber(&mut self) {
        while let Some(id) = self.agenda.cyber.pop_at(self.now) {
            self.clock.events += 1;
            let layout = &self.plan.cyber;
            if id < layout.first_host_id {
                self.try_due(id);
            } else if id < layout.first_malware_id {
                let entry = id - layout.first_host_id;
                let kind = HostEntry::ALL[(entry % HostEntry::COUNT) as usize];
                self.host_due(kind, self.at_row(entry / HostEntry::COUNT));
            } else {
                let entry = id - layout.first_malware_id;
                self.malware_due(entry % MALWARE_ENTRIES, entry / MALWARE_ENTRIES);
            }
        }
    }

    fn host_due(&mut self, kind: HostEntry, at: At) {
        let Some(course) = self.course(at) else { return };
        let due = match kind {
            HostEntry::Fades => course.until,
            HostEntry::Detonates => course.detonates,
            HostEntry::Noticed => course.notice,
            HostEntry::Recovered => course.recovers,
            HostEntry::ShutsDown => course.shuts_down,
            HostEntry::Reopens => course.reopens,
        };
        // Put off or called off since.
        if due != self.now {
            return;
        }
        match kind {
            HostEntry::Fades => self.fade(at),
            HostEntry::Detonates => self.impair(at),
            HostEntry::Noticed => self.notice_compromise(at),
            HostEntry::Recovered => self.systems_clean(at),
            HostEntry::ShutsDown => self.shut_down(at),
            HostEntry::Reopens => self.reopen(at),
        }
    }

    fn malware_due(&mut self, kind: u32, malware: u32) {
        if kind == DETONATES_TOGETHER {
            self.detonate_all(malware);
        } else {
            self.cyber.strains[malware as usize].quiet = true;
        }
    }

    pub(crate) fn at(&self, malware: u32, host: u32) -> At {
        At { malware, host, row: malware * self.plan.cyber.hosts.len() as u32 + host }
    }

    fn at_row(&self, row: u32) -> At {
        let hosts = self.plan.cyber.hosts.len() as u32;
        At { malware: row / hosts, host: row % hosts, row }
    }

    /// The malware at a node; none where it cannot get there.
    pub(crate) fn at_node(&self, malware: u32, node: u32) -> Option<At> {
        let host = self.plan.cyber.host_of.get(node as usize).copied().filter(|host| *host != u32::MAX)?;
        Some(self.at(malware, host))
    }

    fn push_host(&mut self, time: u32, at: At, kind: HostEntry) {
        let id = self.plan.cyber.first_host_id + at.row * HostEntry::COUNT + kind as u32;
        self.agenda.cyber.push(time, id);
    }

    fn push_malware(&mut self, time: u32, malware: u32, kind: u32) {
        self.agenda.cyber.push(time, self.plan.cyber.first_malware_id + malware * MALWARE_ENTRIES + kind);
    }

    /// Key of the draws of a malware at a host.
    fn key_at(&self, at: At) -> Key {
        self.plan.model.malware[at.malware as usize].key.with(self.plan.cyber.keys[at.host as usize])
    }

    /// A drawn duration; none: no time.
    fn draw_time(&self, layer: Layer, key: Key, purpose: Purpose, count: u32, dist: DistId) -> u32 {
        dist.some().map_or(0, |dist| self.draw(layer, key, purpose, count, dist))
    }

    fn course(&self, at: At) -> Option<Course> {
        self.cyber.courses.get(self.cyber.hosts.courses[at.row as usize] as usize).copied()
    }

    /// The course of a host, begun where there was none.
    fn course_mut(&mut self, at: At) -> &mut Course {
        let cyber = &mut *self.cyber;
        cyber.hosts.touched.mark(at.row);
        let slot = &mut cyber.hosts.courses[at.row as usize];
        if *slot == NEVER {
            *slot = cyber.courses.len() as u32;
            cyber.courses.push(Course::NEW);
        }
        &mut cyber.courses[*slot as usize]
    }

    fn state_of(&self, at: At) -> u8 {
        self.cyber.hosts.states[at.row as usize] & state::MASK
    }

    fn has(&self, at: At, mark: u8) -> bool {
        self.cyber.hosts.states[at.row as usize] & mark != 0
    }

    fn mark(&mut self, at: At, mark: u8, on: bool) {
        self.cyber.hosts.touched.mark(at.row);
        let state = &mut self.cyber.hosts.states[at.row as usize];
        *state = if on { *state | mark } else { *state & !mark };
    }

    /// Brings a host into another state, and counts.
    fn set_state(&mut self, at: At, to: u8) {
        let cyber = &mut *self.cyber;
        cyber.hosts.touched.mark(at.row);
        let slot = &mut cyber.hosts.states[at.row as usize];
        let from = *slot & state::MASK;
        *slot = *slot & !state::MASK | to;
        let strain = &mut cyber.strains[at.malware as usize];
        let column = |state: u8| match state {
            state::INFECTED => Some(0),
            state::IMPAIRED | state::RECOVERING => Some(1),
            state::IMMUNE => Some(2),
            _ => None,
        };
        if let Some(column) = column(from) {
            strain.now[column] -= 1;
        }
        if let Some(column) = column(to) {
            strain.now[column] += 1;
        }
        let course = &mut strain.course;
        let ill = strain.now[0] + strain.now[1];
        course.peak = course.peak.max(ill);
        course.contained = if ill > 0 { SimTime::NEVER } else { SimTime(self.now) };
        if (from == state::SUSCEPTIBLE) != (to == state::SUSCEPTIBLE) {
            self.count_open(at, to == state::SUSCEPTIBLE);
        }
        self.note_spread(at.malware);
    }

    /// A host can be infected again, or no longer.
    fn count_open(&mut self, at: At, open: bool) {
        let layout = &self.plan.cyber;
        if !layout.some_domain {
            return;
        }
        if self.has(at, state::PROTECTED) && open || layout.exposed(&self.plan.model, at.host) <= 0.0 {
            return;
        }
        for index in layout.memberships_of(at.host) {
            let contact = layout.membership(index).contact;
            for path in layout.paths_of(at.malware) {
                if layout.paths[path].contact == contact {
                    let count = &mut self.cyber.open[path];
                    *count = if open { *count + 1 } else { count.saturating_sub(1) };
                }
            }
        }
    }

    /// Keeps the last of each step of the grid.
    fn note_spread(&mut self, malware: u32) {
        let grid = self.plan.model.meta.grid.max(1);
        let strain = &mut self.cyber.strains[malware as usize];
        let [infected, impaired, immune] = strain.now;
        let malware = MalwareId::new(malware as usize);
        let entry = SpreadStep { time: SimTime(self.now), malware, infected, impaired, immune };
        let spread = &mut self.observer.record.spread;
        match spread.get_mut(strain.step as usize) {
            Some(last) if last.time.0 / grid == self.now / grid => *last = entry,
            _ => {
                strain.step = spread.len() as u32;
                spread.push(entry);
            }
        }
    }

    /// Completes the record.
    pub(crate) fn close_malware(&mut self) {
        let courses = self.cyber.strains.iter().map(|strain| strain.course);
        self.observer.record.malware.extend(courses.filter(|course| course.began != SimTime::NEVER));
    }
}
