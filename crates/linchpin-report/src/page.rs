//! A page like the report of a study, for whatever else is to be reported: the answer first, then sections of text, tables and
//! pictures, what is assumed, limits, and how to make it again. One self-contained HTML file that prints on A4.
//!
//! Whoever makes a page fills [`Page`] with plain text: everything is escaped and freed of control characters here.

mod assumptions;
mod frame;

use linchpin_analysis::findings::{AssumptionRow, StudyInfo};
use serde::Serialize;

pub(crate) use frame::{Figure, Frame, render};

use crate::text::clean;
use crate::{Plot, Result};

/// A page.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Title, question, marking, EXERCISE, seed, hashes and the command that makes it again. What is empty is not shown.
    pub study: StudyInfo,
    /// What kind of page it is, above the title, such as `Comparison of options`.
    pub subject: String,
    /// The answer, a sentence or two an entry.
    pub answer: Vec<String>,
    /// The answer in points below: `("What it costs", "46.5 million euros")`.
    pub points: Vec<(String, String)>,
    /// What was run, in small print below the answer; may be empty.
    pub facts: String,
    /// What it comes to, in order.
    pub sections: Vec<Section>,
    /// Values with their sources.
    pub assumptions: Vec<AssumptionRow>,
    /// What the reader must know before relying on the numbers.
    pub limits: Vec<String>,
    /// Further lines of how to reproduce the page, after those of `study`.
    pub reproduce: Vec<(String, String)>,
}

/// A part of a page with a heading.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// Its heading: a statement or a question.
    pub heading: String,
    /// True where print begins a new page.
    pub new_page: bool,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

impl Section {
    /// An empty section.
    pub fn new(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), ..Self::default() }
    }

    /// With a paragraph.
    pub fn text(self, text: impl Into<String>) -> Self {
        self.with(Block::Text(text.into()))
    }

    /// With another block.
    pub fn with(mut self, block: impl Into<Block>) -> Self {
        self.blocks.push(block.into());
        self
    }
}

/// Something in a section.
#[derive(Clone, Debug)]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// A paragraph in small print.
    Note(String),
    /// A heading within the section.
    Heading(String),
    /// A list.
    List(Vec<String>),
    /// A table.
    Table(Table),
    /// A picture with its caption.
    Figure(Plot),
}

impl From<Table> for Block {
    fn from(table: Table) -> Self {
        Self::Table(table)
    }
}

impl From<&Plot> for Block {
    fn from(plot: &Plot) -> Self {
        Self::Figure(plot.clone())
    }
}

/// A table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Above the table; may be empty.
    pub caption: String,
    /// Heads of the columns.
    pub columns: Vec<Column>,
    /// Cells by row and column.
    pub rows: Vec<Vec<Cell>>,
    /// Below the table: where the rest is. May be empty.
    pub more: String,
}

impl Table {
    /// A table without rows.
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Self { columns: columns.into_iter().collect(), ..Self::default() }
    }

    /// Adds a row.
    pub fn push(&mut self, row: impl IntoIterator<Item = Cell>) {
        self.rows.push(row.into_iter().collect());
    }
}

/// Head of a column.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// What is in it.
    pub title: String,
    /// In small print below, such as `mean, 95 % CI`; may be empty.
    pub note: String,
    /// True where numbers stand in it: they are set to the right.
    pub number: bool,
}

impl Column {
    /// A column of words.
    pub fn words(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// A column of numbers.
    pub fn numbers(title: impl Into<String>) -> Self {
        Self { title: title.into(), number: true, ..Self::default() }
    }

    /// With small print.
    pub fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }
}

/// A cell.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// What is in it; may be empty.
    pub text: String,
    /// In small print below, such as an interval; may be empty.
    pub note: String,
    /// How it looks.
    pub tone: Tone,
}

impl Cell {
    /// A plain cell.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// With small print.
    pub fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }

    /// With a look.
    pub fn tone(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text)
    }
}

/// How a cell looks. Colour is never the only sign: verdicts are words with a mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// As text.
    #[default]
    Plain,
    /// Bold: what the page is about.
    Strong,
    /// A requirement that is met.
    Met,
    /// One that is not.
    NotMet,
    /// One that is undecided.
    Undecided,
}

/// The page as one HTML file: styles, fonts and pictures within, no scripts, nothing fetched.
///
/// # Errors
/// [`Error::Template`](crate::Error::Template) where the template does not fit: an error in this program, whatever is on the page.
pub fn page_html(page: &Page) -> Result<String> {
    render("page.html", View::of(page))
}

#[derive(Serialize)]
struct View {
    frame: Frame,
    sections: Vec<SectionView>,
}

#[derive(Serialize)]
struct SectionView {
    heading: String,
    new_page: bool,
    blocks: Vec<BlockView>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum BlockView {
    Text { text: String },
    Note { text: String },
    Heading { text: String },
    List { items: Vec<String> },
    Table { table: TableView },
    Figure { figure: Figure },
}

#[derive(Serialize)]
struct TableView {
    caption: String,
    columns: Vec<CellView>,
    rows: Vec<Vec<CellView>>,
    more: String,
}

#[derive(Serialize)]
struct CellView {
    text: String,
    note: String,
    class: String,
}

impl View {
    fn of(page: &Page) -> Self {
        let sections = page.sections.iter().map(|section| SectionView {
            heading: clean(&section.heading),
            new_page: section.new_page,
            blocks: section.blocks.iter().map(BlockView::of).collect(),
        });
        let pairs = |pairs: &[(String, String)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| (clean(name), clean(value))).collect()
        };
        let mut frame = Frame::new(&page.study, &page.assumptions, &page.limits);
        frame.subject = clean(&page.subject);
        frame.answer = page.answer.iter().map(|sentence| clean(sentence)).collect();
        frame.points = pairs(&page.points);
        frame.facts = clean(&page.facts);
        frame.reproduce.extend(pairs(&page.reproduce));
        Self { frame, sections: sections.collect() }
    }
}

impl BlockView {
    fn of(block: &Block) -> Self {
        match block {
            Block::Text(text) => Self::Text { text: clean(text) },
            Block::Note(text) => Self::Note { text: clean(text) },
            Block::Heading(text) => Self::Heading { text: clean(text) },
            Block::List(items) => Self::List { items: items.iter().map(|item| clean(item)).collect() },
            Block::Table(table) => Self::Table { table: TableView::of(table) },
            Block::Figure(plot) => Self::Figure { figure: Figure::of(plot) },
        }
    }
}

impl TableView {
    fn of(table: &Table) -> Self {
        let head = |column: &Column| CellView {
            text: clean(&column.title),
            note: clean(&column.note),
            class: if column.number { "n".to_owned() } else { String::new() },
        };
        let cell = |(i, cell): (usize, &Cell)| {
            let number = table.columns.get(i).is_some_and(|column| column.number);
            let classes = [if number { "n" } else { "" }, class(cell.tone)];
            CellView {
                text: clean(&cell.text),
                note: clean(&cell.note),
                class: classes.into_iter().filter(|class| !class.is_empty()).collect::<Vec<_>>().join(" "),
            }
        };
        Self {
            caption: clean(&table.caption),
            columns: table.columns.iter().map(head).collect(),
            rows: table.rows.iter().map(|row| row.iter().enumerate().map(cell).collect()).collect(),
            more: clean(&table.more),
        }
    }
}

fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "",
        Tone::Strong => "strong",
        Tone::Met => "verdict met",
        Tone::NotMet => "verdict not_met",
        Tone::Undecided => "verdict undecided",
    }
}

#[cfg(test)]
mod tests;
