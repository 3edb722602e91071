//! What a link shows to strangers.

dashboard_views::module!(share);
