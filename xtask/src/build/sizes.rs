//! The bytes of what was built, against what it may have.

use super::assemble::Built;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write as _;

/// An artefact and its bytes.
#[derive(Debug)]
pub(crate) struct Artefact {
    pub(crate) name: String,
    pub(crate) raw: u64,
    pub(crate) gzip: u64,
    pub(crate) brotli: u64,
    pub(crate) budget: Option<u64>,
}

impl Artefact {
    /// Whether it has more bytes of brotli than it may.
    pub(crate) fn is_over(&self) -> bool {
        self.budget.is_some_and(|budget| self.brotli > budget)
    }
}

/// Measures a file; none for files that are not listed, such as configuration.
pub(super) fn measure(file: &Built, budget: Option<u64>) -> Option<Artefact> {
    if !file.listed {
        return None;
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&file.bytes).ok()?;
    Some(Artefact {
        name: file.name.clone(),
        raw: file.bytes.len() as u64,
        gzip: gzip.finish().ok()?.len() as u64,
        brotli: brotli_bytes(&file.bytes)?,
        budget,
    })
}

fn brotli_bytes(bytes: &[u8]) -> Option<u64> {
    let mut out = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, ..Default::default() };
    brotli::BrotliCompress(&mut &*bytes, &mut out, &parameters).ok()?;
    Some(out.len() as u64)
}

/// The table for people.
pub(super) fn table(artefacts: &[Artefact]) -> String {
    let mut out = format!("{:32} {:>10} {:>10} {:>10} {:>10}\n", "artefact", "raw", "gzip", "brotli", "budget");
    for artefact in artefacts {
        let budget = artefact.budget.map_or_else(|| "-".into(), |budget| budget.to_string());
        let mark = if artefact.is_over() { "  over" } else { "" };
        let Artefact { name, raw, gzip, brotli, .. } = artefact;
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{name:32} {raw:>10} {gzip:>10} {brotli:>10} {budget:>10}{mark}");
    }
    out
}

/// The table for programs.
pub(super) fn json(artefacts: &[Artefact]) -> Value {
    let rows: Vec<Value> = artefacts
        .iter()
        .map(|artefact| {
            json!({
                "name": artefact.name, "raw": artefact.raw, "gzip": artefact.gzip, "brotli": artefact.brotli,
                "budget": artefact.budget,
            })
        })
        .collect();
    json!({ "artefacts": rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artefact(brotli: u64, budget: Option<u64>) -> Artefact {
        Artefact { name: "assets/p.js".into(), raw: 900, gzip: 500, brotli, budget }
    }

    #[test]
    fn only_more_than_the_budget_is_over() {
        for (brotli, budget, over) in [(400, Some(400), false), (401, Some(400), true), (9_999, None, false)] {
            assert_eq!(artefact(brotli, budget).is_over(), over);
        }
    }

    #[test]
    fn the_table_marks_what_is_over() {
        let table = table(&[artefact(400, Some(400)), artefact(401, Some(400))]);
        let lines: Vec<&str> = table.lines().collect();
        assert!(lines[1].ends_with("400"));
        assert!(lines[2].ends_with("over"));
    }

    #[test]
    fn sizes_are_those_of_the_compressed_bytes() {
        let file = Built { name: "x".into(), path: "x".into(), bytes: vec![b'a'; 10_000], listed: true };
        let artefact = measure(&file, None).unwrap();
        assert_eq!(artefact.raw, 10_000);
        assert!(artefact.gzip < 100 && artefact.brotli < 50);
    }
}
