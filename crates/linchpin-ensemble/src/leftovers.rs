//! What blocks that are written leave behind for blocks to come: their memory. Fresh memory the system has to find, clear and
//! enter page by page, which took a twentieth of the time of a study.

use crate::details::Beside;
use crate::run::lock;
use crate::work::Sums;
use std::sync::Mutex;

/// How many of a kind are kept: where more blocks than that are under way at a time, memory shall not stay with them.
const MOST: usize = 3;

/// Buffers and sums that nobody needs any more.
#[derive(Debug)]
pub(crate) struct Leftovers<S> {
    columns: Mutex<Vec<Vec<f64>>>,
    bytes: Mutex<Vec<Vec<u8>>>,
    sums: Mutex<Vec<S>>,
}

impl<S> Default for Leftovers<S> {
    fn default() -> Self {
        Self { columns: Mutex::default(), bytes: Mutex::default(), sums: Mutex::default() }
    }
}

impl<S: Sums> Leftovers<S> {
    /// A buffer for the columns of a block, with any numbers in it.
    pub fn columns(&self) -> Vec<f64> {
        lock(&self.columns).pop().unwrap_or_default()
    }

    /// A buffer for a file, with any bytes in it.
    pub fn bytes(&self) -> Vec<u8> {
        lock(&self.bytes).pop().unwrap_or_default()
    }

    /// Sums over no replication, where there are any left.
    pub fn sums(&self) -> Option<S> {
        lock(&self.sums).pop()
    }

    /// Keeps the buffers of a block.
    pub fn keep(&self, columns: Vec<f64>, bytes: Vec<u8>) {
        keep(&self.columns, columns);
        keep(&self.bytes, bytes);
    }

    /// Keeps sums, and files written beside a block.
    pub fn keep_sums(&self, sums: S, beside: Vec<Beside>) {
        if let Some(sums) = sums.recycle(beside) {
            keep(&self.sums, sums);
        }
    }
}

fn keep<T>(list: &Mutex<Vec<T>>, one: T) {
    let mut list = lock(list);
    if list.len() < MOST {
        list.push(one);
    }
}
