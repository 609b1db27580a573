#include "master/store/copy_reader.h"

#include <cstdint>

namespace foyer::master {

namespace {

constexpr std::string_view signature("PGCOPY\n\377\r\n\0", 11);

// Takes `size` bytes from the front; fewer are there: nothing is taken, false.
bool take(std::string_view& bytes, std::size_t size, std::string_view& taken) {
    if (bytes.size() < size) return false;
    taken = bytes.substr(0, size);
    bytes.remove_prefix(size);
    return true;
}

// Big-endian, signed.
template <class Number>
bool take_number(std::string_view& bytes, Number& number) {
    std::string_view raw;
    if (!take(bytes, sizeof(Number), raw)) return false;
    std::uint32_t value = 0;
    for (const char byte : raw) value = value << 8U | static_cast<unsigned char>(byte);
    number = static_cast<Number>(value);
    return true;
}

bool take_header(std::string_view& bytes) {
    std::string_view ignored;
    std::int32_t flags = 0;
    std::int32_t extension = 0;
    if (!bytes.starts_with(signature)) return false;
    bytes.remove_prefix(signature.size());
    return take_number(bytes, flags) && take_number(bytes, extension) && extension >= 0 &&
           take(bytes, static_cast<std::size_t>(extension), ignored);
}

bool take_value(std::string_view& bytes, std::optional<std::string_view>& value) {
    std::int32_t length = 0;
    if (!take_number(bytes, length)) return false;
    value.reset();
    if (length == -1) return true;
    return length >= 0 && take(bytes, static_cast<std::size_t>(length), value.emplace());
}

}  // namespace

Status CopyReader::read(std::string_view bytes, const std::function<Status(Row row)>& each) {
    const auto malformed = [] {
        return error(ErrorCode::Internal, "the database sent a copy that cannot be read");
    };
    if (!begun_ && !take_header(bytes)) return malformed();
    begun_ = true;
    while (!bytes.empty()) {
        std::int16_t count = 0;
        if (ended_ || !take_number(bytes, count)) return malformed();
        if (count == -1) {
            ended_ = true;
            continue;
        }
        if (static_cast<std::size_t>(count) != row_.columns.size()) return malformed();
        row_.values.resize(row_.columns.size());
        for (auto& value : row_.values) {
            if (!take_value(bytes, value)) return malformed();
        }
        TRY(each(Row(row_)));
    }
    return ok_status();
}

}  // namespace foyer::master
