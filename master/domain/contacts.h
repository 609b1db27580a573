// Where an account is written to when something concerns it: an address, a language, topics. An
// address is used once its owner gave back the code that was mailed to it.
//
//   added ──code mailed──► waits ──confirmed──► on ──refused for good, mails_refused_max──► off
//     ▲                      │                                                          │
//     └────── a new code ────┴────────────────────────── a new code ◄───────────────────┘
//
// A code is mailed to whoever is named, so codes are few: of one contact, of one account, to one
// address. A contact that was removed is kept for a day, out of sight, so that adding it again
// mails no more than that.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/ids.h"
#include "master/domain/event_kinds.h"
#include "master/domain/rows.h"

namespace foyer::master {

class State;

using ContactId = Id<struct ContactIdTag>;

enum class Language { English, French };
inline constexpr std::array all_languages{Language::English, Language::French};
std::string_view to_text(Language language);  // "en", "fr"
std::optional<Language> language_from(std::string_view text);

struct Contact {
    ContactId id;
    AccountId account;
    std::string address;
    Language language = Language::English;
    std::set<Topic> topics;  // empty: all
    // Of the code that is waited for.
    std::string code_hash;  // hex SHA-256 of id and code; empty: none is
    Sealed code;            // until it is mailed
    std::optional<WallTime> code_expires_at;
    int code_tries = 0;
    int codes = 0;  // mailed, or to be mailed, since `codes_since`; counted for a day
    std::optional<WallTime> codes_since;
    std::int64_t codes_made = 0;  // ever
    std::optional<WallTime> confirmed_at;
    // How far it is with the events, as a webhook is.
    std::int64_t last = 0;       // up to this event everything was mailed, or was not for it
    std::int64_t mails = 0;      // that were taken
    std::int64_t under_way = 0;  // the next mail holds what is up to this event; 0: none is
    std::optional<WallTime> failing_since;
    std::string failure;  // why, for people; exactly while it fails
    int refused = 0;      // times the mail was refused for good, since one was taken
    std::optional<WallTime> off_at;
    std::optional<WallTime> removed_at;
    WallTime created_at;
    Revision revision;
    friend bool operator==(const Contact&, const Contact&) = default;
};

enum class ContactState { Waits, On, Off };
ContactState state_of(const Contact& row);

// "contact/k3v9…": the place of its code under the seal.
std::string contact_code_place(const ContactId& id);

// Codes that still count against the limits of a day.
int codes_lately(const Contact& row, WallTime now);

// A contact as somebody asks for it: `within` his account; absent: an operator, of any.
struct ContactOf {
    ContactId id;
    std::optional<AccountId> within;
};
// nullptr: there is none, it was removed, or it is another's.
const Contact* find_contact(const State& state, const ContactOf& asked);

struct AddContact {
    ContactId id;
    AccountId account;
    std::string address;
    Language language = Language::English;
    std::set<Topic> topics = {};
    std::string code_hash;
    Sealed code;
};

struct ChangeContact {
    ContactOf contact;
    Language language = Language::English;
    std::set<Topic> topics;
};

struct RemoveContact {
    ContactOf contact;
};

struct RenewContactCode {
    ContactOf contact;
    std::string code_hash;
    Sealed code;
};

// Before a code is compared the try is counted and committed: who kills the master gains none.
struct CountContactTry {
    ContactOf contact;
};

struct ConfirmContact {
    ContactOf contact;
    std::string code_hash;
};

// How far mails are; sent by the shell, many at once. Of a contact that is further nothing is
// taken.
struct MailProgress {
    ContactId id;
    std::int64_t last = 0;
    std::int64_t mails = 0;
    std::int64_t under_way = 0;
    std::int64_t codes_made = 0;  // as it was known: what was told of an older code counts no more
    bool code_mailed = false;
    std::optional<WallTime> failing_since;
    std::string failure;
    int refused = 0;
    friend bool operator==(const MailProgress&, const MailProgress&) = default;
};

struct NoteMails {
    std::vector<MailProgress> progress;
};

struct DropContact {
    ContactId id;
    friend bool operator==(const DropContact&, const DropContact&) = default;
};

inline constexpr int contacts_per_account_max = 5;
inline constexpr std::size_t mail_address_bytes_max = 254;
inline constexpr Duration contact_code_valid{std::int64_t{4} * 3600 * 1000};
inline constexpr int contact_code_tries_max = 5;
inline constexpr std::size_t contact_code_letters = 8;
// In 24 hours.
inline constexpr int codes_per_contact_max = 3;
inline constexpr int codes_per_account_max = 6;
inline constexpr int codes_per_address_max = 3;
// Refused for good so often in a row: the contact is switched off.
inline constexpr int mails_refused_max = 3;
inline constexpr std::size_t mail_failure_bytes_max = 300;  // what is longer is cut

// name@host in plain ASCII: no quotes, no comments, nothing that could end a line of a mail.
Status check_mail_address(const std::string& address);

}  // namespace foyer::master
