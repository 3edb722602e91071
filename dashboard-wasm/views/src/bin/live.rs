//! Who is here, and what they do.

dashboard_views::module!(live);
