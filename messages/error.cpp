#include "messages/error.hpp"

#include <array>

namespace omegasafe {

namespace {

struct row {
    errc code;
    int exit;
    std::string_view name;
};

// One line a code, in the enum's order; docs/exit-codes.md shows the same table and a test compares the two.
constexpr std::array rows{
    row{errc::none, 0, "none"},
    row{errc::internal, 1, "internal"},
    row{errc::usage, 2, "usage"},
    row{errc::aborted, 3, "aborted"},
    row{errc::input_unreadable, 10, "input_unreadable"},
    row{errc::output_refused, 11, "output_refused"},
    row{errc::io_failed, 12, "io_failed"},
    row{errc::config_missing, 20, "config_missing"},
    row{errc::config_exists, 21, "config_exists"},
    row{errc::config_invalid, 22, "config_invalid"},
    row{errc::password_missing, 30, "password_missing"},
    row{errc::password_wrong, 31, "password_wrong"},
    row{errc::layer_password, 32, "layer_password"},
    row{errc::container_damaged, 40, "container_damaged"},
    row{errc::container_newer, 41, "container_newer"},
    row{errc::integrity_failed, 42, "integrity_failed"},
    row{errc::key_unknown, 50, "key_unknown"},
    row{errc::alpha_missing, 51, "alpha_missing"},
    row{errc::delta_missing, 52, "delta_missing"},
    row{errc::delta_conflict, 53, "delta_conflict"},
    row{errc::ecs_unknown, 60, "ecs_unknown"},
    row{errc::ecs_ambiguous, 61, "ecs_ambiguous"},
    row{errc::ecs_exists, 62, "ecs_exists"},
    row{errc::ecs_unavailable, 63, "ecs_unavailable"},
    row{errc::ecs_authentication, 64, "ecs_authentication"},
    row{errc::ecs_rejected, 65, "ecs_rejected"},
    row{errc::ecs_full, 66, "ecs_full"},
    row{errc::unsafe_claim, 70, "unsafe_claim"},
    row{errc::claim_insufficient, 71, "claim_insufficient"},
    row{errc::file_too_large, 72, "file_too_large"},
    row{errc::lock_timeout, 80, "lock_timeout"},
    row{errc::keyring_failed, 81, "keyring_failed"},
    row{errc::not_built_yet, 90, "not_built_yet"},
};

constexpr bool in_enum_order() {
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (static_cast<std::size_t>(rows[i].code) != i)
            return false;
    return rows.size() == static_cast<std::size_t>(errc::not_built_yet) + 1;
}
static_assert(in_enum_order());

const row& row_of(errc code) {
    const auto index = static_cast<std::size_t>(code);
    return rows[index < rows.size() ? index : static_cast<std::size_t>(errc::internal)];
}

} // namespace

int exit_code(errc code) {
    return row_of(code).exit;
}

std::string_view to_string(errc code) {
    return row_of(code).name;
}

} // namespace omegasafe
