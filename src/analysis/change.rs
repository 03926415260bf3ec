//! What became of a case between two days.

use serde::Serialize;

/// What became of a case, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseChange {
    /// It went to a graver phase.
    Escalated,
    /// It was not there, and is open.
    New,
    /// It was dormant or closed, and is open or active again.
    Reactivated,
    /// It went to a milder phase, or from active to dormant.
    Deescalated,
    /// It was open, and is resolved.
    Resolved,
    /// It was open, and is followed no more.
    Withdrawn,
}

impl CaseChange {
    /// All of them, the gravest first.
    pub const ALL: [CaseChange; 6] = [
        CaseChange::Escalated,
        CaseChange::New,
        CaseChange::Reactivated,
        CaseChange::Deescalated,
        CaseChange::Resolved,
        CaseChange::Withdrawn,
    ];

    /// Its name in JSON.
    pub fn word(self) -> &'static str {
        match self {
            CaseChange::Escalated => "escalated",
            CaseChange::New => "new",
            CaseChange::Reactivated => "reactivated",
            CaseChange::Deescalated => "deescalated",
            CaseChange::Resolved => "resolved",
            CaseChange::Withdrawn => "withdrawn",
        }
    }
}

/// How a case stood on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Standing<'a> {
    /// State.
    pub state: &'a str,
    /// Phase, of an active one.
    pub phase: Option<&'a str>,
}

impl Standing<'_> {
    fn is_active(self) -> bool {
        self.state == "activo"
    }

    fn is_open(self) -> bool {
        self.is_active() || self.state == "latente"
    }

    /// How grave its phase is; `None` of one that is not known. That a dispute calms down is no graver than that it is talked over.
    fn gravity(self) -> Option<u8> {
        match self.phase? {
            "dialogo" | "desescalamiento" => Some(0),
            "temprana" => Some(1),
            "escalamiento" => Some(2),
            "crisis" => Some(3),
            _ => None,
        }
    }
}

/// What became of a case between two days, by how it stood then; `None` of one of which nothing did. Of one that was not there
/// before and is closed by now, nothing is said: it came and went in between.
pub fn change_between(before: Option<Standing<'_>>, after: Option<Standing<'_>>) -> Option<CaseChange> {
    let after = after?;
    let Some(before) = before else { return after.is_open().then_some(CaseChange::New) };
    match (before.is_open(), after.is_open()) {
        (true, false) => Some(if after.state == "resuelto" { CaseChange::Resolved } else { CaseChange::Withdrawn }),
        (false, true) => Some(CaseChange::Reactivated),
        (false, false) => None,
        (true, true) => match (before.is_active(), after.is_active()) {
            (false, true) => Some(CaseChange::Reactivated),
            (true, false) => Some(CaseChange::Deescalated),
            _ => match (before.gravity()?, after.gravity()?) {
                (was, is) if is > was => Some(CaseChange::Escalated),
                (was, is) if is < was => Some(CaseChange::Deescalated),
                _ => None,
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_a_case_follows_from_how_it_stood() {
        fn standing(text: &str) -> Option<Standing<'_>> {
            let (state, phase) = text.split_once(' ').map_or((text, None), |(state, phase)| (state, Some(phase)));
            (!text.is_empty()).then_some(Standing { state, phase })
        }
        for (before, after, change) in [
            ("", "latente", Some(CaseChange::New)),
            ("", "activo crisis", Some(CaseChange::New)),
            ("", "resuelto", None),
            ("", "", None),
            ("activo dialogo", "", None),
            ("activo dialogo", "activo crisis", Some(CaseChange::Escalated)),
            ("activo crisis", "activo dialogo", Some(CaseChange::Deescalated)),
            ("activo crisis", "activo crisis", None),
            ("activo crisis", "activo desescalamiento", Some(CaseChange::Deescalated)),
            ("activo dialogo", "activo desescalamiento", None),
            ("activo", "activo crisis", None),
            ("activo crisis", "latente", Some(CaseChange::Deescalated)),
            ("latente", "activo temprana", Some(CaseChange::Reactivated)),
            ("resuelto", "latente", Some(CaseChange::Reactivated)),
            ("latente", "resuelto", Some(CaseChange::Resolved)),
            ("activo dialogo", "retirado", Some(CaseChange::Withdrawn)),
            ("resuelto", "retirado", None),
        ] {
            assert_eq!(change_between(standing(before), standing(after)), change, "{before} -> {after}");
        }
    }
}
