//! Levels over time: integrals, minima, crossings and the resilience trapezoid, in one pass over a curve.
//!
//! A curve is a sequence of [`Piece`]s without gaps. [`StepCurve`] makes constant ones, [`LinearCurve`] sloping ones,
//! with jumps where two points share a time. Times are in any unit; results have the same. Levels are relative to
//! undisturbed service: 1 is full.

/// Levels whose restoration is timed.
pub const LEVELS: [f64; 4] = [0.50, 0.90, 0.95, 0.99];

/// A service counts as lost while it is below this level, when the longest loss is looked for.
pub const LOST_BELOW: f64 = LEVELS[2];

/// A stretch of a curve, straight from `first` at `from` to `last` just before `to`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// Beginning.
    pub from: f64,
    /// End, later than the beginning.
    pub to: f64,
    /// Level at the beginning.
    pub first: f64,
    /// Level just before the end.
    pub last: f64,
}

impl Piece {
    /// A stretch at one level.
    pub fn constant(from: f64, to: f64, level: f64) -> Self {
        Self { from, to, first: level, last: level }
    }

    /// Level at `time`, which must lie within.
    pub fn at(&self, time: f64) -> f64 {
        if self.first == self.last {
            return self.first;
        }
        self.first + (self.last - self.first) * (time - self.from) / (self.to - self.from)
    }

    /// Integral of `1 - level`.
    pub fn lost(&self) -> f64 {
        (self.to - self.from) * (1.0 - 0.5 * (self.first + self.last))
    }

    /// The part of its time, if any, that lies below `level`: (from, to).
    pub fn below(&self, level: f64) -> Option<(f64, f64)> {
        match (self.first < level, self.last < level) {
            (true, true) => Some((self.from, self.to)),
            (false, false) => None,
            (falls_not, _) => {
                let share = (level - self.first) / (self.last - self.first);
                let crossing = self.from + share * (self.to - self.from);
                Some(if falls_not { (self.from, crossing) } else { (crossing, self.to) })
            }
        }
    }

    /// The part within a window, if any.
    pub fn within(&self, from: f64, to: f64) -> Option<Self> {
        let (begin, end) = (self.from.max(from), self.to.min(to));
        (begin < end).then(|| Self { from: begin, to: end, first: self.at(begin), last: self.at(end) })
    }
}

/// A level that changes at instants only.
#[derive(Clone, Debug, PartialEq)]
pub struct StepCurve {
    /// Level at the start, time 0.
    pub initial: f64,
    /// (time, level from then on), ascending; the last of several at one time counts.
    pub steps: Vec<(f64, f64)>,
    /// Where the curve ends.
    pub end: f64,
}

impl StepCurve {
    /// Its pieces from 0 to the end.
    pub fn pieces(&self) -> impl Iterator<Item = Piece> + Clone + '_ {
        let starts = std::iter::once((0.0, self.initial)).chain(self.steps.iter().copied());
        let ends = self.steps.iter().map(|(time, _)| *time).chain([self.end]);
        starts
            .zip(ends)
            .map(|((from, level), to)| Piece::constant(from, to.min(self.end), level))
            .filter(|piece| piece.from < piece.to)
    }

    /// Level at `time`.
    pub fn at(&self, time: f64) -> f64 {
        let after = self.steps.partition_point(|(step, _)| *step <= time);
        after.checked_sub(1).map_or(self.initial, |before| self.steps[before].1)
    }

    /// This curve relative to another one, held within 0 to 1; 1 where the other one is 0: there was nothing to lose.
    pub fn relative_to(&self, base: &Self) -> Self {
        let ratio = |level: f64, base: f64| if level >= base { 1.0 } else { (level / base).max(0.0) };
        let mut steps = Vec::with_capacity(self.steps.len() + base.steps.len());
        let (mut own, mut other) = (self.steps.iter().peekable(), base.steps.iter().peekable());
        let (mut level, mut base_level) = (self.initial, base.initial);
        while let Some(time) = match (own.peek(), other.peek()) {
            (Some((a, _)), Some((b, _))) => Some(a.min(*b)),
            (Some((a, _)), None) => Some(*a),
            (None, Some((b, _))) => Some(*b),
            (None, None) => None,
        } {
            while let Some((_, value)) = own.next_if(|(at, _)| *at <= time) {
                level = *value;
            }
            while let Some((_, value)) = other.next_if(|(at, _)| *at <= time) {
                base_level = *value;
            }
            steps.push((time, ratio(level, base_level)));
        }
        Self { initial: ratio(self.initial, base.initial), steps, end: self.end.min(base.end) }
    }

    /// Levels at 0, `step`, 2 `step`... up to the end.
    pub fn sample(&self, step: f64) -> Vec<f64> {
        let count = (self.end / step).floor() as usize;
        (0..=count).map(|i| self.at(i as f64 * step)).collect()
    }
}

