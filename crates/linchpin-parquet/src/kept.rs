//! Columns of text encoded before. The blocks of a study have the same metrics in the same order, and the library takes
//! every row through its dictionary: half a million rows a column would cost more than all numbers together.

use crate::write::Chunk;
use std::sync::{Mutex, PoisonError};

/// Columns kept: those of a block's table and those of the tables beside it.
const KEPT: usize = 8;

/// What a column of text is made from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Recipe {
    pub name: &'static str,
    pub dictionary: Vec<String>,
    /// Place in the dictionary and length.
    pub runs: Vec<(u32, u32)>,
}

/// The oldest first.
static COLUMNS: Mutex<Vec<(Recipe, Chunk)>> = Mutex::new(Vec::new());

/// The column made from this, made now where it is not kept. What is kept changes no byte, only the time it takes.
pub(crate) fn kept_or(recipe: Recipe, make: impl FnOnce(&Recipe) -> Chunk) -> Chunk {
    let columns = || COLUMNS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, chunk)) = columns().iter().find(|(own, _)| *own == recipe) {
        return chunk.clone();
    }
    let chunk = make(&recipe);
    let mut columns = columns();
    if columns.len() >= KEPT {
        columns.remove(0);
    }
    columns.push((recipe, chunk.clone()));
    chunk
}
