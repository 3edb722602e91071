//! What comes after what.

dashboard_views::module!(journeys);
