// What the handlers of logins share: who tries, and the session at the end.
#pragma once

#include <memory>
#include <string>

#include "foyer/api/v1/members.pb.h"
#include "master/domain/logins.h"
#include "master/rpc/api_context.h"

namespace foyer::master {

// Nothing of it is recorded under an Idempotency-Key: it cannot be repeated.
void submit_held(const ApiContext& context, const std::shared_ptr<HeldCall>& held,
                 const google::protobuf::Message& request, google::protobuf::Message& response,
                 PreparedWrite write);

// Runs on the hashing thread, once whoever tries may try. Else `held` is answered.
void on_hashing_thread(const ApiContext& context, const std::shared_ptr<HeldCall>& held,
                       const LoginTry& attempt, std::function<void()> work);

std::string login_text(const MemberKey& key);  // "acme/anna"
// Of a login's device as it was handed out. Empty: it is none of this login.
std::string known_device(const ApiContext& context, const MemberKey& key,
                         const std::string& device);

// The session's member as it is now, or why it is none.
Result<Member> member_now(const ApiContext& context, const TokenId& session);
// What tries of a session are counted by.
LoginTry try_of(const Caller& caller, const CallTerms& terms);

// The number of the code, if it is one of the member's authenticator and of now.
std::optional<std::int64_t> code_step(const ApiContext& context, const MemberKey& key,
                                      const Sealed& secret, const std::string& code);

// Opens the session; answers with its token. `device`: as known_device() found it.
void finish_login(const ApiContext& context, const std::shared_ptr<HeldCall>& held,
                  const google::protobuf::Message& request, api::LoginResponse& response,
                  OpenSession command, const std::string& device_shown);

}  // namespace foyer::master
