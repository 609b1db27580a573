#include "master/http/docs_text.h"

#include "common/base/html_text.h"

namespace foyer::master {

std::string html_of_line(std::string_view text) {
    std::string out;
    bool code = false;
    while (true) {
        const std::size_t tick = text.find('`');
        // A tick without its other half is a tick.
        const bool closed = code || text.find('`', tick + 1) != std::string_view::npos;
        if (tick == std::string_view::npos || !closed) return out + html(text);
        out += html(text.substr(0, tick));
        out += code ? "</code>" : "<code>";
        code = !code;
        text.remove_prefix(tick + 1);
    }
}

std::string slug(std::string_view heading) {
    std::string made;
    for (const char letter : heading) {
        const bool upper = letter >= 'A' && letter <= 'Z';
        const bool lower = letter >= 'a' && letter <= 'z';
        made += upper ? static_cast<char>(letter - 'A' + 'a') : lower ? letter : '-';
    }
    return made;
}

std::string html_of_markdown(std::string_view text, int heading_level) {
    constexpr std::string_view mark = "## ";
    std::string out;
    while (!text.empty()) {
        const std::size_t end = text.find("\n\n");
        const std::string_view block = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
        if (block.starts_with(mark)) {
            const std::string_view title = block.substr(mark.size());
            const std::string tag = "h" + std::to_string(heading_level);
            out += "<" + tag + " id=\"";
            out += slug(title) + "\">" + html_of_line(title);
            out += "</" + tag + ">\n";
        } else {
            out += "<p>" + html_of_line(block) + "</p>\n";
        }
    }
    return out;
}

}  // namespace foyer::master
