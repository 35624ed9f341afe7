//! Eigenvalues of the Laplacian, directions ignored: how well a graph is knit.
//!
//! Dense: O(n^2) in room and O(n^3) in time, about a second for 1,000 nodes.

use super::Graph;
use super::structure::components;

/// Eigenvalues of `degree - adjacency`, ascending; the first is 0. The matrix is made tridiagonal by Householder
/// reflections; eigenvalues of that are found by bisection with Sturm counts (Golub, Van Loan, Matrix
/// Computations, chapter 8).
pub fn laplacian_eigenvalues(graph: &Graph) -> Vec<f64> {
    let graph = graph.without_directions();
    let n = graph.nodes();
    let mut matrix = vec![0.0; n * n];
    for node in graph.ids() {
        let row = node as usize * n;
        matrix[row + node as usize] = graph.degree(node) as f64;
        graph.neighbours(node).iter().for_each(|other| matrix[row + *other as usize] = -1.0);
    }
    let (diagonal, beside) = tridiagonal(&mut matrix, n);
    // No eigenvalue of a Laplacian lies outside 0 to twice the highest degree (Gershgorin).
    let highest = 2.0 * graph.ids().map(|node| graph.degree(node)).max().unwrap_or(0) as f64;
    (0..n).map(|k| bisect(&diagonal, &beside, k, highest)).collect()
}

/// Second smallest eigenvalue of the Laplacian (Fiedler, Czech. Math. J. 23 (1973) 298): 0 for a graph in parts; the
/// larger, the more has to be cut to part it. `None` below two nodes.
pub fn algebraic_connectivity(graph: &Graph) -> Option<f64> {
    match graph.nodes() {
        0 | 1 => None,
        _ if components(graph).sizes.len() > 1 => Some(0.0),
        _ => laplacian_eigenvalues(graph).get(1).copied(),
    }
}

/// Kirchhoff index: sum of the effective resistances between all pairs where every link is a unit resistor,
/// `n sum(1 / eigenvalue)` over all but the first (Klein, Randic, J. Math. Chem. 12 (1993) 81). `None` for a graph in parts or
/// without nodes.
pub fn kirchhoff_index(graph: &Graph) -> Option<f64> {
    if components(graph).sizes.len() != 1 {
        return None;
    }
    let inverse: f64 = laplacian_eigenvalues(graph).iter().skip(1).map(|value| 1.0 / value).sum();
    Some(graph.nodes() as f64 * inverse)
}

/// Diagonal and the entries beside it (n - 1) of a tridiagonal matrix with the eigenvalues of a symmetric one, which
/// is used up.
fn tridiagonal(matrix: &mut [f64], n: usize) -> (Vec<f64>, Vec<f64>) {
    let (mut mirror, mut image) = (vec![0.0; n], vec![0.0; n]);
    let mut beside = vec![0.0; n.saturating_sub(1)];
    for k in 0..n.saturating_sub(1) {
        // A reflection of what is below the diagonal of column k onto its first entry.
        let below = k + 1..n;
        below.clone().for_each(|row| mirror[row] = matrix[row * n + k]);
        let length = below.clone().map(|row| mirror[row] * mirror[row]).sum::<f64>().sqrt();
        beside[k] = if mirror[k + 1] > 0.0 { -length } else { length };
        mirror[k + 1] -= beside[k];
        let square: f64 = below.clone().map(|row| mirror[row] * mirror[row]).sum();
        if square == 0.0 {
            continue;
        }
        // With v the mirror and p = 2 A v / v'v, the rest becomes A - v q' - q v', q = p - v (p'v / v'v).
        for row in below.clone() {
            let product: f64 = below.clone().map(|column| matrix[row * n + column] * mirror[column]).sum();
            image[row] = 2.0 * product / square;
        }
        let along = below.clone().map(|row| image[row] * mirror[row]).sum::<f64>() / square;
        below.clone().for_each(|row| image[row] -= along * mirror[row]);
        for row in below.clone() {
            for column in below.clone() {
                matrix[row * n + column] -= mirror[row] * image[column] + image[row] * mirror[column];
            }
        }
    }
    ((0..n).map(|k| matrix[k * n + k]).collect(), beside)
}

