//! Expected beside got: what a verification test prints and asserts.

use serde_json::Value;

/// Number of standard errors within which a simulated value must lie, where the item names no other.
///
/// `4 sqrt(P (1 - P) / M)` of item V02, for means in the same way: two-sided normal tail 6.3e-5 a comparison.
pub const CRITICAL: f64 = 4.0;

/// A reference item as it lies in `fixtures/`.
pub fn item(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A number of a reference item.
pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

/// The numbers of a list of a reference item.
pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap_or_else(|| panic!("{value} is not a list")).iter().map(number).collect()
}

/// The entries of a table of a reference item whose keys are numbers.
pub fn by_number(value: &Value) -> Vec<(f64, f64)> {
    value
        .as_object()
        .unwrap_or_else(|| panic!("{value} is not a table"))
        .iter()
        .map(|(key, value)| (key.parse().unwrap(), number(value)))
        .collect()
}

/// The value of `name=` in a key such as `N=5,c=1,lam=0.01,mu=0.1`.
pub fn argument(key: &str, name: &str) -> f64 {
    let found = key.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_else(|| panic!("no {name} in {key}")).parse().unwrap()
}

/// Collects comparisons, so that all of a test are printed before it fails.
pub struct Ledger {
    item: &'static str,
    test: String,
    wrong: Vec<String>,
}

impl Ledger {
    pub fn new(item: &'static str) -> Self {
        Self { item, test: test_name(), wrong: Vec::new() }
    }

    /// A line of the table in `docs/verification.md`.
    pub fn line(&self, what: &str, expected: &str, got: &str, tolerance: &str) -> String {
        format!("| {} | {what} | {expected} | {got} | {tolerance} | `{}` |", self.item, self.test)
    }

    /// One comparison: `got` must lie within `tolerance` of `expected`.
    pub fn check(&mut self, what: &str, expected: f64, got: f64, tolerance: f64) {
        let line = self.line(what, &short(expected), &short(got), &short(tolerance));
        println!("{line}");
        let close = (got - expected).abs() <= tolerance;
        if !close {
            self.wrong.push(line);
        }
    }

    /// A bound: `got` must be at least `expected`.
    pub fn check_at_least(&mut self, what: &str, expected: f64, got: f64) {
        let line = self.line(what, &format!("at least {}", short(expected)), &short(got), "");
        println!("{line}");
        if got < expected {
            self.wrong.push(line);
        }
    }

    /// Something that has to be the same, such as a list.
    pub fn check_same(&mut self, what: &str, expected: &Value, got: &Value) {
        let line = self.line(what, &expected.to_string(), &got.to_string(), "exact");
        println!("{line}");
        if got != expected {
            self.wrong.push(line);
        }
    }

    /// The estimate of a probability from `trials` independent trials.
    pub fn check_share(&mut self, what: &str, expected: f64, hits: u64, trials: u64) {
        let tolerance = share_tolerance(expected, trials);
        self.check(what, expected, hits as f64 / trials as f64, tolerance);
    }

    /// The estimate of a mean, within so many of its standard errors.
    pub fn check_mean(&mut self, what: &str, expected: f64, got: &Mean, errors: f64) {
        self.check(what, expected, got.mean(), errors * got.standard_error());
    }

    /// Many comparisons `(name, expected, got, tolerance)` of one table: all count, the worst is printed.
    pub fn check_all(&mut self, what: &str, rows: &[(String, f64, f64, f64)]) {
        let strain = |row: &&(String, f64, f64, f64)| {
            let off = (row.2 - row.1).abs();
            if off == 0.0 { 0.0 } else { off / row.3 }
        };
        let worst = rows.iter().max_by(|a, b| strain(a).total_cmp(&strain(b))).unwrap();
        let what = format!("{what}, {} values, worst {}", rows.len(), worst.0);
        self.check(&what, worst.1, worst.2, worst.3);
    }

    /// Fails the test if anything was outside its tolerance.
    pub fn close(self) {
        assert!(self.wrong.is_empty(), "outside the tolerance:\n{}", self.wrong.join("\n"));
    }
}

/// Name of the running test, as `cargo test` prints it; tests run in threads of that name.
fn test_name() -> String {
    let thread = std::thread::current();
    let name = thread.name().unwrap_or_default();
    name.strip_prefix("verification::").unwrap_or(name).to_owned()
}

/// `4 sqrt(P (1 - P) / M)`.
pub fn share_tolerance(expected: f64, trials: u64) -> f64 {
    CRITICAL * (expected * (1.0 - expected) / trials as f64).sqrt()
}

/// Six significant digits.
fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = 5 - libm::floor(libm::log10(value.abs())) as i32;
    if (0..=9).contains(&digits) {
        let text = format!("{value:.*}", digits as usize);
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    } else {
        // 5.00000e-5 is 5e-5.
        let text = format!("{value:.5e}");
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        format!("{}e{power}", digits.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// Running mean and variance (Welford).
#[derive(Default)]
pub struct Mean {
    n: u64,
    mean: f64,
    squares: f64,
}

impl Mean {
    pub fn add(&mut self, value: f64) {
        self.n += 1;
        let off = value - self.mean;
        self.mean += off / self.n as f64;
        self.squares += off * (value - self.mean);
    }

    pub fn mean(&self) -> f64 {
        self.mean
    }

    pub fn variance(&self) -> f64 {
        self.squares / (self.n - 1) as f64
    }

    pub fn standard_error(&self) -> f64 {
        (self.variance() / self.n as f64).sqrt()
    }
}
