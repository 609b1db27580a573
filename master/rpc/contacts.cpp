// Contacts: those of the caller's account, or any for an operator.
#include <algorithm>

#include "common/base/check.h"
#include "common/tls/sha256.h"
#include "master/rpc/handlers.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

constexpr std::size_t id_letters = 10;
constexpr const char* no_server =
    "this master has no mail server yet, so no code and no notice is mailed; its operator names "
    "one under [mail] in master.toml";

api::Topic to_wire(Topic topic) {
    switch (topic) {
        case Topic::Takeover: return api::TOPIC_TAKEOVER;
        case Topic::Health: return api::TOPIC_HEALTH;
        case Topic::Repair: return api::TOPIC_REPAIR;
        case Topic::Box: return api::TOPIC_BOX;
        case Topic::Certificate: return api::TOPIC_CERTIFICATE;
        case Topic::Quota: return api::TOPIC_QUOTA;
        case Topic::Drain: return api::TOPIC_DRAIN;
        case Topic::Maintenance: return api::TOPIC_MAINTENANCE;
        case Topic::Order: return api::TOPIC_ORDER;
        case Topic::Account: return api::TOPIC_ACCOUNT;
    }
    CHECK(false);
}

Result<std::set<Topic>> topics_in(const google::protobuf::RepeatedField<int>& wanted) {
    std::set<Topic> topics;
    for (const int number : wanted) {
        const auto known = std::ranges::find_if(
            all_topics, [&](Topic topic) { return static_cast<int>(to_wire(topic)) == number; });
        if (known == all_topics.end())
            return error(ErrorCode::InvalidArgument, "'/topics' holds one that there is not",
                         {{"path", "/topics"}});
        topics.insert(*known);
    }
    return topics;
}

api::ContactState to_wire(ContactState state) {
    switch (state) {
        case ContactState::Waits: return api::CONTACT_STATE_WAITS;
        case ContactState::On: return api::CONTACT_STATE_ON;
        case ContactState::Off: return api::CONTACT_STATE_OFF;
    }
    CHECK(false);
}

void show(const Contact& from, const std::string& sender, api::Contact& to) {
    to.set_id(from.id.str());
    to.set_account(from.account.str());
    to.set_address(from.address);
    to.set_language(to_wire(from.language));
    for (const Topic topic : from.topics) to.add_topics(to_wire(topic));
    to.set_state(to_wire(state_of(from)));
    set_time(from.created_at, *to.mutable_created_at());
    if (from.confirmed_at) set_time(*from.confirmed_at, *to.mutable_confirmed_at());
    to.set_mails(from.mails);
    if (from.failing_since) set_time(*from.failing_since, *to.mutable_failing_since());
    to.set_failure(from.failure);
    if (from.off_at) set_time(*from.off_at, *to.mutable_off_at());
    to.set_revision(from.revision.number());
    if (sender.empty()) to.set_warning(no_server);
}

ContactOf contact_of(const Caller& caller, const std::string& id) {
    return {ContactId(id), caller.is_operator() ? std::nullopt : std::optional(caller.account)};
}

auto shown_later(const ApiContext& context) {
    return [sender = context.limits.mail_sender](const State& after, const Reply& reply,
                                                 google::protobuf::Message& answer) {
        show(after.contacts().at(ContactId(reply.subject)), sender,
             static_cast<api::Contact&>(answer));
    };
}

// A code as people copy it: whatever its case, with or without its dash; i, l and o are read as
// the digits that they look like.
std::string plain_code(const std::string& code) {
    std::string plain;
    for (const char c : code) {
        if (c == '-' || c == ' ') continue;
        const char low = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        plain += low == 'o' ? '0' : low == 'i' || low == 'l' ? '1' : low;
    }
    return plain;
}

std::string hash_of(const ContactId& id, const std::string& code) {
    return tls::sha256_hex(id.str() + "/" + plain_code(code));
}

struct FreshCode {
    std::string hash;
    Sealed sealed;
};

FreshCode fresh_code(const ApiContext& context, const ContactId& id) {
    const Secret<std::string> code(context.rng.text(contact_code_letters));
    return {hash_of(id, code.reveal()), context.seal.seal(code, contact_code_place(id))};
}

}  // namespace

