//! Names and tactics of techniques, by catalogue.
//!
//! Ids alone are not enough: `T0xxx` is used by ATT&CK for ICS and by DISARM for different things. The tables hold what a
//! threat assessment of infrastructure commonly refers to, not whole catalogues.

/// A technique of a catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Such as `T0855`.
    pub id: &'static str,
    /// Name; empty where only the id is at hand.
    pub name: &'static str,
    /// Tactic or tactics; empty where it is not at hand.
    pub tactic: &'static str,
}

const fn known(id: &'static str, name: &'static str, tactic: &'static str) -> Known {
    Known { id, name, tactic }
}

/// Prefixes of the catalogues with a table.
pub const CATALOGUES: [&str; 3] = ["attack", "attack-ics", "disarm"];

/// The table of a catalogue, ascending by id; none for others.
pub fn table(catalogue: &str) -> Option<&'static [Known]> {
    match catalogue {
        "attack" => Some(&ATTACK),
        "attack-ics" => Some(&ATTACK_ICS),
        "disarm" => Some(&DISARM),
        _ => None,
    }
}

/// A technique by catalogue and id.
pub fn find(catalogue: &str, id: &str) -> Option<&'static Known> {
    let table = table(catalogue)?;
    table.binary_search_by(|known| known.id.cmp(id)).ok().map(|row| &table[row])
}

/// ATT&CK for ICS 18.1 (MITRE, 2025-11). Rows without a name are ids of its published campaigns.
const ATTACK_ICS: [Known; 47] = [
    known("T0803", "Block Command Message", "Inhibit Response Function"),
    known("T0804", "Block Reporting Message", "Inhibit Response Function"),
    known("T0805", "Block Serial COM", "Inhibit Response Function"),
    known("T0807", "Command-Line Interface", "Execution"),
    known("T0809", "Data Destruction", "Inhibit Response Function"),
    known("T0812", "Default Credentials", "Lateral Movement"),
    known("T0813", "Denial of Control", "Impact"),
    known("T0814", "Denial of Service", "Inhibit Response Function"),
    known("T0815", "Denial of View", "Impact"),
    known("T0816", "Device Restart/Shutdown", "Inhibit Response Function"),
    known("T0822", "External Remote Services", "Initial Access"),
    known("T0823", "Graphical User Interface", "Execution"),
    known("T0826", "Loss of Availability", "Impact"),
    known("T0827", "Loss of Control", "Impact"),
    known("T0828", "Loss of Productivity and Revenue", "Impact"),
    known("T0829", "Loss of View", "Impact"),
    known("T0831", "Manipulation of Control", "Impact"),
    known("T0832", "Manipulation of View", "Impact"),
    known("T0836", "Modify Parameter", "Impair Process Control"),
    known("T0837", "Loss of Protection", "Impact"),
    known("T0838", "Modify Alarm Settings", "Inhibit Response Function"),
    known("T0843", "Program Download", "Lateral Movement"),
    known("T0846", "Remote System Discovery", "Discovery"),
    known("T0848", "Rogue Master", "Initial Access"),
    known("T0849", "", ""),
    known("T0853", "Scripting", "Execution"),
    known("T0855", "Unauthorized Command Message", "Impair Process Control"),
    known("T0856", "Spoof Reporting Message", "Evasion / Impair Process Control"),
    known("T0857", "System Firmware", "Persistence / Inhibit Response Function"),
    known("T0859", "Valid Accounts", "Persistence / Lateral Movement"),
    known("T0860", "Wireless Compromise", "Initial Access"),
    known("T0862", "Supply Chain Compromise", "Initial Access"),
    known("T0864", "Transient Cyber Asset", "Initial Access"),
    known("T0865", "Spearphishing Attachment", "Initial Access"),
    known("T0867", "Lateral Tool Transfer", "Lateral Movement"),
    known("T0869", "", ""),
    known("T0878", "Alarm Suppression", "Inhibit Response Function"),
    known("T0879", "", ""),
    known("T0880", "Loss of Safety", "Impact"),
    known("T0881", "Service Stop", "Inhibit Response Function"),
    known("T0883", "Internet Accessible Device", "Initial Access"),
    known("T0884", "", ""),
    known("T0885", "", ""),
    known("T0886", "Remote Services", "Initial Access / Lateral Movement"),
    known("T0892", "Change Credential", "Inhibit Response Function"),
    known("T0894", "", ""),
    known("T0895", "", ""),
];

/// ATT&CK for Enterprise; names from general knowledge.
const ATTACK: [Known; 3] = [
    known("T1486", "Data Encrypted for Impact", "Impact"),
    known("T1498", "Network Denial of Service", "Impact"),
    known("T1499", "Endpoint Denial of Service", "Impact"),
];

/// DISARM frameworks, 2025-02.
const DISARM: [Known; 18] = [
    known("T0022", "Leverage Conspiracy Theory Narratives", ""),
    known("T0044", "Seed Distortions", ""),
    known("T0045", "Use Fake Experts", ""),
    known("T0049", "Flood Information Space", ""),
    known("T0057", "Organise Events", ""),
    known("T0068", "Respond to Breaking News Event or Active Crisis", ""),
    known("T0075", "Dismiss", ""),
    known("T0076", "Distort", ""),
    known("T0077", "Distract", ""),
    known("T0078", "Dismay", ""),
    known("T0079", "Divide", ""),
    known("T0092", "Build Network", ""),
    known("T0098", "Establish Inauthentic News Sites", ""),
    known("T0115", "Post Content", ""),
    known("T0118", "Amplify Existing Narrative", ""),
    known("T0119", "Cross-Posting", ""),
    known("T0123", "Control Information Environment through Offensive Cyberspace Operations", ""),
    known("T0146", "Account Asset", ""),
];

#[cfg(test)]
mod tests {
    use super::{CATALOGUES, find, table};

    #[test]
    fn tables_are_in_order_and_the_same_id_means_different_things() {
        for catalogue in CATALOGUES {
            let table = table(catalogue).expect("a table");
            assert!(table.is_sorted_by(|a, b| a.id < b.id), "{catalogue}");
            assert!(table.iter().all(|known| find(catalogue, known.id) == Some(known)), "{catalogue}");
        }
        for (catalogue, id, name) in [
            ("attack-ics", "T0855", Some("Unauthorized Command Message")),
            ("disarm", "T0855", None),
            ("disarm", "T0068", Some("Respond to Breaking News Event or Active Crisis")),
            ("attack", "T1486", Some("Data Encrypted for Impact")),
            ("own", "T1486", None),
        ] {
            assert_eq!(find(catalogue, id).map(|known| known.name), name, "{catalogue}:{id}");
        }
    }
}
