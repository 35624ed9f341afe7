//! GraphML as networkx, Gephi and yEd write it: nodes and edges with data by declared keys.

use super::{LONGEST_TEXT, beginning, shortened};
use crate::problems::Problems;
use crate::raw::{
    Cell, OWN_DIRECTED, OWN_GROUP, OWN_ID, OWN_LABEL, OWN_SOURCE, OWN_TARGET, Raw, Record, Table,
};
use linchpin_scenario::diagnostic::Diagnostic;
use linchpin_scenario::source::{SourceId, Sources, Span};
use roxmltree::{Document, Node, ParsingOptions};
use std::collections::BTreeMap;

/// Most elements, attributes and texts of a file: more would not fit into memory.
const MAX_NODES: u32 = 100_000_000;

/// Reads a file; empty where it cannot be read, which is reported.
pub(crate) fn read(sources: &Sources, id: SourceId, problems: &mut Problems) -> Raw {
    let mut raw = Raw::default();
    let text = sources.text(id);
    // Declared entities can grow without end; nobody who writes graphs uses them.
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = match Document::parse_with_options(text, options) {
        Ok(document) => document,
        Err(error) => {
            problems.fatal(syntax(sources, id, &error));
            return raw;
        }
    };
    let root = document.root_element();
    let file = XmlFile { sources, id, namespace: root.tag_name().namespace().unwrap_or_default() };
    if root.tag_name().name() != "graphml" {
        let title =
            format!("this is XML, but no GraphML: it begins with <{}>", shortened(root.tag_name().name()));
        problems.fatal(Diagnostic::error(file.place(root), title).help("export the graph as GraphML"));
        return raw;
    }
    file.graph(root, &mut raw, problems);
    raw
}

fn syntax(sources: &Sources, id: SourceId, error: &roxmltree::Error) -> Diagnostic {
    let text = sources.text(id);
    if matches!(error, roxmltree::Error::DtdDetected) {
        let at = text.find("<!DOCTYPE").unwrap_or_default();
        let problem =
            Diagnostic::error(beginning(sources, id, at, text.len()), "a document type is not read");
        return problem.help("take the <!DOCTYPE ...> out; GraphML does without");
    }
    let place = error.pos();
    let line =
        text.split_inclusive('\n').take(place.row.saturating_sub(1) as usize).map(str::len).sum::<usize>();
    let rest = &text[line.min(text.len())..];
    let column =
        rest.char_indices().nth(place.col.saturating_sub(1) as usize).map_or(rest.len(), |(at, _)| at);
    let words = error.to_string();
    // The place is shown anyway.
    let what = words.rsplit_once(" at ").map_or(words.as_str(), |(what, _)| what);
    let span = beginning(sources, id, line + column, line + column + 1);
    Diagnostic::error(span, format!("this is not well-formed XML: {}", shortened(what)))
}

struct XmlFile<'a> {
    sources: &'a Sources,
    id: SourceId,
    namespace: &'a str,
}

/// A declared key.
struct Key<'a> {
    name: String,
    default: Option<&'a str>,
    /// What nodes or edges look like, not what they are.
    drawing: bool,
}

/// Keys by (what they are for, id).
type Keys<'a> = BTreeMap<(&'a str, &'a str), Key<'a>>;

