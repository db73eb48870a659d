// Any text is JSON within its bounds or refused; what is read can be written, shown and read again.
#include "crypto/strict_json.hpp"
#include "crypto/shown_text.hpp"
#include "crypto/text_encoding.hpp"
#include "tests/fuzz/fuzz_support.hpp"
#include <nlohmann/json.hpp>

using namespace omegasafe;
using omegasafe::fuzz::require;
using json = nlohmann::ordered_json;

namespace {

constexpr crypto::json_bounds bounds{6, 200};

std::size_t depth_of(const json& value) {
    std::size_t deepest = 0;
    if (value.is_structured())
        for (const auto& part : value)
            deepest = std::max(deepest, depth_of(part));
    return deepest + (value.is_structured() ? 1 : 0);
}

std::size_t values_in(const json& value) {
    std::size_t count = 1;
    if (value.is_structured())
        for (const auto& part : value)
            count += values_in(part);
    return count;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    require(crypto::is_plain_text(crypto::shown_line(text)));
    const auto read = crypto::parse_json<json>(text, bounds);
    if (!read)
        return 0;
    require(!read->is_discarded() && depth_of(*read) <= bounds.depth && values_in(*read) <= bounds.values);
    const auto shown = crypto::shown_json(read->dump(1));
    require(crypto::shown_lines(shown) == shown);
    require(crypto::parse_json<json>(shown, bounds) == read);
    return 0;
}
