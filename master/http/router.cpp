#include "master/http/router.h"

#include <algorithm>

#include "common/base/text.h"

namespace foyer::master {
namespace {

constexpr std::size_t target_bytes_max = 4096;
constexpr std::size_t segments_max = 12;
constexpr std::size_t query_pairs_max = 32;

int hex(char letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
    if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
    return -1;
}

std::vector<std::string_view> segments_of(std::string_view path) {
    std::vector<std::string_view> segments;
    if (path.starts_with('/')) path.remove_prefix(1);
    while (segments.size() <= segments_max) {
        const std::size_t end = path.find('/');
        segments.push_back(path.substr(0, end));
        if (end == std::string_view::npos) return segments;
        path.remove_prefix(end + 1);
    }
    return segments;
}

bool is_dots(std::string_view segment) { return segment == "." || segment == ".."; }

// "{name}:stop" against "acme:stop": the verb must be the same, the rest is the parameter.
bool match_segment(std::string_view pattern, std::string_view segment, TextPairs& found) {
    if (!pattern.starts_with('{')) return pattern == segment;
    const std::size_t close = pattern.find('}');
    const std::string_view verb = pattern.substr(close + 1);
    if (!segment.ends_with(verb) || segment.size() == verb.size()) return false;
    segment.remove_suffix(verb.size());
    // A name with a colon in it is a verb this pattern does not have; digests carry one of their
    // own.
    const bool digest = pattern.substr(1, close - 1) == "digest";
    if (!digest && segment.find(':') != std::string_view::npos) return false;
    found.emplace_back(std::string(pattern.substr(1, close - 1)), std::string(segment));
    return true;
}

std::optional<TextPairs> match_path(std::string_view pattern,
                                    const std::vector<std::string>& segments) {
    const auto wanted = segments_of(pattern);
    if (wanted.size() != segments.size()) return std::nullopt;
    TextPairs found;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (!match_segment(wanted[i], segments[i], found)) return std::nullopt;
    }
    return found;
}

std::optional<std::vector<std::string>> decode_path(std::string_view path) {
    if (!path.starts_with('/')) return std::nullopt;
    std::vector<std::string> decoded;
    for (const std::string_view segment : segments_of(path)) {
        auto text = percent_decode(segment);
        if (!text || is_dots(*text) || text->find('/') != std::string::npos) return std::nullopt;
        decoded.push_back(*std::move(text));
    }
    return decoded;
}

std::optional<TextPairs> decode_query(std::string_view query) {
    TextPairs pairs;
    for (const std::string& part : split(query, '&')) {
        if (part.empty()) continue;
        const std::size_t equals = part.find('=');
        std::string raw = equals == std::string::npos ? std::string() : part.substr(equals + 1);
        std::replace(raw.begin(), raw.end(), '+', ' ');
        auto key = percent_decode(std::string_view(part).substr(0, equals));
        auto value = percent_decode(raw);
        if (!key || !value || pairs.size() >= query_pairs_max) return std::nullopt;
        pairs.emplace_back(*std::move(key), *std::move(value));
    }
    return pairs;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char letter = text[i];
        if (letter == '%') {
            if (i + 2 >= text.size() || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0)
                return std::nullopt;
            letter = static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
            i += 2;
        }
        if (static_cast<unsigned char>(letter) < 0x20U || letter == '\x7f') return std::nullopt;
        decoded += letter;
    }
    return decoded;
}

RouteAnswer find_route(HttpMethod method, std::string_view target) {
    RouteAnswer answer;
    const std::size_t mark = target.find('?');
    const auto segments =
        target.size() > target_bytes_max ? std::nullopt : decode_path(target.substr(0, mark));
    auto query = mark == std::string_view::npos ? std::optional<TextPairs>(TextPairs())
                                                : decode_query(target.substr(mark + 1));
    if (!segments || !query) {
        answer.why = NoRoute::Malformed;
        return answer;
    }
    for (const Route& route : routes::table) {
        auto path = match_path(route.path, *segments);
        if (!path) continue;
        if (route.method == method) {
            answer.matched = Matched{&route, *std::move(path), *std::move(query)};
            return answer;
        }
        answer.why = NoRoute::WrongMethod;
        answer.allowed += (answer.allowed.empty() ? "" : ", ") + std::string(to_text(route.method));
    }
    return answer;
}

std::string_view to_text(HttpMethod method) {
    switch (method) {
        case HttpMethod::Get: return "GET";
        case HttpMethod::Head: return "HEAD";
        case HttpMethod::Post: return "POST";
        case HttpMethod::Put: return "PUT";
        case HttpMethod::Delete: return "DELETE";
    }
    CHECK(false);
}

std::optional<HttpMethod> http_method_from(std::string_view text) {
    for (const HttpMethod method : {HttpMethod::Get, HttpMethod::Head, HttpMethod::Post,
                                    HttpMethod::Put, HttpMethod::Delete}) {
        if (to_text(method) == text) return method;
    }
    return std::nullopt;
}

}  // namespace foyer::master
