#include "storage/ecs_entry_file.hpp"

#include "messages/error.hpp"
#include "storage/atomic_file.hpp"
#include "storage/attributes.hpp"

namespace omegasafe::storage {

std::vector<std::uint8_t> encode(const ecs_entry& entry) {
    return to_attributes({{"ecs_name", entry.name}, {"ecs_type", "SFC"}, {"path", entry.path}});
}

ecs_entry decode_ecs_entry(const sfc_entry& stored, const std::string& what) {
    const attribute_reader fields{stored.attributes, what};
    if (const auto type = fields.text("ecs_type"); type != "SFC")
        throw failure(errc::container_newer,
            what + " holds an ECS of type " + type + ", which this version does not know; update it.");
    return {stored.id, fields.text("ecs_name"), ecs_type::sfc, fields.text("path")};
}

void export_ecs(const std::filesystem::path& path, const ecs_entry& entry) {
    atomic_file file(path, existing_target::refuse);
    sfc_writer writer(file, nullptr);
    writer.add(entry.ecs_uuid, encode(entry), {});
    writer.finish();
    file.commit();
}

ecs_entry read_exported_ecs(const std::filesystem::path& path) {
    const sfc_reader reader(std::make_shared<file_source>(path), nullptr);
    if (reader.entries().size() != 1)
        throw failure(errc::container_damaged, path.string() + " is no exported ECS; make one with export-ecs.");
    return decode_ecs_entry(reader.entries().front(), path.string());
}

} // namespace omegasafe::storage
