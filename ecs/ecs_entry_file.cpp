#include "ecs/ecs_entry_file.hpp"

#include "net/http_url.hpp"
#include "storage/container/attributes.hpp"
#include "storage/files/atomic_file.hpp"
#include "wire/field_rules.hpp"
#include <omegasafe/error.hpp>

namespace omegasafe::ecs {

namespace {

using crypto::secure_bytes;
using storage::sfc_entry;
using storage::sfc_reader;

/// Longer than any API key, and a bound on what is read.
constexpr std::uint64_t api_key_bytes = 4096;
constexpr std::uint64_t file_format = 1;

[[noreturn]] void damaged(const std::string& what, const std::string& field) {
    throw failure(errc::container_damaged,
        what + " is damaged: its field " + field + " is missing or malformed; restore it from a copy.");
}

/// Only the form in which this program stores it.
std::string checked_url(std::string url, const std::string& what) {
    try {
        if (net::parse_ecs_url(url).text() == url)
            return url;
    } catch (const failure&) {
        // Not a URL of an ECS at all.
    }
    damaged(what, "url");
}

} // namespace

storage::container_changes::entry to_stored(const ecs_entry& entry) {
    if (const auto problem = wire::name_problem(entry.name))
        throw failure(errc::usage, "The ECS cannot be stored: " + *problem);
    nlohmann::json fields{{"format", file_format}, {"ecs_name", entry.name}};
    if (entry.type == ecs_type::sfc)
        fields.update({{"ecs_type", "SFC"}, {"path", entry.path}});
    else
        fields.update({{"ecs_type", "HTTP"}, {"url", entry.url}, {"development_mode", entry.development_mode ? 1 : 0}});
    return {entry.ecs_uuid, storage::to_attributes(fields, entry.attributes),
        entry.type == ecs_type::sfc ? secure_bytes{} : secure_bytes{entry.api_key->span()}};
}

ecs_entry read_ecs_entry(const sfc_reader& container, const sfc_entry& stored, const std::string& what) {
    const storage::attribute_reader fields{stored.attributes, what, file_format};
    const auto type = fields.text("ecs_type");
    std::vector<std::uint8_t> attributes{stored.attributes.begin(), stored.attributes.end()};
    if (type == "SFC") {
        if (stored.length > 0)
            damaged(what, "content");
        return {stored.id, fields.text("ecs_name"), ecs_type::sfc, fields.path("path"), {}, {}, false,
            std::move(attributes)};
    }
    if (type != "HTTP")
        throw failure(errc::container_newer,
            what + " holds an ECS of type " + type + ", which this version does not know; update it.");
    const auto development_mode = fields.number("development_mode");
    if (development_mode > 1)
        damaged(what, "development_mode");
    auto api_key = std::make_shared<const secure_bytes>(container.read(stored, api_key_bytes));
    if (api_key->empty())
        damaged(what, "API key");
    return {stored.id, fields.text("ecs_name"), ecs_type::http, {}, checked_url(fields.text("url"), what),
        std::move(api_key), development_mode == 1, std::move(attributes)};
}

void export_ecs(const std::filesystem::path& path, const ecs_entry& entry) {
    storage::atomic_file file(path, storage::existing_target::refuse);
    storage::sfc_writer writer(file, nullptr);
    const auto stored = to_stored(entry);
    writer.add(stored.id, stored.attributes, *stored.data);
    writer.finish();
    file.commit();
}

ecs_entry read_exported_ecs(const std::filesystem::path& path) {
    const sfc_reader reader(std::make_shared<storage::file_source>(path), nullptr);
    if (reader.entries().size() != 1)
        throw failure(errc::container_damaged, path.string() + " is not an exported ECS; make one with export-ecs.");
    return read_ecs_entry(reader, reader.entries().front(), path.string());
}

} // namespace omegasafe::ecs
