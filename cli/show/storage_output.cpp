#include "cli/show/storage_output.hpp"

#include <fmt/format.h>

namespace omegasafe::cli {

namespace {

json text_or_null(const std::string& text) {
    return text.empty() ? json(nullptr) : json(text);
}

} // namespace

std::string describe(const ecs_storage& storage) {
    return storage.name + " (" + to_string(storage.storage_uuid) + ", " + storage.storage_type_name + ")";
}

json payload_of(const ecs_storage& storage) {
    return {{"storage_uuid", to_string(storage.storage_uuid)}, {"name", text_or_null(storage.name)},
        {"provider", text_or_null(storage.provider)}, {"bucket_name", text_or_null(storage.bucket_name)},
        {"region", text_or_null(storage.region)}, {"endpoint_url", text_or_null(storage.endpoint_url)},
        {"storage_type_id", storage.storage_type_id == 0 ? json(nullptr) : json(storage.storage_type_id)},
        {"storage_type_name", text_or_null(storage.storage_type_name)},
        {"remote_path", text_or_null(storage.remote_path)}, {"is_internal", storage.is_internal}};
}

void print_storage(const outcome& out, const ecs_storage& storage) {
    const auto row = [&](const char* label, const std::string& value) {
        out.line(fmt::format("  {:<24} {}", std::string{label} + ":", value.empty() ? "none" : value));
    };
    row("Storage UUID", to_string(storage.storage_uuid));
    row("Name", storage.name);
    row("Provider", storage.provider);
    row("Bucket", storage.bucket_name);
    row("Region", storage.region);
    row("Endpoint URL", storage.endpoint_url);
    row("Type", storage.storage_type_name);
    row("Remote path", storage.remote_path);
    row("Internal", storage.is_internal ? "yes" : "no");
}

void tell_server_words(outcome& out, const ecs_outcome& said) {
    out.line(said.message);
    if (said.warning)
        out.line("Warning: " + *said.warning);
    out.field("message", said.message);
    out.field("warning", json_text(said.warning));
}

} // namespace omegasafe::cli
