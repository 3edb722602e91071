//! What visitors are hoped to do.

dashboard_views::module!(goals);
