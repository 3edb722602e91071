//! Widgets that somebody chose and arranged.

dashboard_views::module!(boards);
