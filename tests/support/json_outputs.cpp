#include "tests/support/json_outputs.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace omegasafe::test {

std::vector<json_output>& json_outputs() {
    static auto& outputs = *new std::vector<json_output>; // read while static objects die
    return outputs;
}

void keep_json_output(const arguments& args, const run_result& result) {
    const auto wants_json = [](const std::string& word) { return word == "-j" || word == "--json"; };
    // 4 is partly_failed: a result with its error inside.
    const bool has_result = result.exit_code == 0 || result.exit_code == 4;
    if (result.exit_code >= 0 && std::ranges::any_of(args, wants_json))
        json_outputs().push_back({has_result ? args.front() : "error", result.out});
}

std::string json_findings() {
    if (json_outputs().empty())
        return "";
    auto pairs = nlohmann::json::array();
    for (const auto& output : json_outputs())
        pairs.push_back({output.schema, output.text});
    run_options options;
    options.program = OMEGASAFE_SOURCE_DIR "/tests/support/validate-json";
    options.input = pairs.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    const auto result = run({}, options);
    return result.exit_code == 0 ? "" : result.describe();
}

} // namespace omegasafe::test