impl XmlFile<'_> {
    fn place(&self, node: Node) -> Span {
        let range = node.range();
        beginning(self.sources, self.id, range.start, range.end)
    }

    fn attribute(&self, node: Node, name: &str) -> Span {
        node.attribute_node(name).map_or_else(
            || self.place(node),
            |attribute| {
                let range = attribute.range_value();
                beginning(self.sources, self.id, range.start, range.end)
            },
        )
    }

    fn is(&self, node: Node, name: &str) -> bool {
        let tag = node.tag_name();
        node.is_element() && tag.name() == name && tag.namespace().unwrap_or_default() == self.namespace
    }

    fn graph<'a>(&self, root: Node<'a, 'a>, raw: &mut Raw, problems: &mut Problems) {
        let keys = self.keys(root);
        let (mut graphs, mut hyperedges, mut ports, mut drawings) = (0, 0, 0, 0);
        for node in root.descendants().filter(Node::is_element) {
            if self.is(node, "graph") {
                // Graphs in nodes are groups.
                graphs += u32::from(node.parent() == Some(root));
            } else if self.is(node, "node") {
                self.node(node, &keys, raw, &mut drawings, problems);
            } else if self.is(node, "edge") {
                self.edge(node, &keys, raw, problems);
            } else if self.is(node, "hyperedge") {
                hyperedges += 1;
            } else if self.is(node, "port") {
                ports += 1;
            }
        }
        if graphs > 1 {
            raw.guessed.push(format!("the {graphs} graphs of the file are parts of one network"));
        }
        for (count, what) in [
            (hyperedges, "edges between more than two nodes"),
            (ports, "ports of nodes; edges to them are edges to the node"),
            (drawings, "drawings of nodes (shapes and positions on the screen)"),
        ] {
            if count > 0 {
                raw.left_out.push(format!("{count} {what}"));
            }
        }
    }

    fn keys<'a>(&self, root: Node<'a, 'a>) -> Keys<'a> {
        let mut keys = Keys::new();
        for node in root.children().filter(|node| self.is(*node, "key")) {
            let Some(id) = node.attribute("id") else { continue };
            let drawing = node.attributes().any(|attribute| attribute.name() == "yfiles.type");
            let key = Key {
                name: node.attribute("attr.name").unwrap_or(id).to_owned(),
                default: node
                    .children()
                    .find(|child| self.is(*child, "default"))
                    .and_then(|child| child.text()),
                drawing,
            };
            keys.entry((node.attribute("for").unwrap_or("all"), id)).or_insert(key);
        }
        keys
    }

    fn node<'a>(
        &self,
        node: Node<'a, 'a>,
        keys: &Keys<'a>,
        raw: &mut Raw,
        drawings: &mut u64,
        problems: &mut Problems,
    ) {
        let Some(id) = node.attribute("id").map(str::trim).filter(|id| !id.is_empty()) else {
            return problems.broken("node", Diagnostic::error(self.place(node), "this node has no `id`"));
        };
        let own =
            Cell { column: raw.nodes.column(OWN_ID), text: id.into(), span: self.attribute(node, "id") };
        let mut cells = vec![own];
        let group = node.parent().and_then(|graph| graph.parent()).filter(|group| self.is(*group, "node"));
        if let Some(group) = group {
            let text =
                self.label(group).or_else(|| group.attribute("id").map(str::to_owned)).unwrap_or_default();
            cells.extend(cell(&mut raw.nodes, OWN_GROUP, &text, self.place(node)));
        }
        *drawings += self.data(node, "node", keys, &mut raw.nodes, &mut cells);
        raw.nodes.push(Record { span: self.place(node), cells, places: Vec::new() });
    }

    fn edge<'a>(&self, node: Node<'a, 'a>, keys: &Keys<'a>, raw: &mut Raw, problems: &mut Problems) {
        let mut cells = Vec::new();
        for (name, column) in [("source", OWN_SOURCE), ("target", OWN_TARGET)] {
            let text = node.attribute(name).unwrap_or_default();
            let Some(cell) = cell(&mut raw.edges, column, text, self.attribute(node, name)) else {
                let title = format!("this edge has no `{name}`");
                return problems.broken("edge", Diagnostic::error(self.place(node), title));
            };
            cells.push(cell);
        }
        let default = node.parent().and_then(|graph| graph.attribute("edgedefault"));
        let directed =
            node.attribute("directed").map_or(default != Some("undirected"), |text| text == "true");
        let word = if directed { "directed" } else { "undirected" };
        cells.extend(cell(&mut raw.edges, OWN_DIRECTED, word, self.place(node)));
        self.data(node, "edge", keys, &mut raw.edges, &mut cells);
        raw.edges.push(Record { span: self.place(node), cells, places: Vec::new() });
    }

    /// Adds what a node or edge says of itself; the number of drawings passed over.
    fn data<'a>(
        &self,
        node: Node<'a, 'a>,
        what: &'static str,
        keys: &Keys<'a>,
        table: &mut Table,
        cells: &mut Vec<Cell>,
    ) -> u64 {
        let find = |id: &'a str| keys.get(&(what, id)).or_else(|| keys.get(&("all", id)));
        let mut drawings = 0;
        let mut add = |name: &str, text: &str, span: Span, cells: &mut Vec<Cell>| {
            let known = table.find(name);
            // What is given twice counts once.
            if known.is_none_or(|column| cells.iter().all(|cell| cell.column != column)) {
                cells.extend(cell(table, name, text, span));
            }
        };
        for data in node.children().filter(|child| self.is(*child, "data")) {
            let id = data.attribute("key").unwrap_or_default();
            let key = find(id);
            if data.children().any(|child| child.is_element()) || key.is_some_and(|key| key.drawing) {
                drawings += 1;
                if let Some(label) = drawn_label(data) {
                    add(OWN_LABEL, &label, self.place(data), cells);
                }
                continue;
            }
            let name = key.map_or(id, |key| key.name.as_str());
            add(name, data.text().unwrap_or_default(), self.place(data), cells);
        }
        let defaults = keys.iter().filter(|((used_for, _), _)| *used_for == what || *used_for == "all");
        for key in defaults.map(|(_, key)| key).filter(|key| !key.drawing) {
            if let Some(text) = key.default {
                add(&key.name, text, self.place(node), cells);
            }
        }
        drawings
    }

    fn label(&self, group: Node) -> Option<String> {
        group.children().filter(|child| self.is(*child, "data")).find_map(drawn_label)
    }
}

