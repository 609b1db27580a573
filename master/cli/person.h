// A person at the keyboard: logs in with a password (and a code), or in a browser at the identity
// provider, and keeps the session as the profile's token. Passwords and codes are typed unseen, or
// come as lines of stdin; never from the command line.
#pragma once

#include <string>

#include "master/cli/session.h"

namespace foyer::cli {

struct Person {
    std::string api;      // empty: the profile's
    std::string ca_file;  // likewise
    std::string account;
    std::string member;
    bool provider = false;  // log in at the identity provider
};

// The profile to log in to, still without a session.
Result<Profile> profile_of(Session& session, const Person& person);
// Logs in, and remembers the session under the chosen profile.
Status log_in_person(Session& session, const Person& person);
// Chooses the password that an invitation asks for.
Status accept_invitation(Session& session, const Person& person);
// Ties the profile's session to who this person is at the identity provider.
Status link_person(Session& session);

// A write that nobody repeats: what a login proves is recorded nowhere.
Result<Json> post_once(ApiClient& client, const std::string& path, const Json& body);

// The profile under its name, and the default if it is the first.
Status remember(Session& session, const Profile& profile);

// A new password, typed twice where somebody types. InvalidArgument: the two differ.
Result<std::string> ask_new_password(Session& session);

}  // namespace foyer::cli
