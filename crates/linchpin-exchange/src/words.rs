//! What words in other people's files usually mean: sectors of facilities, services of sectors.

/// The sector of what nothing is known of. Not one of the directive's eleven: a guess must not look like knowledge.
pub(crate) const UNSORTED: &str = "unsorted";
/// What stands behind the sector's id.
pub(crate) const UNSORTED_NAME: &str = "Not sorted into a sector";

/// Sectors of the language, with the service that most of their assets provide.
const SECTORS: [(&str, &str); 11] = [
    ("energy", "electricity"),
    ("transport", "transport"),
    ("banking", "payments"),
    ("financial-market", "trading"),
    ("health", "care"),
    ("drinking-water", "water"),
    ("waste-water", "sewerage"),
    ("digital", "telecoms"),
    ("public-administration", "public-services"),
    ("space", "space-services"),
    ("food", "food"),
];

/// Words that tell a sector, each a part of what is written in small letters without spaces and dashes. The first that
/// fits counts, so that `wastewater` is not `water` and `waterpower` not either.
const WORDS: [(&str, &str); 66] = [
    ("wastewater", "waste-water"),
    ("sewage", "waste-water"),
    ("sewer", "waste-water"),
    ("groundstation", "space"),
    ("satellite", "space"),
    ("hydro", "energy"),
    ("powerplant", "energy"),
    ("powerstation", "energy"),
    ("waterpower", "energy"),
    ("substation", "energy"),
    ("transformer", "energy"),
    ("generator", "energy"),
    ("electric", "energy"),
    ("switchgear", "energy"),
    ("solar", "energy"),
    ("wind", "energy"),
    ("nuclear", "energy"),
    ("refinery", "energy"),
    ("pipeline", "energy"),
    ("compressorstation", "energy"),
    ("gasstorage", "energy"),
    ("naturalgas", "energy"),
    ("heating", "energy"),
    ("oil", "energy"),
    ("fuel", "energy"),
    ("energy", "energy"),
    ("busbar", "energy"),
    ("power", "energy"),
    ("waterwork", "drinking-water"),
    ("watertower", "drinking-water"),
    ("watertreatment", "drinking-water"),
    ("waterwell", "drinking-water"),
    ("pumpingstation", "drinking-water"),
    ("reservoir", "drinking-water"),
    ("drinkingwater", "drinking-water"),
    ("water", "drinking-water"),
    ("hospital", "health"),
    ("clinic", "health"),
    ("ambulance", "health"),
    ("pharmacy", "health"),
    ("doctor", "health"),
    ("health", "health"),
    ("telecom", "digital"),
    ("telephone", "digital"),
    ("basestation", "digital"),
    ("datacent", "digital"),
    ("exchange", "digital"),
    ("internet", "digital"),
    ("communication", "digital"),
    ("mast", "digital"),
    ("tower", "digital"),
    ("digital", "digital"),
    ("bank", "banking"),
    ("atm", "banking"),
    ("railway", "transport"),
    ("airport", "transport"),
    ("aerodrome", "transport"),
    ("harbour", "transport"),
    ("bridge", "transport"),
    ("tunnel", "transport"),
    ("transport", "transport"),
    ("police", "public-administration"),
    ("firestation", "public-administration"),
    ("townhall", "public-administration"),
    ("supermarket", "food"),
    ("food", "food"),
];

/// Small letters and digits only.
pub(crate) fn squeezed(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The sector that a class or facility of this name belongs to, if a word in it tells.
pub(crate) fn sector_of(text: &str) -> Option<&'static str> {
    let word = squeezed(text);
    // Three letters are a part of too many words.
    let fits = |known: &str| if known.len() <= 3 { word == known } else { word.contains(known) };
    WORDS.iter().find(|(known, _)| fits(known)).map(|(_, sector)| *sector)
}

/// The sector of the language that is written so, give or take spaces, dashes and capitals.
pub(crate) fn named_sector(text: &str) -> Option<&'static str> {
    let word = squeezed(text);
    SECTORS.iter().map(|(sector, _)| *sector).find(|sector| squeezed(sector) == word)
}

/// The service that assets of a sector provide where nothing else is said.
pub(crate) fn service_of(sector: &str) -> &'static str {
    SECTORS.iter().find(|(id, _)| *id == sector).map_or("supply", |(_, service)| *service)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_sectors() {
        for (text, sector) in [
            ("substation", Some("energy")),
            ("Hydro Power Plant", Some("energy")),
            ("wastewater_plant", Some("waste-water")),
            ("water_works", Some("drinking-water")),
            ("Krankenhaus", None),
            ("hospital", Some("health")),
            ("base-station", Some("digital")),
            ("ATM", Some("banking")),
            ("platform", None),
            // Holds "oil", but three letters count as a whole word only.
            ("soil sample", None),
            ("fire station", Some("public-administration")),
        ] {
            assert_eq!(sector_of(text), sector, "{text}");
        }
        for (text, sector) in
            [("Drinking Water", Some("drinking-water")), ("ENERGY", Some("energy")), ("misc", None)]
        {
            assert_eq!(named_sector(text), sector, "{text}");
        }
        assert_eq!((service_of("health"), service_of(UNSORTED)), ("care", "supply"));
    }

    /// Every sector named here exists in the language.
    #[test]
    fn sectors_are_those_of_the_language() {
        for (sector, service) in SECTORS {
            let text = format!(
                "(language: 1, name: \"n\", start: \"2027-01-18T06:00:00Z\", horizon: \"1d\", regions: [(id: \"r\")], \
                 services: [(id: \"{service}\")], assets: [(id: \"a\", sector: \"{sector}\", region: \"r\")])"
            );
            assert_eq!(linchpin_scenario::check_text("a.ron", &text).diagnostics.errors(), 0, "{sector}");
        }
        assert!(
            WORDS
                .iter()
                .all(|(word, sector)| squeezed(word) == *word && named_sector(sector) == Some(*sector))
        );
    }
}
