// Software releases.
#include "master/domain/releases.h"

#include <algorithm>

#include "common/base/base64.h"
#include "master/app/release_document.h"
#include "master/rpc/handlers.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

// By name, newest version first; a page goes on after "name\nsequence".
std::vector<const Release*> in_order(const State& state) {
    std::vector<const Release*> rows;
    for (const auto& [key, row] : state.releases()) rows.push_back(&row);
    std::sort(rows.begin(), rows.end(), [](const Release* a, const Release* b) {
        return a->name != b->name ? a->name < b->name : a->sequence > b->sequence;
    });
    return rows;
}

struct ReleaseMark {
    std::string name;
    std::int64_t sequence = 0;
};

std::optional<ReleaseMark> read_mark(const std::string& text) {
    if (text.empty()) return ReleaseMark{};
    const auto parts = split(text, '\n');
    const auto sequence = parts.size() == 2 ? parse_int(parts[1]) : std::nullopt;
    if (!sequence) return std::nullopt;
    return ReleaseMark{parts[0], *sequence};
}

bool is_after(const Release& row, const ReleaseMark& mark) {
    if (mark.name.empty()) return true;
    return row.name.str() != mark.name ? row.name.str() > mark.name : row.sequence < mark.sequence;
}

// One release as a whole, so that anybody can check what was signed.
void show_signed(const Release& from, api::SoftwareRelease& to) {
    show(from, to);
    to.set_release_json(from.release_json);
    to.set_signature(raw_from_base64url(from.signature));
    to.set_publisher_key(raw_from_base64url(from.publisher_key));
}

void show_version(const State& after, const Reply& reply, google::protobuf::Message& answer) {
    show_signed(after.releases().at({ReleaseName(reply.subject), reply.version}),
                static_cast<api::SoftwareRelease&>(answer));
}

}  // namespace

void publish_release(const ApiContext& context, ApiCall call,
                     const api::PublishReleaseRequest& request, api::SoftwareRelease& response) {
    auto release =
        read_release({request.release_json(), request.signature(), request.publisher_key()});
    if (!release.ok()) return call.done(release.failure());
    const auto size = image_size(context.blobs, release.value().image);
    if (!size.ok()) return call.done(size.failure());
    release.value().publisher = call.caller.account;
    release.value().image_size = size.value();
    PreparedWrite write;
    write.command = PublishRelease{std::move(release).value()};
    write.render = show_version;
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void withdraw_release(const ApiContext& context, ApiCall call,
                      const api::WithdrawReleaseRequest& request, api::SoftwareRelease& response) {
    PreparedWrite write;
    const auto publisher =
        call.caller.is_operator() ? std::nullopt : std::optional(call.caller.account);
    write.command = WithdrawRelease{ReleaseName(request.name()), ReleaseVersion(request.version()),
                                    request.reason(), publisher};
    write.render = show_version;
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void get_release(const ApiContext& context, ApiCall call, const api::GetReleaseRequest& request,
                 api::SoftwareRelease& response) {
    const ReleaseVersion version(request.version() == "latest" ? std::string() : request.version());
    call.done(context.planner.read([&](const State& state) -> Status {
        show_signed(*TRY(find_release(state, ReleaseName(request.name()), version)), response);
        return ok_status();
    }));
}

void list_releases(const ApiContext& context, ApiCall call, const api::ListReleasesRequest& request,
                   api::ListReleasesResponse& response) {
    const auto window = page_window(context, request.page());
    if (!window.ok()) return call.done(window.failure());
    const auto mark = read_mark(window.value().after);
    if (!mark) return call.done(foreign_page_token());
    context.planner.read([&](const State& state) {
        response.mutable_page()->set_revision(state.revision().number());
        const Release* last = nullptr;
        for (const Release* row : in_order(state)) {
            if (!is_after(*row, *mark)) continue;
            if (response.releases_size() == window.value().size) {
                const std::string next = last->name.str() + "\n" + std::to_string(last->sequence);
                goes_on_after(next, *response.mutable_page());
                return;
            }
            show(*row, *response.add_releases());
            last = row;
        }
    });
    call.done(ok_status());
}

}  // namespace foyer::master
