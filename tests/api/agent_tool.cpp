// A box for tests: reads one JSON command a line, answers with one JSON line. It holds an identity
// and nothing else, so that a test can be as rude as it likes.
//
//   {"do": "enrol", "token": "foyer1.…"}
//   {"do": "sync", "request": {SyncRequest as protobuf JSON}, "deadline_ms": 40000}
//   {"do": "renew", "new_key": true, "forget": true, "serving": true}
//   {"do": "fetch", "digest": "sha256:…", "offset": 0}
//   {"do": "finish", "request": {FinishErrandRequest as protobuf JSON}}
//   {"do": "api", "address": "host:port", "ca": "PEM", "token": "foyer_…"}
//   {"do": "login", "address": "host:port", "ca": "PEM", "account": "", "member": "", "password":
//   ""}
//   {"do": "raw", "address": "host:port", "ca": "PEM", "method": "/a.B/C", "message": "hex"}
//   {"do": "call", "address": "host:port", "ca": "PEM", "descriptors": "path",
//    "rpc": "foyer.api.v1.AccountService/WhoAmI", "request": {the message as protobuf JSON}}
//
// "metadata": [["name", "value"]…] goes with "raw" and "call".
// "background": true lets the next command begin at once; the answer comes when it is done.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "common/base/random.h"
#include "common/base/text.h"
#include "common/tls/certificate.h"
#include "common/tls/enrol_token.h"
#include "common/tls/pinned_ca.h"
#include "common/tls/sha256.h"
#include "common/wire/status_map.h"
#include "foyer/agent/v1/agent.grpc.pb.h"
#include "foyer/api/v1/accounts.grpc.pb.h"
#include "foyer/api/v1/members.grpc.pb.h"

