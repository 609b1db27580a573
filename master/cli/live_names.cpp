#include "master/cli/live_names.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/release_name.h"
#include "master/cli/suggest.h"
#include "master/cli/text_width.h"

namespace foyer::cli {
namespace {

using Given = std::map<std::string, std::string, std::less<>>;

// Where the names of a kind of value are; `about` tells one from another.
struct Source {
    std::string_view kind;
    std::string_view path;
    std::string_view rows;
    std::array<std::string_view, 2> about;
};
constexpr auto sources = std::to_array<Source>({
    {"INSTANCE", "/v1/instances", "instances", {"release", "state"}},
    {"NODE", "/v1/nodes", "nodes", {"site", "state"}},
    {"SITE", "/v1/sites", "sites", {"isp", "country"}},
    {"ISP", "/v1/isps", "isps", {"family", ""}},
    {"HOST", "/v1/hosts", "hosts", {"", ""}},
    {"ACCOUNT", "/v1/accounts", "accounts", {"", ""}},
    {"WEBHOOK", "/v1/webhooks", "webhooks", {"url", ""}},
    {"CONTACT", "/v1/contacts", "contacts", {"address", ""}},
    {"APPLICATION", "/v1/applications", "applications", {"site", "state"}},
    {"DOMAIN", "/v1/domains", "domains", {"instance", "state"}},
    {"PRICE-LIST", "/v1/price-lists", "price_lists", {"currency", "valid_from"}},
    {"RELEASE", "/v1/software-releases", "releases", {"title", ""}},
    {"NAME@VERSION", "/v1/software-releases", "releases", {"title", ""}},
});
constexpr int page_size = 500;  // as much as one answer has; nobody reads a longer list

std::string about_of(const Json& row, const Source& source) {
    std::string text;
    for (const std::string_view key : source.about) {
        const std::string fact = key.empty() ? std::string() : text_field(row, key);
        if (!fact.empty()) text += (text.empty() ? "" : ", ") + fact;
    }
    return text;
}

std::string word_of_row(const Json& row, const LiveQuestion& question) {
    const std::string version = text_field(row, "version");
    const bool whole =
        question.kind == "NAME@VERSION" ||
        (question.kind == "RELEASE" && question.typed.find('@') != std::string::npos);
    if (question.kind == "CONTACT" || question.kind == "APPLICATION") return text_field(row, "id");
    return text_field(row, "name") + (whole ? "@" + version : "");
}

Result<std::vector<Candidate>> names_of(Session& session, const Source& source,
                                        const LiveQuestion& question) {
    const Json list = TRY(session.get_json(fmt::format("{}?page_size={}", source.path, page_size)));
    std::vector<Candidate> found;
    for (const Json& row : list_field(list, source.rows))
        found.push_back({word_of_row(row, question), about_of(row, source)});
    return found;
}

std::string given_to(const Given& given, std::string_view argument) {
    const auto found = given.find(argument);
    return found == given.end() ? std::string() : found->second;
}

// What the release named before offers: its sizes, or its parameters.
Result<std::vector<Candidate>> of_release(Session& session, const LiveQuestion& question,
                                          const std::string& release) {
    std::vector<Candidate> found;
    if (release.empty()) return found;
    const Json answer = TRY(session.get_json(path_of_release(release)));
    if (question.kind == "SIZE") {
        for (const Json& size : list_field(answer, "sizes"))
            found.push_back({text_field(size, "name"), ""});
        return found;
    }
    const Json schema = Json::parse(text_field(answer, "parameters_schema_json"), nullptr, false);
    const Json& properties = field(schema, "properties");
    if (!properties.is_object()) return found;
    for (const auto& [key, property] : properties.items())
        found.push_back({key + "=", text_field(property, "title")});
    return found;
}

Result<std::vector<Candidate>> copies_of(Session& session, const std::string& instance) {
    std::vector<Candidate> found;
    if (instance.empty()) return found;
    const Json answer = TRY(session.get_json(path_of("instances", instance)));
    for (const Json& replica : list_field(answer, "replicas"))
        found.push_back({text_field(replica, "index"),
                         text_field(replica, "site") + ", " + text_field(replica, "role")});
    return found;
}

Result<std::vector<Candidate>> profiles_of(Session& session) {
    const Config config = TRY(session.config());
    std::vector<Candidate> found;
    for (const auto& [name, profile] : config.profiles) found.push_back({name, profile.api});
    return found;
}

Result<std::vector<Candidate>> ask(Session& session, const LiveQuestion& question,
                                   const Given& given) {
    if (question.kind == "PROFILE") return profiles_of(session);
    if (question.kind == "SIZE" || question.kind == "KEY=VALUE")
        return of_release(session, question, given_to(given, "release"));
    if (question.kind == "COPY") return copies_of(session, given_to(given, "name"));
    const auto source = std::ranges::find(sources, question.kind, &Source::kind);
    if (source == sources.end()) return std::vector<Candidate>{};
    return names_of(session, *source, question);
}

// "acme" of "/v1/instances/acme:stop?x=y", of that source.
std::string name_in_path(const std::string& path, const Source& source) {
    const std::string before = std::string(source.path) + "/";
    if (!path.starts_with(before)) return {};
    const std::string rest = path.substr(before.size());
    return rest.substr(0, rest.find_first_of("/:?"));
}

}  // namespace

std::string name_meant(Session& session, const std::string& path) {
    for (const Source& source : sources) {
        const std::string name = name_in_path(path, source);
        if (name.empty()) continue;
        auto client = session.api();
        if (!client.ok()) return {};
        const auto reply = client.value()->call(
            {.path = fmt::format("{}?page_size={}", source.path, page_size), .may_retry = false});
        if (!reply.ok()) return {};
        const Json list = Json::parse(reply.value().body, nullptr, false);
        const Json& rows = list_field(list, source.rows);
        std::vector<std::string> names;
        names.reserve(rows.size());
        for (const Json& row : rows) names.push_back(text_field(row, "name"));
        return std::ranges::find(names, name) == names.end() ? did_you_mean(name, names) : "";
    }
    return {};
}

std::vector<Candidate> live_names(Session& session, const LiveQuestion& question,
                                  const Given& given) {
    auto asked = ask(session, question, given);
    std::vector<Candidate> names;
    if (!asked.ok()) return names;
    for (Candidate& one : asked.value()) {
        const bool known =
            std::ranges::find(names, question.head + one.word, &Candidate::word) != names.end();
        // The word goes onto a command line: what a shell could take for more is left out.
        if (known || !one.word.starts_with(question.typed) || !is_plain_word(one.word)) continue;
        names.push_back({question.head + one.word, printable(one.description)});
    }
    return names;
}

}  // namespace foyer::cli
