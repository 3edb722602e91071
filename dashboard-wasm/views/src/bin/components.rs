//! Which components of a library are shown and used.

dashboard_views::module!(components);