namespace {

using namespace foyer;
using Json = nlohmann::json;
namespace v1 = agent::v1;

Json json_of(const Error& failure) {
    Json details = Json::object();
    for (const ErrorDetail& detail : failure.details) details[detail.key] = detail.value;
    return {{"error", std::string(to_text(failure.code))},
            {"message", failure.message},
            {"details", details}};
}

Json json_of(const google::protobuf::Message& message) {
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    options.always_print_primitive_fields = true;
    std::string text;
    if (!google::protobuf::util::MessageToJsonString(message, &text, options).ok())
        return {{"error", "print"}};
    return Json::parse(text);
}

class Box {
public:
    Json enrol(const Json& command) {
        const auto token = tls::decode_enrol_token(command.value("token", ""));
        if (!token.ok()) return json_of(token.failure());
        address_ = token.value().addresses.front();
        const auto ca =
            tls::fetch_pinned_ca(address_, token.value().ca_sha256, Duration(10'000), clock_);
        if (!ca.ok()) return json_of(ca.failure());
        ca_ = ca.value().ca_pem;
        if (key_.reveal().empty()) key_ = tls::make_key().value();
        connect(false);
        v1::EnrolRequest request;
        request.set_token_secret(token.value().secret.reveal());
        request.set_csr_pem(tls::make_request(key_, "box").value());
        request.set_wg_public_key(wg_key_);
        request.mutable_capacity()->set_cpu_millicores(4000);
        request.mutable_capacity()->set_memory_bytes(std::int64_t{8} << 30);
        request.mutable_capacity()->set_disk_bytes(std::int64_t{100} << 30);
        v1::EnrolResponse response;
        grpc::ClientContext context;
        set_deadline(context, command);
        const auto status = stub_->Enrol(&context, request, &response);
        if (!status.ok()) {
            if (!certificate_.empty()) connect(true);
            return json_of(wire::from_grpc(status));
        }
        certificate_ = response.certificate_pem();
        connect(true);
        return json_of(response);
    }

    Json sync(const Json& command) {
        v1::SyncRequest request;
        const std::string text = command.value("request", Json::object()).dump();
        if (!google::protobuf::util::JsonStringToMessage(text, &request).ok())
            return {{"error", "bad test"}};
        if (request.clock_unix_ms() == 0) request.set_clock_unix_ms(clock_.wall().unix_ms);
        v1::SyncResponse response;
        grpc::ClientContext context;
        set_deadline(context, command);
        const auto status = stub_->Sync(&context, request, &response);
        return status.ok() ? json_of(response) : json_of(wire::from_grpc(status));
    }

    Json renew(const Json& command) {
        Secret<std::string> key = command.value("new_key", false) ? tls::make_key().value() : key_;
        if (command.value("kept_key", false)) key = kept_key_;
        v1::RenewRequest request;
        request.set_csr_pem(tls::make_request(key, "box").value());
        if (command.value("serving", false))
            request.set_serving_csr_pem(tls::make_request(key, "serving").value());
        v1::RenewResponse response;
        grpc::ClientContext context;
        set_deadline(context, command);
        const auto status = stub_->Renew(&context, request, &response);
        if (!status.ok()) return json_of(wire::from_grpc(status));
        kept_key_ = key;
        // A lost answer: the master has the new key, the box still has its old certificate.
        if (command.value("forget", false)) return json_of(response);
        key_ = key;
        certificate_ = response.certificate_pem();
        connect(true);
        return json_of(response);
    }

    Json fetch(const Json& command) {
        v1::FetchBlobRequest request;
        request.set_digest(command.value("digest", ""));
        request.set_offset(command.value("offset", std::uint64_t{0}));
        grpc::ClientContext context;
        set_deadline(context, command);
        const auto reader = stub_->FetchBlob(&context, request);
        v1::FetchBlobResponse piece;
        tls::Sha256 hash;
        std::size_t bytes = 0;
        std::uint64_t total = 0;
        while (reader->Read(&piece)) {
            hash.update(as_bytes(piece.data()));
            bytes += piece.data().size();
            if (piece.total_bytes() > 0) total = piece.total_bytes();
        }
        const auto status = reader->Finish();
        if (!status.ok()) return json_of(wire::from_grpc(status));
        return {{"bytes", bytes}, {"total", total}, {"sha256", hash.finish_hex()}};
    }

    Json finish(const Json& command) {
        v1::FinishErrandRequest request;
        const std::string text = command.value("request", Json::object()).dump();
        if (!google::protobuf::util::JsonStringToMessage(text, &request).ok())
            return {{"error", "bad test"}};
        v1::FinishErrandResponse response;
        grpc::ClientContext context;
        set_deadline(context, command);
        const auto status = stub_->FinishErrand(&context, request, &response);
        return status.ok() ? json_of(response) : json_of(wire::from_grpc(status));
    }

private:
    void connect(bool with_certificate) {
        grpc::SslCredentialsOptions options;
        options.pem_root_certs = ca_;
        if (with_certificate) {
            options.pem_private_key = key_.reveal();
            options.pem_cert_chain = certificate_;
        }
        grpc::ChannelArguments arguments;
        arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
        arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
        stub_ = v1::AgentService::NewStub(
            grpc::CreateCustomChannel(address_, grpc::SslCredentials(options), arguments));
    }

    static void set_deadline(grpc::ClientContext& context, const Json& command) {
        context.set_deadline(std::chrono::system_clock::now() +
                             std::chrono::milliseconds(command.value("deadline_ms", 30'000)));
        context.set_wait_for_ready(command.value("wait_for_ready", false));
    }

    SystemClock clock_;
    std::string address_;
    std::string ca_;
    Secret<std::string> key_;
    Secret<std::string> kept_key_;
    std::string wg_key_ = SystemRng().text(42) + "A=";  // of the right form, of nobody
    std::string certificate_;
    std::unique_ptr<v1::AgentService::Stub> stub_;
};

// The public API over gRPC: who the token belongs to, and whether it may list accounts.
Json ask_api(const Json& command) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = command.value("ca", "");
    const auto channel =
        grpc::CreateChannel(command.value("address", ""), grpc::SslCredentials(options));
    const auto stub = api::v1::AccountService::NewStub(channel);
    const auto prepare = [&](grpc::ClientContext& context) {
        constexpr auto patience = std::chrono::seconds(60);
        context.set_deadline(std::chrono::system_clock::now() + patience);
        context.AddMetadata("authorization", "Bearer " + command.value("token", ""));
    };
    const auto shown = [](const grpc::Status& status, const google::protobuf::Message& answer) {
        return status.ok() ? json_of(answer) : json_of(wire::from_grpc(status));
    };
    grpc::ClientContext first;
    prepare(first);
    api::v1::WhoAmIResponse who;
    const Json caller = shown(stub->WhoAmI(&first, {}, &who), who);
    grpc::ClientContext second;
    prepare(second);
    api::v1::ListAccountsResponse accounts;
    const Json listed = shown(stub->ListAccounts(&second, {}, &accounts), accounts);
    return {{"who", caller}, {"accounts", listed}};
}

Json log_in(const Json& command) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = command.value("ca", "");
    const auto stub = api::v1::LoginService::NewStub(
        grpc::CreateChannel(command.value("address", ""), grpc::SslCredentials(options)));
    grpc::ClientContext context;
    api::v1::LoginRequest request;
    request.set_account(command.value("account", ""));
    request.set_member(command.value("member", ""));
    request.set_password(command.value("password", ""));
    api::v1::LoginResponse answer;
    const grpc::Status status = stub->Login(&context, request, &answer);
    return status.ok() ? json_of(answer) : json_of(wire::from_grpc(status));
}

// Any method by its name, as a tool without our protos calls it: a message (hex) and metadata there
// and a message back.
Json call_raw(const Json& command) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = command.value("ca", "");
    grpc::GenericStub stub(
        grpc::CreateChannel(command.value("address", ""), grpc::SslCredentials(options)));
    grpc::ClientContext context;
    constexpr auto patience = std::chrono::seconds(60);
    context.set_deadline(std::chrono::system_clock::now() + patience);
    for (const Json& pair : command.value("metadata", Json::array()))
        context.AddMetadata(pair.at(0).get<std::string>(), pair.at(1).get<std::string>());
    grpc::CompletionQueue queue;
    const auto done = [&queue] {
        void* tag = nullptr;
        bool good = false;
        return queue.Next(&tag, &good) && good;
    };
    const auto call = stub.PrepareCall(&context, command.value("method", ""), &queue);
    call->StartCall(nullptr);
    done();
    const auto bytes = from_hex(command.value("message", "")).value_or(std::vector<std::uint8_t>());
    const grpc::Slice sent(bytes.data(), bytes.size());
    call->WriteLast(grpc::ByteBuffer(&sent, 1), grpc::WriteOptions(), nullptr);
    done();
    grpc::ByteBuffer answer;
    call->Read(&answer, nullptr);
    const bool answered = done();
    grpc::Status status;
    call->Finish(&status, nullptr);
    done();
    if (!status.ok()) return json_of(wire::from_grpc(status));
    grpc::Slice got;
    if (answered && !answer.TrySingleSlice(&got).ok() && !answer.DumpToSingleSlice(&got).ok())
        return {{"error", "bad answer"}};
    return {{"message", to_hex({got.begin(), got.size()})}};
}

// The services of a descriptor set, as protoc writes one.
std::unique_ptr<google::protobuf::DescriptorPool> services_in(const std::string& path) {
    google::protobuf::FileDescriptorSet set;
    std::ifstream file(path, std::ios::binary);
    auto pool = std::make_unique<google::protobuf::DescriptorPool>();
    if (!set.ParseFromIstream(&file)) return pool;
    for (const auto& one : set.file()) pool->BuildFile(one);
    return pool;
}

// Any method of the public API by its name, its messages as JSON.
Json call_by_name(const Json& command) {
    static const auto services = services_in(command.value("descriptors", ""));
    const std::string rpc = command.value("rpc", "");
    std::string dotted = rpc;
    std::replace(dotted.begin(), dotted.end(), '/', '.');
    const auto* method = services->FindMethodByName(dotted);
    if (method == nullptr) return {{"error", "bad test"}, {"message", "no rpc " + rpc}};
    google::protobuf::DynamicMessageFactory factory;
    const std::unique_ptr<google::protobuf::Message> request(
        factory.GetPrototype(method->input_type())->New());
    const std::string text = command.value("request", Json::object()).dump();
    const auto parsed = google::protobuf::util::JsonStringToMessage(text, request.get());
    if (!parsed.ok()) return {{"error", "bad test"}, {"message", parsed.ToString()}};
    Json raw = command;
    raw["method"] = "/" + rpc;
    const std::string sent = request->SerializeAsString();
    raw["message"] = to_hex(as_bytes(sent));
    const Json answer = call_raw(raw);
    if (answer.contains("error")) return answer;
    const std::unique_ptr<google::protobuf::Message> response(
        factory.GetPrototype(method->output_type())->New());
    const auto got = from_hex(answer.value("message", "")).value_or(std::vector<std::uint8_t>());
    if (!response->ParseFromArray(got.data(), static_cast<int>(got.size())))
        return {{"error", "bad answer"}};
    return {{"answer", json_of(*response)}};
}

Json act(Box& box, const Json& command) {
    const std::string verb = command.is_object() ? command.value("do", "") : "";
    if (verb == "enrol") return box.enrol(command);
    if (verb == "sync") return box.sync(command);
    if (verb == "renew") return box.renew(command);
    if (verb == "fetch") return box.fetch(command);
    if (verb == "finish") return box.finish(command);
    if (verb == "api") return ask_api(command);
    if (verb == "login") return log_in(command);
    if (verb == "raw") return call_raw(command);
    if (verb == "call") return call_by_name(command);
    return {{"error", "bad test"}};
}

}  // namespace

int main() {
    Box box;
    std::mutex printing;
    std::vector<std::jthread> background;
    for (std::string line; std::getline(std::cin, line);) {
        const Json command = Json::parse(line, nullptr, false);
        const auto answer = [&box, &printing, command] {
            const Json said = act(box, command);
            const std::scoped_lock lock(printing);
            std::cout << said.dump() << std::endl;
        };
        if (command.is_object() && command.value("background", false)) {
            background.emplace_back(answer);
        } else {
            answer();
        }
    }
}
