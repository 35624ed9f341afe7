//! Networks, sharing groups, common causes, and who comes first.

use super::Resolver;
use super::select::nodes_of;
use crate::diagnostic::Diagnostic;
use crate::problems::Problems;
use crate::source::Span;
use crate::spec::{self, Choice, Id, Rule};
use linchpin_model::{CommonCause, Network, NetworkRule, NodeId, Priority, Sharing, SharingRule};
use std::collections::{BTreeMap, BTreeSet};

impl<'s> Resolver<'s, '_> {
    /// Everything that ties nodes together but needs.
    pub(super) fn systems(&mut self) {
        self.response();
        let spec = self.spec;
        let mut taken = Taken::new("network");
        for network in &spec.networks {
            self.network(network, &mut taken);
        }
        let mut taken = Taken::new("sharing group");
        for sharing in &spec.sharing {
            self.sharing(sharing, &mut taken);
        }
        let mut taken = Taken::new("common cause");
        for (row, cause) in spec.common_causes.iter().enumerate() {
            self.common_cause(row, cause, &mut taken);
        }
        self.priority();
    }

    fn choice(&mut self, choice: &'s Option<Choice>, what: &str) -> Option<Vec<NodeId>> {
        nodes_of(choice.as_ref()?, what, &self.names, &self.index, self.problems)
    }

    fn network(&mut self, network: &'s spec::Network, taken: &mut Taken<'s>) {
        let members = self.choice(&network.members, "members of the network");
        self.belong_once(members.as_deref().unwrap_or_default(), &network.id, &network.members, taken);
        let sources = match &network.rule {
            Some(Rule::SourceReachable(sources)) => Some(self.choice(sources, "sources of the network")),
            _ => None,
        };
        // Without the members nothing can be said about who is missing among them.
        let Some(members) = members else { return self.known(&network.links) };
        let (links, mut sound) = self.pairs(&members, &network.links, "the network");
        let Some(rule) = &network.rule else { return };
        let rule = match (rule, sources) {
            (Rule::SourceReachable(choice), Some(Some(sources))) => {
                let span = choice.as_ref().map_or(network.id.span, Choice::span);
                sound &= self.sources_belong(&sources, &members, span);
                NetworkRule::SourceReachable { sources }
            }
            (Rule::SourceReachable(_), _) => return,
            (Rule::LargestComponent, _) => NetworkRule::LargestComponent,
        };
        // What is missing because of an error would only look cut off.
        if sound {
            self.connected(network, &members, &links, &rule);
        }
        let network = Network { id: network.id.value.clone(), rule, members, links };
        self.builder.parts().networks.push(network);
    }

    /// Looks up the ends of links whose members are not known, so that what is unknown is reported.
    pub(super) fn known(&mut self, written: &[(Id, Id)]) {
        for id in written.iter().flat_map(|(a, b)| [a, b]) {
            self.names.nodes.find(id, self.problems);
        }
    }

    /// Links as positions in `members`, ascending, and whether nothing is wrong with them. `whose` is such as "the
    /// network".
    pub(super) fn pairs(
        &mut self,
        members: &[NodeId],
        written: &[(Id, Id)],
        whose: &str,
    ) -> (Vec<(u32, u32)>, bool) {
        let mut sound = true;
        let mut links: BTreeSet<(u32, u32)> = BTreeSet::new();
        for written in written {
            let position = |id: &Id, names: &super::Names, problems: &mut Problems| {
                let at = members.binary_search(&NodeId::new(names.nodes.find(id, problems)?));
                if at.is_err() {
                    problems.error("not a member", id.span, |span| {
                        Diagnostic::error(span, format!("`{}` is not a member of {whose}", id.value))
                            .help("links connect members: add it to `members`, or take the link out")
                    });
                }
                at.ok().map(|at| at as u32)
            };
            let a = position(&written.0, &self.names, self.problems);
            let b = position(&written.1, &self.names, self.problems);
            let (Some(a), Some(b)) = (a, b) else {
                sound = false;
                continue;
            };
            let (id, span) = (&written.0.value, written.1.span);
            if a == b {
                sound = false;
                self.problems.error("link to itself", span, |span| {
                    Diagnostic::error(span, format!("this links `{id}` with itself"))
                });
            } else if !links.insert((a.min(b), a.max(b))) {
                self.problems.warn("listed twice", span, |span| {
                    Diagnostic::warning(span, format!("`{id}` and `{}` are linked twice", written.1.value))
                        .help("it counts once")
                });
            }
        }
        (links.into_iter().collect(), sound)
    }

    /// Reports sources that are no members; true where there are none.
    fn sources_belong(&mut self, sources: &[NodeId], members: &[NodeId], span: Span) -> bool {
        let outside = |source: &&NodeId| members.binary_search(source).is_err();
        for source in sources.iter().filter(outside) {
            let id = self.id_of(*source).to_owned();
            self.problems.error("source outside", span, |span| {
                Diagnostic::error(span, format!("the source `{id}` is not a member of the network"))
                    .help("sources have to be among the `members`")
            });
        }
        !sources.iter().any(|source| outside(&source))
    }

    /// Warns of members that no path leads to even while everything works.
    fn connected(
        &mut self,
        network: &spec::Network,
        members: &[NodeId],
        links: &[(u32, u32)],
        rule: &NetworkRule,
    ) {
        let mut neighbours = vec![Vec::new(); members.len()];
        for (a, b) in links {
            neighbours[*a as usize].push(*b as usize);
            neighbours[*b as usize].push(*a as usize);
        }
        let mut reached = vec![false; members.len()];
        let mut stack: Vec<usize> = match rule {
            NetworkRule::SourceReachable { sources } => {
                sources.iter().filter_map(|source| members.binary_search(source).ok()).collect()
            }
            NetworkRule::LargestComponent => vec![0],
        };
        while let Some(at) = stack.pop() {
            if !std::mem::replace(&mut reached[at], true) {
                stack.extend(&neighbours[at]);
            }
        }
        let cut_off: Vec<usize> = (0..members.len()).filter(|at| !reached[*at]).collect();
        let Some(first) = cut_off.first() else { return };
        let id = self.id_of(members[*first]).to_owned();
        let help = match rule {
            NetworkRule::SourceReachable { .. } => {
                "no path leads there from a source: it is down from the start"
            }
            NetworkRule::LargestComponent => "all but the largest part are down from the start",
        };
        self.problems.warn("cut off", network.id.span, |span| {
            Diagnostic::warning(span, format!("the network `{}` does not hang together", network.id.value))
                .label(format!("{} of {} members are cut off, such as `{id}`", cut_off.len(), members.len()))
                .help(help)
        });
    }

    fn sharing(&mut self, sharing: &'s spec::Sharing, taken: &mut Taken<'s>) {
        let members = self.choice(&sharing.members, "members of the sharing group").unwrap_or_default();
        self.belong_once(&members, &sharing.id, &sharing.members, taken);
        let fixed = |load: f64| (load * Sharing::SCALE).round() as i64;
        let load = vec![self.dist(Some(&sharing.load))];
        let reset = self.dist(sharing.reset.as_ref());
        // Pushed even without members: events refer to it by its row.
        self.builder.parts().sharings.push(Sharing {
            id: sharing.id.value.clone(),
            members,
            rule: match sharing.rule {
                spec::SharingRule::Equal => SharingRule::Equal,
                spec::SharingRule::Proportional => SharingRule::Proportional,
                spec::SharingRule::PerFailure(load) => SharingRule::PerFailure(fixed(load)),
            },
            load,
            trip_at: fixed(sharing.trip_at),
            reset,
        });
        if sharing.load.value.quantile(1e-9) > sharing.trip_at {
            self.problems.warn("trips at once", sharing.load.span, |span| {
                Diagnostic::warning(span, "every member is above `trip_at` from the start")
                    .help(format!("`trip_at` is {}", sharing.trip_at))
            });
        }
    }

    fn common_cause(&mut self, row: usize, cause: &'s spec::CommonCause, taken: &mut Taken<'s>) {
        let members = self.choice(&cause.members, "members of the common cause").unwrap_or_default();
        self.belong_once(&members, &cause.id, &cause.members, taken);
        let nodes = &mut self.builder;
        let mut fail = false;
        for member in &members {
            let node = nodes.node_mut(*member);
            node.common_cause = row as u32;
            fail |= !node.failure.is_none();
        }
        if !fail && !members.is_empty() {
            self.problems.warn("no failures", cause.id.span, |span| {
                Diagnostic::warning(span, format!("no member of `{}` fails at random", cause.id.value))
                    .help("a common cause only takes effect where members have `failures`")
            });
        }
        let cause = CommonCause { id: cause.id.value.clone(), members, beta: cause.beta };
        self.builder.parts().common_causes.push(cause);
    }

    fn belong_once(
        &mut self,
        members: &[NodeId],
        id: &'s Id,
        choice: &'s Option<Choice>,
        taken: &mut Taken<'s>,
    ) {
        let span = choice.as_ref().map_or(id.span, Choice::span);
        for member in members {
            let Some(first) = taken.by.insert(*member, id).filter(|first| first.span != id.span) else {
                continue;
            };
            let (node, what) = (self.id_of(*member).to_owned(), taken.what);
            self.problems.error("in two groups", span, |span| {
                Diagnostic::error(span, format!("`{node}` is in two {what}s"))
                    .label(format!("here for `{}`", id.value))
                    .related(first.span, format!("and in `{}`", first.value))
                    .help(format!("an asset can be in one {what} only"))
            });
        }
    }

    fn priority(&mut self) {
        let priority = match &self.spec.priority {
            spec::Priority::Fifo => Priority::Fifo,
            spec::Priority::MostServed => Priority::MostServed,
            spec::Priority::MostDependedOn => Priority::MostDependedOn,
            spec::Priority::ServedPerHour => Priority::ServedPerHour,
            spec::Priority::Shortest => Priority::Shortest,
            spec::Priority::List(ids) => {
                let mut ranks = vec![ids.len() as u32; self.assets.len() + self.homes.len()];
                for (rank, id) in ids.iter().enumerate() {
                    if let Some(node) = self.names.nodes.find(id, self.problems) {
                        ranks[node] = ranks[node].min(rank as u32);
                    }
                }
                Priority::List(ranks)
            }
        };
        self.builder.parts().priority = priority;
    }
}

/// Which group has which node already.
struct Taken<'s> {
    what: &'static str,
    by: BTreeMap<NodeId, &'s Id>,
}

impl Taken<'_> {
    fn new(what: &'static str) -> Self {
        Self { what, by: BTreeMap::new() }
    }
}
