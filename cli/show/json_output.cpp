#include "cli/show/json_output.hpp"

#include "cli/text.hpp"
#include "crypto/position.hpp"
#include "crypto/shown_text.hpp"

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
    print_lines(crypto::shown_json(crypto::with_exact_bytes(payload).dump(2)));
}

} // namespace omegasafe::cli
