#include "master/domain/contacts.h"

#include <algorithm>

#include "common/base/check.h"
#include "common/base/enum_text.h"
#include "master/domain/draft.h"

namespace foyer::master {
namespace {

constexpr Duration day{std::int64_t{24} * 3600 * 1000};

Error bad_address(std::string why) {
    return error(ErrorCode::InvalidArgument, "'address' " + std::move(why), {{"field", "address"}});
}

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// The letters of a dot-atom (RFC 5322) but for those that a shell or a header could misread.
bool is_local_letter(char c) {
    return is_alphanumeric(c) ||
           std::string_view("!#$&'*+-/=?^_{|}~.").find(c) != std::string::npos;
}

bool is_dotted(std::string_view text) {
    return !text.empty() && text.front() != '.' && text.back() != '.' &&
           text.find("..") == std::string_view::npos;
}

bool is_label(std::string_view text) {
    return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
           std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool is_host(std::string_view text) {
    if (!is_dotted(text) || text.find('.') == std::string_view::npos) return false;
    while (!text.empty()) {
        const auto dot = text.find('.');
        if (!is_label(text.substr(0, dot))) return false;
        text.remove_prefix(dot == std::string_view::npos ? text.size() : dot + 1);
    }
    return true;
}

Result<Contact> find_row_of(const State& state, const ContactOf& asked) {
    const Contact* found = find_contact(state, asked);
    if (found == nullptr) return no_such_row("contact", asked.id.str(), "foyer contact ls");
    return *found;
}

Error too_many(const char* rule, std::string why) {
    return error(ErrorCode::ResourceExhausted, std::move(why), {{"rule", rule}});
}

// Nobody is made to mail strangers: so few codes a day, whoever asks.
Status check_codes(const State& state, const Contact& row, WallTime now) {
    if (codes_lately(row, now) >= codes_per_contact_max)
        return too_many("codes_per_contact",
                        "a contact is mailed at most " + std::to_string(codes_per_contact_max) +
                            " codes a day; look for the last one, or ask for another tomorrow");
    int of_account = 0;
    int to_address = 0;
    for (const auto& [id, other] : state.contacts()) {
        const int codes = codes_lately(other, now);
        if (other.account == row.account) of_account += codes;
        if (other.address == row.address) to_address += codes;
    }
    if (of_account >= codes_per_account_max)
        return too_many("codes_per_account", "an account has at most " +
                                                 std::to_string(codes_per_account_max) +
                                                 " codes mailed a day; go on tomorrow");
    if (to_address >= codes_per_address_max)
        return too_many("codes_per_address", "an address is mailed at most " +
                                                 std::to_string(codes_per_address_max) +
                                                 " codes a day; go on tomorrow");
    return ok_status();
}

void give_code(Contact& row, const std::string& hash, const Sealed& code, WallTime now) {
    if (codes_lately(row, now) == 0) {
        row.codes = 0;
        row.codes_since = now;
    }
    ++row.codes;
    ++row.codes_made;
    row.code_hash = hash;
    row.code = code;
    row.code_expires_at = now + contact_code_valid;
    row.code_tries = 0;
}

void take_code_away(Contact& row) {
    row.code_hash.clear();
    row.code = {};
    row.code_expires_at.reset();
    row.code_tries = 0;
}

void fails_no_more(Contact& row) {
    row.failing_since.reset();
    row.failure.clear();
    row.refused = 0;
    row.off_at.reset();
}

Error no_code(const Contact& row, std::string why) {
    return error(ErrorCode::FailedPrecondition,
                 std::move(why) + "; `foyer contact resend " + row.id.str() + "` mails a new one",
                 {{"rule", "no_code"}});
}

Status check_awaits_code(const Contact& row, WallTime now) {
    if (row.code_hash.empty()) return no_code(row, "no code is waited for");
    if (now > *row.code_expires_at) return no_code(row, "the code is too old");
    return ok_status();
}

const Account* account_of(const State& state, const Contact& row) {
    return state.accounts().get(row.account);
}

// Whether it says something that the row does not.
bool is_news(const Contact& row, const MailProgress& progress) {
    return progress.last >= row.last && progress.mails >= row.mails &&
           progress.codes_made == row.codes_made;
}

void switch_off(Draft& draft, Contact& row) {
    row.off_at = draft.now();
    row.under_way = 0;
    take_code_away(row);
    if (const Account* account = account_of(draft.state(), row))
        draft.event("contact_off", *account,
                    "mail to " + row.address + " was refused " + std::to_string(row.refused) +
                        " times and is switched off: " + row.failure);
}

}  // namespace

std::string_view to_text(Language language) {
    switch (language) {
        case Language::English: return "en";
        case Language::French: return "fr";
    }
    CHECK(false);
}

std::optional<Language> language_from(std::string_view text) {
    return enum_from_text(all_languages, text);
}

ContactState state_of(const Contact& row) {
    if (row.off_at) return ContactState::Off;
    return row.confirmed_at ? ContactState::On : ContactState::Waits;
}

std::string contact_code_place(const ContactId& id) { return "contact/" + id.str(); }

int codes_lately(const Contact& row, WallTime now) {
    return row.codes_since && now - *row.codes_since < day ? row.codes : 0;
}

const Contact* find_contact(const State& state, const ContactOf& asked) {
    const Contact* found = state.contacts().get(asked.id);
    if (found == nullptr || found->removed_at) return nullptr;
    return asked.within && *asked.within != found->account ? nullptr : found;
}

Status check_mail_address(const std::string& address) {
    if (address.size() > mail_address_bytes_max)
        return bad_address("has at most " + std::to_string(mail_address_bytes_max) + " bytes");
    const auto at = address.rfind('@');
    if (at == std::string::npos) return bad_address("must be like name@example.org");
    const std::string_view local = std::string_view(address).substr(0, at);
    if (local.size() > 64 || !is_dotted(local) || !std::ranges::all_of(local, is_local_letter))
        return bad_address("must have a plain name before the @: letters, digits and . + - _");
    if (!is_host(std::string_view(address).substr(at + 1)))
        return bad_address("must have a host name behind the @, like example.org");
    return ok_status();
}

Result<Decision> add_contact(const State& state, const AddContact& command, WallTime now) {
    const Account account =
        TRY(find_row(state.accounts(), command.account, "account", "foyer account ls"));
    TRY(check_mail_address(command.address));
    int living = 0;
    for (const auto& [id, other] : state.contacts()) {
        if (other.account != command.account || other.removed_at) continue;
        if (other.address == command.address)
            return error(ErrorCode::AlreadyExists,
                         "contact '" + id.str() + "' has this address already",
                         {{"field", "address"}});
        ++living;
    }
    if (living >= contacts_per_account_max)
        return too_many("contacts_max", "an account has at most " +
                                            std::to_string(contacts_per_account_max) +
                                            " contacts; remove one: foyer contact rm");
    Contact row;
    row.id = command.id;
    row.account = command.account;
    row.address = command.address;
    row.language = command.language;
    row.topics = command.topics;
    row.created_at = now;
    row.last = state.last_event();
    TRY(check_codes(state, row, now));
    give_code(row, command.code_hash, command.code, now);
    Draft draft(state, now);
    draft.put(row);
    draft.event("contact_added", account, "a code is mailed to " + row.address);
    return std::move(draft).done(row.id.str());
}

Result<Decision> change_contact(const State& state, const ChangeContact& command, WallTime now) {
    Contact row = TRY(find_row_of(state, command.contact));
    Draft draft(state, now);
    if (row.language != command.language || row.topics != command.topics) {
        row.language = command.language;
        row.topics = command.topics;
        draft.put(row);
    }
    return std::move(draft).done(row.id.str());
}

Result<Decision> remove_contact(const State& state, const RemoveContact& command, WallTime now) {
    Contact row = TRY(find_row_of(state, command.contact));
    Draft draft(state, now);
    const std::string address = row.address;
    if (codes_lately(row, now) == 0) {
        draft.drop(DropContact{row.id});
    } else {
        take_code_away(row);
        row.removed_at = now;
        draft.put(row);
    }
    if (const Account* account = account_of(state, row))
        draft.event("contact_removed", *account, address + " is written to no more");
    return std::move(draft).done(row.id.str());
}

Result<Decision> renew_contact_code(const State& state, const RenewContactCode& command,
                                    WallTime now) {
    Contact row = TRY(find_row_of(state, command.contact));
    if (state_of(row) == ContactState::On)
        return error(ErrorCode::FailedPrecondition,
                     "contact '" + row.id.str() + "' is confirmed already",
                     {{"rule", "is_confirmed"}});
    TRY(check_codes(state, row, now));
    give_code(row, command.code_hash, command.code, now);
    row.confirmed_at.reset();
    fails_no_more(row);
    Draft draft(state, now);
    draft.put(row);
    return std::move(draft).done(row.id.str());
}

Result<Decision> count_contact_try(const State& state, const CountContactTry& command,
                                   WallTime now) {
    Contact row = TRY(find_row_of(state, command.contact));
    TRY(check_awaits_code(row, now));
    if (row.code_tries >= contact_code_tries_max)
        return no_code(row, "the code was tried " + std::to_string(contact_code_tries_max) +
                                " times and counts no more");
    ++row.code_tries;
    Draft draft(state, now);
    draft.put(row);
    return std::move(draft).done(row.id.str());
}

Result<Decision> confirm_contact(const State& state, const ConfirmContact& command, WallTime now) {
    Contact row = TRY(find_row_of(state, command.contact));
    TRY(check_awaits_code(row, now));
    if (row.code_hash != command.code_hash) {
        const int left = contact_code_tries_max - row.code_tries;
        return error(ErrorCode::InvalidArgument,
                     "the code is another one; " +
                         (left > 0 ? "it may be tried " + std::to_string(left) + " times more"
                                   : "`foyer contact resend " + row.id.str() + "` mails a new one"),
                     {{"rule", "wrong_code"}, {"left", std::to_string(left)}});
    }
    take_code_away(row);
    fails_no_more(row);
    row.confirmed_at = now;
    row.last = state.last_event();
    row.under_way = 0;
    Draft draft(state, now);
    draft.put(row);
    if (const Account* account = account_of(state, row))
        draft.event("contact_confirmed", *account, row.address + " is written to from now on");
    return std::move(draft).done(row.id.str());
}

Result<Decision> note_mails(const State& state, const NoteMails& command, WallTime now) {
    Draft draft(state, now);
    for (const MailProgress& progress : command.progress) {
        const Contact* found = find_contact(state, {progress.id, std::nullopt});
        if (found == nullptr || found->off_at || !is_news(*found, progress)) continue;
        Contact row = *found;
        row.last = progress.last;
        row.mails = progress.mails;
        row.under_way = progress.under_way > progress.last ? progress.under_way : 0;
        if (progress.code_mailed) row.code = {};
        row.failing_since = progress.failing_since;
        row.failure = progress.failing_since ? progress.failure : std::string();
        row.refused = progress.failing_since ? progress.refused : 0;
        if (row.refused >= mails_refused_max) switch_off(draft, row);
        if (!(row == *found)) draft.put(row);
    }
    return std::move(draft).done();
}

}  // namespace foyer::master