fn cell(table: &mut Table, column: &str, text: &str, span: Span) -> Option<Cell> {
    let text = text.trim();
    let fits = !text.is_empty() && text.len() <= LONGEST_TEXT;
    fits.then(|| Cell { column: table.column(column), text: text.into(), span })
}

/// The text of the first label in a drawing, its line breaks as spaces.
fn drawn_label(data: Node) -> Option<String> {
    let label =
        data.descendants().find(|node| node.is_element() && node.tag_name().name().ends_with("Label"))?;
    let words: Vec<&str> = label.text()?.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> (Raw, Vec<String>) {
        let mut sources = Sources::default();
        let id = sources.add("a.graphml", text);
        let mut problems = Problems::new(false);
        let raw = read(&sources, id, &mut problems);
        let told = problems
            .into_diagnostics()
            .iter()
            .map(|problem| {
                let (line, column) = problem.span.map_or((0, 0), |span| sources.line_column(span));
                format!("{line}:{column} {}", problem.title)
            })
            .collect();
        (raw, told)
    }

    fn texts(table: &Table) -> Vec<Vec<String>> {
        let names = table.names();
        let of = |record: &Record| {
            record.cells.iter().map(|cell| format!("{}={}", names[cell.column as usize], cell.text)).collect()
        };
        table.records.iter().map(of).collect()
    }

    #[test]
    fn the_three_styles_are_read() {
        let networkx = r#"<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
            <key id="d0" for="node" attr.name="lat" attr.type="double"/>
            <key id="d1" for="edge" attr.name="weight" attr.type="long"><default>3</default></key>
            <graph edgedefault="undirected"><node id="a"><data key="d0">50.5</data></node><node id="b"/>
            <edge source="a" target="b"/><edge source="b" target="a" directed="true"><data key="d1">4</data></edge></graph></graphml>"#;
        let (raw, told) = read_text(networkx);
        assert_eq!(told, [""; 0]);
        assert_eq!(texts(&raw.nodes), [vec!["(id)=a", "lat=50.5"], vec!["(id)=b"]]);
        assert_eq!(
            texts(&raw.edges),
            [
                vec!["(source)=a", "(target)=b", "(directed)=undirected", "weight=3"],
                vec!["(source)=b", "(target)=a", "(directed)=directed", "weight=4"],
            ]
        );
        let yed = r##"<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:y="http://www.yworks.com/xml/graphml">
            <key for="node" id="d6" yfiles.type="nodegraphics"/>
            <graph id="G" edgedefault="directed"><node id="n0" yfiles.foldertype="group">
              <data key="d6"><y:ProxyAutoBoundsNode><y:GroupNode><y:NodeLabel>North</y:NodeLabel></y:GroupNode></y:ProxyAutoBoundsNode></data>
              <graph id="n0:" edgedefault="directed"><node id="n0::n0">
                <data key="d6"><y:ShapeNode><y:Geometry x="3" y="4"/><y:NodeLabel>Water
                works</y:NodeLabel></y:ShapeNode></data></node></graph></node>
            <edge id="e0" source="n0::n0" target="n0"/></graph></graphml>"##;
        let (raw, told) = read_text(yed);
        assert_eq!(told, [""; 0]);
        assert_eq!(
            texts(&raw.nodes),
            [vec!["(id)=n0", "(label)=North"], vec!["(id)=n0::n0", "(group)=North", "(label)=Water works"],]
        );
        assert_eq!(raw.left_out, ["2 drawings of nodes (shapes and positions on the screen)"]);
    }

    #[test]
    fn broken_files_are_told_at_their_places() {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>\n<graphml>&b;</graphml>";
        for (text, expected) in [
            ("", "1:1 this is not well-formed XML"),
            ("<graphml>\n  <graph>\n</graphml>", "3:"),
            (bomb, "1:1 a document type is not read"),
            ("<graphml>&unknown;</graphml>", "1:"),
            ("<gexf/>", "1:1 this is XML, but no GraphML: it begins with <gexf>"),
            ("<graphml><graph>\n<node/></graph></graphml>", "2:1 this node has no `id`"),
            ("<graphml><graph>\n<edge source='a'/></graph></graphml>", "2:1 this edge has no `target`"),
        ] {
            let told = read_text(text).1;
            assert!(told.iter().any(|told| told.starts_with(expected)), "{text}: {told:?}");
        }
    }

    #[test]
    fn deep_files_do_no_harm() {
        for element in ["graph", "node id='a'", "x"] {
            let name = element.split(' ').next().unwrap_or_default();
            let depth = 50_000;
            let text = format!(
                "<graphml>{}{}</graphml>",
                format!("<{element}>").repeat(depth),
                format!("</{name}>").repeat(depth)
            );
            let (raw, _) = read_text(&text);
            assert_eq!(raw.nodes.records.len(), if name == "node" { depth } else { 0 });
        }
    }
}
