//! The channel of a visit: Google Analytics' default channel groups, as Plausible documents them, with AI assistants.

use super::source::{Kind, Source};

/// What the channel is decided by. Empty texts mean "not given".
#[derive(Clone, Copy, Debug, Default)]
pub struct Clues<'a> {
    /// `utm_medium`.
    pub medium: &'a str,
    /// `utm_campaign`.
    pub campaign: &'a str,
    /// `utm_source`, as given.
    pub tag: &'a str,
    /// The name of the click id that the address carried, such as `gclid`.
    pub click_id: &'a str,
}

/// The channel's name; empty for a direct visit.
pub fn of(source: &Source, clues: Clues) -> &'static str {
    let (medium, campaign) = (clues.medium.to_lowercase(), clues.campaign.to_lowercase());
    let (tag, medium) = (clues.tag.to_lowercase(), medium.trim());
    let is = |kind| source.kind == Some(kind);
    let shopping = is(Kind::Shopping) || names_a_shop(&campaign);
    let paid = is_paid(medium);
    let clicked = matches!((source.name.as_str(), clues.click_id), ("Google", "gclid") | ("Bing", "msclkid"));
    match () {
        () if campaign.contains("cross-network") => "Cross-network",
        () if shopping && paid => "Paid Shopping",
        () if (is(Kind::Search) && paid) || clicked => "Paid Search",
        () if is(Kind::Social) && paid => "Paid Social",
        () if is(Kind::Video) && paid => "Paid Video",
        () if matches!(medium, "display" | "banner" | "expandable" | "interstitial" | "cpm") => "Display",
        () if paid => "Paid Other",
        () if shopping => "Organic Shopping",
        () if is(Kind::Social) || is_social(medium) => "Organic Social",
        () if is(Kind::Video) || medium.contains("video") => "Organic Video",
        () if is(Kind::Search) || medium == "organic" => "Organic Search",
        () if is(Kind::Assistant) => "AI Assistants",
        () if is_email(&tag) || is_email(medium) => "Email",
        () if medium == "affiliate" => "Affiliates",
        () if medium == "audio" => "Audio",
        () if tag == "sms" || medium == "sms" => "SMS",
        () if is_push(medium) || tag == "firebase" => "Mobile Push Notifications",
        () if !source.name.is_empty() || matches!(medium, "referral" | "app" | "link") => "Referral",
        () => "",
    }
}

/// `^(.*cp.*|ppc|retargeting|paid.*)$`
fn is_paid(medium: &str) -> bool {
    medium.contains("cp") || medium == "ppc" || medium == "retargeting" || medium.starts_with("paid")
}

/// `^(.*(([^a-df-z]|^)shop|shopping).*)$`: `shop` at the start of a word, or after an e.
fn names_a_shop(campaign: &str) -> bool {
    campaign.contains("shopping")
        || campaign.match_indices("shop").any(|(at, _)| {
            let before = campaign.get(..at).and_then(|before| before.chars().next_back());
            before.is_none_or(|before| before == 'e' || !before.is_ascii_lowercase())
        })
}

fn is_social(medium: &str) -> bool {
    matches!(medium, "social" | "social-network" | "social-media" | "sm" | "social network" | "social media")
}

fn is_email(text: &str) -> bool {
    matches!(text, "email" | "e-mail" | "e_mail" | "e mail" | "newsletter")
}

fn is_push(medium: &str) -> bool {
    medium.ends_with("push") || medium.contains("mobile") || medium.contains("notification")
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    #[test]
    fn channels_follow_the_documented_table() {
        for (tag, medium, campaign, click_id, channel) in [
            ("", "", "", "", ""),
            ("google", "", "", "", "Organic Search"),
            ("google", "cpc", "", "", "Paid Search"),
            ("google", "", "", "gclid", "Paid Search"),
            ("bing", "", "", "msclkid", "Paid Search"),
            ("bing", "", "", "gclid", "Organic Search"),
            ("google", "cpc", "Summer Shopping", "", "Paid Shopping"),
            ("google", "cpc", "workshop", "", "Paid Search"),
            ("", "", "eshop", "", "Organic Shopping"),
            ("google", "", "cross-network", "", "Cross-network"),
            ("facebook", "paid_social", "", "", "Paid Social"),
            ("facebook", "", "", "", "Organic Social"),
            ("acme", "social", "", "", "Organic Social"),
            ("youtube", "cpv", "", "", "Paid Video"),
            ("youtube", "", "", "", "Organic Video"),
            ("acme", "banner", "", "", "Display"),
            ("acme", "ppc", "", "", "Paid Other"),
            ("acme", "organic", "", "", "Organic Search"),
            ("chatgpt.com", "", "", "", "AI Assistants"),
            ("email", "", "", "", "Email"),
            ("acme", "E-Mail", "", "", "Email"),
            ("acme", "affiliate", "", "", "Affiliates"),
            ("acme", "audio", "", "", "Audio"),
            ("sms", "", "", "", "SMS"),
            ("acme", "web-push", "", "", "Mobile Push Notifications"),
            ("firebase", "", "", "", "Mobile Push Notifications"),
            ("acme", "", "", "", "Referral"),
            ("", "referral", "", "", "Referral"),
        ] {
            let source = if tag.is_empty() { Source::default() } else { source::of_tag(tag) };
            let clues = Clues { medium, campaign, tag, click_id };
            assert_eq!(of(&source, clues), channel, "{tag}/{medium}/{campaign}/{click_id}");
        }
    }
}
