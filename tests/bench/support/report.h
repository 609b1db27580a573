// What a bench found: a table for people on standard output, and with --json FILE one flat object
// of metric ids to numbers.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace foyer::bench {

class Report {
public:
    // Takes "--json FILE" out of the arguments; what is left is in args().
    Report(int argc, char** argv);

    const std::vector<std::string>& args() const { return args_; }
    // The first argument left as a number, or what is given here.
    int number_at(std::size_t index, int otherwise) const;

    // One line of a table; columns are aligned when the table ends.
    void row(std::vector<std::string> cells);
    void end_table();
    void metric(const std::string& id, double value) { metrics_[id] = value; }

    // Writes the object; false when it could not.
    bool write() const;

private:
    std::vector<std::string> args_;
    std::string file_;
    std::vector<std::vector<std::string>> rows_;
    std::map<std::string, double> metrics_;
};

std::string fixed(double value, int decimals = 1);

}  // namespace foyer::bench
