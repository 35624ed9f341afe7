//! Postures, contacts, malware, plans.

use super::check;

/// Lists of a small scenario of malware without problems, on top of the base.
const LISTS: [(&str, &str); 6] = [
    ("platforms", "[(id: \"os\")]"),
    ("postures", "[(id: \"p\", platforms: [\"os\"])]"),
    ("contacts", "[(id: \"net\", members: [\"plant\", \"pump\"], links: Everybody)]"),
    ("malware", "[(id: \"worm\", spread: [(over: \"net\", interval: \"1h\")])]"),
    ("events", "[(id: \"e\", at: \"1h\", on: [\"plant\"], do: [Compromise(malware: \"worm\")])]"),
    (
        "assets",
        "[
            (id: \"plant\", sector: \"energy\", region: \"north\", supplies: [\"power\"], posture: \"p\"),
            (id: \"pump\", sector: \"drinking-water\", region: \"north\", supplies: [\"water\"], posture: \"p\",
             needs: [(service: \"power\")], serves: [(service: \"water\", people: 1000)]),
        ]",
    ),
];

/// The lists with these in place of their own.
fn lists(given: &[(&str, &str)]) -> String {
    let mut all: Vec<(&str, &str)> = given.to_vec();
    all.extend(LISTS.iter().filter(|(name, _)| given.iter().all(|(other, _)| other != name)));
    let all: Vec<String> = all.iter().map(|(name, list)| format!("{name}: {list}")).collect();
    all.join(", ")
}

fn list(name: &str, entries: &str, titles: &[&str]) {
    check(&lists(&[(name, entries)]), titles);
}

#[test]
fn the_lists_have_no_problems() {
    check(&lists(&[]), &[]);
}

#[test]
fn platforms_and_postures() {
    for (entries, titles) in [
        ("[(id: \"p\", exposure: @@1.5)]", &["expected a share from 0 to 1, found the number 1.5"][..]),
        (
            "[(id: \"p\", patched: @@40, protection: (cyber: 0.5, @@cybr: 0.5, physical: @@-1))]",
            &[
                "expected a share from 0 to 1, found the number 40",
                "a list of protections has no field `cybr`",
                "expected a share from 0 to 1, found the number -1",
            ],
        ),
        ("[(id: \"p\", backups: @@Ofline)]", &["expected a kind of backups, found `Ofline`"]),
        (
            "[(id: \"p\", backups: None, restore: @@\"4h\")]",
            &["warning: systems without backups are never restored"],
        ),
        (
            "[(id: \"p\", backups: Offline, backup_loss: @@0.1)]",
            &["warning: offline backups are out of reach"],
        ),
        (
            "[(id: \"p\", systems: @@0)]",
            &["expected a whole number from 1 to 1000000000, found the number 0"],
        ),
        ("[(id: \"p\", platforms: [@@\"so\"])]", &["there is no platform `so`"]),
        ("[(id: \"p\", skill: @@\"it\")]", &["there is no team with the skill `it`"]),
        ("[(id: \"p\", crews: @@2)]", &["crews of which skill?"]),
        ("[(id: \"p\"), (id: @@\"p\")]", &["the posture `p` is there twice"]),
        ("[(id: \"p\"), (id: @@\"q\")]", &["warning: no asset has the posture `q`"]),
        (
            "[(id: \"p\", backups: Online, restore: @@\"8d\", rebuild: @@Exponential(\"30d\"))]",
            &[
                "warning: to restore the systems of `p` takes longer than the scenario",
                "warning: to rebuild the systems of `p` takes longer than the scenario",
            ],
        ),
        (
            "[(id: \"p\", shutdown: (probability: @@2, @@decison: \"1h\", to: 0.2, with_domain: @@1))]",
            &[
                "expected a share from 0 to 1, found the number 2",
                "a shutdown has no field `decison`",
                "expected `true` or `false`, found the number 1",
            ],
        ),
    ] {
        // Who uses the platform is not what is asked here.
        check(&lists(&[("postures", entries), ("platforms", "[]")]).replace("[\"os\"]", "[]"), titles);
    }
    list("platforms", "[(id: \"os\"), (id: @@\"plc\")]", &["warning: no posture uses the platform `plc`"]);
    let nobody = "[(id: @@\"c\", sector: \"energy\", posture: @@\"pp\")]";
    let titles = ["warning: no asset is of the class `c`", "there is no posture `pp`"];
    check(&lists(&[("classes", nobody)]), &titles);
}

#[test]
fn recovery_takes_crews() {
    let team = |region: &str, crews: u32| {
        let postures = "[(id: \"p\", platforms: [\"os\"], skill: @@\"it\", crews: 2)]";
        let teams = format!("[(id: \"t\", skill: \"it\", home: \"{region}\", crews: {crews})]");
        lists(&[("postures", postures), ("teams", &teams)])
    };
    let title = "warning: systems of `plant` can not be recovered: no team serves `north` with 2 it crews";
    check(&team("north", 1), &[title]);
    check(&team("south", 9), &[title]);
    check(&team("north", 2).replace("@@", ""), &[]);
}

#[test]
fn contacts() {
    for (entries, titles) in [
        (
            "[(id: \"net\", members: [\"plant\", @@\"pmup\"], links: Everybody)]",
            &["there is no asset or pool `pmup`"][..],
        ),
        (
            "[(id: \"net\", members: @@(sector: \"food\"), links: Everybody)]",
            &["no asset is among the members of the contacts `net`"],
        ),
        (
            "[(id: \"net\", members: @@[\"pump\"], links: Everybody)]",
            &["warning: `pump` is the only member of these contacts"],
        ),
        ("[@@(id: \"net\", members: [\"plant\", \"pump\"])]", &["a set of contacts needs a field `links`"]),
        (
            "[(id: \"net\", members: [\"plant\", \"pump\"], links: @@Everyone)]",
            &["unknown kind of links `Everyone`"],
        ),
        (
            "[(id: \"net\", members: [\"plant\", \"pump\"], links: Random(per_member: @@0))]",
            &["expected a whole number from 1 to 1000, found the number 0"],
        ),
        (
            "[(id: \"net\", members: [\"plant\", \"pump\"], links: Random(@@2))]",
            &["each of 2 members has at most 1 others"],
        ),
        (
            "[(id: \"net\", members: @@[\"plant\", \"pump\"], links: Nearest(1))]",
            &["`plant` has no position to be near to"],
        ),
        (
            "[(id: \"net\", members: [\"plant\", \"pump\"], links: [(\"plant\", @@\"plant\"), (\"plant\", @@\"pmup\")])]",
            &["this links `plant` with itself", "there is no asset or pool `pmup`"],
        ),
        (
            "[(id: \"net\", members: [\"plant\", \"pump\"], links: [(\"plant\", \"pump\"), (\"pump\", @@\"plant\")])]",
            &["warning: `pump` and `plant` are linked twice"],
        ),
        (
            "[(id: \"net\", members: @@[\"plant\"], links: [(\"plant\", @@\"pump\")])]",
            &[
                "warning: `plant` is the only member of these contacts",
                "`pump` is not a member of these contacts",
            ],
        ),
        (
            "[(id: \"net\", members: [\"plant\", \"pump\"], links: Needs), (id: @@\"b\", members: [\"plant\", \"pump\"], links: Everybody)]",
            &["warning: nothing spreads over the contacts `b`"],
        ),
    ] {
        list("contacts", entries, titles);
    }
    let alone = "[(id: \"plant\", sector: \"energy\", region: \"north\", posture: \"p\"), (id: \"pump\", sector: \"energy\", region: \"north\")]";
    let needs = "[(id: \"net\", members: [\"plant\", \"pump\"], links: @@Needs)]";
    check(
        &lists(&[("contacts", needs), ("assets", alone)]),
        &["warning: no member of these contacts needs another"],
    );
}

#[test]
fn malware() {
    for (entries, titles) in [
        ("[(id: \"worm\", platforms: [@@\"so\"])]", &["there is no platform `so`"][..]),
        (
            "[(id: \"worm\", spread: [(over: @@\"nte\", interval: \"1h\")])]",
            &["there is no set of contacts `nte`"],
        ),
        (
            "[(id: \"worm\", spread: [(over: \"net\", interval: @@\"0s\")])]",
            &["the time between tries must be at least a second in the median"],
        ),
        ("[(id: \"worm\", spread: [@@(over: \"net\")])]", &["a way to spread needs a field `interval`"]),
        (
            "[(id: \"worm\", infectious: @@\"0s\", reinfects: true, spread: [(over: \"net\", interval: \"1h\")])]",
            &["systems would be infected without end in one instant"],
        ),
        (
            "[(id: \"worm\", manipulates: @@0.5, spread: [(over: \"net\", interval: \"1h\")])]",
            &["warning: control systems that are never reached can not be manipulated"],
        ),
        (
            "[(id: \"worm\", detonation: @@Soon, spread: [(over: \"net\", interval: \"1h\")])]",
            &["unknown detonation `Soon`"],
        ),
        (
            "[(id: \"worm\", spread: [(over: \"net\", interval: \"1h\")]), (id: @@\"moth\")]",
            &["warning: nothing ever starts the malware `moth`"],
        ),
    ] {
        let contacts = if entries.contains("over: \"net\"") { LISTS[2].1 } else { "[]" };
        check(&lists(&[("malware", entries), ("contacts", contacts)]), titles);
    }
    list(
        "events",
        "[(id: \"e\", at: \"1h\", on: [\"plant\"], do: [Compromise(malware: @@\"wrom\")])]",
        &["there is no malware `wrom`"],
    );
}

#[test]
fn malware_finds_somebody() {
    let patched = "[(id: \"p\", platforms: [\"os\"], patched: 1)]";
    let worm = |more: &str| format!("[(id: @@\"worm\", {more} spread: [(over: \"net\", interval: \"1h\")])]");
    check(
        &lists(&[("malware", &worm("")), ("postures", patched)]),
        &["warning: everybody within reach of `worm` is patched"],
    );
    check(&lists(&[("malware", &worm("patchable: false,").replace("@@", "")), ("postures", patched)]), &[]);
    let other = "[(id: \"p\"), (id: \"q\", platforms: [\"os\"])]";
    let third = LISTS[5].1.trim_end().trim_end_matches(']').to_owned()
        + "(id: \"z\", sector: \"energy\", region: \"north\", posture: \"q\")]";
    check(
        &lists(&[("malware", &worm("platforms: [\"os\"],")), ("postures", other), ("assets", &third)]),
        &["warning: nobody within reach of `worm` uses one of its platforms"],
    );
    let open = "[(id: \"worm\", spread: [(over: @@\"net\", interval: \"1h\")])]";
    let third = third.replace("posture: \"p\",", "").replace(", posture: \"p\"", "");
    let postures = "[(id: \"q\", platforms: [\"os\"])]";
    let events = "[(id: \"e\", at: \"1h\", on: [\"z\"], do: [Compromise(malware: \"worm\")])]";
    check(
        &lists(&[("malware", open), ("postures", postures), ("assets", &third), ("events", events)]),
        &["warning: no member of the contacts `net` has a posture"],
    );
}

/// A plan with these fields; the base has a pump that serves water.
fn plan(fields: &str, titles: &[&str]) {
    check(&format!("plans: [(id: \"a\", {fields})]"), titles);
}

#[test]
fn plans() {
    for (fields, titles) in [
        ("when: Below(service: \"water\", level: 0.9), do: [Vigilance(factor: 0.5)]", &[][..]),
        ("when: Below(service: @@\"watr\", level: 0.9)", &["there is no service `watr`"]),
        ("when: Below(service: \"water\", region: @@\"nroth\", level: 0.9)", &["there is no region `nroth`"]),
        (
            "when: Below(service: @@\"water\", region: \"south\", level: 0.9)",
            &["nobody is served `water` in `south`"],
        ),
        ("when: Below(group: @@\"service:watr\", level: 0.9)", &["there is no group `service:watr`"]),
        ("when: @@Below(level: 0.9)", &["a level of what? It needs `group` or `service`"]),
        (
            "when: @@Below(group: \"sector:energy\", service: \"water\", level: 0.9)",
            &["a level is either of a `group` or of a `service`, not of both"],
        ),
        (
            "when: @@Below(group: \"sector:energy\", region: \"north\", level: 0.9)",
            &["`region` goes with `service`, not with `group`"],
        ),
        ("when: Below(service: \"water\", level: @@0)", &["warning: no level is ever below 0"]),
        (
            "when: Below(service: \"water\", level: @@80)",
            &["expected a share from 0 to 1, found the number 80"],
        ),
        ("when: Failed(of: [@@\"pmup\"])", &["there is no asset or pool `pmup`"]),
        ("when: Failed(of: [\"pump\"], count: @@2)", &["warning: never 2 of 1 can have failed"]),
        (
            "when: Failed(of: @@(sector: \"food\"))",
            &["no asset is among the assets that the plan `a` looks at"],
        ),
        ("when: @@Noticed(steps: 2)", &["warning: there is no campaign to be noticed"]),
        ("when: Noticed(campaign: @@\"c\")", &["there is no campaign `c`"]),
        ("when: StepNoticed(@@\"c/s\")", &["there is no step `c/s`"]),
        ("when: StepNoticed(@@\"\")", &["an id must not be empty"]),
        ("when: @@Attributed(confidence: 0.5)", &["warning: nobody is ever named in this scenario"]),
        ("when: Infected(malware: @@\"worm\")", &["there is no malware `worm`"]),
        ("when: @@Infected(assets: 2)", &["a condition needs a field `malware`"]),
        ("when: Waiting(skill: @@\"line\", jobs: 2)", &["there is no team with the skill `line`"]),
        ("when: Waiting(jobs: @@0)", &["expected a whole number from 1 to 100000000, found the number 0"]),
        ("when: Plan(@@\"b\")", &["there is no plan `b`"]),
        ("when: Plan(@@\"a\")", &["this plan waits for itself"]),
        ("when: Any([Event(@@\"plan/a\"), Waiting()])", &["this plan waits for itself"]),
        ("when: Event(@@\"storm\")", &["there is no event `storm`"]),
        ("when: Event(@@\"malware/worm\")", &["there is no malware `worm`"]),
        ("when: All(@@[])", &["there is no condition in it"]),
        (
            "when: All([Waiting(), Any([Plan(@@\"x\"), Plan(@@\"y\")])])",
            &["there is no plan `x`", "there is no plan `y`"],
        ),
        ("when: @@Belo(level: 0.5)", &["unknown condition `Belo`"]),
        ("when: @@0.5", &["expected a condition, found the number 0.5"]),
        ("when: Waiting(), requires: [@@\"b\"]", &["there is no plan `b`"]),
        (
            "when: Waiting(), requires: [@@\"a\"]",
            &["these plans require each other and never come into force"],
        ),
        ("when: Waiting(), times: @@0", &["expected a whole number from 1 to 65535, found the number 0"]),
        (
            "when: Waiting(), adoption: [(region: @@\"nroth\", share: @@2)]",
            &["there is no region `nroth`", "expected a share from 0 to 1, found the number 2"],
        ),
        ("when: Waiting(), through: [@@\"mast\"]", &["there is no asset or pool `mast`"]),
        ("when: Waiting(), do: [@@Closure(lasts: \"1h\")]", &["the plan `a` needs a field `of`"]),
        (
            "when: Waiting(), of: [@@\"pmup\"], do: [Closure(lasts: \"1h\")]",
            &["there is no asset or pool `pmup`"],
        ),
        (
            "when: Waiting(), lag: \"2h\", false_alarms: @@\"1h\"",
            &["warning: false alarms of `a` come more often than true news could"],
        ),
        (
            "when: Waiting(), false_alarms: @@\"0s\"",
            &["the time between false alarms must be at least a second in the median"],
        ),
    ] {
        plan(fields, titles);
    }
    check(
        "plans: [(id: \"a\", when: Waiting(), requires: [\"b\"]), (id: \"b\", when: Waiting(), requires: [\"c\"]),
            (id: \"c\", when: Waiting(), requires: [@@\"a\"])]",
        &["these plans require each other and never come into force"],
    );
    check(
        "plans: [(id: \"a\", when: Waiting()), (id: @@\"a\", when: Waiting())]",
        &["the plan `a` is there twice"],
    );
    check("plans: [@@(id: \"a\")]", &["a plan needs a field `when`"]);
}

#[test]
fn warnings_and_attribution() {
    for (fields, titles) in [
        ("warnings: [(id: \"w\", regions: [@@\"nroth\"])]", &["there is no region `nroth`"][..]),
        ("warnings: [(id: \"w\", sectors: [@@\"watr\"])]", &["there is no sector `watr`"]),
        ("warnings: [(id: \"w\", factor: @@1.5)]", &["expected a share from 0 to 1, found the number 1.5"]),
        ("warnings: [(id: \"w\"), (id: @@\"w\")]", &["the warning `w` is there twice"]),
        ("attribution: (error: @@-0.1)", &["expected a share from 0 to 1, found the number -0.1"]),
        ("attribution: (confidence: @@2)", &["expected a share from 0 to 1, found the number 2"]),
        (
            "attribution: (after_noticed: @@0)",
            &["expected a whole number from 1 to 100000000, found the number 0"],
        ),
        ("attribution: (@@taks: \"1d\")", &["an attribution has no field `taks`"]),
    ] {
        check(fields, titles);
    }
}

#[test]
fn shifts() {
    let team = "teams: [(id: \"t\", skill: \"line\", home: \"north\", crews: 2, shifts: @@\"dya\")]";
    let profile = format!("profiles: [(id: \"day\", weekday: {:?})], ", [1; 24]);
    let unused = "repair: (stages: [(skill: \"line\", duration: \"1h\")])";
    let assets = format!(
        ", assets: [(id: \"x\", sector: \"energy\", region: \"north\", supplies: [\"power\"], {unused}, serves: [(service: \"water\", people: 5)])]"
    );
    check(&format!("{profile}{team}{assets}"), &["there is no profile `dya`"]);
    check(&format!("{profile}{team}{assets}").replace("@@\"dya\"", "\"day\""), &[]);
    let night = format!("profiles: [(id: \"day\", weekday: {:?})], ", [0.4; 24]);
    check(
        &format!("{night}{}{assets}", team.replace("dya", "day")),
        &["warning: the crews of `t` are never on duty"],
    );
}

/// What the fuzzer begins with is read to the end.
#[test]
fn the_seeds_of_the_fuzzer_are_sound() {
    for seed in [
        include_str!("../../../../fuzz/seeds/scenario/malware.ron"),
        include_str!("../../../../fuzz/seeds/scenario/plans.ron"),
    ] {
        let errors: Vec<_> = super::problems(seed)
            .into_iter()
            .filter(|problem| problem.0 == linchpin_scenario::diagnostic::Severity::Error)
            .collect();
        assert_eq!(errors, [], "{seed}");
    }
}
