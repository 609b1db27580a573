// Our documents as HTML. Pure.
#pragma once

#include <string>
#include <string_view>

namespace foyer::master {

// The little Markdown of our documents: "## " headings, paragraphs, `code`. Everything else is
// text.
std::string html_of_markdown(std::string_view text, int heading_level);

// One line of it, without a paragraph around.
std::string html_of_line(std::string_view text);

// "Writes" of the heading "## Writes": the id its section has on the page.
std::string slug(std::string_view heading);

}  // namespace foyer::master
