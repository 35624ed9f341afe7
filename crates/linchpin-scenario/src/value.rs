//! What a scenario file says, before anything is known about its meaning: RON values that know their place.

use crate::source::Span;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ValueKind,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueKind {
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// A number with a point or exponent, `inf` or `NaN`.
    Float(f64),
    /// `'c'`.
    Char(char),
    /// `"text"`, `r#"text"#`.
    String(String),
    /// `[a, b]`.
    List(Vec<Value>),
    /// `{key: value}`.
    Map(Vec<(Value, Value)>),
    /// `(field: value)` or `Name(field: value)`.
    Struct(Option<Name>, Vec<Field>),
    /// `(a, b)` or `Name(a, b)`; `()` is the empty one without a name.
    Tuple(Option<Name>, Vec<Value>),
    /// `Name` alone: a variant without content, or `None`.
    Name(Name),
}

/// An identifier and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// Where it stands.
    pub span: Span,
    /// The identifier.
    pub text: String,
}

/// A named field.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: Value,
}
