// The scenario "real": measured boxes with their networks and countries, outages that several of
// them shared, and how long home machines of others stayed up. The data's own README says where
// each number comes from; nothing of it is kept here.
#include <chrono>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "common/base/text.h"
#include "tests/sim/scenario.h"

namespace foyer::sim {

namespace {

using Row = std::map<std::string, std::string>;

constexpr std::size_t boxes_max = 300;
constexpr std::size_t events_max = 40;
constexpr std::size_t shared_by_min = 3;  // boxes of an outage worth replaying
constexpr int steady_percent = 90;        // availability of what is like an always-on box

// One line, quoted fields allowed.
std::vector<std::string> fields_of(const std::string& line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (const char letter : line) {
        if (letter == '"') {
            quoted = !quoted;
        } else if (letter == ',' && !quoted) {
            fields.emplace_back();
        } else if (letter != '\r') {
            fields.back().push_back(letter);
        }
    }
    return fields;
}

Result<std::vector<Row>> table(const std::string& file) {
    std::ifstream in(file);
    std::string line;
    if (!std::getline(in, line))
        return error(ErrorCode::NotFound, "the data are not there: '" + file + "' cannot be read");
    const std::vector<std::string> names = fields_of(line);
    std::vector<Row> rows;
    while (std::getline(in, line)) {
        const std::vector<std::string> fields = fields_of(line);
        Row row;
        for (std::size_t i = 0; i < std::min(names.size(), fields.size()); ++i)
            row[names[i]] = fields[i];
        rows.push_back(std::move(row));
    }
    return rows;
}

std::int64_t number_of(const std::string& text) { return parse_int(text).value_or(0); }

// "2011-06-14T02:00:18Z", in milliseconds.
std::optional<std::int64_t> instant(const std::string& text) {
    if (text.size() != 20) return std::nullopt;
    const auto part = [&](std::size_t from, std::size_t count) {
        return static_cast<int>(number_of(text.substr(from, count)));
    };
    const std::chrono::sys_days date(std::chrono::year(part(0, 4)) /
                                     std::chrono::month(static_cast<unsigned>(part(5, 2))) /
                                     std::chrono::day(static_cast<unsigned>(part(8, 2))));
    return date.time_since_epoch().count() * day + part(11, 2) * hour + part(14, 2) * minute +
           part(17, 2) * second;
}

using Outages = std::map<std::string, std::vector<std::string>>;  // event -> boxes

struct Data {
    std::vector<Row> boxes;
    std::map<std::string, std::string> sibling;  // asn -> group
    Outages outages;                             // shared by enough of the boxes
    std::map<std::string, Moment> lengths;
    std::vector<std::vector<std::pair<Moment, Moment>>> gaps;  // of steady machines
};

Status read_outages(const std::string& folder, Data& data) {
    std::set<std::string> known;
    for (const Row& box : data.boxes) known.insert(box.at("node"));
    for (const Row& row : TRY(table(folder + "/outage_nodes.csv")))
        if (known.contains(row.at("node"))) data.outages[row.at("event")].push_back(row.at("node"));
    std::erase_if(data.outages,
                  [](const auto& outage) { return outage.second.size() < shared_by_min; });
    for (const Row& row : TRY(table(folder + "/outages.csv"))) {
        const auto from = instant(row.at("start"));
        const auto to = instant(row.at("end"));
        if (from && to && *to > *from) data.lengths[row.at("event")] = *to - *from;
    }
    std::erase_if(data.outages,
                  [&](const auto& outage) { return !data.lengths.contains(outage.first); });
    return ok_status();
}

Status read_availability(const std::string& folder, Data& data) {
    std::map<std::string, std::vector<std::pair<Moment, Moment>>> up;
    Moment end = 0;
    for (const Row& row : TRY(table(folder + "/availability.csv"))) {
        const Moment from = number_of(row.at("up_from_s")) * second;
        const Moment to = number_of(row.at("up_to_s")) * second;
        up[row.at("node")].emplace_back(from, to);
        end = std::max(end, to);
    }
    for (const auto& [node, spans] : up) {
        Moment sum = 0;
        for (const auto& [from, to] : spans) sum += to - from;
        if (sum * 100 < end * steady_percent) continue;
        data.gaps.emplace_back();
        for (std::size_t i = 1; i < spans.size(); ++i)
            data.gaps.back().emplace_back(spans[i - 1].second, spans[i].first);
    }
    return ok_status();
}

Result<Data> read_data(const std::string& folder) {
    Data data;
    data.boxes = TRY(table(folder + "/boxes.csv"));
    for (const Row& row : TRY(table(folder + "/operators.csv")))
        data.sibling[row.at("asn")] = row.at("sibling_group");
    TRY(read_outages(folder, data));
    TRY(read_availability(folder, data));
    if (data.boxes.empty() || data.gaps.empty() || data.outages.empty())
        return error(ErrorCode::NotFound, "the data in '" + folder + "' hold nothing to replay");
    return data;
}

BoxSpec spec_of(const Row& row, const Data& data, Dice& dice) {
    BoxSpec spec;
    const std::string& name = row.at("node");
    spec.site = SiteId("home-" + name);
    spec.name = NodeId(name + "-1");
    const auto group = data.sibling.find(row.at("asn"));
    spec.isp = IspId("as" + (group == data.sibling.end() ? row.at("asn") : group->second));
    spec.country = CountryCode(row.at("country"));
    spec.host_class = dice.one_in(4) ? HostClass::Open : HostClass::Vetted;
    spec.capacity = box_resources(dice);
    return spec;
}

// Boxes of some shared outages first, then any.
void choose_boxes(const Data& data, Dice& dice, Scenario& world,
                  std::map<std::string, int>& numbers) {
    std::set<std::string> wanted;
    std::vector<const std::vector<std::string>*> events;
    for (const auto& [event, nodes] : data.outages) events.push_back(&nodes);
    for (std::size_t i = 0; i < events_max && wanted.size() < boxes_max / 2; ++i)
        for (const std::string& node : *dice.one_of(events)) wanted.insert(node);
    while (wanted.size() < boxes_max) wanted.insert(dice.one_of(data.boxes).at("node"));
    for (const Row& row : data.boxes) {
        const std::string& node = row.at("node");
        if (!wanted.contains(node) || numbers.contains(node) || row.at("country").size() != 2)
            continue;
        numbers[node] = static_cast<int>(world.boxes.size());
        world.boxes.push_back(spec_of(row, data, dice));
    }
}

void record_outages(const Data& data, Dice& dice, const std::map<std::string, int>& numbers,
                    Scenario& world) {
    for (const auto& [event, nodes] : data.outages) {
        RecordedCut cut{dice.between(hour, world.length), data.lengths.at(event), {}};
        for (const std::string& node : nodes)
            if (numbers.contains(node)) cut.boxes.push_back(numbers.at(node));
        if (!cut.boxes.empty()) world.recorded.push_back(std::move(cut));
    }
    for (const auto& [node, number] : numbers)
        for (const auto& [from, to] : dice.one_of(data.gaps))
            world.recorded.push_back({from, to - from, {number}});
}

}  // namespace

Result<Scenario> real_scenario(std::uint64_t seed, const std::string& folder) {
    if (folder.empty())
        return error(ErrorCode::NotFound, "no data folder: give --data DIR or set FOYER_DATA");
    const Data data = TRY(read_data(folder));
    Dice dice(seed ^ 0xda7a5e7ULL);
    Scenario world;
    world.name = "real";
    world.length = 28 * day;
    world.round = 7 * day;
    std::map<std::string, int> numbers;
    choose_boxes(data, dice, world, numbers);
    record_outages(data, dice, numbers, world);
    for (int i = 0; i < 2; ++i) {
        BoxSpec edge = world.boxes[dice.below(world.boxes.size())];
        edge.site = SiteId("gate-" + std::to_string(i));
        edge.name = NodeId("gate-" + std::to_string(i) + "-1");
        edge.host_class = HostClass::House;
        edge.edge = true;
        world.boxes.push_back(edge);
    }
    world.customers = 60;
    world.orders_within = 2 * day;
    world.think = 10 * day;
    world.write_every = 3 * hour;
    world.switch_every = 12 * hour;
    world.fault_every = 2 * hour;
    world.fault_length = 2 * hour;
    world.weather = {2, 1, 1};
    world.commit_faults = 1;
    return world;
}

}  // namespace foyer::sim
