// What a client does with files, folders and buffers.
#include "actors/batch.hpp"
#include "actors/file_job.hpp"
#include "actors/file_run.hpp"
#include "actors/key_access.hpp"
#include "engine/context.hpp"
#include "engine/watching.hpp"
#include "messages/log.hpp"
#include "storage/records/encrypted_file.hpp"
#include "storage/records/key_iteration.hpp"

namespace omegasafe {

namespace {

template <class Request>
file_report run_file(engine::context& context, const Request& request, const watch& watch) {
    auto& runtime = context.runtime();
    const engine::watching watching{runtime.system(), watch};
    const auto job =
        actors::spawn_file_job(runtime.system(), runtime.supervisor(), watching.listener(), watching.stop());
    return context.ask<file_report>(job, request);
}

template <class Request>
tree_report_ptr run_tree(engine::context& context, const Request& request, const watch& watch) {
    auto& runtime = context.runtime();
    const engine::watching watching{runtime.system(), watch};
    const auto batch =
        actors::spawn_batch(runtime.system(), runtime.supervisor(), watching.listener(), watching.stop());
    return context.ask<tree_report_ptr>(batch, request);
}

} // namespace

file_report client::encrypt(const encrypt_file& request, const watch& watch) {
    return run_file(*context_, request, watch);
}

file_report client::decrypt(const decrypt_file& request, const watch& watch) {
    return run_file(*context_, request, watch);
}

tree_report_ptr client::encrypt(const encrypt_tree& request, const watch& watch) {
    return run_tree(*context_, request, watch);
}

tree_report_ptr client::decrypt(const decrypt_tree& request, const watch& watch) {
    return run_tree(*context_, request, watch);
}

std::vector<std::uint8_t> client::encrypt(const_byte_span content, const std::string& name, const uuid& key_uuid) {
    if (!plain_file_name(name))
        throw failure(errc::usage, "A buffer is encrypted under a plain file name, without folders and control "
                                   "characters.");
    const actors::usable_key key{context_->runtime().main_asker(), key_uuid};
    const auto capacity = key.ends()->front().geometry.capacity();
    const auto suffix = storage::draw_suffix_length(content.size(), capacity);
    const auto layer = key.layer_to_seal();
    const auto claim = key.claim(limits::file_metadata_bytes + content.size() + suffix);
    log::debug("Encrypting a buffer with positions {} to {} of Delta {}.", to_decimal(claim.claimed.range.first),
        to_decimal(claim.claimed.range.last), claim.claimed.seq_number);
    return storage::encrypt_in_memory(
        *claim.delta, claim.position_in_delta, {key_uuid, claim.claimed.range.first}, name, content, suffix, layer);
}

decrypted_buffer client::decrypt(const_byte_span encrypted) {
    const auto file =
        actors::layer_opener{context_->runtime().main_asker()}.open(std::make_shared<storage::memory_source>(
            std::vector<std::uint8_t>{encrypted.begin(), encrypted.end()}, "The encrypted buffer"));
    const auto position = file.metadata.global_position_start;
    const actors::usable_key key{context_->runtime().main_asker(), file.metadata.key_uuid};
    const auto delta = key.delta_at(position);
    const auto first = static_cast<std::uint64_t>(position - delta->info.first_position());
    const auto plain = storage::decrypt_whole(*delta, first, file, encrypted.size());
    const auto protection = actors::protection_of(file, key);
    actors::warn_if_layer_missing(protection, "The encrypted buffer");
    return {plain.metadata.name, secure_bytes{plain.content()}, protection};
}

bool plain_file_name(std::string_view name) {
    return storage::safe_base_name(name);
}

} // namespace omegasafe