/// A level that changes along straight lines.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearCurve {
    /// (time, level), ascending in time; a jump where two points share a time.
    pub points: Vec<(f64, f64)>,
}

impl LinearCurve {
    /// A smooth curve by its values at `pieces + 1` points: the error of integrals falls with the square of the spacing.
    pub fn sampled(level: impl Fn(f64) -> f64, from: f64, to: f64, pieces: u32) -> Self {
        let time = |i: u32| from + (to - from) * f64::from(i) / f64::from(pieces.max(1));
        Self { points: (0..=pieces.max(1)).map(|i| (time(i), level(time(i)))).collect() }
    }

    /// Its pieces.
    pub fn pieces(&self) -> impl Iterator<Item = Piece> + Clone + '_ {
        self.points
            .windows(2)
            .map(|pair| Piece { from: pair[0].0, to: pair[1].0, first: pair[0].1, last: pair[1].1 })
            .filter(|piece| piece.from < piece.to)
    }
}

/// Time below `level` within a window.
pub fn time_below(pieces: impl Iterator<Item = Piece>, level: f64, from: f64, to: f64) -> f64 {
    pieces
        .filter_map(|piece| piece.within(from, to))
        .filter_map(|piece| piece.below(level))
        .map(|(begin, end)| end - begin)
        .sum()
}

/// What one pass over a curve tells of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Integral of `1 - level`: lost service, the area of Bruneau's resilience triangle (Earthquake Spectra 19,
    /// 2003).
    pub lost: f64,
    /// Lowest level.
    pub min: f64,
    /// First time below 1; infinite where it never was.
    pub onset: f64,
    /// First time at the lowest level.
    pub first_min: f64,
    /// Last time at the lowest level.
    pub last_min: f64,
    /// Longest stretch without a break below [`LOST_BELOW`], as far as the curve goes.
    pub longest: f64,
    full_from: f64,
    reached: [f64; 4],
    stretch: (f64, f64),
    end: f64,
    last: f64,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            lost: 0.0,
            min: 1.0,
            onset: f64::INFINITY,
            first_min: f64::INFINITY,
            last_min: f64::INFINITY,
            longest: 0.0,
            full_from: 0.0,
            reached: [0.0; 4],
            stretch: (f64::NEG_INFINITY, f64::NEG_INFINITY),
            end: 0.0,
            last: 1.0,
        }
    }
}

impl Shape {
    /// Of a whole curve.
    pub fn of(pieces: impl Iterator<Item = Piece>) -> Self {
        let mut shape = Self::default();
        pieces.for_each(|piece| shape.push(piece));
        shape
    }

    /// Takes in the next piece.
    #[inline]
    pub fn push(&mut self, piece: Piece) {
        if piece.first == piece.last {
            return self.push_constant(piece.from, piece.to, piece.first);
        }
        self.end = piece.to;
        self.last = piece.last;
        if piece.first >= 1.0 && piece.last >= 1.0 {
            return;
        }
        self.open(piece.from, piece.to);
        self.lost += piece.lost();
        self.note_min(&piece);
        for (reached, level) in self.reached.iter_mut().zip(LEVELS) {
            if let Some((_, to)) = piece.below(level) {
                *reached = to;
            }
        }
        if let Some((from, to)) = piece.below(LOST_BELOW) {
            self.lengthen(from, to);
        }
    }

    /// The same for a level that stays.
    #[inline]
    fn push_constant(&mut self, from: f64, to: f64, level: f64) {
        self.end = to;
        self.last = level;
        if level >= 1.0 {
            return;
        }
        self.open(from, to);
        self.lost += (to - from) * (1.0 - level);
        if level < self.min {
            (self.min, self.first_min) = (level, from);
        }
        if level == self.min {
            self.last_min = to;
        }
        for (reached, threshold) in self.reached.iter_mut().zip(LEVELS) {
            *reached = if level < threshold { to } else { *reached };
        }
        if level < LOST_BELOW {
            self.lengthen(from, to);
        }
    }

    /// A piece with loss.
    #[inline]
    fn open(&mut self, from: f64, to: f64) {
        if self.onset == f64::INFINITY {
            self.onset = from;
        }
        self.full_from = to;
    }

    #[inline]
    fn lengthen(&mut self, from: f64, to: f64) {
        let begin = if from > self.stretch.1 { from } else { self.stretch.0 };
        self.stretch = (begin, to);
        self.longest = self.longest.max(to - begin);
    }

    #[inline]
    fn note_min(&mut self, piece: &Piece) {
        if piece.first < self.min {
            (self.min, self.first_min, self.last_min) = (piece.first, piece.from, piece.from);
        }
        if piece.last < self.min {
            (self.min, self.first_min) = (piece.last, piece.to);
        }
        if piece.last == self.min {
            self.last_min = piece.to;
        } else if piece.first == self.min {
            self.last_min = piece.from;
        }
    }

