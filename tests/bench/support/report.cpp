#include "tests/bench/support/report.h"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <iostream>

#include "common/base/text.h"

namespace foyer::bench {

Report::Report(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        if (std::string(argv[i]) == "--json" && i + 1 < argc) {
            file_ = argv[++i];
        } else {
            args_.emplace_back(argv[i]);
        }
    }
}

int Report::number_at(std::size_t index, int otherwise) const {
    if (index >= args_.size()) return otherwise;
    return static_cast<int>(parse_int(args_[index]).value_or(otherwise));
}

void Report::row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

void Report::end_table() {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i)
            line += i == 0 ? fmt::format("{:<{}}", row[i], widths[i])
                           : fmt::format("  {:>{}}", row[i], widths[i]);
        std::cout << line << '\n';
    }
    std::cout << std::endl;
    rows_.clear();
}

bool Report::write() const {
    if (file_.empty()) return true;
    std::ofstream out(file_);
    std::string body;
    for (const auto& [id, value] : metrics_)
        body += fmt::format("{}\n  \"{}\": {:.6g}", body.empty() ? "" : ",", id, value);
    out << "{" << body << "\n}\n";
    return out.good();
}

std::string fixed(double value, int decimals) { return fmt::format("{:.{}f}", value, decimals); }

}  // namespace foyer::bench
