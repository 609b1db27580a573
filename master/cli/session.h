// One run of the command: its global options, its console, and the calls every command makes.
#pragma once

#include <any>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/random.h"
#include "common/base/time.h"
#include "master/cli/api_client.h"
#include "master/cli/config.h"
#include "master/cli/console.h"
#include "master/cli/json_fields.h"
#include "master/cli/output_format.h"
#include "master/cli/parser.h"

namespace foyer::cli {

struct GlobalOptions {
    std::string config_path;
    std::string profile;           // empty: the default one
    std::string output = "table";  // as parse_format reads it
    std::string request_id;        // empty: made for this run
    bool quiet = false;
};

// What a view may know besides the JSON it shows.
struct ViewContext {
    Page page;
    WallTime now;
};
using View = std::string (*)(const Json&, const ViewContext&);

// A part of a list's filter: an option of the command, and the field of the request.
struct ListFilter {
    std::string field;  // "state": --state
    std::string help;
    std::vector<std::string> words;  // what it may be; empty: any text
    std::string kind = {};           // "NODE": what completion asks the API for
};

// A list of the API: where it is, and the field that holds the rows.
struct ListRoute {
    std::string path;
    std::string rows;
    std::string nothing;     // said (on stderr) when there are none
    std::string query = {};  // encoded, without page_token
    std::string next = {};   // advised when what it is of is not found
    std::vector<ListFilter> filters = {};
};

class Session {
public:
    Session(Console& console, const Clock& clock, Rng& rng)
        : console_(console), clock_(clock), rng_(rng) {}

    GlobalOptions options;
    std::function<Status()> action;  // set by the command that was chosen
    // Of the writes from now on: what was read before must not have changed since. Empty: no
    // matter.
    std::string if_match;
    int exit_code = 0;  // of a program that was run elsewhere, where all went well here

    Console& console() { return console_; }
    const Clock& clock() const { return clock_; }
    Rng& rng() { return rng_; }
    Format format() const { return parse_format(options.output).value(); }  // checked while parsing
    // A program reads: JSON, or the same tree as YAML.
    bool wants_json() const { return format() == Format::AsJson || format() == Format::AsYaml; }
    ViewContext view_context() const { return {console_.page(), clock_.wall()}; }

    // Storage for the options of a command; lives as long as the session.
    template <class T>
    T& keep() {
        return std::any_cast<T&>(kept_.emplace_back(T{}));
    }

    // The user's configuration, and the profile chosen of it.
    std::string config_path() const;
    Result<Config> config() const;
    Result<Profile> profile() const;

    // The client of the chosen profile; made at the first call.
    Result<ApiClient*> api();
    // Before the first call: no call takes longer than this, and none is tried again.
    void set_patience(Duration patience) { patience_ = patience; }
    // A client with these data. InvalidArgument: the profile holds no token.
    Result<ApiClient> connect(const Profile& profile);
    // Likewise, of nobody: for a login.
    Result<ApiClient> connect_unknown(Profile profile);

    // The body of the answer. `next` is advised when the thing is not found.
    Result<std::string> get(const std::string& path, std::string_view next = {});
    Result<Json> get_json(const std::string& path, std::string_view next = {});
    // One write under this run's request_id. `part` sets a second write of the same run apart: the
    // same id with another body would be a conflict.
    Result<std::string> write(const std::string& method, const std::string& path,
                              const std::optional<Json>& body, std::string_view next = {},
                              std::string_view part = {});
    // The same with the text of a body as it is.
    Result<std::string> send(const std::string& method, const std::string& path,
                             std::optional<std::string> body, std::string_view next = {},
                             std::string_view part = {});
    // Identical for every attempt of this run.
    const std::string& request_id();

    // JSON as the API gave it, or the view of it.
    Status show(const std::string& body, View view);
    // Every page of a list, as one answer.
    Result<std::string> whole_list(const ListRoute& route);
    Status show_list(const ListRoute& route, View view);
    // An answer with rows in its field `rows`: also as CSV.
    Status show_rows(const std::string& body, std::string_view rows, View view);
    // For programs: the API's JSON as it came, or the same tree as YAML.
    Status print_json(const std::string& body);

    // Commands whose answer is a list, which CSV can hold.
    void has_rows(Command command) { with_rows_.insert(&command.app()); }
    bool is_list(const CLI::App& command) const { return with_rows_.count(&command) > 0; }

private:
    // With the name that was probably meant, and what to type next.
    Error explained(Error failure, const std::string& path, std::string_view next);
    Result<ApiClient> open_client(const Profile& profile);
    void print(const std::string& text);  // what others wrote cannot steer a terminal

    Console& console_;
    const Clock& clock_;
    Rng& rng_;
    std::deque<std::any> kept_;
    std::optional<ApiClient> client_;
    std::optional<Duration> patience_;
    std::string request_id_;
    std::set<const CLI::App*> with_rows_;
};

// A segment of a path from a name of the user's.
std::string path_of(std::string_view collection, std::string_view name);

// Adds "next" to a NotFound that has none.
Error advise(Error failure, std::string_view next);

}  // namespace foyer::cli
