#include "storage/container_file.hpp"

#include "messages/error.hpp"
#include "storage/atomic_file.hpp"
#include "storage/file_lock.hpp"
#include <algorithm>
#include <map>
#include <set>
#include <sys/stat.h>

namespace omegasafe::storage {

namespace {

/// Puts by id. Contradicting changes are a bug of the caller.
std::map<uuid, const container_changes::entry*> index_of(const container_changes& changes) {
    std::map<uuid, const container_changes::entry*> puts;
    for (const auto& entry : changes.put)
        if (!puts.emplace(entry.id, &entry).second)
            throw failure(errc::internal, "A container change puts one entry twice; report this.");
    for (const auto& id : changes.remove)
        if (puts.contains(id))
            throw failure(errc::internal, "A container change puts and removes one entry; report this.");
    return puts;
}

/// Writes what `from` (may be null: nothing) becomes by `changes`.
void write_changed(sfc_writer& writer, const sfc_reader* from, const container_changes& changes) {
    auto puts = index_of(changes);
    const std::set<uuid> removed(changes.remove.begin(), changes.remove.end());
    std::vector<const sfc_entry*> kept; // in file order, so that copying reads forwards
    if (from != nullptr)
        for (const auto& entry : from->entries())
            kept.push_back(&entry);
    std::sort(kept.begin(), kept.end(), [](auto* a, auto* b) { return a->offset < b->offset; });
    for (const auto* entry : kept) {
        const auto put = puts.find(entry->id);
        if (put == puts.end()) {
            if (!removed.contains(entry->id))
                writer.copy(*from, *entry);
        } else if (!put->second->data) {
            writer.copy(*from, *entry, put->second->attributes);
            puts.erase(put);
        }
    }
    for (const auto& entry : changes.put) {
        if (!puts.contains(entry.id))
            continue;
        if (!entry.data)
            throw failure(
                errc::internal, "Attributes were given for a container entry that does not exist; report this.");
        writer.add(entry.id, entry.attributes, *entry.data);
    }
    writer.finish();
}

/// The file itself, so that a user's symbolic link stays one when the file is replaced.
std::filesystem::path resolved(const std::filesystem::path& path) {
    std::error_code ignored;
    auto real = std::filesystem::canonical(path, ignored);
    return ignored ? path : real;
}

} // namespace

std::shared_ptr<const sfc_reader> open_container(const std::filesystem::path& path, sfc_password_ptr password) {
    std::error_code unreadable;
    if (!std::filesystem::exists(path, unreadable) && !unreadable)
        throw failure(errc::config_missing, path.string() + " does not exist; create it with 'omegasafe init'.");
    auto reader = std::make_shared<const sfc_reader>(std::make_shared<file_source>(path), password);
    // Else whoever can write the folder could slip in a plain container, and the next change would write secrets to it.
    if (password != nullptr && !reader->header().password_protected)
        throw failure(errc::container_damaged,
            path.string() + " was replaced by a container without a password; restore it from a backup.");
    return reader;
}

void create_container(
    const std::filesystem::path& path, sfc_password_ptr password, container_changes changes, bool replace) {
    std::error_code unreadable;
    const bool exists = std::filesystem::exists(path, unreadable);
    if (exists && !replace)
        throw failure(errc::config_exists, path.string() + " exists already; remove it or choose to overwrite it.");
    // Else another process's update could bring the old content back over the new file.
    std::optional<file_lock> lock;
    if (exists)
        lock.emplace(path);
    atomic_file file(path, replace ? existing_target::replace : existing_target::refuse);
    sfc_writer writer(file, std::move(password));
    write_changed(writer, nullptr, changes);
    file.commit();
}

void update_container(const std::filesystem::path& path, sfc_password_ptr password,
    const std::function<container_changes(const sfc_reader&)>& decide) {
    const auto real = resolved(path);
    const file_lock lock(real);
    const auto reader = open_container(real, password);
    const auto changes = decide(*reader);
    if (changes.put.empty() && changes.remove.empty())
        return;
    atomic_file file(real, existing_target::replace_locked);
    // A container that was opened to a group stays open to it.
    struct stat old {};
    if (::stat(real.c_str(), &old) == 0)
        ::fchmod(file.descriptor(), old.st_mode & 0777);
    sfc_writer writer(file, std::move(password), &reader->header());
    write_changed(writer, reader.get(), changes);
    file.commit();
}

} // namespace omegasafe::storage
