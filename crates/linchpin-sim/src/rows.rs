//! Tables that go back to a saved state by their touched rows alone.

/// A row of a table.
pub(crate) trait Row: Copy {
    /// Goes back to the beginning by itself, where what is fixed about it says how it stands then. False where that has to
    /// be looked up.
    #[inline(always)]
    fn rest(&mut self) -> bool {
        false
    }
}

impl Row for u32 {}

/// A large table in which a replication touches few rows: going back to a saved state copies only those that
/// differ from the beginning on either side.
#[derive(Debug)]
pub(crate) struct Rows<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) touched: Touched,
}

impl<T> Rows<T> {
    pub(crate) fn new(rows: Vec<T>) -> Self {
        let touched = Touched::new(rows.len());
        Self { rows, touched }
    }
}

impl<T> std::ops::Deref for Rows<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        &self.rows
    }
}

impl<T> std::ops::DerefMut for Rows<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.rows
    }
}

impl<T: Row> Clone for Rows<T> {
    fn clone(&self) -> Self {
        Self { rows: self.rows.clone(), touched: self.touched.clone() }
    }

    fn clone_from(&mut self, source: &Self) {
        self.touched.put_back(&source.touched, &mut self.rows, &source.rows);
    }
}

/// A bit for each row that is not as in the beginning.
#[derive(Debug)]
pub(crate) struct Touched(pub(crate) Vec<u64>);

impl Clone for Touched {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }

    fn clone_from(&mut self, source: &Self) {
        self.0.clone_from(&source.0);
    }
}

impl Touched {
    /// Whether those of a saved state with so many rows lie too far away to be read where there is another way. In debug
    /// builds every other number is, so that tests go both ways.
    #[inline(always)]
    const fn are_far(rows: usize) -> bool {
        if cfg!(debug_assertions) { rows % 2 == 1 } else { rows >= 20_000 }
    }

    pub(crate) fn new(rows: usize) -> Self {
        Self(vec![0; rows.div_ceil(64)])
    }

    /// Whether nothing is marked.
    pub(crate) fn is_clear(&self) -> bool {
        self.0.iter().all(|bits| *bits == 0)
    }

    #[inline]
    pub(crate) fn mark(&mut self, row: u32) {
        self.0[row as usize / 64] |= 1 << (row % 64);
    }

    /// Takes all marks off, in ascending order.
    #[inline(always)]
    pub(crate) fn drain(&mut self, mut each: impl FnMut(u32)) {
        for (word, marks) in (0..).zip(&mut self.0) {
            let mut bits = std::mem::take(marks);
            while bits != 0 {
                each(word * 64 + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
    }

    /// Makes `rows` what `saved` is, given what differs from the beginning in both, and takes over the marks.
    pub(crate) fn put_back<T: Row>(&mut self, other: &Self, rows: &mut [T], saved: &[T]) {
        if Self::are_far(rows.len()) {
            self.take_over(other, |row, marked| {
                if marked || !rows[row].rest() {
                    rows[row] = saved[row];
                }
            });
        } else {
            self.take_over(other, |row, _| rows[row] = saved[row]);
        }
    }

    /// Takes over the marks of another. Tells of each row that is marked in either, and whether it is in the other.
    #[inline(always)]
    fn take_over(&mut self, other: &Self, mut each: impl FnMut(usize, bool)) {
        for (word, (here, there)) in self.0.iter_mut().zip(&other.0).enumerate() {
            let mut bits = *here | *there;
            *here = *there;
            while bits != 0 {
                let bit = bits.trailing_zeros();
                bits &= bits - 1;
                each(word * 64 + bit as usize, *there >> bit & 1 != 0);
            }
        }
    }
}
