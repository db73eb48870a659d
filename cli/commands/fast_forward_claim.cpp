// omegasafe fast-forward-claim: uses up positions of the newest Delta without encrypting.
#include "cli/flags.hpp"
#include "cli/show/format.hpp"
#include "cli/show/outcome.hpp"
#include "cli/terminal/confirmation.hpp"
#include <charconv>

namespace omegasafe::cli {

namespace {

struct fast_forward_options {
    std::string key_uuid, claim_size;
    bool force = false;
};

std::uint64_t parse_claim_size(const std::string& text) {
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc{} || end != text.data() + text.size() || size == 0)
        throw failure(errc::usage, "'" + text + "' for --claim-size is not a number of bytes from 1 up.");
    return size;
}

std::string remaining_text(const ecs_delta& delta) {
    return with_thousands(delta.remaining()) + " of " + with_thousands(delta.positions.size());
}

void run_fast_forward(session& session, const fast_forward_options& options) {
    const auto size = parse_claim_size(options.claim_size);
    auto& client = session.open();
    const auto key_uuid = parse_uuid_flag(options.key_uuid, "--key-uuid");
    const auto before = client.newest_delta(key_uuid);
    if (size > before.remaining())
        throw failure(errc::usage, "--claim-size " + std::to_string(size) + " is more than the " +
                                       to_decimal(before.remaining()) + " positions that Delta " +
                                       std::to_string(before.seq_number) + " has left.");
    outcome out{session};
    out.line("Delta " + std::to_string(before.seq_number) + " (" + to_string(before.delta_uuid) + ")");
    out.value("Claimed up to", "previous_claimed_global_position", json_last_claimed(before.next));
    out.line("  Remaining capacity:      " + remaining_text(before));
    out.value("Forward movement", "claim_size", json_position(size));
    out.line("  New claimed position:    " + to_decimal(before.next + size - 1));
    require_confirmation(options.force, "Use up these positions? They cannot be taken back.");

    const auto after = client.fast_forward(key_uuid, size);
    out.line("Claimed position moved forward.");
    out.field("key_uuid", to_string(key_uuid));
    out.field("delta_uuid", to_string(after.delta_uuid));
    out.field("delta_sequence", after.seq_number);
    out.value("Claimed up to", "latest_claimed_global_position", json_last_claimed(after.next));
    out.field("remaining", json_position(after.remaining()));
    out.line("  Remaining capacity:      " + remaining_text(after));
    out.finish();
}

} // namespace

void add_fast_forward_claim(CLI::App& app) {
    const auto options = std::make_shared<fast_forward_options>();
    auto* command = add_command(app, "fast-forward-claim", "Use up positions without encrypting anything",
        [options](session& session) { run_fast_forward(session, *options); });
    command->add_option("-c,--claim-size", options->claim_size, "Number of bytes to advance")->required();
    command->add_option("-k,--key-uuid", options->key_uuid, "Key UUID to adjust")->required();
    command->add_flag("-f,--force", options->force, "Skip confirmation prompt");
}

} // namespace omegasafe::cli