/// The k-th smallest eigenvalue (from 0) of a tridiagonal matrix, all of which lie between 0 and `highest`.
fn bisect(diagonal: &[f64], beside: &[f64], k: usize, highest: f64) -> f64 {
    // A little more than the range, for what rounding moves out of it.
    let (mut low, mut high) = (-1e-9, highest + 1e-9);
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high || high - low < 1e-14 {
            return middle.max(0.0);
        }
        if below(diagonal, beside, middle) > k { high = middle } else { low = middle }
    }
}

/// Number of eigenvalues below `x`: sign changes of the pivots of `T - x`.
fn below(diagonal: &[f64], beside: &[f64], x: f64) -> usize {
    let mut pivot = 1.0;
    let mut count = 0;
    for (at, entry) in diagonal.iter().enumerate() {
        let coupling = if at == 0 { 0.0 } else { beside[at - 1] * beside[at - 1] };
        pivot = entry - x - coupling / pivot;
        if pivot == 0.0 {
            // As if x had been a trifle larger.
            pivot = -f64::MIN_POSITIVE.sqrt();
        }
        count += usize::from(pivot < 0.0);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::{algebraic_connectivity, kirchhoff_index, laplacian_eigenvalues};
    use crate::graph::Graph;

    fn close(got: &[f64], expected: &[f64]) {
        let near = |(got, expected): (&f64, &f64)| (got - expected).abs() < 1e-11;
        assert!(got.len() == expected.len() && got.iter().zip(expected).all(near), "{got:?} {expected:?}");
    }

    /// Closed forms: complete graph 0 and n; star 0, 1, n; ring 2 - 2 cos(2 pi k / n); two parts two zeros.
    #[test]
    fn known_spectra() {
        let complete = Graph::undirected(5, (0..5).flat_map(|a| (0..a).map(move |b| (a, b))));
        close(&laplacian_eigenvalues(&complete), &[0.0, 5.0, 5.0, 5.0, 5.0]);
        let star = Graph::undirected(5, (1..5).map(|leaf| (0, leaf)));
        close(&laplacian_eigenvalues(&star), &[0.0, 1.0, 1.0, 1.0, 5.0]);
        let ring = Graph::undirected(6, (0..6).map(|node| (node, (node + 1) % 6)));
        close(&laplacian_eigenvalues(&ring), &[0.0, 1.0, 1.0, 3.0, 3.0, 4.0]);
        let parts = Graph::undirected(4, [(0, 1), (2, 3)]);
        close(&laplacian_eigenvalues(&parts), &[0.0, 0.0, 2.0, 2.0]);
        close(&laplacian_eigenvalues(&Graph::undirected(1, [])), &[0.0]);
        close(&laplacian_eigenvalues(&Graph::undirected(0, [])), &[]);
    }

    /// In a tree the effective resistance of a pair is its distance: 1 + 1 + 1 + 2 + 2 + 3 in a chain of four. In a
    /// ring of four, neighbours have 3/4 and opposite nodes 1.
    #[test]
    fn resistances_by_hand() {
        let chain = Graph::undirected(4, [(0, 1), (1, 2), (2, 3)]);
        close(&[kirchhoff_index(&chain).unwrap()], &[10.0]);
        let ring = Graph::undirected(4, [(0, 1), (1, 2), (2, 3), (3, 0)]);
        close(&[kirchhoff_index(&ring).unwrap()], &[4.0 * 0.75 + 2.0]);
        assert_eq!(kirchhoff_index(&Graph::undirected(3, [(0, 1)])), None);
        assert_eq!(algebraic_connectivity(&Graph::undirected(3, [(0, 1)])), Some(0.0));
        assert_eq!(algebraic_connectivity(&Graph::undirected(1, [])), None);
    }
}
