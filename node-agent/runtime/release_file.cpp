#include "node-agent/runtime/release_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/tls/ed25519.h"
#include "node-agent/runtime/digest.h"

namespace foyer::agent {

namespace {

using nlohmann::json;

constexpr std::size_t release_bytes_max = 256 * 1024;
constexpr std::size_t argv_max = 16;
constexpr std::size_t egress_max = 8;

Error wrong(const std::string& field) {
    return error(ErrorCode::InvalidArgument, "release.json: '" + field + "' is missing or wrong");
}

// Reads typed fields of one object; the first that is missing or of another type is the error.
class Fields {
public:
    Fields(const json& object, std::string path) : object_(object), path_(std::move(path)) {}

    Result<std::string> text(const char* key) const {
        const json* value = find(key);
        if (value == nullptr || !value->is_string()) return wrong(path_ + key);
        return value->get<std::string>();
    }
    Result<std::int64_t> number(const char* key, std::int64_t min, std::int64_t max) const {
        const json* value = find(key);
        if (value == nullptr || !value->is_number_integer()) return wrong(path_ + key);
        const auto number = value->get<std::int64_t>();
        if (number < min || number > max) return wrong(path_ + key);
        return number;
    }
    Result<std::vector<std::string>> words(const char* key, std::size_t max) const {
        const json* value = find(key);
        if (value == nullptr || !value->is_array() || value->size() > max)
            return wrong(path_ + key);
        std::vector<std::string> words;
        for (const json& word : *value) {
            if (!word.is_string()) return wrong(path_ + key);
            words.push_back(word.get<std::string>());
        }
        return words;
    }
    Result<std::vector<std::string>> argv(const char* key) const {
        std::vector<std::string> argv = TRY(words(key, argv_max));
        if (argv.empty() || !argv[0].starts_with('/')) return wrong(path_ + key);
        return argv;
    }
    Result<Fields> object(const std::string& key) const {
        const json* value = find(key.c_str());
        if (value == nullptr || !value->is_object()) return wrong(path_ + key);
        return Fields(*value, path_ + key + ".");
    }
    const json& raw() const { return object_; }

private:
    const json* find(const char* key) const {
        const auto found = object_.find(key);
        return found == object_.end() ? nullptr : &*found;
    }
    const json& object_;
    std::string path_;
};

Result<std::map<std::string, Release::Hook>> read_hooks(const Fields& hooks) {
    static const char* const known[] = {"init",     "join",   "rejoin", "promote",
                                        "position", "health", "export"};
    std::map<std::string, Release::Hook> found;
    for (const char* name : known) {
        if (!hooks.raw().contains(name)) continue;
        const Fields hook = TRY(hooks.object(name));
        found[name].command = TRY(hook.argv("argv"));
        found[name].timeout = Duration(1000 * TRY(hook.number("timeout_s", 1, 86'400)));
    }
    return found;
}

}  // namespace

Result<Release> parse_release(const std::string& text, const SizeName& size) {
    if (text.size() > release_bytes_max)
        return error(ErrorCode::InvalidArgument, "release.json is too large");
    const json file = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!file.is_object())
        return error(ErrorCode::InvalidArgument, "release.json is not a JSON object");
    const Fields top(file, "");
    TRY(top.number("schema", 1, 1));
    Release release;
    release.name = ReleaseName(TRY(top.text("name")));
    release.version = ReleaseVersion(TRY(top.text("version")));
    if (file.contains("kind"))  // one that is not known here yet is another one
        release.kind = release_kind_from(TRY(top.text("kind"))).value_or(ReleaseKind::Other);
    const Fields image = TRY(top.object("image"));
    release.image = Digest(TRY(image.text("digest")));
    TRY(hex_of(release.image));
    release.command = TRY(top.argv("command"));
    const Fields user = TRY(top.object("user"));
    release.user_id = TRY(user.number("uid", 1, 65'533));
    release.group_id = TRY(user.number("gid", 1, 65'533));
    const Fields hooks = TRY(top.object("hooks"));
    release.hooks = TRY(read_hooks(hooks));
    const Fields ports = TRY(top.object("ports"));
    for (const char* name : {"web", "replication"})
        if (ports.raw().contains(name))
            release.ports[name] = static_cast<int>(TRY(ports.number(name, 1024, 65'535)));
    // Denied by default: no list opens nothing, nor does a word that is not known here yet.
    if (file.contains("egress"))
        release.mail_relay = std::ranges::count(TRY(top.words("egress", egress_max)),
                                                std::string_view("mail-relay")) > 0;
    const Fields sizes = TRY(top.object("sizes"));
    if (!sizes.raw().contains(size.str()))
        return error(ErrorCode::InvalidArgument,
                     "release '" + release.name.str() + "' has no size '" + size.str() + "'");
    const Fields chosen = TRY(sizes.object(size.str()));
    release.pids = Pids(TRY(chosen.number("pids", 4, 4096)));
    release.stop_timeout = Duration(1000 * TRY(top.number("stop_timeout_s", 1, 600)));
    release.health_period = Duration(1000 * TRY(top.number("health_period_s", 1, 300)));
    return release;
}

Result<Release> read_release(const Assignment& assignment) {
    const Status verified = tls::ed25519_verify(assignment.publisher_key, assignment.release_json,
                                                assignment.release_signature);
    if (!verified.ok())
        return in_context("release of '" + assignment.instance.str() + "' refused",
                          verified.failure());
    return parse_release(assignment.release_json, assignment.size);
}

Assignment within_egress(Assignment assignment, const Release& release) {
    if (!release.mail_relay) assignment.mail_relay.clear();
    return assignment;
}

}  // namespace foyer::agent
