//! Noise for counts: the discrete Laplace distribution, whose value `z` has the probability `(1-α)/(1+α)·α^|z|` with
//! `α = e^-ε`, made from bytes that a keyed hash gives for what is counted.

/// The noise that bytes by chance stand for. `epsilon` is above 0: the smaller, the more noise.
pub fn of(bytes: [u8; 16], epsilon: f64) -> i64 {
    let (one, other) = bytes.split_at(8);
    // The difference of two geometric numbers is two-sided geometric.
    geometric(one, epsilon) - geometric(other, epsilon)
}

/// `m` or more with the probability `e^(-ε·m)`.
fn geometric(bytes: &[u8], epsilon: f64) -> i64 {
    let bits = bytes.iter().fold(0, |bits: u64, byte| bits << 8 | u64::from(*byte)) >> 11;
    // Above 0 and up to 1, in steps of 2^-53.
    let uniform = (bits + 1) as f64 / (1_u64 << 53) as f64;
    (-uniform.ln() / epsilon).floor() as i64
}

/// What the sum of so many such numbers reaches with a probability of at most `delta`, by Chernoff's bound.
pub fn reach(numbers: u32, epsilon: f64, delta: f64) -> i64 {
    let alpha = (-epsilon).exp();
    let bound = |step: i32| {
        let lambda = epsilon * f64::from(step) / 32.0;
        let moment = (1.0 - alpha).powi(2) / ((1.0 - alpha * lambda.exp()) * (1.0 - alpha * (-lambda).exp()));
        (f64::from(numbers) * moment.ln() - delta.ln()) / lambda
    };
    (1..32).map(bound).fold(f64::INFINITY, f64::min).ceil() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::tests::chance;

    /// `count` numbers by chance.
    fn drawn(count: u64, epsilon: f64) -> impl Iterator<Item = i64> {
        (0..count).map(move |n| of(chance(&n.to_le_bytes()), epsilon))
    }

    #[test]
    fn the_distribution_is_its_formula() {
        const DRAWN: u64 = 400_000;
        for epsilon in [0.1_f64, 0.25, 1.0] {
            let alpha = (-epsilon).exp();
            let all: Vec<i64> = drawn(DRAWN, epsilon).collect();
            for z in -8_i64..=8 {
                let seen = all.iter().filter(|noise| **noise == z).count() as f64;
                let expected = (1.0 - alpha) / (1.0 + alpha) * alpha.powi(z.abs() as i32) * DRAWN as f64;
                // Five standard deviations: one run in two million would fail by chance, and the numbers are the same each time.
                assert!((seen - expected).abs() < 5.0 * expected.sqrt(), "{epsilon} {z}: {seen} of {expected}");
            }
            let mean = all.iter().sum::<i64>() as f64 / DRAWN as f64;
            let square = all.iter().map(|noise| noise * noise).sum::<i64>() as f64 / DRAWN as f64;
            let variance = 2.0 * alpha / (1.0 - alpha).powi(2);
            assert!(mean.abs() < 5.0 * (variance / DRAWN as f64).sqrt(), "{epsilon}: {mean}");
            assert!((square / variance - 1.0).abs() < 0.02, "{epsilon}: {square} of {variance}");
        }
    }

    #[test]
    fn one_visitor_more_or_less_is_at_most_a_factor_of_e_to_the_epsilon() {
        let epsilon = 0.25_f64;
        let alpha = (-epsilon).exp();
        let chance_of = |z: i64| (1.0 - alpha) / (1.0 + alpha) * alpha.powi(z.abs() as i32);
        for z in -100..100 {
            let ratio = chance_of(z) / chance_of(z - 1);
            assert!(ratio <= epsilon.exp() * (1.0 + 1e-12) && ratio >= (-epsilon).exp() * (1.0 - 1e-12), "{z}");
        }
    }

    #[test]
    fn sums_stay_within_their_reach() {
        const DELTA: f64 = 0.01;
        for (numbers, epsilon) in [(1, 0.25), (1, 1.0), (7, 0.25), (28, 0.25), (91, 0.1)] {
            let (reach, sums) = (reach(numbers, epsilon, DELTA), 4_000_u64);
            let noises: Vec<i64> = drawn(sums * u64::from(numbers), epsilon).collect();
            let beyond = noises.chunks(numbers as usize).filter(|sum| sum.iter().sum::<i64>() >= reach).count();
            assert!(beyond as f64 <= DELTA * sums as f64, "{numbers} {epsilon}: {beyond} beyond {reach}");
        }
    }

    #[test]
    fn extremes_of_chance_are_numbers() {
        assert_eq!(of([0xff; 16], 0.25), 0);
        assert_eq!(of([0; 16], 0.25), 0);
        let most = of([[0; 8], [0xff; 8]].concat().try_into().unwrap(), 0.05);
        assert!((700..800).contains(&most), "{most}");
    }
}
