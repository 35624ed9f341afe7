//! Dense ids: positions in the tables of a [`Model`](crate::Model).

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident($int:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub $int);

        impl $name {
            /// Stands for "none" in tables where an `Option` would cost space.
            pub const NONE: Self = Self(<$int>::MAX);

            /// The id of row `index`.
            pub const fn new(index: usize) -> Self {
                Self(index as $int)
            }

            /// The row this id names.
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// True where this is [`Self::NONE`].
            pub const fn is_none(self) -> bool {
                self.0 == <$int>::MAX
            }

            /// `Some` unless this is [`Self::NONE`].
            pub const fn some(self) -> Option<Self> {
                if self.is_none() { None } else { Some(self) }
            }
        }
    )*};
}

ids! {
    /// An asset, a pool, a team or a repair job: whatever needs or supplies.
    NodeId(u32);
    /// One need (a weighted k-of-n group of providers) of one node.
    NeedId(u32);
    /// One provider of one need.
    LinkId(u32);
    /// The autonomy of one need.
    ReserveId(u32);
    /// What is produced and needed: electricity, water, mobile telecoms.
    ServiceId(u16);
    /// Energy, transport, health...
    SectorId(u16);
    /// A country, province or city.
    RegionId(u16);
    /// A template that assets refine.
    ClassId(u16);
    /// A scripted event.
    EventId(u32);
    /// A weighted set of nodes whose level is watched over time.
    GroupId(u32);
    /// A distribution in the model's table.
    DistId(u32);
    /// How assets of a kind are repaired.
    RepairId(u32);
    /// How assets of a kind fail at random.
    FailureId(u32);
    /// A network rule.
    NetworkId(u32);
    /// A group of nodes that share load.
    SharingId(u32);
    /// A skill that repair crews have.
    SkillId(u16);
    /// A repair team.
    TeamId(u16);
    /// A stock of spare parts.
    SpareId(u16);
    /// A piecewise linear response curve.
    CurveId(u32);
    /// Somebody who attacks.
    ActorId(u16);
    /// What an actor does.
    CampaignId(u16);
    /// One step of a campaign, in the table of all steps.
    StepId(u32);
    /// How an asset is protected.
    PostureId(u32);
    /// Software or devices that assets have in common.
    PlatformId(u16);
    /// Who can reach whom.
    ContactId(u16);
    /// Something that spreads.
    MalwareId(u16);
    /// Something that is done when something is observed.
    PlanId(u16);
}
