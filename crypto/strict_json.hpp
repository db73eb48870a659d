// JSON of strangers, read within bounds: one value, no more of it and no deeper than an honest writer sends.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace omegasafe::crypto {

struct json_bounds {
    std::size_t depth = 0;  // objects and arrays in each other
    std::size_t values = 0; // all values, also those in objects and arrays
};

/// Hears a text while it is read, and stops it at the first thing that may not be. `Json` is one of nlohmann's types.
template <class Json>
class json_guard {
public:
    explicit json_guard(const json_bounds& bounds) : bounds_(bounds) {}

    bool null() { return value(); }
    bool boolean(bool) { return value(); }
    bool number_integer(typename Json::number_integer_t) { return value(); }
    bool number_unsigned(typename Json::number_unsigned_t) { return value(); }
    bool number_float(typename Json::number_float_t, const std::string&) { return value(); }
    bool string(const std::string& text) { return value() && text.find('\0') == std::string::npos; }
    bool binary(const typename Json::binary_t&) { return false; }
    bool start_object(std::size_t) { return open(); }
    bool end_object() { return close(); }
    bool start_array(std::size_t) { return open(); }
    bool end_array() { return close(); }
    /// A name that stands twice would mean one thing to us and another to the next reader.
    bool key(const std::string& name) {
        return name.find('\0') == std::string::npos && names_.back().insert(name).second;
    }
    template <class Error>
    bool parse_error(std::size_t, const std::string&, const Error&) {
        return false;
    }

private:
    bool value() { return ++values_ <= bounds_.values; }
    bool open() {
        names_.emplace_back();
        return value() && names_.size() <= bounds_.depth;
    }
    bool close() {
        names_.pop_back();
        return true;
    }

    json_bounds bounds_;
    std::size_t values_ = 0;
    std::vector<std::set<std::string>> names_; // of the objects that are open; arrays have none
};

/// Nothing unless the text is one JSON value within the bounds, without a byte order mark, a NUL (not even an escaped
/// one), a field that stands twice, or anything behind it. What is refused for its size is never built.
template <class Json>
std::optional<Json> parse_json(std::string_view text, const json_bounds& bounds) {
    json_guard<Json> guard(bounds);
    if (text.starts_with("\xef\xbb\xbf") || text.find('\0') != std::string_view::npos ||
        !Json::sax_parse(text.begin(), text.end(), &guard))
        return std::nullopt;
    return Json::parse(text.begin(), text.end(), nullptr, false);
}

} // namespace omegasafe::crypto
