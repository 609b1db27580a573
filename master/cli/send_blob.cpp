#include "master/cli/send_blob.h"

#include <fmt/format.h>

#include "master/cli/watch.h"

namespace foyer::cli {
namespace {

constexpr Duration redraw_period{100};

// Draws the bar of one upload, not more often than an eye can see.
class UploadBar {
public:
    UploadBar(Session& session, Transfer transfer)
        : session_(session), transfer_(std::move(transfer)), begun_(session.clock().mono()) {}

    void sent(std::int64_t bytes) {
        const MonoTime now = session_.clock().mono();
        if (now - drawn_ < redraw_period && bytes < transfer_.total_bytes) return;
        drawn_ = now;
        transfer_.done_bytes = bytes;
        transfer_.elapsed = now - begun_;
        session_.console().status(transfer_line(transfer_, session_.console().style()));
    }

private:
    Session& session_;
    Transfer transfer_;
    MonoTime begun_;
    MonoTime drawn_;
};

}  // namespace

Status send_blob(Session& session, const std::string& what, const Blob& blob) {
    ApiClient* client = TRY(session.api());
    const std::string path = "/v1/blobs/" + blob.digest;
    if (TRY(client->exists(path))) {
        session.console().note(fmt::format("{}: already there", what));
        return ok_status();
    }
    UploadBar bar(session, {.what = what, .total_bytes = blob.bytes});
    TRY(client->upload(
        {.path = path, .file = blob.file, .bytes = blob.bytes, .sent = [&bar](std::int64_t bytes) {
             bar.sent(bytes);
         }}));
    session.console().note(fmt::format("{}: sent {} bytes", what, blob.bytes));
    return ok_status();
}

}  // namespace foyer::cli
