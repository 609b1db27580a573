// How a browser gets in and is kept apart from other sites' pages: cookies instead of tokens, and
// what has to come with them.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "common/tls/sha256.h"
#include "master/domain/logins.h"
#include "master/http/cookies.h"
#include "master/http/session.h"

namespace foyer::master {
namespace {

namespace pb = google::protobuf;

constexpr Duration device_life{std::int64_t{400} * 24 * 3600 * 1000};  // as long as browsers keep

const pb::FieldDescriptor* text_field(const pb::Message& message, const char* name) {
    const auto* field = message.GetDescriptor()->FindFieldByName(name);
    const bool text = field != nullptr && !field->is_repeated() &&
                      field->cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING;
    return text ? field : nullptr;
}

std::string taken(pb::Message& message, const char* name) {
    const auto* field = text_field(message, name);
    if (field == nullptr) return {};
    std::string value = message.GetReflection()->GetString(message, field);
    message.GetReflection()->ClearField(&message, field);
    return value;
}

bool wants_cookie(const pb::Message& request) {
    const auto* field = request.GetDescriptor()->FindFieldByName("cookie");
    return field != nullptr && field->cpp_type() == pb::FieldDescriptor::CPPTYPE_BOOL &&
           request.GetReflection()->GetBool(request, field);
}

Error foreign_page() {
    return error(ErrorCode::PermissionDenied,
                 "this comes from a page of another site; a browser logs in from the page of this "
                 "address, and sends X-CSRF-Token with each write",
                 {{"rule", "csrf"}});
}

}  // namespace

// The body's parser takes the header with it.
const http::fields& Session::sent_fields() const {
    if (body_) return body_->get();
    return header_->get();
}

bool Session::is_own_page() const {
    const auto& fields = sent_fields();
    return is_own_origin(text_of(fields[http::field::origin]), text_of(fields[http::field::host]));
}

std::string Session::authorization() {
    const auto& fields = sent_fields();
    const std::string given = text_of(fields[http::field::authorization]);
    if (!given.empty()) return given;
    by_cookie_ = cookie_in(text_of(fields[http::field::cookie]), session_cookie);
    return by_cookie_.empty() ? std::string() : "Bearer " + by_cookie_;
}

Status Session::check_page() const {
    const Route& route = *matched_->route;
    if (by_cookie_.empty() || !route.write || route.scope == Scope::Public) return ok_status();
    const bool told = tls::equal_in_constant_time(text_of(sent_fields()["X-CSRF-Token"]),
                                                  csrf_token_of(by_cookie_));
    return told && is_own_page() ? ok_status() : Status(foreign_page());
}

Status Session::begin_login(pb::Message& request) const {
    if (!matched_->route->own_login || !wants_cookie(request)) return ok_status();
    if (!is_own_page()) return foreign_page();
    const auto* device = text_field(request, "device");
    if (device == nullptr || !request.GetReflection()->GetString(request, device).empty())
        return ok_status();
    request.GetReflection()->SetString(
        &request, device, cookie_in(text_of(sent_fields()[http::field::cookie]), device_cookie));
    return ok_status();
}

void Session::end_login(const pb::Message& request, pb::Message& response) {
    if (!matched_->route->own_login) return;
    if (matched_->route->rpc == "foyer.api.v1.LoginService/Logout" && !by_cookie_.empty())
        cookies_.push_back(set_cookie(session_cookie, "", Duration(0)));
    if (!wants_cookie(request)) return;
    const std::string token = taken(response, "token");
    const std::string device = taken(response, "device");
    cookies_.push_back(set_cookie(session_cookie, token, session_valid));
    if (!device.empty()) cookies_.push_back(set_cookie(device_cookie, device, device_life));
    if (const auto* csrf = text_field(response, "csrf_token"))
        response.GetReflection()->SetString(&response, csrf, csrf_token_of(token));
}

}  // namespace foyer::master