    /// Time from the onset to the last upcrossing of `LEVELS[index]`; 0 where it never was below, infinite where it
    /// is below at the end.
    pub fn restored(&self, index: usize) -> f64 {
        let reached = self.reached[index];
        match () {
            () if reached == 0.0 => 0.0,
            () if reached >= self.end && self.last < LEVELS[index] => f64::INFINITY,
            () => reached - self.onset,
        }
    }

    /// Time at which it is back at 1 for good: 0 where it never was below, infinite where it is below at the end.
    pub fn full_from(&self) -> f64 {
        if self.last < 1.0 { f64::INFINITY } else { self.full_from }
    }

    /// The five numbers of the resilience trapezoid. `tick` is the shortest time a fall or a rise counts as having
    /// taken: a step takes none, and its rate would be infinite.
    pub fn trapezoid(&self, tick: f64) -> Trapezoid {
        if self.onset == f64::INFINITY {
            return Trapezoid::default();
        }
        let depth = 1.0 - self.min;
        let full = self.full_from();
        let back = full.is_finite();
        Trapezoid {
            phi: -depth / (self.first_min - self.onset).max(tick),
            lambda: depth,
            e: self.last_min - self.first_min,
            pi: if back { depth / (full - self.last_min).max(tick) } else { f64::NEG_INFINITY },
            a: if back { full - self.onset - self.lost } else { f64::INFINITY },
        }
    }
}

/// What one pass over a curve tells of it that is constant between whole seconds: what simulated curves are made of. Times stay whole until
/// the end, because whole numbers can be chosen between without a jump.
#[derive(Clone, Copy, Debug)]
pub struct StepShape {
    lost: f64,
    min: f64,
    last: f64,
    onset: u32,
    first_min: u32,
    last_min: u32,
    longest: u32,
    full_from: u32,
    reached: [u32; 4],
    stretch: [u32; 2],
    end: u32,
}

/// No time.
const NEVER: u32 = u32::MAX;

impl Default for StepShape {
    fn default() -> Self {
        Self {
            lost: 0.0,
            min: 1.0,
            last: 1.0,
            onset: NEVER,
            first_min: NEVER,
            last_min: NEVER,
            longest: 0,
            full_from: 0,
            reached: [0; 4],
            stretch: [0; 2],
            end: 0,
        }
    }
}

impl StepShape {
    /// Takes in the next piece: later than those before, and not beyond `u32::MAX - 1`.
    #[inline(always)]
    pub fn push(&mut self, from: u32, to: u32, level: f64) {
        (self.end, self.last) = (to, level);
        if level >= 1.0 {
            return;
        }
        self.onset = self.onset.min(from);
        self.full_from = to;
        self.lost += f64::from(to - from) * (1.0 - level);
        let lower = level < self.min;
        self.min = if lower { level } else { self.min };
        self.first_min = if lower { from } else { self.first_min };
        self.last_min = if level == self.min { to } else { self.last_min };
        for (reached, threshold) in self.reached.iter_mut().zip(LEVELS) {
            *reached = if level < threshold { to } else { *reached };
        }
        // The stretch before goes on where it reaches up to here.
        let [begin, end] = self.stretch;
        let stretch = [if from > end { from } else { begin }, to];
        self.stretch = if level < LOST_BELOW { stretch } else { self.stretch };
        self.longest = self.longest.max(self.stretch[1] - self.stretch[0]);
    }

    /// The same as [`Shape::of`] the same pieces.
    #[inline]
    pub fn shape(&self) -> Shape {
        let time = |time: u32| if time == NEVER { f64::INFINITY } else { f64::from(time) };
        Shape {
            lost: self.lost,
            min: self.min,
            onset: time(self.onset),
            first_min: time(self.first_min),
            last_min: time(self.last_min),
            longest: f64::from(self.longest),
            full_from: f64::from(self.full_from),
            reached: self.reached.map(f64::from),
            stretch: (f64::from(self.stretch[0]), f64::from(self.stretch[1])),
            end: f64::from(self.end),
            last: self.last,
        }
    }
}

/// How fast, how deep, how long, how fast back, and how much is left: the FLEP metrics of Panteli et al. (IEEE
/// Transactions on Power Systems 32, 2017), for a curve that may fall and rise more than once. All 0 where
/// nothing was lost.
///
/// `t_oe` is the onset, `t_ee` the first and `t_r` the last time at the lowest level, `T` the last return to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Trapezoid {
    /// Speed of the fall, negative: `(min - 1) / (t_ee - t_oe)`.
    pub phi: f64,
    /// Depth: `1 - min`.
    pub lambda: f64,
    /// Time in the degraded state: `t_r - t_ee`.
    pub e: f64,
    /// Speed of recovery: `(1 - min) / (T - t_r)`; `-inf` where it did not return (it can only be lower).
    pub pi: f64,
    /// Area under the curve from `t_oe` to `T`; `inf` where it did not return.
    pub a: f64,
}

#[cfg(test)]
mod tests;
