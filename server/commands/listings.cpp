// omegasafe-ecs key and storage: what users keep here, as the operator may see it.
#include "server/api/output.hpp"
#include "server/commands/command.hpp"
#include <omegasafe/error.hpp>

namespace omegasafe::server {

namespace {

struct listing_flags {
    std::shared_ptr<common_flags> common = std::make_shared<common_flags>();
    std::string key_uuid;
};

json key_payload(const key_record& key) {
    return {{"key_uuid", crypto::to_string(key.key_uuid)}, {"name", key.name},
        {"omegasafe_version", key.omegasafe_version},
        {"alpha_capacity", crypto::position_to_json<json>(key.alpha_capacity)},
        {"alpha_next", crypto::position_to_json<json>(key.alpha_next)}, {"latest_seq_number", key.latest_seq},
        {"storage_uuid", crypto::to_string(key.storage_uuid)}, {"created_at", time_text(key.created_at)}};
}

std::string key_line(const key_record& key) {
    return crypto::to_string(key.key_uuid) + "  " + key.name + "  Deltas: " + std::to_string(key.latest_seq);
}

void run_key_list(const listing_flags& flags) {
    const installation at{*flags.common};
    auto keys = json::array();
    std::vector<std::string> lines;
    for (const auto& key : at.data->read([](store& s) { return s.all_keys(); })) {
        keys.push_back(key_payload(key));
        lines.push_back(key_line(key));
    }
    tell(*flags.common, {{"keys", std::move(keys)}}, lines);
}

void run_key_view(const listing_flags& flags) {
    const auto key_uuid = require_uuid(flags.key_uuid, "--key-uuid");
    const installation at{*flags.common};
    const auto keys = at.data->read([](store& s) { return s.all_keys(); });
    const auto key = std::ranges::find(keys, key_uuid, &key_record::key_uuid);
    if (key == keys.end())
        throw failure(errc::key_unknown, "There is no key " + flags.key_uuid + "; 'omegasafe-ecs key list' shows all.");
    auto deltas = json::array(), shares = json::array();
    std::vector<std::string> lines{key_line(*key)};
    at.data->read([&](store& s) {
        for (const auto& share : s.shares(key_uuid)) {
            shares.push_back(payload_of(share));
            lines.push_back("  " + std::string{role_name(share.role_id)} + ": " + share.email);
        }
        for (const auto& delta : s.deltas(key_uuid)) {
            deltas.push_back(payload_of(delta));
            lines.push_back("  Delta " + std::to_string(delta.seq_number) + " " + crypto::to_string(delta.delta_uuid) +
                            ", claimed " + std::to_string(delta.next_offset) + " of " + std::to_string(delta.capacity));
        }
    });
    tell(*flags.common, {{"key", key_payload(*key)}, {"shares", std::move(shares)}, {"deltas", std::move(deltas)}},
        lines);
}

void run_storage_list(const listing_flags& flags) {
    const installation at{*flags.common};
    auto storages = json::array();
    std::vector<std::string> lines;
    for (const auto& storage : at.data->read([](store& s) { return s.all_storages(); })) {
        auto one = payload_of(storage);
        one["user_uuid"] = crypto::to_string(storage.user_uuid);
        storages.push_back(std::move(one));
        lines.push_back(crypto::to_string(storage.storage_uuid) + "  " + storage.name + "  " +
                        std::string{wire::rules_of(storage.provider).name} + "  " + storage.bucket_name);
    }
    tell(*flags.common, {{"storages", std::move(storages)}}, lines);
}

} // namespace

void add_listing_commands(CLI::App& app) {
    const auto flags = std::make_shared<listing_flags>();
    auto* keys = app.add_subcommand("key", "Keys that users registered")->require_subcommand(1);
    add_command(*keys, "list", "List keys", flags->common, [flags] { run_key_list(*flags); });
    auto* view = add_command(
        *keys, "view", "Show a key, its Deltas and who has it", flags->common, [flags] { run_key_view(*flags); });
    view->add_option("-k,--key-uuid", flags->key_uuid, "UUID of the key")->required();
    auto* storages = app.add_subcommand("storage", "Storages that users brought")->require_subcommand(1);
    add_command(*storages, "list", "List storages", flags->common, [flags] { run_storage_list(*flags); });
}

} // namespace omegasafe::server
