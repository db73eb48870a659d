#include "server/objects/folder_store.hpp"

#include "crypto/uuid.hpp"
#include "messages/limits.hpp"
#include "storage/files/atomic_file.hpp"
#include "storage/files/descriptor.hpp"
#include <cerrno>
#include <fcntl.h>
#include <omegasafe/error.hpp>
#include <sys/stat.h>

namespace omegasafe::server {

namespace fs = std::filesystem;

namespace {

void make_folder(const fs::path& folder) {
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
        throw failure(errc::io_failed, "The folder " + folder.string() + " cannot be made.");
}

void sync_folder(const fs::path& folder) {
    const storage::descriptor open{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!open || ::fsync(open.get()) != 0)
        throw failure(errc::io_failed, "The folder " + folder.string() + " cannot be synced.");
}

} // namespace

std::string folder_store::url(const std::string& target) const {
    return settings_.public_url + settings_.base_path + target;
}

fs::path folder_store::folder_of(const object_name& name) const {
    return settings_.internal_folder / crypto::to_string(name.key_uuid) / crypto::to_string(name.delta_uuid);
}

signed_transfer folder_store::sign_upload(const object_name& name, const upload_terms& terms, unix_time now) const {
    const auto expires = now + settings_.url_lifetime.count();
    const object_permit permit{
        "PUT", name.key_uuid, name.delta_uuid, terms.attempt_uuid, terms.size_bytes, terms.content_md5, expires};
    return {"PUT", url(signer_.target_of(permit)), wire::upload_headers(terms), expires};
}

signed_transfer folder_store::sign_download(const object_name& name, unix_time now) const {
    const auto expires = now + settings_.url_lifetime.count();
    return {"GET", url(signer_.target_of({"GET", name.key_uuid, name.delta_uuid, {}, 0, "", expires})), {}, expires};
}

std::optional<stored_object> folder_store::fetch(const object_name& name) const {
    std::error_code problem;
    for (const auto& file : fs::directory_iterator(folder_of(name), problem))
        if (const auto attempt = crypto::parse_uuid(file.path().filename().string()))
            return stored_object{storage::read_file(file.path(), limits::delta_container_bytes), attempt};
    return std::nullopt;
}

bool folder_store::exists(const object_name& name) const {
    std::error_code ignored;
    return fs::exists(folder_of(name), ignored);
}

bool folder_store::remove(const object_name& name) const noexcept {
    std::error_code problem;
    fs::remove_all(folder_of(name), problem);
    return !problem;
}

/// The folder of the object appears by one rename, which fails when there is one already: its file's name says whose
/// upload won.
bool folder_store::put(const object_name& name, const uuid& attempt_uuid, const std::string& bytes) const {
    const auto target = folder_of(name);
    if (exists(name))
        return false;
    make_folder(settings_.internal_folder);
    make_folder(target.parent_path());
    const auto draft = target.parent_path() / ("." + crypto::to_string(crypto::random_uuid()));
    make_folder(draft);
    try {
        storage::atomic_file file(draft / crypto::to_string(attempt_uuid), storage::existing_target::refuse);
        file.write_at(0, crypto::as_bytes(bytes));
        file.commit();
        if (::rename(draft.c_str(), target.c_str()) != 0) {
            const int problem = errno;
            std::error_code ignored;
            fs::remove_all(draft, ignored);
            if (problem == ENOTEMPTY || problem == EEXIST)
                return false;
            throw failure(errc::io_failed, "The Delta cannot be stored in " + settings_.internal_folder.string() + ".");
        }
    } catch (const failure&) {
        std::error_code ignored;
        fs::remove_all(draft, ignored);
        throw;
    }
    sync_folder(target.parent_path());
    sync_folder(settings_.internal_folder);
    return true;
}

} // namespace omegasafe::server
