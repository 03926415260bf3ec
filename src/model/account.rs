use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What somebody with an account does here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Tells what happens where they are, and sees what is public.
    Reporter,
    /// Keeps the cases of their institution.
    Officer,
    /// Sees all that their institution sees, and changes nothing.
    Analyst,
    /// Keeps the layers, except cases.
    Steward,
    /// Looks after the accounts of their institution.
    InstitutionAdmin,
    /// Looks after institutions and all accounts.
    SystemAdmin,
}

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// Write features of layers, files among them.
    WriteLayers,
    /// See and change the accounts of one's own institution.
    ManageAccounts,
    /// See and change institutions and the accounts of all.
    ManageInstitutions,
    /// See the cases of one's own institution, and those shared with it.
    ReadCases,
    /// Record and change the cases of one's own institution.
    WriteCases,
    /// See to code lists, the crosswalk and schemes: of one's own institution, or of all with [`Right::ManageInstitutions`].
    ManageWords,
    /// Read what people did: of their institution, or of all with [`Right::ManageInstitutions`].
    ReadAudit,
}

/// What a token of a program is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Read what its owner may read.
    #[serde(rename = "read")]
    Read,
    /// Write features of layers, as far as its owner may.
    #[serde(rename = "layers:write")]
    WriteLayers,
    /// Record and change cases, as far as its owner may.
    #[serde(rename = "cases:write")]
    WriteCases,
}

/// A word that names none of what there is.
#[derive(Debug, thiserror::Error)]
#[error("expected {0}")]
pub struct UnknownWord(String);

/// The words for each, as they are stored and sent.
macro_rules! words {
    ($kind:ty { $($value:path => $word:literal),+ $(,)? }) => {
        impl $kind {
            /// All of them.
            pub const ALL: &'static [$kind] = &[$($value),+];

            /// The word for it.
            pub fn word(self) -> &'static str {
                match self { $($value => $word),+ }
            }
        }

        impl FromStr for $kind {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<$kind, UnknownWord> {
                let found = <$kind>::ALL.iter().find(|own| own.word() == text).copied();
                found.ok_or_else(|| UnknownWord([$($word),+].join(", ")))
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

words!(Role {
    Role::Reporter => "reporter",
    Role::Officer => "officer",
    Role::Analyst => "analyst",
    Role::Steward => "steward",
    Role::InstitutionAdmin => "institution_admin",
    Role::SystemAdmin => "system_admin",
});

words!(Scope {
    Scope::Read => "read",
    Scope::WriteLayers => "layers:write",
    Scope::WriteCases => "cases:write",
});

impl Role {
    /// Whether whoever has this role may do it.
    pub fn may(self, right: Right) -> bool {
        match right {
            Right::WriteLayers => matches!(self, Role::Steward),
            Right::ReadCases => matches!(self, Role::Officer | Role::Analyst | Role::InstitutionAdmin),
            Right::WriteCases => matches!(self, Role::Officer),
            Right::ManageAccounts | Right::ManageWords | Right::ReadAudit => {
                matches!(self, Role::InstitutionAdmin | Role::SystemAdmin)
            }
            Right::ManageInstitutions => matches!(self, Role::SystemAdmin),
        }
    }
}

impl Right {
    /// What a token needs to do it; `None` where none may: whoever manages people signs in.
    pub fn scope(self) -> Option<Scope> {
        match self {
            Right::WriteLayers => Some(Scope::WriteLayers),
            Right::ReadCases => Some(Scope::Read),
            Right::WriteCases => Some(Scope::WriteCases),
            Right::ManageAccounts | Right::ManageInstitutions | Right::ManageWords | Right::ReadAudit => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_json() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).expect("a word"), role.word());
            assert_eq!(role.word().parse::<Role>().expect("its own word"), *role);
        }
        for scope in Scope::ALL {
            assert_eq!(serde_json::to_value(scope).expect("a word"), scope.word());
        }
        assert!("root".parse::<Role>().expect_err("none").to_string().contains("system_admin"));
    }

    #[test]
    fn nobody_manages_people_with_a_token() {
        assert_eq!(Right::ManageAccounts.scope(), None);
        assert!(
            Role::SystemAdmin.may(Right::ManageInstitutions) && !Role::InstitutionAdmin.may(Right::ManageInstitutions)
        );
    }
}
