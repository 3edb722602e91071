//! Who comes again.

dashboard_views::module!(retention);
