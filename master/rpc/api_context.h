// What the handlers of the public API work with, and the two ways a handler goes: a read answers at
// once, a write goes through the planner.
#pragma once

#include <functional>
#include <google/protobuf/message.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/random.h"
#include "common/base/text.h"
#include "common/base/time.h"
#include "foyer/api/v1/common.pb.h"
#include "master/app/api.h"
#include "master/app/blob_store.h"
#include "master/app/certificate_authority.h"
#include "master/app/errand_desk.h"
#include "master/app/event_history.h"
#include "master/app/planner.h"
#include "master/app/presence.h"
#include "master/app/secret_seal.h"
#include "master/app/wait_desk.h"
#include "master/login/login_desk.h"

namespace foyer::master {

namespace api = ::foyer::api::v1;

struct ApiLimits {
    int page_size_max = 500;
    Duration wait_max{60'000};
    Cents host_monthly{3'000};  // what a home is promised for a whole month
    std::string host_currency = "EUR";
    std::string mail_sender;  // empty: no mail is sent
    std::string contact;      // who answers for this cloud; empty: nobody was named
};

// Borrowed; all outlive the API.
struct ApiContext {
    Planner& planner;
    Presence& presence;
    WaitDesk& desk;
    EventHistory& events;
    const BlobStore& blobs;
    const SecretSeal& seal;
    LoginDesk& logins;
    ErrandDesk& errands;
    const CertificateAuthority& authority;
    const Clock& clock;
    Rng& rng;
    std::vector<std::string> agent_addresses;
    ApiLimits limits;
};

// One call on its way through a handler.
struct ApiCall {
    std::string_view rpc;
    const Caller& caller;    // only until the handler returns: copy what a continuation needs
    const CallTerms& terms;  // likewise
    Api::Done done;
};

// A call that goes on after its handler returned. Its messages live until `done`.
struct HeldCall {
    std::string_view rpc;
    Caller caller;
    CallTerms terms;
    Api::Done done;
};
std::shared_ptr<HeldCall> hold(ApiCall call);
ApiCall released(const HeldCall& held);

// A secret in the answer is sealed while it is recorded, and wiped after a short time.
enum class AnswerKind { Plain, Secret };

// The fields every write has, whatever its message.
struct WriteFields {
    std::string request_id;
    bool validate_only = false;
};

struct PreparedWrite {
    Command command;
    // Fills the (empty) answer from the state that holds the changes. Runs on the planner's thread:
    // pure and short.
    std::function<void(const State& after, const Reply& reply, google::protobuf::Message& answer)>
        render;
    AnswerKind kind = AnswerKind::Plain;
    // Once the change is committed, before the answer; not with validate_only, not at a repetition.
    std::function<void()> committed;
};

// Queues the write; `response` is filled and `call.done` runs when it is committed, refused or
// replayed. InvalidArgument: the request id.
void submit_write(const ApiContext& context, ApiCall call, const google::protobuf::Message& request,
                  const WriteFields& fields, google::protobuf::Message& response,
                  PreparedWrite write);

template <class Request>
WriteFields write_fields(const Request& request) {
    return {request.request_id(), request.validate_only()};
}

// The part of a list a page asks for.
struct PageWindow {
    int size = 100;
    std::string after;  // key of the last row before it; empty: from the beginning
};
Result<PageWindow> page_window(const ApiContext& context, const api::PageRequest& page);
// `size` rows (0: 100); InvalidArgument names the field.
Result<int> page_size_of(const ApiContext& context, int size, std::string_view path);
// How long a call may be held; InvalidArgument out of 0 to the limit.
Result<Duration> wait_of(const ApiContext& context, int wait_ms);
Error foreign_page_token();
// `after` where rows are numbered; 0: from the beginning.
Result<std::int64_t> number_after(const PageWindow& window);

// A page that is not the last: the next one begins after `last`.
void goes_on_after(std::string_view last, api::PageInfo& info);

// Shows the rows of a map keyed by name that `visible` admits, in order, and says how the list goes
// on.
template <class Map, class Visible, class Show>
void list_rows(const State& state, const Map& rows, const PageWindow& window, api::PageInfo& info,
               Visible visible, Show show_row) {
    info.set_revision(state.revision().number());
    int shown = 0;
    std::string last;
    using Key = typename Map::key_type;
    for (auto at = window.after.empty() ? rows.begin() : rows.upper_bound(Key(window.after));
         at != rows.end(); ++at) {
        if (!visible(at->second)) continue;
        if (shown == window.size) {
            goes_on_after(last, info);
            return;
        }
        show_row(at->second);
        last = at->first.str();
        ++shown;
    }
}

// The same of all rows.
template <class Map, class Show>
void list_rows(const State& state, const Map& rows, const PageWindow& window, api::PageInfo& info,
               Show show_row) {
    const auto every = [](const auto&) { return true; };
    list_rows(state, rows, window, info, every, show_row);
}

}  // namespace foyer::master
