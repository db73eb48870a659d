#include "cli/show/outcome.hpp"

#include "cli/text.hpp"
#include <fmt/format.h>

namespace omegasafe::cli {

namespace {

std::string shown_value(const json& value) {
    if (value.is_null())
        return "none";
    if (value.is_boolean())
        return value.get<bool>() ? "yes" : "no";
    return value.is_string() ? value.get<std::string>() : value.dump();
}

} // namespace

void outcome::line(const std::string& text) const {
    if (!as_json_)
        print(text);
}

void outcome::lines(const std::string& text) const {
    if (!as_json_)
        print_lines(text);
}

void outcome::value(const std::string& label, const std::string& name, const json& value) {
    line(fmt::format("  {:<24} {}", label + ":", shown_value(value)));
    field(name, value);
}

void outcome::finish() const {
    if (as_json_)
        print_json(object_);
}

} // namespace omegasafe::cli
