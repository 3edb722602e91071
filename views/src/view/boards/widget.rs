//! A widget of a board: what it shows, how wide it is, and how it stands in addresses and in what is saved.

use crate::app::App;
use crate::chart::Unit;
use crate::chips;
use crate::dimension::Dimension;
use crate::filter::Filter;
use crate::metric::Metric;
use crate::range::Range;
use crate::report::{Measure, measure};
use crate::view::reading::{list, text};
use crate::words::say;
use form_urlencoded::Serializer;
use serde_json::{Value, json};

/// Kinds of widgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Headline numbers with their change.
    Numbers,
    /// Headline numbers over time.
    Chart,
    /// The greatest values of a dimension.
    List,
    /// The map of the world.
    Map,
    /// What each goal brought.
    Goals,
    /// A saved funnel.
    Funnel,
    /// Who came again.
    Retention,
    /// Web vitals with their ratings.
    Vitals,
    /// How long an API takes and how often it fails.
    Requests,
    /// What fails in browsers.
    Errors,
    /// Who is here now.
    Live,
    /// The board's own words.
    Text,
}

impl Kind {
    /// All, in the order of the gallery.
    pub const ALL: [Self; 12] = [
        Self::Numbers,
        Self::Chart,
        Self::List,
        Self::Map,
        Self::Goals,
        Self::Funnel,
        Self::Retention,
        Self::Vitals,
        Self::Requests,
        Self::Errors,
        Self::Live,
        Self::Text,
    ];

    /// The name in addresses and in what is saved.
    pub fn name(self) -> &'static str {
        match self {
            Self::Numbers => "numbers",
            Self::Chart => "chart",
            Self::List => "list",
            Self::Map => "map",
            Self::Goals => "goals",
            Self::Funnel => "funnel",
            Self::Retention => "retention",
            Self::Vitals => "vitals",
            Self::Requests => "requests",
            Self::Errors => "errors",
            Self::Live => "live",
            Self::Text => "text",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The name on screen.
    pub fn label(self) -> String {
        match self {
            Self::Numbers => say("Headline numbers"),
            Self::Chart => say("Over time"),
            Self::List => say("List"),
            Self::Map => say("Map"),
            Self::Goals => say("Goals"),
            Self::Funnel => say("Funnel"),
            Self::Retention => say("Retention"),
            Self::Vitals => say("Web vitals"),
            Self::Requests => say("API latency"),
            Self::Errors => say("Errors"),
            Self::Live => say("Here now"),
            Self::Text => say("Note"),
        }
    }

    /// What it shows, in a sentence.
    pub fn meaning(self) -> String {
        match self {
            Self::Numbers => say("Visitors, visits and the like, with their change."),
            Self::Chart => say("One or more of these numbers as lines."),
            Self::List => say("Pages, sources, countries or any other dimension."),
            Self::Map => say("Visitors by country on a map of the world."),
            Self::Goals => say("What each goal brought."),
            Self::Funnel => say("A saved funnel, step by step."),
            Self::Retention => say("Who comes again, by day or week."),
            Self::Vitals => say("How fast pages are for their visitors."),
            Self::Requests => say("How long an API takes, and how often it fails."),
            Self::Errors => say("What fails in visitors’ browsers."),
            Self::Live => say("Visitors of the last five minutes."),
            Self::Text => say("Words of your own."),
        }
    }

    /// Whether it is about the days of the page, or of its own.
    pub fn has_days(self) -> bool {
        !matches!(self, Self::Live | Self::Text)
    }

    /// Whether it shows headline numbers that can be chosen.
    pub fn has_metrics(self) -> bool {
        matches!(self, Self::Numbers | Self::Chart | Self::List)
    }
}

/// How wide a widget is where there is room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// A third of the board.
    Third,
    /// Half of it.
    Half,
    /// All of it.
    Full,
}

impl Width {
    /// All, in the order of the buttons.
    pub const ALL: [Self; 3] = [Self::Third, Self::Half, Self::Full];

