//! The funnel that an address describes: its steps, and how they are to be taken.

use crate::state::State;
use crate::view::reading::text;
use crate::view::step::{Kind, Step};
use serde_json::{Value, json};

/// The parameters of each step: its kind and its value.
pub(super) const STEPS: [(&str, &str); 8] = [
    ("kind1", "step1"),
    ("kind2", "step2"),
    ("kind3", "step3"),
    ("kind4", "step4"),
    ("kind5", "step5"),
    ("kind6", "step6"),
    ("kind7", "step7"),
    ("kind8", "step8"),
];

/// The funnel that the address describes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Funnel {
    pub(super) steps: Vec<Step>,
    /// Whether nothing may come in between.
    pub(super) strict: bool,
    /// Seconds; none for no limit.
    pub(super) window: Option<u64>,
}

impl Funnel {
    /// The one of a state.
    pub(super) fn of(state: &State) -> Self {
        let step = |(kind, value): (&str, &str)| {
            let kind = state.own(kind).and_then(Kind::parse).unwrap_or(Kind::Page);
            Step::new(kind, state.own(value)?)
        };
        let window = state.own("window").and_then(|window| window.parse().ok()).filter(|window| *window > 0);
        let steps = STEPS.into_iter().filter_map(step).collect();
        Self { steps, strict: state.own("order") == Some("strict"), window }
    }

    /// One that was saved.
    pub(super) fn saved(note: &Value) -> Self {
        let window = note.get("window_seconds").and_then(Value::as_u64);
        Self { steps: Step::read_all(note), strict: text(note, "order") == "strict", window }
    }

    /// The state that describes it.
    pub(super) fn state(&self, state: &State) -> State {
        let window = self.window.map(|window| window.to_string());
        let state = self.steps_in(state).with_own("order", self.strict.then_some("strict"));
        state.with_own("window", window.as_deref())
    }

    /// The state with its steps alone.
    pub(super) fn steps_in(&self, state: &State) -> State {
        let mut steps = self.steps.iter();
        STEPS.into_iter().fold(state.clone(), |state, (kind, value)| {
            let step = steps.next();
            let state = state.with_own(kind, step.map(|step| step.kind.name()));
            state.with_own(value, step.map(|step| step.value.as_str()))
        })
    }

    /// The same with other steps.
    pub(super) fn with(&self, change: impl FnOnce(&mut Vec<Step>)) -> Self {
        let mut funnel = self.clone();
        change(&mut funnel.steps);
        funnel
    }

    /// What the server is asked, or given to keep.
    pub(super) fn query(&self) -> Value {
        let steps: Vec<Value> = self.steps.iter().map(Step::query).collect();
        let mut query = json!({ "steps": steps, "order": if self.strict { "strict" } else { "loose" } });
        if let (Some(fields), Some(window)) = (query.as_object_mut(), self.window) {
            fields.insert("window_seconds".into(), window.into());
        }
        query
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_can_be_moved_and_taken_away() {
        let funnel = Funnel::of(&State::parse("?view=funnels&step1=/a&step3=/b&kind3=event&step8=/c"));
        let names = |funnel: &Funnel| funnel.steps.iter().map(Step::name).collect::<Vec<_>>();
        assert_eq!(names(&funnel), ["page:/a", "event:/b", "page:/c"]);
        let turned = funnel.with(|steps| steps.swap(0, 1)).state(&State::parse("?view=funnels&step8=x"));
        assert_eq!(turned.href(), "?view=funnels&kind1=event&step1=%2Fb&kind2=page&step2=%2Fa&kind3=page&step3=%2Fc");
    }
}
