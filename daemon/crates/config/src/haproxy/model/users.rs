//! `userlist` sections: who may pass `http_auth`.

use crate::source::Spanned;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserList {
    pub name: Spanned<String>,
    pub users: Vec<User>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct User {
    pub name: Spanned<String>,
    pub password: String,
    /// `password`: in the form of crypt(3), instead of `insecure-password`: as it is.
    pub hashed: bool,
    pub groups: Vec<String>,
}

/// Never prints the password.
impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "User({}, …)", self.name.value)
    }
}