    /// The name in addresses, in what is saved and in classes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Third => "third",
            Self::Half => "half",
            Self::Full => "full",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|width| width.name() == name)
    }

    /// The name on its button, and what it means.
    pub fn label(self) -> (String, String) {
        match self {
            Self::Third => (say("⅓"), say("A third of the width")),
            Self::Half => (say("½"), say("Half of the width")),
            Self::Full => ("↔".to_owned(), say("The whole width")),
        }
    }
}

/// Days of a widget's own, as it is saved, and as the page calls them. They end today, as all days of the page do.
pub const DAYS: [(&str, Range); 8] = [
    ("day", Range::Today),
    ("24h", Range::Hours24),
    ("7d", Range::LastDays(7)),
    ("28d", Range::LastDays(28)),
    ("91d", Range::LastDays(91)),
    ("month", Range::Month),
    ("year", Range::Year),
    ("all", Range::All),
];

/// A widget.
#[derive(Clone, Debug, PartialEq)]
pub struct Widget {
    /// What it shows.
    pub kind: Kind,
    /// How wide it is.
    pub width: Width,
    /// Its heading; empty for what its kind says.
    pub title: String,
    /// The numbers of those kinds that have some.
    pub metrics: Vec<Metric>,
    /// What a list is of, as questions name it.
    pub dimension: String,
    /// Filters of its own, beside the page's, as questions have them.
    pub filters: Vec<Value>,
    /// Days of its own, as they are saved; empty for the page's.
    pub days: String,
    /// The number of a saved funnel; 0 for none.
    pub funnel: i64,
    /// What a note says.
    pub text: String,
}

impl Widget {
    /// A widget of a kind as the gallery offers it.
    pub fn new(kind: Kind) -> Self {
        let (width, metrics) = match kind {
            Kind::Numbers => (Width::Full, Metric::ALL.to_vec()),
            Kind::Chart => (Width::Full, vec![Metric::Visitors]),
            Kind::List => (Width::Half, vec![Metric::Visitors]),
            Kind::Live | Kind::Text => (Width::Third, vec![]),
            Kind::Vitals | Kind::Retention | Kind::Map => (Width::Full, vec![]),
            _ => (Width::Half, vec![]),
        };
        let dimension = if kind == Kind::List { Dimension::Page.query() } else { "" };
        Self {
            kind,
            width,
            title: String::new(),
            metrics,
            dimension: dimension.to_owned(),
            filters: Vec::new(),
            days: String::new(),
            funnel: 0,
            text: String::new(),
        }
    }

    /// A list of a dimension.
    pub fn list(dimension: Dimension, width: Width) -> Self {
        Self { dimension: dimension.query().to_owned(), width, ..Self::new(Kind::List) }
    }

    /// Reads what was saved; none where its kind is not known.
    pub fn saved(value: &Value) -> Option<Self> {
        let base = Self::new(Kind::parse(text(value, "kind"))?);
        let metrics: Vec<Metric> =
            list(value, "metrics").iter().filter_map(|metric| Metric::parse(metric.as_str()?)).collect();
        Some(Self {
            width: Width::parse(text(value, "width")).unwrap_or(base.width),
            title: text(value, "title").to_owned(),
            metrics: if metrics.is_empty() { base.metrics } else { metrics },
            dimension: text(value, "dimension").to_owned(),
            filters: list(value, "filters").to_vec(),
            days: text(value, "date_range").to_owned(),
            funnel: value.get("funnel").and_then(Value::as_i64).unwrap_or(0),
            text: text(value, "text").to_owned(),
            kind: base.kind,
        })
    }

