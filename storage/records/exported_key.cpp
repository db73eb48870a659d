#include "storage/records/exported_key.hpp"

#include "storage/files/atomic_file.hpp"
#include <omegasafe/error.hpp>

namespace omegasafe::storage {

namespace {

failure export_damaged(const std::string& what) {
    return failure(errc::container_damaged, "An exported key is damaged: " + what + "; use a good copy of it.");
}

key_iteration_ptr read_alpha(const sfc_reader& file, const sfc_entry& entry) {
    auto alpha = decode_payload(file.read(entry, max_payload_bytes));
    if (!alpha->info.is_alpha() || alpha->info.iteration_uuid != entry.id ||
        !(decode_iteration_info(entry.attributes) == alpha->info))
        throw export_damaged("it holds no Alpha");
    return alpha;
}

} // namespace

void export_key(const std::filesystem::path& path, const exported_key& key, sfc_password_ptr password) {
    const auto& info = key.alpha->info;
    if (!info.is_alpha() || (key.layer && (!password || key.layer->key_uuid != info.key_uuid)))
        throw failure(errc::internal, "Only an Alpha is exported, and a layer only sealed and with it; report this.");
    const auto payload = encode_payload(info, key.alpha->cipher->key());
    atomic_file file(path, existing_target::refuse);
    sfc_writer writer(file, std::move(password));
    writer.add(info.iteration_uuid, encode(info), payload);
    if (key.layer) {
        const auto entry = to_entry(*key.layer);
        writer.add(entry.id, entry.attributes, *entry.data);
    }
    writer.finish();
    file.commit();
}

exported_key read_exported_key(std::shared_ptr<const byte_source> source, sfc_password_ptr password) {
    const sfc_reader file(std::move(source), std::move(password));
    const sfc_entry* alpha = nullptr;
    const sfc_entry* record = nullptr;
    for (const auto& entry : file.entries())
        (decode_iteration_key(entry.attributes) ? alpha : record) = &entry;
    if (!alpha || file.entries().size() != (record ? 2U : 1U))
        throw export_damaged("it has one Alpha and at most one record of its layer");
    exported_key key{read_alpha(file, *alpha), std::nullopt};
    if (!record)
        return key;
    key.layer = layer_of_key(file, key.alpha->info.key_uuid);
    if (record->id != key.layer->key_uuid || !file.header().password_protected)
        throw export_damaged("its second entry is not the layer of its key, sealed");
    return key;
}

} // namespace omegasafe::storage
