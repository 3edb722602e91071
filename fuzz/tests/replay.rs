//! Feeds each target its corpus: what fuzzing began with and found, so that what once was mended stays mended.
#![allow(clippy::expect_used, missing_docs, reason = "a test that cannot go on has failed")]

use fuzz::TARGETS;
use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

/// Fewer inputs are no corpus.
const INPUTS_MIN: usize = 3;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

fn names(folder: &Path) -> BTreeSet<String> {
    let files = fs::read_dir(folder).expect("a folder of the corpus");
    files.map(|file| file.expect("a readable folder").file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn every_input_of_the_corpus_is_answered() {
    let mut replayed = 0;
    let mut broken = Vec::new();
    for (name, target) in TARGETS {
        let folder = corpus().join(name);
        let inputs = names(&folder);
        assert!(inputs.len() >= INPUTS_MIN, "{name} has a corpus of {}", inputs.len());
        for input in inputs {
            let bytes = fs::read(folder.join(&input)).expect("a readable file");
            // Cut short and doubled, too: what is met at the end of the bytes is met there most.
            let (half, twice) = (bytes.get(..bytes.len() / 2).unwrap_or_default().to_vec(), bytes.repeat(2));
            for bytes in [bytes, half, twice] {
                replayed += 1;
                if catch_unwind(|| target(&bytes)).is_err() {
                    broken.push(format!("{name}/{input}"));
                }
            }
        }
    }
    println!("{replayed} inputs replayed");
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_folder_of_the_corpus_is_a_targets() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names(&corpus()), targets);
}
