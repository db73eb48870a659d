#include "cli/show/json_output.hpp"

#include "cli/text.hpp"
#include "crypto/position.hpp"

namespace omegasafe::cli {

json json_position(u128 position) {
    return crypto::position_to_json<json>(position);
}

json json_last_claimed(u128 next) {
    return next == 0 ? json(-1) : json_position(next - 1);
}

json json_uuid(const std::optional<uuid>& id) {
    return id ? json(to_string(*id)) : json(nullptr);
}

json json_text(const std::optional<std::string>& text) {
    return text ? json(*text) : json(nullptr);
}

json json_error(const failure& problem) {
    const auto code = problem.code();
    return {{"code", to_string(code)}, {"exit_code", exit_code(code)}, {"message", problem.what()},
        {"hint", hint(code).empty() ? json(nullptr) : json(hint(code))}};
}

void print_json(const json& payload) {
    // A name that is not UTF-8 is shown with replacement characters rather than failing the whole listing.
    print(payload.dump(2, ' ', false, json::error_handler_t::replace));
}

} // namespace omegasafe::cli
