// The client itself and its settings; its other calls stand in client_keys, client_ecs, client_files, client_streams,
// key_summary, update_check.
#include "engine/context.hpp"
#include "messages/log.hpp"
#include "net/http_url.hpp"
#include "storage/config/config_file.hpp"
#include "storage/config/config_value.hpp"
#include "storage/files/atomic_file.hpp"
#include <algorithm>

namespace omegasafe {

std::string_view version() {
    return OMEGASAFE_VERSION;
}

client::client(client_options options) : context_(std::make_unique<engine::context>(options)) {}
client::~client() = default;
client::client(client&&) noexcept = default;
client& client::operator=(client&&) noexcept = default;

const std::filesystem::path& client::config_root() const {
    return context_->root();
}

config_summary client::settings() {
    const auto now = context_->ask<settings_ptr>(context_->actors().config, get_settings{});
    return {now->ecs_uuid_default, now->offline_mode, now->update_check, !now->traditional_layer_password.empty()};
}

namespace {

constexpr std::string_view layer_property = "TRADITIONAL_ENC_LAYER_PASS";

/// Values as config.ini will have them: "yes" becomes "TRUE".
property_changes effective(const std::filesystem::path& root, const property_changes& changes) {
    std::string text = storage::default_config_text();
    for (const auto& [name, value] : changes)
        text = storage::with_property(text, name, value);
    static_cast<void>(storage::parse_settings(root, text));
    property_changes result = changes;
    for (auto& [name, value] : result) {
        if (name == "OFFLINE_MODE" || name == "UPDATE_CHECK")
            value = *storage::parse_boolean(value) ? "TRUE" : "FALSE";
        if (name == "ECS_UUID_DEFAULT")
            value = std::string{storage::trim(value)};
    }
    return result;
}

/// The password that is about to go from config.ini may have sealed what others made, too: every key remembers it, and
/// where that cannot be done nothing is changed.
void remember_layer(engine::context& context) {
    const auto key_store = context.actors().key_store;
    if (context.ask<settings_ptr>(context.actors().config, get_settings{})->layer_password_in_file.empty())
        return;
    const auto ends = context.ask<iterations_ptr>(key_store, list_key_ends{});
    for (const auto& iteration : *ends)
        if (iteration.is_alpha())
            context.ask<void>(key_store, remember_layer_password{iteration.key_uuid, nullptr});
}

} // namespace

property_changes client::set_config(const property_changes& changes) {
    auto wanted = effective(context_->root(), changes);
    if (std::ranges::find(wanted, layer_property, &property_changes::value_type::first) != wanted.end())
        remember_layer(*context_);
    if (!wanted.empty())
        context_->ask<void>(context_->actors().config, omegasafe::set_config{wanted});
    return wanted;
}

std::optional<std::string> ecs_url_problem(std::string_view text) {
    try {
        net::parse_ecs_url(text);
        return std::nullopt;
    } catch (const failure& problem) {
        return problem.what();
    }
}

void remove_temporary_files() noexcept {
    storage::remove_temporary_files();
}

} // namespace omegasafe
