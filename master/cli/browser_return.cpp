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

Error not_let_in(const std::string& why) {
    return error(ErrorCode::Unauthenticated, "the identity provider let nobody in: " + why);
}

}  // namespace

struct BrowserReturn::Listener {
    httplib::Server server;
    std::mutex mutex;
    std::condition_variable came;
    std::optional<Result<BrowserAnswer>> answer;
    std::thread thread;

    void take(const httplib::Request& request, httplib::Response& response) {
        const std::string state = request.get_param_value("state");
        const std::string code = request.get_param_value("code");
        const std::scoped_lock lock(mutex);
        const bool good = !code.empty() && state.size() + code.size() <= letters_max;
        if (!answer && good) answer = BrowserAnswer{state, code};
        if (!answer && !good)
            answer = not_let_in(request.get_param_value("error").substr(0, 100));
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
    if (!listener_) return;
    listener_->server.stop();
    if (listener_->thread.joinable()) listener_->thread.join();
}

Result<BrowserReturn> BrowserReturn::listen() {
    BrowserReturn made;
    Listener* listener = made.listener_.get();
    listener->server.new_task_queue = [] { return new httplib::ThreadPool(1); };
    listener->server.set_payload_max_length(letters_max);
    listener->server.Get(path, [listener](const httplib::Request& in, httplib::Response& out) {
        listener->take(in, out);
    });
    const int port = listener->server.bind_to_any_port("127.0.0.1");
    if (port <= 0)
        return error(ErrorCode::Unavailable, "this machine gives no port on 127.0.0.1 to listen on");
    made.address_ = fmt::format("http://127.0.0.1:{}{}", port, path);
    listener->thread = std::thread([listener] { listener->server.listen_after_bind(); });
    // stop() ends only what runs already.
    while (!listener->server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return made;
}

Result<BrowserAnswer> BrowserReturn::wait() {
    std::unique_lock lock(listener_->mutex);
    const bool came = listener_->came.wait_for(lock, patience,
                                               [this] { return listener_->answer.has_value(); });
    if (!came) return not_let_in("nobody came back within five minutes");
    return *listener_->answer;
}

}  // namespace foyer::cli
