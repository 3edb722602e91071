//! Every chart.

use crate::numbers::Numbers;
use crate::site;
use crate::specimen::{section, specimen};
use views::chart::bars::{Band, Histogram, Layer, Stacked, histogram, stacked};
use views::chart::heat::{Heat, HeatRow, heat};
use views::chart::lines::{Line, Lines, lines};
use views::chart::share::{Part, Share, share};
use views::chart::spark::spark;
use views::chart::steps::{Step, Steps, steps};
use views::chart::world::{Country, DATA, Shapes, World, world};
use views::chart::{Annotation, Buckets, Colour, Threshold, Unit, annotated};
use views::date::Date;
use views::markup::{Element, element};
use views::range::Interval;

/// The section of charts.
pub(crate) fn sections() -> Option<Vec<Element>> {
    let release = [Annotation { bucket: 3, text: "Release 2.1".into() }];
    let overview = element("div").with("inert", "").child(annotated(&site::app("?range=last-7-days")?, &release));
    let section = section(
        "Charts",
        "SVG whose coordinates are shares of its size, so that nothing is drawn again when a window changes, and nothing \
         jumps when numbers arrive. What is drawn is silent: a table says the same to screen readers, and can take the \
         picture's place. Point at a column to read it.",
    );
    let section = section
        .child(specimen("Time", "One metric with the period before, and what happened when.", &overview))
        .child(specimen(
            "Lines",
            "Several series of one unit. Gaps are gaps; what is still being counted is dashed.",
            &percentiles()?,
        ))
        .child(specimen(
            "Six hues",
            "No more series than can be told apart, also by those who see colours differently.",
            &six()?,
        ))
        .child(specimen(
            "Histogram",
            "Bins of the same width on screen, in the colour of the band in which they begin.",
            &vitals(),
        ))
        .child(specimen("Stacked bars", "Each bucket in layers, from the bottom up.", &requests()?))
        .child(specimen("Shares", "One bar, divided. Its list is shown, or said to screen readers alone.", &shares()))
        .child(specimen("Sparkline", "A line as small as a word, for tables.", &sparks()))
        .child(specimen("Hours of the week", "Eight classes of one hue, the same width of values in each.", &hours()))
        .child(specimen("Retention", "The same table as a triangle, with its values written.", &retention()))
        .child(specimen("Funnel", "What is pale are those who left since the step before.", &funnel()))
        .child(specimen(
            "World",
            "Five classes with about as many countries in each. Small states are circles.",
            &map()?,
        ));
    Some(vec![section])
}

fn days(count: i32) -> Option<Buckets> {
    let last = Date::parse("2026-11-21")?;
    let labels = (0..count).map(|day| last.plus_days(day + 1 - count).iso()).collect();
    Some(Buckets { interval: Interval::Day, labels })
}

fn percentiles() -> Option<Element> {
    let mut numbers = Numbers::new(3);
    let mut line = |name: &str, colour, around: f64| {
        let values = numbers.walk(28, around, 0.12).into_iter().enumerate();
        // Two days on which nothing was measured.
        Line {
            name: name.into(),
            colour,
            values: values.map(|(day, value)| (day != 9 && day != 10).then_some(value)).collect(),
        }
    };
    let series = vec![
        line("p50", Colour::Teal, 1100.0),
        line("p75", Colour::Blue, 1900.0),
        line("p95", Colour::Amber, 2900.0),
        line("p99", Colour::Rose, 3700.0),
    ];
    Some(lines(&Lines {
        label: "Largest Contentful Paint over time".into(),
        unit: Unit::Milliseconds,
        buckets: days(28)?,
        lines: series,
        thresholds: vec![Threshold { value: 2500.0, name: "good up to".into(), colour: Colour::Good }],
        annotations: vec![
            Annotation { bucket: 6, text: "New image format".into() },
            Annotation { bucket: 19, text: "Release 2.1".into() },
        ],
        unfinished: true,
        as_table: false,
    }))
}

fn six() -> Option<Element> {
    let mut numbers = Numbers::new(11);
    let names = ["Search", "Direct", "Social", "Referrals", "E-mail", "Campaigns"];
    let series = names.into_iter().zip(Colour::SERIES).enumerate().map(|(place, (name, colour))| {
        let values = numbers.walk(60, 900.0 - 140.0 * place as f64, 0.18);
        Line { name: name.into(), colour, values: values.into_iter().map(Some).collect() }
    });
    Some(lines(&Lines {
        label: "Visits by channel".into(),
        unit: Unit::Count,
        lines: series.collect(),
        buckets: days(60)?,
        thresholds: vec![],
        annotations: vec![],
        unfinished: false,
        as_table: false,
    }))
}

fn vitals() -> Element {
    let band = |name: &str, up_to, colour| Band { name: name.into(), up_to, colour };
    histogram(&Histogram {
        label: "Largest Contentful Paint of page views".into(),
        unit: Unit::Milliseconds,
        edges: (0..20).map(|bin| f64::from(bin) * 250.0).collect(),
        end: None,
        counts: [3, 22, 91, 240, 388, 431, 402, 350, 280, 214, 160, 118, 83, 60, 41, 30, 19, 12, 8, 31]
            .map(f64::from)
            .into(),
        counted: "page views".into(),
        bands: vec![
            band("Good", Some(2500.0), Colour::Good),
            band("Needs improvement", Some(4000.0), Colour::Fair),
            band("Poor", None, Colour::Poor),
        ],
        markers: vec![Threshold { value: 2290.0, name: "p75".into(), colour: Colour::Slate }],
        as_table: false,
    })
}