    /// As it is saved.
    pub fn to_json(&self) -> Value {
        let mut saved = json!({ "kind": self.kind.name(), "width": self.width.name() });
        let mut put = |name: &str, value: Value| {
            if let Some(fields) = saved.as_object_mut() {
                fields.insert(name.to_owned(), value);
            }
        };
        for (name, value) in
            [("title", &self.title), ("dimension", &self.dimension), ("date_range", &self.days), ("text", &self.text)]
        {
            if !value.is_empty() {
                put(name, value.as_str().into());
            }
        }
        if self.kind.has_metrics() {
            put("metrics", self.metrics.iter().map(|metric| Value::from(metric.name())).collect());
        }
        if !self.filters.is_empty() {
            put("filters", self.filters.clone().into());
        }
        if self.kind == Kind::Funnel {
            put("funnel", self.funnel.into());
        }
        saved
    }

    /// Reads one of the address: a query string within the query string.
    pub fn parse(address: &str) -> Option<Self> {
        let mut saved = serde_json::Map::new();
        let mut metrics = Vec::new();
        for (name, value) in form_urlencoded::parse(address.as_bytes()) {
            let value = match &*name {
                "metrics" => {
                    metrics.push(Value::from(&*value));
                    continue;
                }
                "filters" | "funnel" => crate::json::read(&value).unwrap_or_default(),
                _ => Value::from(&*value),
            };
            saved.insert(name.into_owned(), value);
        }
        saved.insert("metrics".to_owned(), metrics.into());
        Self::saved(&saved.into())
    }

    /// As it stands in the address.
    pub fn address(&self) -> String {
        let mut out = Serializer::new(String::new());
        for (name, value) in self.to_json().as_object().into_iter().flatten() {
            match (name.as_str(), value) {
                ("metrics", Value::Array(all)) => {
                    for metric in all.iter().filter_map(Value::as_str) {
                        out.append_pair(name, metric);
                    }
                }
                (_, Value::String(text)) => drop(out.append_pair(name, text)),
                (_, other) => drop(out.append_pair(name, &other.to_string())),
            }
        }
        out.finish()
    }

    /// What its numbers depend on: widgets with the same key show the same numbers.
    pub fn key(&self) -> String {
        Self { width: Width::Full, title: String::new(), text: String::new(), ..self.clone() }.address()
    }

    /// The page as the widget sees it: with its own days, if it has some.
    pub fn app(&self, app: &App) -> App {
        let mut app = app.clone();
        if let Some((_, range)) = DAYS.iter().find(|(name, _)| *name == self.days) {
            app.state.range = *range;
        }
        app
    }

    /// The dimension of a list, if it is one of the page's.
    pub fn dimension(&self) -> Option<Dimension> {
        Dimension::simple().find(|dimension| dimension.query() == self.dimension)
    }

    /// The heading.
    pub fn heading(&self) -> String {
        if !self.title.is_empty() {
            return self.title.clone();
        }
        match (self.kind, &self.metrics[..]) {
            (Kind::Chart, [one]) => crate::words::fill("{0} over time", &[&say(one.label())]),
            (Kind::List, _) => {
                self.dimension().map_or_else(|| self.dimension.clone(), |dimension| say(dimension.many()))
            }
            _ => self.kind.label(),
        }
    }

    /// Its own days and filters in words; none where it shows what the page does.
    pub fn narrowed(&self, app: &App) -> Option<String> {
        let days = DAYS.iter().find(|(name, _)| *name == self.days).map(|(_, range)| range.label());
        let filters = self.filters.iter().map(|filter| {
            Filter::of_query(filter).map_or_else(|| say("narrowed"), |filter| chips::words(app, &filter))
        });
        let words: Vec<String> = days.into_iter().chain(filters).collect();
        (!words.is_empty()).then(|| words.join(" · "))
    }
}

/// A headline number as reports show numbers.
pub fn measure_of(metric: Metric) -> Measure {
    let unit = match metric {
        Metric::Visitors | Metric::Visits | Metric::Pageviews => Unit::Count,
        Metric::ViewsPerVisit => Unit::Score,
        Metric::BounceRate => Unit::Percent,
        Metric::VisitDuration => Unit::Seconds,
    };
    Measure {
        more_is_better: Some(metric.rise_is_good()),
        ..measure(metric.name(), metric.label(), metric.meaning(), unit)
    }
}
