//! User agents that others collected: people, robots, browsers and systems. See `tests/data/README.md`.

use edge_worker::enrich::bots::is_bot;
use edge_worker::enrich::uap::Found;
use edge_worker::enrich::user_agent;

/// The share of lines for which `holds`, in percent.
fn share(lines: &str, holds: impl Fn(&str) -> bool) -> f64 {
    let lines: Vec<_> = lines.lines().filter(|line| !line.is_empty()).collect();
    let held = lines.iter().filter(|line| holds(line)).count();
    100.0 * held as f64 / lines.len() as f64
}

#[test]
fn robots_are_recognised() {
    let recognised = share(include_str!("data/isbot_crawlers.txt"), is_bot);
    println!("{recognised:.1} % of robots recognised");
    assert!(recognised >= 99.0, "{recognised} %");
}

#[test]
fn people_are_not_taken_for_robots() {
    let mistaken = share(include_str!("data/isbot_browsers.txt"), is_bot);
    println!("{mistaken:.2} % of people taken for robots");
    assert!(mistaken <= 0.5, "{mistaken} %");
}

fn agrees(line: &str, find: impl Fn(&str) -> Option<Found>) -> bool {
    let columns: Vec<_> = line.splitn(4, '\t').collect();
    let [name, major, minor, user_agent] = columns[..] else { return false };
    let found = find(user_agent).unwrap_or_else(|| Found { name: "Other".into(), ..Found::default() });
    let agrees = (&*found.name, &*found.major, &*found.minor) == (name, major, minor);
    if !agrees {
        println!("{user_agent}: expected {name} {major} {minor}, found {found:?}");
    }
    agrees
}

// Some of the cases are of browsers newer than the list that is in use.
#[test]
fn browsers_are_named_as_uap_core_names_them() {
    let same = share(include_str!("data/uap_core_browsers.tsv"), |line| agrees(line, user_agent::browser));
    assert!(same >= 89.0, "{same} %");
}

#[test]
fn systems_are_named_as_uap_core_names_them() {
    let same = share(include_str!("data/uap_core_systems.tsv"), |line| agrees(line, user_agent::system));
    assert!(same >= 95.0, "{same} %");
}
