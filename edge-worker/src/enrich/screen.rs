//! The class of a screen's width. Only the class is stored: a width in pixels helps to tell visitors apart.

/// The class of a width in CSS pixels; empty for 0, which is unknown. The steps are the usual breakpoints of layouts.
pub fn class(width: u16) -> &'static str {
    match width {
        0 => "",
        1..576 => "Mobile",
        576..992 => "Tablet",
        992..1440 => "Laptop",
        _ => "Desktop",
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_width_has_a_class() {
        for (width, class) in [
            (0, ""),
            (1, "Mobile"),
            (575, "Mobile"),
            (576, "Tablet"),
            (992, "Laptop"),
            (1440, "Desktop"),
            (u16::MAX, "Desktop"),
        ] {
            assert_eq!(super::class(width), class, "{width}");
        }
    }
}
