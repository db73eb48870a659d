#include "actors/layer_opener.hpp"

#include "actors/asking.hpp"
#include "messages/log.hpp"
#include "storage/container/sfc_header.hpp"
#include "storage/records/layer_search.hpp"
#include <algorithm>

namespace omegasafe::actors {

namespace {

/// Not a memory_source: that one would hold a copy of megabytes, of which the header is read.
class delta_source final : public storage::byte_source {
public:
    explicit delta_source(blob_ptr bytes) : bytes_(std::move(bytes)) {}

    std::uint64_t size() const override { return bytes_->size(); }
    std::string name() const override { return "The Delta"; }
    void read_at(std::uint64_t offset, byte_span out) const override {
        if (offset > bytes_->size() || out.size() > bytes_->size() - offset)
            throw failure(errc::io_failed, "The Delta ends early.");
        std::copy_n(bytes_->begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
    }

private:
    blob_ptr bytes_;
};

} // namespace

password_ptr layer_opener::password_of(const storage::byte_source& source) {
    if (!storage::read_sfc_header(source).password_protected)
        return nullptr;
    if (!known_)
        known_ = *me_.ask<passwords_ptr>(me_.actors().key_store, list_layer_passwords{key_uuid_});
    auto found = storage::find_layer_password(source, *known_);
    const auto place = std::ranges::find(*known_, found);
    std::rotate(known_->begin(), place, place + 1);
    return found;
}

password_ptr layer_opener::password_of(const blob_ptr& delta) {
    return password_of(delta_source{delta});
}

storage::encrypted_file_info layer_opener::open(std::shared_ptr<const storage::byte_source> source) {
    const auto password = password_of(*source);
    auto file = storage::open_encrypted_file(std::move(source), password);
    remember(file.metadata.key_uuid, password);
    return file;
}

void layer_opener::remember(const uuid& key_uuid, const password_ptr& password) {
    if (!password || (key_uuid == last_key_ && password == last_password_))
        return;
    try {
        me_.ask<void>(me_.actors().key_store, remember_layer_password{key_uuid, password});
    } catch (const failure& problem) {
        log::warn("The layer password of key {} could not be remembered: {} Keep it.", crypto::to_string(key_uuid),
            problem.what());
    }
    last_key_ = key_uuid;
    last_password_ = password;
}

} // namespace omegasafe::actors
