//! Functionality as an exact integer share, so that sums are exact and the cascade terminates.

use std::fmt;

/// A share in millionths: `Level::ONE` is fully working, `Level::ZERO` is down.
///
/// Decimal, so that what a planner writes (0.35) is held exactly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Level(pub u32);

impl Level {
    /// Millionths in one.
    pub const SCALE: u32 = 1_000_000;
    /// Fully working.
    pub const ONE: Self = Self(Self::SCALE);
    /// Not working at all.
    pub const ZERO: Self = Self(0);

    /// The level nearest to `share`, held within 0 to 1.
    pub fn from_share(share: f64) -> Self {
        Self((share.clamp(0.0, 1.0) * f64::from(Self::SCALE)).round() as u32)
    }

    /// As a share, 0 to 1.
    pub fn share(self) -> f64 {
        f64::from(self.0) / f64::from(Self::SCALE)
    }

    /// `self * other`, rounded down.
    #[inline]
    pub const fn times(self, other: Self) -> Self {
        Self((self.0 as u64 * other.0 as u64 / Self::SCALE as u64) as u32)
    }

    /// `1 - self`.
    #[inline]
    pub const fn complement(self) -> Self {
        Self(Self::SCALE - self.0)
    }
}

impl fmt::Debug for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.share())
    }
}

#[cfg(test)]
mod tests {
    use super::Level;

    #[test]
    fn decimals_are_exact_and_bounds_hold() {
        for (share, millionths) in
            [(0.0, 0), (0.35, 350_000), (1.0, 1_000_000), (-3.0, 0), (7.0, 1_000_000), (f64::NAN, 0)]
        {
            assert_eq!(Level::from_share(share).0, millionths, "{share}");
        }
        assert_eq!(Level::from_share(0.5).times(Level::from_share(0.3)), Level::from_share(0.15));
        assert_eq!(Level::from_share(0.3).complement(), Level::from_share(0.7));
    }
}
