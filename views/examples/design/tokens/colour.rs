//! How colours look beside each other, and to those who see them differently.

/// A colour of sRGB, its channels linear from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rgb {
    linear: [f64; 3],
    code: u32,
}

impl Rgb {
    /// Reads `#rrggbb`.
    pub(crate) fn read(hex: &str) -> Option<Self> {
        let digits = hex.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let code = u32::from_str_radix(digits, 16).ok()?;
        let channel = |shift: u32| {
            let value = f64::from(code >> shift & 255) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        Some(Self { linear: [channel(16), channel(8), channel(0)], code })
    }

    /// `#rrggbb`.
    pub(crate) fn hex(self) -> String {
        format!("#{:06x}", self.code)
    }

    /// Relative luminance: <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>.
    fn luminance(self) -> f64 {
        dot([0.2126, 0.7152, 0.0722], self.linear)
    }
}

/// The contrast of two colours, 1 to 21: <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>.
pub(crate) fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (one.luminance() + 0.05, other.luminance() + 0.05);
    one.max(other) / one.min(other)
}

fn dot(one: [f64; 3], other: [f64; 3]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

/// What a kind of sight makes of linear channels.
#[cfg(test)]
pub(crate) type Sight = [[f64; 3]; 3];

/// Kinds of sight: Machado, Oliveira and Fernandes, 2009, at full severity.
#[cfg(test)]
pub(crate) const SIGHTS: [(&str, Sight); 4] = [
    ("all cones", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "protanopia",
        [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
    ),
    (
        "deuteranopia",
        [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_82, 0.042_94, 0.968_881]],
    ),
    (
        "tritanopia",
        [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_9]],
    ),
];

#[cfg(test)]
impl Rgb {
    /// Linear channels as a kind of sight has them.
    pub(crate) fn seen(self, sight: &Sight) -> [f64; 3] {
        sight.map(|row| dot(row, self.linear).clamp(0.0, 1.0))
    }
}

/// How far apart two colours look, 0 to about 1: their distance in Oklab, <https://bottosson.github.io/posts/oklab/>.
#[cfg(test)]
pub(crate) fn distance(one: [f64; 3], other: [f64; 3]) -> f64 {
    let squares = oklab(one).into_iter().zip(oklab(other)).map(|(one, other)| (one - other).powi(2));
    squares.sum::<f64>().sqrt()
}

#[cfg(test)]
fn oklab(linear: [f64; 3]) -> [f64; 3] {
    let cones = [
        [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
        [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
        [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
    ]
    .map(|row| dot(row, linear).cbrt());
    [
        [0.210_454_255_3, 0.793_617_785, -0.004_072_046_8],
        [1.977_998_495_1, -2.428_592_205, 0.450_593_709_9],
        [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766],
    ]
    .map(|row| dot(row, cones))
}
