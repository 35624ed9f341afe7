//! V16: a town's water tanks without pumps, against a hydraulic simulation.

use super::lab::{Lab, lost_h};
use super::ledger::{Ledger, item, number};
use linchpin_model::*;

const FIXTURE: &str = include_str!("fixtures/V16_water_storage_bucket.json");

/// Usable storage when the pumps stop, and the demand that uses it up: both belong to the fixture, the demand as storage
/// over the item's 8.18 h (2,414 m3/h).
const STORAGE_M3: f64 = 19_745.5;
const DEMAND_M3_H: f64 = STORAGE_M3 / 8.18;

/// Hours of the outage and of the whole run, as in the item.
const OUTAGE_H: (f64, f64) = (24.0, 48.0);
const RUN_H: f64 = 72.0;

/// Two pumps need power; the supply needs one of them or the tanks.
#[test]
fn tanks_last_as_long_as_in_the_hydraulic_simulation() {
    let item = item(FIXTURE);
    let (expected, tolerance) = (&item["expected"], &item["tolerance"]);
    let mut lab = Lab::new(RUN_H);
    let [power, pump_1, pump_2, supply] = ["power", "pump-1", "pump-2", "supply"].map(|id| lab.asset(id));
    for pump in [pump_1, pump_2] {
        lab.works_with(pump, 1, &[power]);
    }
    let tanks = lab.hours(STORAGE_M3 / DEMAND_M3_H);
    let need = NeedSpec::any(supply, "pumps", lab.service, &[pump_1, pump_2]);
    lab.b.need(need.buffered("tanks", tanks, DistId::NONE));
    let lasts = lab.hours(OUTAGE_H.1 - OUTAGE_H.0);
    lab.close(power, OUTAGE_H.0, lasts);
    let bench = lab.finish();
    let mut ledger = Ledger::new("V16");
    bench.trace(1, |record| {
        let down = bench.down(record, "supply");
        assert_eq!(down.len(), 1, "{down:?}");
        let agreement = number(&tolerance["agreement_between_the_two_hours"]);
        let empty = number(&expected["bucket_hours_to_empty"]);
        let within = number(&tolerance["bucket_hours_to_empty"]);
        ledger.check("hours until the tanks are empty", empty, down[0].0 - OUTAGE_H.0, within);
        let zero = number(&expected["hydraulic_simulation_supply_zero_from_hour"]);
        ledger.check("hour from which there is no supply", zero, down[0].0, agreement);
        let outage = number(&expected["equivalent_outage_hours_pressure_driven_simulation"]);
        ledger.check("hours of supply lost", outage, lost_h(record, supply), agreement);
        // Back with the pumps.
        ledger.check("hour of the supply's return", OUTAGE_H.1, down[0].1, 0.0);
    });
    ledger.close();
}
