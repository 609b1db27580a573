#include "master/http/docs_page.h"

#include "common/base/base64.h"
#include "common/base/html_text.h"
#include "common/base/text.h"
#include "common/tls/sha256.h"
#include "master/http/docs_text.h"
#include "master/http/json_text.h"

namespace foyer::master {

extern const std::string_view docs_style;  // made by the build, of docs_page.css

namespace {

std::string text_of(const Tree& tree, const char* key) {
    const auto found = tree.find(key);
    return found != tree.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string upper(std::string text) {
    for (char& letter : text) {
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    }
    return text;
}

std::string last_part(const std::string& reference) {
    return reference.substr(reference.rfind('/') + 1);
}

std::string link(const std::string& target, const std::string& text) {
    return "<a href=\"#" + html(target) + "\">" + text + "</a>";
}

// The one type of a body or of an answer.
struct Content {
    std::string type;
    const Tree& told;
};

Content content_of(const Tree& described) {
    const auto first = described["content"].begin();
    return {first.key(), first.value()};
}

// The page of one document, written from top to bottom.
class Page {
public:
    explicit Page(const Tree& document) : document_(document) {}

    std::string write() {
        const Tree& info = document_["info"];
        const std::string title = text_of(info, "title") + " " + text_of(info, "version");
        out_ =
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
            html(title) + "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>" +
            std::string(docs_style) + "</style>\n</head>\n<body>\n" +
            "<a class=\"skip\" href=\"#main\">To the routes</a>\n<header>\n<h1>" + html(title) +
            "</h1>\n<p>" + html(text_of(info, "summary")) +
            " <a href=\"openapi.json\">OpenAPI 3.1 document</a></p>\n</header>\n";
        contents();
        out_ += "<main id=\"main\">\n<section class=\"intro\" aria-label=\"Introduction\">\n" +
                html_of_markdown(text_of(info, "description"), 2);
        statuses();
        out_ += "</section>\n";
        for (const Tree& tag : document_["tags"]) routes_of(tag);
        schemas();
        out_ += "</main>\n</body>\n</html>\n";
        return std::move(out_);
    }

private:
    template <class Do>
    void each_operation(const std::string& tag, Do act) {
        for (const auto& [path, methods] : document_["paths"].items()) {
            for (const auto& [method, operation] : methods.items()) {
                if (operation["tags"][0] == tag) act(path, method, operation);
            }
        }
    }

    void contents() {
        out_ +=
            "<nav aria-label=\"Contents\">\n<ul>\n<li>" + link("main", "Introduction") + "</li>\n";
        for (const Tree& tag : document_["tags"]) {
            const std::string name = text_of(tag, "name");
            out_ += "<li>" + link("tag-" + name, html(name)) + "\n<ul>\n";
            each_operation(name, [&](const std::string& path, const std::string& method,
                                     const Tree& operation) {
                out_ += "<li><a href=\"#" + html(text_of(operation, "operationId")) +
                        "\" title=\"" + html(upper(method) + " " + path) + "\">" +
                        html(text_of(operation, "operationId")) + "</a></li>\n";
            });
            out_ += "</ul>\n</li>\n";
        }
        out_ += "<li>" + link("schemas", "Schemas") + "</li>\n</ul>\n</nav>\n";
    }

    void statuses() {
        out_ += "<div class=\"wide\"><table>\n<caption>Statuses of refusals</caption>\n<tbody>\n";
        const Tree& responses = document_["components"]["responses"];
        for (const auto& [status, name] : refusal_names()) {
            out_ += "<tr id=\"status-";
            out_ += status + "\"><th scope=\"row\">" + status + "</th><td>";
            out_ += html_of_line(text_of(responses[name], "description")) + "</td></tr>\n";
        }
        out_ +=
            "</tbody>\n</table></div>\n<div class=\"wide\"><table>\n<caption>Codes of "
            "refusals</caption>\n<tbody>\n";
        const Tree& code = document_["components"]["schemas"]["Error"]["properties"]["code"];
        for (const auto& [name, advice] : code["x-enum-descriptions"].items()) {
            out_ += "<tr id=\"code-";
            out_ += html(name) + "\"><th scope=\"row\">" + html(name) + "</th><td>" +
                    html_of_line(advice.get<std::string>()) + "</td></tr>\n";
        }
        out_ += "</tbody>\n</table></div>\n<p>" + link("schema-Error", "The one shape of errors") +
                "</p>\n";
    }

    // {"400", "BadRequest"}, as the routes use them.
    std::map<std::string, std::string> refusal_names() const {
        std::map<std::string, std::string> names;
        for (const auto& [path, methods] : document_["paths"].items()) {
            for (const auto& [method, operation] : methods.items()) {
                for (const auto& [status, response] : operation["responses"].items()) {
                    const std::string reference = text_of(response, "$ref");
                    if (!reference.empty()) names[status] = last_part(reference);
                }
            }
        }
        return names;
    }

    void routes_of(const Tree& tag) {
        const std::string name = text_of(tag, "name");
        out_ += "<section aria-labelledby=\"tag-" + html(name) + "\">\n<h2 id=\"tag-" + html(name) +
                "\">" + html(name) + "</h2>\n<p>" + html_of_line(text_of(tag, "description")) +
                "</p>\n";
        each_operation(
            name, [&](const std::string& path, const std::string& method, const Tree& operation) {
                show_operation(path, method, operation);
            });
        out_ += "</section>\n";
    }

    void show_operation(const std::string& path, const std::string& method, const Tree& operation) {
        const std::string id = text_of(operation, "operationId");
        out_ += "<article id=\"" + html(id) + "\">\n<h3>" + link(id, html(id)) +
                "</h3>\n<p class=\"route\"><span class=\"" + html(method) + "\">" +
                html(upper(method)) + "</span> <code>" + html(path) + "</code></p>\n<p>" +
                html_of_line(text_of(operation, "description")) + "</p>\n<p class=\"who\">";
        std::string roles;
        for (const Tree& role : operation["x-foyer-roles"])
            roles += (roles.empty() ? "" : ", ") + role.get<std::string>();
        out_ += roles.empty() ? "for everybody, without a token" : "for " + html(roles);
        const std::string rpc = text_of(operation, "x-foyer-rpc");
        if (!rpc.empty()) out_ += " · gRPC <code>" + html(rpc) + "</code>";
        out_ += "</p>\n";
        const std::set<std::string> given = parameters_of(operation);
        body_of(operation, given);
        example_of(path, method, operation);
        answers_of(operation);
        out_ += "</article>\n";
    }

    // What a reference stands for, or the part itself.
    const Tree& resolved(const Tree* part) const {
        const std::string reference = text_of(*part, "$ref");
        if (reference.empty()) return *part;
        return document_.at(Tree::json_pointer(reference.substr(1)));
    }

    // Shows them; their names.
    std::set<std::string> parameters_of(const Tree& operation) {
        std::set<std::string> names;
        if (!operation.contains("parameters")) return names;
        begin_table("Parameters");
        for (const Tree& listed : operation["parameters"]) {
            const Tree& one = resolved(&listed);
            names.insert(text_of(one, "name"));
            row(text_of(one, "name"),
                "in the " + text_of(one, "in") + ", " + type_of(one["schema"]),
                text_of(one, "description"), one.value("required", false));
        }
        end_table();
        return names;
    }

    void body_of(const Tree& operation, const std::set<std::string>& given) {
        if (!operation.contains("requestBody")) return;
        const auto [type, content] = content_of(operation["requestBody"]);
        const Tree& schema = resolved(&content["schema"]);
        if (!schema.contains("properties")) {
            out_ += "<h4>Body</h4>\n<p><code>" + html(type) + "</code></p>\n";
            return;
        }
        begin_table("Body");
        properties(schema, given);
        end_table();
    }

    void begin_table(const std::string& caption) {
        out_ += "<div class=\"wide\"><table>\n<caption>" + html(caption) +
                "</caption>\n<thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Type</th>"
                "<th scope=\"col\">Meaning</th></tr></thead>\n<tbody>\n";
    }
    void end_table() { out_ += "</tbody>\n</table></div>\n"; }

    void properties(const Tree& schema, const std::set<std::string>& given) {
        std::set<std::string> required;
        if (schema.contains("required")) required = schema["required"].get<std::set<std::string>>();
        const bool request = schema.contains("additionalProperties");
        for (const auto& [name, property] : schema["properties"].items()) {
            if (given.contains(name)) continue;
            // In an answer what may be missing is the exception, in a request what may not.
            const bool sure = required.contains(name);
            row(name, type_of(property) + (request || sure ? "" : ", or absent"),
                text_of(property, "description"), request && sure);
        }
    }

    void row(const std::string& name, const std::string& type_html, const std::string& meaning,
             bool required) {
        out_ += "<tr><th scope=\"row\"><code>" + html(name) + "</code>" +
                (required ? " <b>required</b>" : "") + "</th><td>" + type_html + "</td><td>" +
                html_of_line(meaning) + "</td></tr>\n";
    }

    static std::string type_of(const Tree& schema) {
        const std::string reference = text_of(schema, "$ref");
        if (!reference.empty()) {
            const std::string name = last_part(reference);
            return link("schema-" + name, html(name));
        }
        std::string type = text_of(schema, "type");
        if (type == "array") type = "list of " + type_of(schema["items"]);
        if (text_of(schema, "format") == "date-time") type = "time";
        if (!text_of(schema, "contentEncoding").empty()) type = "base64";
        if (schema.contains("const")) type = "<code>" + html(schema["const"].dump()) + "</code>";
        return type + limits_of(schema);
    }

    static std::string limits_of(const Tree& schema) {
        const auto number = [&](const char* key) {
            return schema.contains(key) ? schema[key].dump() : std::string();
        };
        std::string text;
        for (const auto& [suffix, unit] : {std::pair("imum", ""), std::pair("Length", " letters"),
                                           std::pair("Items", " entries")}) {
            const std::string least = number(("min" + std::string(suffix)).c_str());
            const std::string most = number(("max" + std::string(suffix)).c_str());
            if (most.empty() && (least.empty() || least == "0")) continue;
            text += ", ";
            if (most.empty()) {
                text += least + unit + " or more";
            } else {
                text += least.empty() ? "at most " : least + " to ";
                text += most + unit;
            }
        }
        const std::string pattern = text_of(schema, "pattern");
        if (!pattern.empty()) text += ", <code class=\"pattern\">" + html(pattern) + "</code>";
        return text;
    }

    void example_of(const std::string& path, const std::string& method, const Tree& operation) {
        std::string target = path;
        if (operation.contains("parameters")) {
            for (const Tree& listed : operation["parameters"]) {
                const Tree& one = resolved(&listed);
                const std::string mark = "{" + text_of(one, "name") + "}";
                const std::size_t at = target.find(mark);
                if (at != std::string::npos && one.contains("example"))
                    target.replace(at, mark.size(), text_of(one, "example"));
            }
        }
        std::string line = "curl --cacert ca.crt";
        if (method == "head") line += " --head";
        if (method != "get" && method != "head") line += " -X " + upper(method);
        if (operation.value("security", Tree()) != Tree::array())
            line += " -H \"Authorization: Bearer $TOKEN\"";
        if (operation.contains("requestBody")) line += body_argument(operation["requestBody"]);
        out_ += "<pre role=\"group\" tabindex=\"0\" aria-label=\"Example\"><code>" +
                html(line + " \\\n  \"$FOYER" + target + "\"") + "</code></pre>\n";
    }

    std::string body_argument(const Tree& body) const {
        const auto [type, content] = content_of(body);
        if (type != "application/json") return " \\\n  -H 'Content-Type: " + type + "' -T FILE";
        const Tree& schema = resolved(&content["schema"]);
        std::string line =
            " \\\n  -H 'Content-Type: application/json' -H \"Idempotency-Key: $(uuidgen)\"";
        if (schema.contains("examples")) line += " \\\n  -d '" + schema["examples"][0].dump() + "'";
        return line;
    }

    void answers_of(const Tree& operation) {
        out_ += "<p class=\"answers\">";
        std::string refusals;
        for (const auto& [status, response] : operation["responses"].items()) {
            if (status[0] >= '4') {
                refusals += " " + link("status-" + status, status);
                continue;
            }
            out_ += "<b>" + status + "</b> " + html_of_line(text_of(response, "description"));
            if (response.contains("content")) {
                const auto [type, content] = content_of(response);
                out_ += " " + (content.contains("schema") ? type_of(content["schema"])
                                                          : "<code>" + html(type) + "</code>");
            }
            out_ += "<br>\n";
        }
        out_ += "Refusals:" + refusals + "</p>\n";
    }

    void schemas() {
        out_ += "<section aria-labelledby=\"schemas\">\n<h2 id=\"schemas\">Schemas</h2>\n";
        for (const auto& [name, schema] : document_["components"]["schemas"].items()) {
            out_ += "<article id=\"schema-" + html(name) + "\">\n<h3>" +
                    link("schema-" + name, html(name)) + "</h3>\n<p>" +
                    html_of_line(text_of(schema, "description")) + "</p>\n";
            if (schema.contains("enum")) {
                values_of(schema);
            } else if (schema.contains("properties") && !schema["properties"].empty()) {
                begin_table("Fields");
                properties(schema, {});
                end_table();
            }
            out_ += "</article>\n";
        }
        out_ += "</section>\n";
    }

    void values_of(const Tree& schema) {
        out_ += "<div class=\"wide\"><table>\n<caption>Values</caption>\n<tbody>\n";
        const Tree& meanings = schema["x-enum-descriptions"];
        for (std::size_t i = 0; i < schema["enum"].size(); ++i) {
            out_ += "<tr><th scope=\"row\"><code>" + html(schema["enum"][i].get<std::string>()) +
                    "</code></th><td>" + html_of_line(meanings[i].get<std::string>()) +
                    "</td></tr>\n";
        }
        out_ += "</tbody>\n</table></div>\n";
    }

    const Tree& document_;
    std::string out_;
};

}  // namespace

std::string docs_page(const Tree& document) { return Page(document).write(); }

std::string docs_policy() {
    const auto hash = from_hex(tls::sha256_hex(docs_style));
    CHECK(hash);
    return "default-src 'none'; style-src 'sha256-" +
           to_base64({reinterpret_cast<const char*>(hash->data()), hash->size()}) +
           "'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

}  // namespace foyer::master
