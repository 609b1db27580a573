#include "master/rpc/api_context.h"

#include <algorithm>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "common/tls/sha256.h"
#include "master/app/route_table.h"
#include "master/app/secret_fields.h"
#include "master/domain/limits.h"

namespace foyer::master {
namespace {

constexpr int page_size_default = 100;

std::string deterministic_bytes(const google::protobuf::Message& message) {
    std::string bytes;
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
    coded.Trim();
    return bytes;
}

// Of the rpc and the request without its id: what a repetition must share. An answer with a secret
// is for the token alone that asked for it: another one of the account may be worth less.
std::string body_hash(std::string_view rpc, const google::protobuf::Message& request,
                      const TokenId& token) {
    const std::unique_ptr<google::protobuf::Message> body(request.New());
    body->CopyFrom(request);
    const auto* descriptor = body->GetDescriptor();
    for (int i = 0; i < descriptor->field_count(); ++i) {
        const auto* field = descriptor->field(i);
        // How long somebody waits for it is no part of what was asked.
        if (field->name() == "request_id" || field->name() == "wait_ms" ||
            is_secret_field(field->name()))
            body->GetReflection()->ClearField(body.get(), field);
    }
    return tls::sha256_hex(std::string(rpc) + '\n' + token.str() + deterministic_bytes(*body));
}

Status check_request_id(const std::string& id) {
    const bool printable = std::all_of(id.begin(), id.end(),
                                       [](char letter) { return letter > ' ' && letter < '\x7f'; });
    if (printable && id.size() <= limits::request_id_bytes_max) return ok_status();
    return error(ErrorCode::InvalidArgument,
                 "'/request_id' has at most 64 printable ASCII characters",
                 {{"path", "/request_id"}});
}

// What a write that is only tried would have made.
struct Trial {
    State after;
    Reply reply;
};

std::string reply_place(const AccountId& account, const std::string& request_id) {
    return "reply/" + account.str() + "/" + request_id;
}

// Nothing is recorded, so that its answer is always new. It is rendered from a copy of the state:
// why copies would be where they would be takes as long as there are boxes, and the planner's
// thread decides for everybody.
void submit_trial(const ApiContext& context, Write write, PreparedWrite prepared,
                  google::protobuf::Message& response, Api::Done done) {
    const auto trial = std::make_shared<std::optional<Trial>>();
    write.render = [trial](const State& after, const Reply& reply) {
        *trial = Trial{after, reply};
        return std::string();
    };
    context.planner.submit(std::move(write),
                           [&context, &response, trial, render = std::move(prepared.render),
                            done = std::move(done)](const Result<Answer>& answer) {
                               if (!answer.ok()) return done(answer.failure());
                               CHECK(trial->has_value());
                               context.desk.post([trial, render, &response, done] {
                                   if (render) render((*trial)->after, (*trial)->reply, response);
                                   done(ok_status());
                               });
                           });
}

}  // namespace

std::shared_ptr<HeldCall> hold(ApiCall call) {
    return std::make_shared<HeldCall>(
        HeldCall{call.rpc, call.caller, call.terms, std::move(call.done)});
}

ApiCall released(const HeldCall& held) { return {held.rpc, held.caller, held.terms, held.done}; }

void submit_write(const ApiContext& context, ApiCall call, const google::protobuf::Message& request,
                  const WriteFields& fields, google::protobuf::Message& response,
                  PreparedWrite prepared) {
    const Status good_id = check_request_id(fields.request_id);
    if (!good_id.ok()) return call.done(good_id);
    Write write;
    write.command = std::move(prepared.command);
    write.account = call.caller.account;
    write.token = call.caller.token;
    write.member = call.caller.member.value_or(MemberName());
    write.precondition = call.terms.if_match;
    write.rpc = find_rpc_route(call.rpc)->rpc;  // which lives for ever
    write.request_id = RequestId(fields.request_id);
    const bool sealed = prepared.kind == AnswerKind::Secret;
    write.body_hash = body_hash(call.rpc, request, sealed ? call.caller.token : TokenId());
    write.validate_only = fields.validate_only;
    write.secret = sealed;
    if (fields.validate_only)
        return submit_trial(context, std::move(write), std::move(prepared), response,
                            std::move(call.done));
    const std::string place = reply_place(write.account, fields.request_id);
    const google::protobuf::Message* prototype = &response;
    write.render = [render = std::move(prepared.render), prototype, sealed, place, &context](
                       const State& after, const Reply& reply) {
        const std::unique_ptr<google::protobuf::Message> answer(prototype->New());
        if (render) render(after, reply, *answer);
        std::string bytes = answer->SerializeAsString();
        return sealed ? context.seal.seal(Secret<std::string>(std::move(bytes)), place).str()
                      : bytes;
    };
    context.planner.submit(std::move(write), [&context, &response, sealed, place,
                                              committed = std::move(prepared.committed),
                                              done = std::move(call.done)](Result<Answer> answer) {
        if (!answer.ok()) return done(answer.failure());
        if (committed && !answer.value().replayed) committed();
        std::string bytes = std::move(answer.value().rendered);
        if (sealed) {
            auto opened = context.seal.open(Sealed(bytes), place);
            if (!opened.ok())
                return done(error(ErrorCode::Internal, "a recorded answer cannot be opened: " +
                                                           opened.failure().message));
            bytes = opened.value().reveal();
        }
        if (!response.ParseFromString(bytes))
            return done(error(ErrorCode::Internal, "a recorded answer cannot be read"));
        done(ok_status());
    });
}

void goes_on_after(std::string_view last, api::PageInfo& info) {
    info.set_next_page_token(to_base64url(as_bytes(last)));
    info.set_has_more(true);
}

Error foreign_page_token() {
    return error(ErrorCode::InvalidArgument, "'/page/page_token' is not one this API gave",
                 {{"path", "/page/page_token"}});
}

Result<std::int64_t> number_after(const PageWindow& window) {
    if (window.after.empty()) return 0;
    const auto number = parse_int(window.after);
    if (!number || *number < 0) return foreign_page_token();
    return *number;
}

Result<int> page_size_of(const ApiContext& context, int size, std::string_view path) {
    const int most = context.limits.page_size_max;
    if (size < 0 || size > most)
        return error(ErrorCode::InvalidArgument,
                     "'" + std::string(path) + "' must be from 1 to " + std::to_string(most),
                     {{"path", std::string(path)}});
    return size == 0 ? page_size_default : size;
}

Result<Duration> wait_of(const ApiContext& context, int wait_ms) {
    const std::int64_t most = context.limits.wait_max.count();
    if (wait_ms < 0 || wait_ms > most)
        return error(ErrorCode::InvalidArgument,
                     "'/wait_ms' must be from 0 to " + std::to_string(most),
                     {{"path", "/wait_ms"}});
    return Duration(wait_ms);
}

Result<PageWindow> page_window(const ApiContext& context, const api::PageRequest& page) {
    const int size = TRY(page_size_of(context, page.page_size(), "/page/page_size"));
    const auto after = from_base64url(page.page_token());
    if (!after || page.page_token().size() > limits::page_token_bytes_max) {
        return foreign_page_token();
    }
    return PageWindow{size, std::string(after->begin(), after->end())};
}

}  // namespace foyer::master
