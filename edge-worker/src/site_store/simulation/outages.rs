//! Outages that an object once came out of with a salt too many, a salt for ever, or a journal for ever.

use super::clients::{self, check_salts};
use super::model::DOMAIN;
use super::scenario::turns;
use super::world::{Faults, World};
use crate::config::Config;
use serde_json::json;
use std::rc::Rc;

const HOUR_MS: i64 = 3_600_000;
/// 2026-06-15T10:00:00Z.
const NOW_MS: i64 = 1_781_517_600_000;

/// A site that is set up, and whose journal is not written down for being full.
fn site() -> Rc<World> {
    site_of(1)
}

fn site_of(seed: u64) -> Rc<World> {
    let world = World::begin(seed, NOW_MS, None, false);
    world.model.borrow_mut().settings = json!({ "timezone": "UTC" });
    *world.object.config.borrow_mut() = Config { journal_events: 1_000, ..Config::default() };
    world.spawn_of(0, clients::set_up());
    pass(&world, HOUR_MS);
    world
}

fn pass(world: &World, wait_ms: i64) {
    assert_eq!(turns(world, wait_ms), Ok(()));
}

fn end(world: &World) {
    world.object.die(world);
    world.end(0);
    assert_eq!(world.failure(), None);
}

#[test]
fn nobody_is_hashed_with_a_salt_that_could_not_be_written() {
    let world = site();
    world.faults.set(Faults { secret_write: 1, ..Faults::default() });
    world.spawn_of(0, clients::visit(1, 2, false));
    pass(&world, HOUR_MS);
    assert_eq!(world.object.disk.accepted().len(), 0, "{DOMAIN} has no salt");
    world.faults.set(Faults::default());
    pass(&world, HOUR_MS);
    assert_eq!(world.object.disk.accepted().len(), 2);
    end(&world);
}

#[test]
fn whoever_comes_first_together_has_one_salt() {
    let world = site();
    world.faults.set(Faults { slow_secrets: true, ..Faults::default() });
    for sender in 1..9 {
        world.spawn_of(0, clients::visit(sender, 1, false));
    }
    pass(&world, HOUR_MS);
    world.object.die(&world);
    for sender in 1..9 {
        world.spawn_of(0, clients::visit(sender, 1, false));
    }
    pass(&world, HOUR_MS);
    assert_eq!(world.object.disk.accepted().len(), 16);
    end(&world);
}

#[test]
fn a_salt_ends_though_it_could_not_be_deleted_when_it_was_over() {
    let world = site();
    world.spawn_of(0, clients::visit(1, 1, false));
    pass(&world, HOUR_MS);
    world.faults.set(Faults { secret: 1, ..Faults::default() });
    pass(&world, 4 * 24 * HOUR_MS);
    world.faults.set(Faults::default());
    pass(&world, HOUR_MS);
    check_salts(&world);
    end(&world);
}

#[test]
fn a_salt_ends_though_no_alarm_could_be_set_when_it_was_made() {
    let world = site();
    world.faults.set(Faults { alarm: 1, ..Faults::default() });
    world.spawn_of(0, clients::visit(1, 1, false));
    pass(&world, HOUR_MS);
    world.faults.set(Faults::default());
    pass(&world, HOUR_MS);
    assert_eq!(world.object.disk.accepted().len(), 1);
    pass(&world, 4 * 24 * HOUR_MS);
    check_salts(&world);
    end(&world);
}

#[test]
fn a_salt_ends_though_its_senders_gave_up_before_an_alarm_could_be_set() {
    let world = site();
    world.faults.set(Faults { alarm: 1, ..Faults::default() });
    world.spawn_of(0, clients::visit(1, 1, false));
    pass(&world, 5 * 24 * HOUR_MS);
    world.faults.set(Faults::default());
    check_salts(&world);
    end(&world);
}

#[test]
fn a_salt_ends_though_its_site_was_deleted_while_it_was_made() {
    for seed in 0..40 {
        let world = site_of(seed);
        world.faults.set(Faults { slow_secrets: true, ..Faults::default() });
        world.spawn_of(0, clients::visit(1, 1, false));
        pass(&world, world.chance(|chance| chance.between(300, 3_000)));
        world.spawn_of(0, clients::delete());
        pass(&world, 4 * 24 * HOUR_MS);
        check_salts(&world);
        end(&world);
    }
}

#[test]
fn a_journal_is_written_down_though_its_alarm_could_not_be_set_at_first() {
    let world = site();
    let import = || {
        let (lines, events) = clients::lines(&world, 2);
        world.spawn_of(0, clients::import(format!("import {}", lines[0]), lines, events));
        pass(&world, HOUR_MS / 2);
    };
    world.faults.set(Faults { alarm: 1, ..Faults::default() });
    import();
    world.faults.set(Faults::default());
    import();
    assert_eq!(world.object.disk.accepted().len(), 4);
    pass(&world, 2 * HOUR_MS);
    assert_eq!(world.object.disk.number("SELECT count(*) FROM journal"), 0);
    end(&world);
}
