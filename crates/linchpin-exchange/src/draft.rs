//! A scenario as it is about to be written: everything by index, every id valid.

use crate::raw::LatLon;

/// An id with a name for people.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// A class of assets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Class {
    pub(crate) named: Named,
    /// Index in [`Draft::sectors`].
    pub(crate) sector: u32,
    /// Index in [`Draft::services`].
    pub(crate) service: u32,
}

/// An asset.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asset {
    pub(crate) named: Named,
    pub(crate) class: u32,
    pub(crate) region: u32,
    /// Where it is not that of the class.
    pub(crate) sector: Option<u32>,
    /// Where they are not those of the class.
    pub(crate) supplies: Vec<u32>,
    pub(crate) position: Option<LatLon>,
    pub(crate) capacity: Option<f64>,
    pub(crate) people: Option<f64>,
    pub(crate) tags: Vec<String>,
    /// Field of the language, text.
    pub(crate) shared: Vec<(&'static str, String)>,
}

/// A need, in [`Draft::needs`] sorted by consumer and service.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Need {
    pub(crate) consumer: u32,
    pub(crate) service: u32,
    /// Ascending, each once.
    pub(crate) providers: Vec<u32>,
    /// 0 to 1; none: 1.
    pub(crate) criticality: Option<f64>,
    /// Seconds.
    pub(crate) autonomy_s: Option<u64>,
    /// Seconds.
    pub(crate) delay_s: Option<u64>,
}

/// Members connected by links.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Network {
    pub(crate) id: String,
    /// Empty: the largest connected part works.
    pub(crate) sources: Vec<u32>,
    pub(crate) members: Vec<u32>,
    pub(crate) links: Vec<(u32, u32)>,
}

/// A scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Draft {
    pub(crate) title: String,
    pub(crate) marking: Option<String>,
    pub(crate) exercise: bool,
    pub(crate) regions: Vec<Named>,
    pub(crate) sectors: Vec<Named>,
    pub(crate) services: Vec<Named>,
    pub(crate) classes: Vec<Class>,
    pub(crate) assets: Vec<Asset>,
    pub(crate) needs: Vec<Need>,
    pub(crate) networks: Vec<Network>,
}
