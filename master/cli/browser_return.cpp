#include "master/cli/browser_return.h"

#include <chrono>
#include <condition_variable>
#include <fmt/format.h>
#include <httplib.h>
#include <mutex>
#include <optional>
#include <thread>

#include "common/base/trim.h"

namespace foyer::cli {
namespace {

constexpr auto patience = std::chrono::minutes(5);
constexpr std::size_t letters_max = 4'096;
constexpr const char* path = "/foyer";
constexpr const char* ready_path = "/ready";

Error not_let_in(const std::string& why) {
    return error(ErrorCode::Unauthenticated, "the identity provider let nobody in: " + why);
}

}  // namespace

struct BrowserReturn::Listener {
    httplib::Server server;
    std::mutex mutex;
    std::condition_variable came;
    std::optional<Result<BrowserAnswer>> answer;
    std::jthread thread;  // ends when the server is stopped

    void take(const httplib::Request& request, httplib::Response& response) {
        const std::string state = request.get_param_value("state");
        const std::string code = request.get_param_value("code");
        const std::scoped_lock lock(mutex);
        const bool good = !code.empty() && state.size() + code.size() <= letters_max;
        if (!answer && good) answer = BrowserAnswer{state, code};
        if (!answer && !good) answer = not_let_in(request.get_param_value("error").substr(0, 100));
        response.set_content(good ? "You may close this page: the terminal goes on.\n"
                                  : "This did not work: see the terminal.\n",
                             "text/plain; charset=utf-8");
        came.notify_all();
    }
};

BrowserReturn::BrowserReturn() : listener_(std::make_unique<Listener>()) {}
BrowserReturn::BrowserReturn(BrowserReturn&&) noexcept = default;
BrowserReturn& BrowserReturn::operator=(BrowserReturn&&) noexcept = default;

BrowserReturn::~BrowserReturn() {
    if (listener_) listener_->server.stop();
}

Result<BrowserReturn> BrowserReturn::listen() {
    BrowserReturn made;
    Listener* listener = made.listener_.get();
    listener->server.new_task_queue = [] { return new httplib::ThreadPool(1); };
    listener->server.set_payload_max_length(letters_max);
    listener->server.Get(path, [listener](const httplib::Request& in, httplib::Response& out) {
        listener->take(in, out);
    });
    listener->server.Get(ready_path, [](const httplib::Request&, httplib::Response&) {});
    const int port = listener->server.bind_to_any_port("127.0.0.1");
    if (port <= 0)
        return error(ErrorCode::Unavailable,
                     "this machine gives no port on 127.0.0.1 to listen on");
    made.address_ = fmt::format("http://127.0.0.1:{}{}", port, path);
    listener->thread = std::jthread([listener] { listener->server.listen_after_bind(); });
    // stop() ends only what runs already; its first answer says that it does.
    httplib::Client self("127.0.0.1", port);
    if (!self.Get(ready_path))
        return error(ErrorCode::Unavailable, "this machine's loopback does not answer");
    return made;
}

Result<BrowserAnswer> BrowserReturn::wait() {
    std::unique_lock lock(listener_->mutex);
    const bool came =
        listener_->came.wait_for(lock, patience, [this] { return listener_->answer.has_value(); });
    if (!came) return not_let_in("nobody came back within five minutes");
    return *listener_->answer;
}

}  // namespace foyer::cli