fn requests() -> Option<Element> {
    let mut numbers = Numbers::new(5);
    let mut layer =
        |name: &str, colour, around| Layer { name: name.into(), colour, values: numbers.walk(28, around, 0.3) };
    Some(stacked(&Stacked {
        label: "Requests by class of status".into(),
        unit: Unit::Count,
        layers: vec![
            layer("2xx", Colour::Teal, 2400.0),
            layer("3xx", Colour::Blue, 420.0),
            layer("4xx", Colour::Amber, 190.0),
            layer("5xx", Colour::Poor, 90.0),
        ],
        buckets: days(28)?,
        annotations: vec![Annotation { bucket: 19, text: "Release 2.1".into() }],
        as_table: false,
    }))
}

fn shares() -> Element {
    let part = |name: &str, value, colour| Part { name: name.into(), value, colour };
    let vital = |label: &str, [good, fair, poor]: [f64; 3], legend| {
        let parts = vec![
            part("Good", good, Colour::Good),
            part("Needs improvement", fair, Colour::Fair),
            part("Poor", poor, Colour::Poor),
        ];
        share(&Share { label: label.into(), counted: "page views".into(), parts, legend })
    };
    element("div")
        .class("stack")
        .child(vital("Interaction to Next Paint", [930.0, 50.0, 20.0], false))
        .child(vital("Cumulative Layout Shift", [610.0, 230.0, 160.0], false))
        .child(vital("Largest Contentful Paint", [2421.0, 492.0, 70.0], true))
}

fn sparks() -> Element {
    let mut numbers = Numbers::new(19);
    let rows =
        [("GET /api/carts", 240.0), ("POST /api/orders", 31.0), ("GET /api/search", 880.0)].map(|(name, around)| {
            let values: Vec<Option<f64>> = numbers.walk(24, around, 0.5).into_iter().map(Some).collect();
            let last = values.last().copied().flatten().unwrap_or_default();
            element("tr")
                .child(element("th").with("scope", "row").text(name))
                .child(element("td").child(spark(&values, "Requests, last 24 hours")))
                .child(element("td").text(Unit::Count.show(last)))
        });
    element("table").class("numbers").child(element("tbody").children(rows))
}

fn hours() -> Element {
    let mut numbers = Numbers::new(23);
    // How busy an hour is, of nine.
    let busy = [1, 1, 0, 0, 0, 1, 2, 4, 6, 8, 9, 9, 8, 9, 9, 8, 7, 6, 5, 5, 6, 5, 3, 2].map(f64::from);
    let rows = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].into_iter().enumerate().map(|(day, name)| HeatRow {
        name: name.into(),
        extra: String::new(),
        cells: busy.map(|busy| Some((busy * if day > 4 { 6.0 } else { 14.0 } * (0.6 + numbers.next())).round())).into(),
    });
    heat(&Heat {
        label: "Visitors by hour of the week".into(),
        unit: Unit::Count,
        corner: "Day".into(),
        extra: None,
        rows: rows.collect(),
        columns: (0..24).map(|hour: u32| hour.to_string()).collect(),
        top: None,
        texts: false,
        sparse_heads: true,
    })
}

fn retention() -> Element {
    let mut numbers = Numbers::new(31);
    let weeks = ["5 Oct", "12 Oct", "19 Oct", "26 Oct", "2 Nov", "9 Nov", "16 Nov"];
    let rows = weeks.into_iter().enumerate().map(|(week, name)| {
        let extra = Unit::Count.show((1000.0 + 400.0 * numbers.next()).round());
        let later = (1..weeks.len() - week)
            .map(|after| Some((44.0 / (after as f64 + 0.4) * (0.8 + 0.4 * numbers.next())).round()));
        HeatRow { name: name.into(), extra, cells: [Some(100.0)].into_iter().chain(later).collect() }
    });
    heat(&Heat {
        label: "Retention by week".into(),
        unit: Unit::Percent,
        corner: "Week of".into(),
        extra: Some("Visitors".into()),
        rows: rows.collect(),
        columns: (0..weeks.len()).map(|week| ["Week ", &week.to_string()].concat()).collect(),
        top: Some(48.0),
        texts: true,
        sparse_heads: false,
    })
}

fn funnel() -> Element {
    let step = |name: &str, count, note: &str| Step { name: name.into(), count, note: note.into(), href: None };
    steps(&Steps {
        label: "Checkout".into(),
        counted: "visitors".into(),
        steps: vec![
            step("Visit /bread", 4210.0, ""),
            step("Add to basket", 1604.0, "half within 1m 20s"),
            step("Visit /order", 903.0, "half within 40s"),
            step("Pay", 611.0, "half within 2m 05s"),
        ],
    })
}

fn map() -> Option<Element> {
    let shapes = Shapes::read(DATA)?;
    let mut numbers = Numbers::new(41);
    let larger = shapes.countries().map(|(code, _)| (code, 0.7));
    let known = larger.chain(shapes.points().map(|(code, ..)| (code, 0.2)));
    let mut countries = Vec::new();
    for (code, likely) in known.filter(|(code, _)| *code != "--") {
        let (seen, much) = (numbers.next(), numbers.next());
        if seen < likely || code == "IN" {
            let value = (much * much * much * much * 20_000.0).ceil();
            let href = Some(["?f=is.country.", code].concat());
            countries.push(Country { code: code.into(), name: code.into(), value, href, chosen: code == "IN" });
        }
    }
    let label = "Visitors by country".into();
    Some(world(&shapes, &World { label, unit: Unit::Count, counted: "visitors".into(), countries }))
}