void add_contact(const ApiContext& context, ApiCall call, const api::AddContactRequest& request,
                 api::Contact& response) {
    AddContact command;
    command.account =
        request.account().empty() ? call.caller.account : AccountId(request.account());
    if (command.account != call.caller.account && !call.caller.is_operator())
        return call.done(error(ErrorCode::PermissionDenied,
                               "only operators add contacts to other accounts; leave 'account' out",
                               {{"rule", "role"}, {"roles", "operator"}}));
    const Status may_hear = check_may_hear(call.caller, "contact");
    if (!may_hear.ok()) return call.done(may_hear);
    const auto language = from_wire(request.language());
    if (!language.ok()) return call.done(language.failure());
    auto topics = topics_in(request.topics());
    if (!topics.ok()) return call.done(topics.failure());
    command.id = ContactId(context.rng.text(id_letters));
    command.address = request.address();
    command.language = language.value();
    command.topics = std::move(topics).value();
    FreshCode code = fresh_code(context, command.id);
    command.code_hash = std::move(code.hash);
    command.code = std::move(code.sealed);
    PreparedWrite write;
    write.command = std::move(command);
    write.render = shown_later(context);
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void get_contact(const ApiContext& context, ApiCall call, const api::GetContactRequest& request,
                 api::Contact& response) {
    call.done(context.planner.read([&](const State& state) -> Status {
        const Contact* found = find_contact(state, contact_of(call.caller, request.id()));
        if (found == nullptr)
            return error(ErrorCode::NotFound, "contact '" + request.id() + "' does not exist");
        show(*found, context.limits.mail_sender, response);
        return ok_status();
    }));
}

void list_contacts(const ApiContext& context, ApiCall call, const api::ListContactsRequest& request,
                   api::ListContactsResponse& response) {
    const auto window = page_window(context, request.page());
    if (!window.ok()) return call.done(window.failure());
    response.set_sender(context.limits.mail_sender);
    context.planner.read([&](const State& state) {
        list_rows(
            state, state.contacts(), window.value(), *response.mutable_page(),
            [&](const Contact& row) {
                return find_contact(state, contact_of(call.caller, row.id.str())) != nullptr &&
                       (request.account().empty() || row.account.str() == request.account());
            },
            [&](const Contact& row) {
                show(row, context.limits.mail_sender, *response.add_contacts());
            });
    });
    call.done(ok_status());
}

void change_contact(const ApiContext& context, ApiCall call,
                    const api::ChangeContactRequest& request, api::Contact& response) {
    const auto language = from_wire(request.language());
    if (!language.ok()) return call.done(language.failure());
    const auto topics = topics_in(request.topics());
    if (!topics.ok()) return call.done(topics.failure());
    PreparedWrite write;
    write.command =
        ChangeContact{contact_of(call.caller, request.id()), language.value(), topics.value()};
    write.render = shown_later(context);
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void remove_contact(const ApiContext& context, ApiCall call,
                    const api::ContactActionRequest& request,
                    api::RemoveContactResponse& response) {
    PreparedWrite write;
    write.command = RemoveContact{contact_of(call.caller, request.id())};
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void resend_contact_code(const ApiContext& context, ApiCall call,
                         const api::ContactActionRequest& request, api::Contact& response) {
    const ContactOf contact = contact_of(call.caller, request.id());
    FreshCode code = fresh_code(context, contact.id);
    PreparedWrite write;
    write.command = RenewContactCode{contact, std::move(code.hash), std::move(code.sealed)};
    write.render = shown_later(context);
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void confirm_contact(const ApiContext& context, ApiCall call,
                     const api::ConfirmContactRequest& request, api::Contact& response) {
    const ContactOf contact = contact_of(call.caller, request.id());
    if (request.code().size() > 4 * contact_code_letters)
        return call.done(error(ErrorCode::InvalidArgument, "'/code' has 8 letters and digits",
                               {{"path", "/code"}}));
    PreparedWrite write;
    write.command = ConfirmContact{contact, hash_of(contact.id, request.code())};
    write.render = shown_later(context);
    // A repetition of what was done is answered, and is no try.
    const bool repeated =
        !request.request_id().empty() && context.planner.read([&](const State& state) {
            return state.requests().contains(
                {call.caller.account, RequestId(request.request_id())});
        });
    if (repeated)
        return submit_write(context, std::move(call), request, write_fields(request), response,
                            std::move(write));
    // The try is committed first; what If-Match compares is compared with it.
    Write count;
    count.command = CountContactTry{contact};
    count.precondition = call.terms.if_match;
    const auto held = hold(std::move(call));
    held->terms = {};
    context.planner.submit(std::move(count),
                           [&context, &request, &response, held,
                            write = std::move(write)](const Result<Answer>& counted) mutable {
                               if (!counted.ok()) return held->done(counted.failure());
                               submit_write(context, released(*held), request,
                                            write_fields(request), response, std::move(write));
                           });
}

}  // namespace foyer::master
