#include "cli/show/iteration_output.hpp"

namespace omegasafe::cli {

json tell_iteration(const outcome& out, const iteration_info& info) {
    out.line("  Key UUID:         " + to_string(info.key_uuid));
    out.line("  Iteration UUID:   " + to_string(info.iteration_uuid));
    out.line("  Sequence:         " + std::to_string(info.seq_number));
    out.line("  Global positions: " + to_decimal(info.first_position()) + " .. " + to_decimal(info.last_position()));
    return {{"key_uuid", to_string(info.key_uuid)}, {"iteration_uuid", to_string(info.iteration_uuid)},
        {"seq_number", info.seq_number}, {"start_global_position", json_position(info.first_position())},
        {"end_global_position", json_position(info.last_position())}};
}

} // namespace omegasafe::cli
