//! What was counted for the last questions, so that asking again reads no segment again.

use engine::query::Questions;
use engine::shelf::Kept;
use std::collections::VecDeque;

/// Questions that are remembered: a dashboard's, with the last few filters.
const REMEMBERED: usize = 6;

/// The last questions, the latest first.
#[derive(Default)]
pub(super) struct Answers(VecDeque<(Questions, Kept<Questions>)>);

impl Answers {
    /// What was counted for the same question about the same moments.
    pub(super) fn take(&mut self, questions: &Questions) -> Option<Kept<Questions>> {
        let place = self.0.iter().position(|(other, _)| other.asks_the_same(questions))?;
        self.0.remove(place).map(|(_, kept)| kept)
    }

    /// Remembers what was counted, and forgets what was asked longest ago.
    pub(super) fn put(&mut self, questions: Questions, kept: Kept<Questions>) {
        self.0.truncate(REMEMBERED - 1);
        self.0.push_front((questions, kept));
    }
}
